//! Every example of the documentation works as it stands.

use latch_catalog::{Kind, Vocabulary, catalog};
use latch_gateway::{AccountSelector, Rehearsal, ToolCall};
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

#[tokio::test]
async fn every_example_that_writes_can_be_rehearsed_and_changes_nothing() {
    let house = House::start().await;
    house.connect_with_key("rep").await;
    house.twin.control().clear_requests();
    let mut count = 0;
    for tool in catalog().tools().filter(|tool| tool.kind != Kind::Read) {
        for vocabulary in [Vocabulary::AgentKit, Vocabulary::Function] {
            let address = catalog().address(tool, vocabulary);
            for (title, input) in address.examples() {
                let call = ToolCall::new(address.name(), Value::Object(input))
                    .on(AccountSelector::identifier("rep"));
                let told = format!("{} ({title})", address.name());
                let alone = house.gateway.execute(&house.caller, call.clone().dry_run()).await.expect(&told);
                // Each by itself: an example may delete what the next one changes.
                let rehearsal = Rehearsal::new();
                let call = ToolCall { rehearsal: Some(rehearsal.clone()), ..call };
                let outcome = house.gateway.execute(&house.caller, call).await.expect(&told);
                assert!(outcome.data.as_object().is_some_and(|members| !members.is_empty()), "{told}");
                let plan = rehearsal.plan();
                assert_eq!(plan.len(), 1, "{told}");
                assert_eq!(Some(&plan[0].request), alone.planned.as_ref(), "{told}");
                assert_eq!((&plan[0].tool, plan[0].kind), (&outcome.tool, tool.kind), "{told}");
                count += 1;
            }
        }
    }
    assert!(count >= 100, "only {count} examples");
    let requests = house.twin.control().requests();
    assert!(requests.iter().all(|request| request.method == "GET"), "only reads reached Close");
}
