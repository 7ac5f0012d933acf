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
        "app.integrations.close.default.create_lead",
    ] {
        assert_eq!(latch.run(&["docs", name]).await.out, page.out, "{name}");
    }
    let overview = latch.run(&["docs"]).await;
    assert!(overview.out.contains("## Leads") && overview.out.contains("`create_lead("));
    let namespace = latch.run(&["docs", "integrations.close"]).await;
    assert!(namespace.out.starts_with("# app.integrations.close — "), "{namespace:?}");
    assert!(namespace.out.contains("\n# Close CRM — Lua API Reference\n"));
    for name in ["close", "app.integrations.close", "close.default"] {
        let page = latch.run(&["docs", name]).await;
        assert!(page.out.contains("\n# Close CRM — Lua API Reference\n"), "{name}: {page:?}");
    }
    let leads = latch.run(&["docs", "leads"]).await;
    assert!(leads.out.starts_with("# Leads\n") && !leads.out.contains("## "), "{leads:?}");
}

#[tokio::test]
async fn a_function_of_an_account_has_a_page_whatever_is_connected() {
    let latch = Latch::new();
    let page = latch.run(&["docs", "create_lead"]).await;
    for name in ["integrations.close.us_team.create_lead", "close[\"ann@example.com\"].create_lead"] {
        let ran = latch.run(&["docs", name]).await;
        assert_eq!((ran.code, &ran.out), (0, &page.out), "{name}: {}", ran.err);
    }
}

#[tokio::test]
async fn the_page_of_a_function_shows_both_ways_of_calling_it() {
    let page = Latch::new().run(&["docs", "list_notes"]).await;
    assert!(page.out.contains("```sh\nlatch call list_notes '"), "{page:?}");
    assert!(page.out.contains("```lua\nlocal result = app.integrations.close.list_notes("), "{page:?}");
    assert!(page.out.contains("There the answer is `{data, has_more}`."), "{page:?}");
}

#[tokio::test]
async fn guides_are_pages_and_listed_with_the_tools() {
    let latch = Latch::new();
    let list = latch.run(&["docs"]).await;
    for guide in ["overview", "context", "errors", "examples"] {
        assert!(list.out.contains(&format!("- `{guide}`: ")), "{list:?}");
        let page = latch.run(&["docs", guide]).await;
        assert!(page.code == 0 && page.out.starts_with("# ") && page.out.contains("```lua\n"), "{page:?}");
    }
    let page = latch.json(&["docs", "errors", "--json"]).await;
    assert_eq!((&page["success"], &page["page"]), (&true.into(), &"errors".into()));
    assert!(page["markdown"].as_str().is_some_and(|text| text.starts_with("# Errors\n")), "{page}");
}

#[tokio::test]
async fn an_unknown_page_is_an_error_also_in_json() {
    let latch = Latch::new();
    let ran = latch.run(&["docs", "create_leed"]).await;
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("create_lead"), "{ran:?}");
    let ran = latch.run(&["docs", "create_leed", "--json"]).await;
    assert_eq!(ran.code, 2);
    let envelope = ran.json();
    assert_eq!((&envelope["success"], &envelope["error_class"]), (&false.into(), &"unknown_function".into()));
    let error = envelope["error"].as_str().unwrap();
    assert!(
        error.starts_with(
            "Function 'create_leed' not found in app.integrations.close. Available: create_lead,"
        )
    );

    let ran = latch.run(&["docs", "integrations.hubspot"]).await;
    insta::assert_snapshot!("docs_unknown_namespace", ran.told());
    let ran = latch.run(&["docs", "qqqq"]).await;
    insta::assert_snapshot!("docs_unknown_page", ran.told());
}

#[tokio::test]
async fn tools_are_found_by_what_they_do() {
    let found = Latch::new().json(&["search", "log", "a", "call", "--json"]).await;
    assert_eq!(found["query"], "log a call");
    assert_eq!(found["tools"][0]["function"], "close.create_call");
}

#[tokio::test]
async fn a_search_shows_what_the_guides_say() {
    let latch = Latch::new();
    let ran = latch.run(&["search", "catch", "an", "error", "--limit", "1"]).await;
    assert!(ran.out.contains("`latch docs errors` Catching an error: "), "{ran:?}");
    let found = latch.json(&["search", "catching", "errors", "--json"]).await;
    assert_eq!(found["guides"][0]["page"], "errors");
    let ran = latch.run(&["search", "qqqq"]).await;
    assert!(ran.code == 0 && ran.out.is_empty() && ran.err.contains("latch tools"), "{ran:?}");
}
