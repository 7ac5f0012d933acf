//! The manual, from the tools that agents are given and from within a script.

use latch_catalog::Manual;
use latch_lua::{lua_list_docs, lua_read_doc, lua_search_docs};
use serde_json::json;

use crate::support::{Close, run};

#[tokio::test(flavor = "multi_thread")]
async fn every_program_on_every_page_runs_as_it_stands() {
    let examples = Manual::new(&["default".to_owned()]).examples();
    assert!(examples.len() >= 150, "only {} programs", examples.len());
    let mut failures = Vec::new();
    // Each on a Close of its own: one may delete what the next reads. A few at a time, to keep the machine busy.
    for some in examples.chunks(8) {
        let runs = some.iter().map(|example| async move {
            let close = Close::start().await;
            close.house.connect_with_key("us_team").await;
            close.house.connect_with_key("eu_team").await;
            let record = close.run(&example.code).await;
            (!record.success).then(|| format!("{} ({}): {:?}", example.page, example.title, record.error))
        });
        failures.extend(futures_util::future::join_all(runs).await.into_iter().flatten());
    }
    assert!(failures.is_empty(), "{} of {} fail:\n{}", failures.len(), examples.len(), failures.join("\n"));
}

#[tokio::test]
async fn the_three_tools_lead_from_a_question_to_a_page() {
    let close = Close::start().await;
    let (gateway, caller) = (&close.house.gateway, &close.house.caller);
    let contents = lua_list_docs(gateway, caller, None).await.expect("the contents");
    assert!(contents.contains("**app.integrations.close**"), "{contents}");
    let found = lua_search_docs(gateway, caller, "mark deal as won", 3).await.expect("results");
    let best = found.lines().find(|line| line.starts_with("**"));
    assert!(best.is_some_and(|line| line.contains("update_opportunity(")), "{found}");
    let page =
        lua_read_doc(gateway, caller, "integrations.close.update_opportunity").await.expect("the page");
    assert!(page.starts_with("# app.integrations.close.update_opportunity("), "{page}");
    assert!(page.contains("## Returns"), "{page}");
    // What an agent reads on its way to a call, in tokens of four bytes.
    assert!(
        (contents.len() + found.len() + page.len()) / 4 < 2_000,
        "{}",
        contents.len() + found.len() + page.len()
    );
    let nowhere =
        lua_read_doc(gateway, caller, "integrations.close.update_deal").await.expect_err("no such page");
    assert!(
        nowhere.to_string().contains("Function 'update_deal' not found in app.integrations.close."),
        "{nowhere}"
    );
}

#[test]
fn a_script_reads_the_manual_too() {
    let record =
        run("return docs.list():find('close', 1, true) ~= nil, docs.search('who am I'):match('^%S+'), \
         docs.read('close.create_lead'):find('close.create_lead', 1, true) ~= nil, docs.read('nope')");
    let expected = json!([
        true,
        "close.get_current_user",
        true,
        "No integration docs found for 'nope'. docs.list() says what there is."
    ]);
    assert_eq!(json!(record.result), expected);
    let record = run("docs.search()");
    assert_eq!(record.error.as_deref(), Some("script:1: docs.search: expected string, got nil"));
}
