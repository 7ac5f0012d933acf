//! Every name a user has met reaches its tool.

use latch_catalog::{Vocabulary, catalog};

#[test]
fn every_tool_answers_to_each_of_its_names() {
    for tool in catalog().tools() {
        let short = tool.name.trim_start_matches("close_");
        let function = &tool.function;
        let names = [
            tool.name.clone(),
            format!("close.{}", tool.name),
            format!("close.{short}"),
            function.clone(),
            format!("close_{function}"),
            format!("close.{function}"),
            format!("close.close_{function}"),
            format!("app.integrations.close.{function}"),
            format!("app.integrations.close.default.{function}"),
            format!("integrations.close.{function}"),
            format!("integration__close__{function}"),
            format!("integration__close__close_{function}"),
            function.to_uppercase(),
            function.replace('_', "-"),
        ];
        for name in names {
            let found = catalog().find(&name).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(found.tool().name, tool.name, "{name}");
        }
    }
}

#[test]
fn the_name_decides_the_vocabulary() {
    for (name, vocabulary) in [
        ("close_lead_get", Vocabulary::AgentKit),
        ("close.close_lead_get", Vocabulary::AgentKit),
        ("get_lead", Vocabulary::Function),
        ("close.get_lead", Vocabulary::Function),
        ("close_get_lead", Vocabulary::Function),
        ("close.close_get_lead", Vocabulary::Function),
    ] {
        assert_eq!(catalog().find(name).expect(name).vocabulary(), vocabulary, "{name}");
    }
}

#[test]
fn a_wrong_name_is_answered_with_near_ones_one_a_tool() {
    let error = catalog().find("list_lead").expect_err("not a name");
    assert_eq!(error.nearest.first().map(String::as_str), Some("list_leads"));
    assert!(error.nearest.len() <= 5);
    assert!(error.to_string().starts_with("Unknown tool: list_lead. Did you mean: list_leads"), "{error}");

    let error = catalog().find("close_create_leads").expect_err("not a name");
    assert!(error.to_string().contains("create_lead"), "{error}");

    let error = catalog().find("qqqq").expect_err("nothing is near");
    assert_eq!(error.to_string(), "Unknown tool: qqqq");
}
