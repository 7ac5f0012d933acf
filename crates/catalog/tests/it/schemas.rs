//! Published schemas: what model clients accept.

use latch_catalog::{Catalog, Vocabulary, catalog};
use serde_json::{Value, json};

const REFUSED_BY_CLIENTS: &[&str] = &["$ref", "$defs", "definitions", "anyOf", "oneOf", "allOf", "not", "if"];

fn assert_flat(schema: &Value, path: &str) {
    match schema {
        Value::Object(members) => {
            for (name, value) in members {
                assert!(!REFUSED_BY_CLIENTS.contains(&name.as_str()), "{path} uses {name}");
                assert!(
                    name != "type" || value.is_string() || value.is_object(),
                    "{path} has a list of types"
                );
                assert_flat(value, &format!("{path}.{name}"));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| assert_flat(item, path)),
        _ => {}
    }
}

#[test]
fn every_schema_is_valid_flat_and_closed() {
    for tool in catalog().tools() {
        for vocabulary in [Vocabulary::AgentKit, Vocabulary::Function] {
            let schema = catalog().address(tool, vocabulary).schema();
            jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{}: {error}", tool.name));
            assert_flat(&schema, &tool.name);
            assert_eq!(schema["type"], "object", "{}", tool.name);
            assert_eq!(schema["additionalProperties"], false, "{}", tool.name);
            assert!(schema["properties"].is_object() && schema["required"].is_array(), "{}", tool.name);
        }
    }
}

#[test]
fn every_example_passes_the_schema_it_is_published_with_and_our_own_check() {
    for tool in catalog().tools() {
        for vocabulary in [Vocabulary::AgentKit, Vocabulary::Function] {
            let address = catalog().address(tool, vocabulary);
            let schema = jsonschema::validator_for(&address.schema()).expect("a valid schema");
            for (title, input) in address.examples() {
                let input = Value::Object(input);
                if let Err(error) = schema.validate(&input) {
                    panic!("{} ({vocabulary:?}), {title}: {error}", tool.name);
                }
                address.prepare(&input).unwrap_or_else(|error| panic!("{title}: {error}"));
            }
        }
    }
}

#[test]
fn a_tool_without_parameters_has_a_schema_all_the_same() {
    let data = r#"
        title = "Nothing"
        summary = "An object with one tool."
        [[tool]]
        name = "close_nothing_get"
        function = "get_nothing"
        title = "Get nothing"
        kind = "read"
        call = "GET /nothing/"
        summary = "Read nothing."
        example = [{ title = "Nothing", input = {} }]
    "#;
    let catalog = Catalog::load(&[("nothing.toml", data)]).expect("sound data");
    let schema = catalog.find("get_nothing").expect("known").schema();
    let empty = json!({"type": "object", "properties": {}, "required": [], "additionalProperties": false});
    assert_eq!(schema, empty);
}

#[test]
fn the_two_vocabularies_differ_in_names_and_in_text_that_holds_json() {
    let schema = |name| catalog().find(name).expect("known").schema();
    insta::assert_json_snapshot!("contact_create_agentkit", schema("close_contact_create"));
    insta::assert_json_snapshot!("contact_create_function", schema("create_contact"));
}
