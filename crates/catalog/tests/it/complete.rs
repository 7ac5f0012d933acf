//! Nothing that people's programs rely on is missing.
//!
//! `agentkit_tools.json` holds the published tools of AgentKit for Close, with parameters and calls;
//! the two lists below are the functions of the two published function references.

use std::collections::BTreeMap;

use latch_catalog::{Kind, Vocabulary, catalog};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Published {
    name: String,
    call: String,
    in_the_81: bool,
    parameters: BTreeMap<String, String>,
}

fn published() -> Vec<Published> {
    serde_json::from_str(include_str!("agentkit_tools.json")).expect("the list is JSON")
}

const NINE: &[&str] = &[
    "list_leads",
    "get_lead",
    "create_lead",
    "update_lead",
    "delete_lead",
    "list_contacts",
    "list_activities",
    "create_task",
    "get_current_user",
];

const LATER: &[&str] = &[
    "get_contact",
    "create_contact",
    "update_contact",
    "delete_contact",
    "list_opportunities",
    "get_opportunity",
    "create_opportunity",
    "update_opportunity",
    "delete_opportunity",
    "list_tasks",
    "get_task",
    "update_task",
    "delete_task",
    "list_notes",
    "get_note",
    "create_note",
    "update_note",
    "delete_note",
    "list_users",
    "get_user",
    "list_user_availability",
    "list_lead_statuses",
    "create_lead_status",
    "update_lead_status",
    "delete_lead_status",
    "list_opportunity_statuses",
    "create_opportunity_status",
    "update_opportunity_status",
    "delete_opportunity_status",
    "list_pipelines",
    "create_pipeline",
    "update_pipeline",
    "delete_pipeline",
];

#[test]
fn all_tools_of_agent_kit_are_there_with_their_parameters() {
    let published = published();
    assert_eq!(published.len(), 103);
    assert_eq!(published.iter().filter(|tool| tool.in_the_81).count(), 81);
    for tool in published {
        let address = catalog().find(&tool.name).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(address.tool().name, tool.name);
        assert_eq!(address.vocabulary(), Vocabulary::AgentKit);
        assert_eq!(address.tool().call, tool.call, "{}", tool.name);
        let schema = address.schema();
        let mut required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        required.sort_unstable();
        let mut expected = Vec::new();
        for (name, kind) in &tool.parameters {
            let value_type = kind.trim_end_matches(" required");
            assert_eq!(schema["properties"][name]["type"], value_type, "{} {name}", tool.name);
            if kind.ends_with(" required") {
                expected.push(name.as_str());
            }
        }
        assert_eq!(required, expected, "{} requires something else", tool.name);
    }
}

#[test]
fn all_functions_of_both_references_are_there() {
    assert_eq!((NINE.len(), LATER.len()), (9, 33));
    for name in NINE.iter().chain(LATER) {
        let address = catalog().find(name).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((address.name(), address.vocabulary()), (*name, Vocabulary::Function));
    }
}

#[test]
fn the_nine_have_the_parameters_of_their_page() {
    for (function, parameters) in [
        ("list_leads", "query limit skip"),
        ("get_lead", "id*"),
        ("create_lead", "name* contacts url status_id custom"),
        ("update_lead", "id* name status_id url custom"),
        ("delete_lead", "id*"),
        ("list_contacts", "lead_id limit skip"),
        ("list_activities", "lead_id type limit skip"),
        ("create_task", "text* lead_id assignee_id due_date is_complete"),
        ("get_current_user", ""),
    ] {
        let schema = catalog().find(function).expect(function).schema();
        for parameter in parameters.split_whitespace() {
            let name = parameter.trim_end_matches('*');
            assert!(schema["properties"].get(name).is_some(), "{function} has no {name}");
            let required =
                schema["required"].as_array().is_some_and(|names| names.iter().any(|other| other == name));
            // Close requires the lead of a task, though the page calls it optional.
            let expected = parameter.ends_with('*') || (function == "create_task" && name == "lead_id");
            assert_eq!(required, expected, "{function} {name}");
        }
    }
}

#[test]
fn what_cannot_be_undone_is_marked() {
    for tool in catalog().tools() {
        let destroys = tool.call.starts_with("DELETE ")
            || tool.call.contains("merge")
            || tool.call.contains("bulk_action/delete");
        assert_eq!(tool.kind == Kind::Destructive, destroys, "{}", tool.name);
        let reads = tool.call.starts_with("GET ") || tool.call.contains("/report/");
        assert_eq!(tool.kind == Kind::Read, reads, "{}", tool.name);
    }
}
