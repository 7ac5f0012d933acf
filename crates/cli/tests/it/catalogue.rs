//! Reading about tools: list, schema, pages, search. No account, no network, no data folder.

use crate::program::Latch;

#[tokio::test]
async fn tools_of_one_object_and_kind() {
    let latch = Latch::new();
    let ran = latch.run(&["tools", "--object", "lead", "--kind", "read"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("list_leads") && !ran.out.contains("create_lead"), "{ran:?}");
    assert!(ran.err.contains("latch docs NAME"));
    assert!(!latch.data_folder().exists(), "reading about tools needs no data folder");
}

#[tokio::test]
async fn tools_for_programs_have_every_name() {
    let tools = Latch::new().json(&["tools", "--json"]).await;
    assert_eq!(tools["success"], true);
    let tools = tools["tools"].as_array().unwrap();
    let create = tools.iter().find(|tool| tool["function"] == "close.create_lead").unwrap();
    assert_eq!(create["names"], serde_json::json!(["create_lead", "close_lead_create", "close.create_lead"]));
    assert_eq!(create["operation"], "write");
}

#[tokio::test]
async fn a_schema_speaks_the_vocabulary_of_the_name() {
    let latch = Latch::new();
    let function = latch.json(&["schema", "list_leads", "--json"]).await;
    assert_eq!(function["properties"]["limit"]["type"], "integer");
    let kit = latch.json(&["schema", "close_leads_list"]).await;
    assert_eq!(kit["properties"]["_limit"]["type"], "integer");
    assert_eq!(kit["additionalProperties"], false);
}

#[tokio::test]
async fn pages_are_found_under_every_name() {
    let latch = Latch::new();
    let page = latch.run(&["docs", "create_lead"]).await;
    assert!(page.out.starts_with("# create_lead("), "{page:?}");
    for name in [
        "close.create_lead",
        "integrations.close.create_lead",
        "app.integrations.close.create_lead",
        "close_create_lead",
    ] {
        assert_eq!(latch.run(&["docs", name]).await.out, page.out, "{name}");
    }
    let overview = latch.run(&["docs"]).await;
    assert!(overview.out.contains("## Leads") && overview.out.contains("`create_lead("));
    assert_eq!(latch.run(&["docs", "integrations.close"]).await.out, overview.out);
    let leads = latch.run(&["docs", "leads"]).await;
    assert!(leads.out.starts_with("# Leads\n") && !leads.out.contains("## "), "{leads:?}");
}

#[tokio::test]
async fn an_unknown_page_is_an_error_also_in_json() {
    let latch = Latch::new();
    let ran = latch.run(&["docs", "create_leed"]).await;
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("create_lead"), "{ran:?}");
    let ran = latch.run(&["docs", "create_leed", "--json"]).await;
    assert_eq!(ran.code, 2);
    assert_eq!(ran.json()["error_class"], "unknown_function");
}

#[tokio::test]
async fn tools_are_found_by_what_they_do() {
    let found = Latch::new().json(&["search", "log", "a", "call", "--json"]).await;
    assert_eq!(found["query"], "log a call");
    assert_eq!(found["tools"][0]["function"], "close.create_call");
}
