//! Every example of the documentation works as it stands.

use latch_catalog::{Vocabulary, catalog};
use latch_gateway::{AccountSelector, ToolCall};
use latch_testkit::House;
use serde_json::Value;

#[tokio::test]
async fn every_example_of_every_tool_succeeds_on_a_fresh_twin() {
    let mut failures = Vec::new();
    let mut count = 0;
    for tool in catalog().tools() {
        for vocabulary in [Vocabulary::AgentKit, Vocabulary::Function] {
            let address = catalog().address(tool, vocabulary);
            for (title, input) in address.examples() {
                // Fresh each time: an example may delete what the next one reads.
                let house = House::start().await;
                house.connect_with_key("rep").await;
                let call = ToolCall::new(address.name(), Value::Object(input))
                    .on(AccountSelector::identifier("rep"));
                count += 1;
                if let Err(error) = house.gateway.execute(&house.caller, call).await {
                    failures.push(format!("{} ({title}): {error} {:?}", address.name(), error.field_errors));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{} of {count} examples fail:\n{}", failures.len(), failures.join("\n"));
    assert!(count >= 220, "only {count} examples");
}
