//! What callers may get wrong, and what they are told.

use latch_catalog::{InvalidArguments, Problem, catalog};
use proptest::prelude::*;
use serde_json::{Value, json};

fn refused(tool: &str, arguments: Value) -> InvalidArguments {
    let address = catalog().find(tool).expect("a known tool");
    address.prepare(&arguments).expect_err("these arguments are wrong")
}

fn accepted(tool: &str, arguments: Value) -> Value {
    let address = catalog().find(tool).expect("a known tool");
    Value::Object(address.prepare(&arguments).expect("these arguments are right").arguments())
}

#[test]
fn everything_wrong_is_said_at_once() {
    let error = refused("create_lead", json!({"nmae": "Acme", "url": 7, "contacts": "nobody"}));
    insta::assert_snapshot!(error);
}

#[test]
fn an_agent_kit_caller_reads_agent_kit_names() {
    let error = refused("close_lead_get", json!({}));
    assert_eq!(error.problems, [Problem::Missing { name: "lead_id".to_owned() }]);
    let error = refused("get_lead", json!({}));
    assert_eq!(error.problems, [Problem::Missing { name: "id".to_owned() }]);
}

#[test]
fn blank_and_null_count_as_missing_where_something_is_required() {
    for value in [json!(""), json!("   "), Value::Null] {
        let error = refused("create_lead", json!({"name": value}));
        assert_eq!(error.problems, [Problem::Missing { name: "name".to_owned() }]);
    }
}

#[test]
fn whole_floats_are_integers_and_others_are_not() {
    assert_eq!(accepted("list_leads", json!({"limit": 10.0}))["_limit"], json!(10));
    let error = refused("list_leads", json!({"limit": 10.5}));
    assert!(error.to_string().contains("limit must be a whole number, not 10.5"), "{error}");
}

#[test]
fn too_many_is_lowered_and_none_is_refused() {
    assert_eq!(accepted("list_leads", json!({"limit": 5000}))["_limit"], json!(100));
    let error = refused("list_leads", json!({"limit": 0}));
    assert!(error.to_string().contains("limit must be"), "{error}");
}

#[test]
fn both_spellings_of_a_parameter_are_taken_but_not_together() {
    assert_eq!(accepted("list_leads", json!({"_limit": 7}))["_limit"], json!(7));
    assert_eq!(accepted("close_lead_get", json!({"id": "lead_x"}))["lead_id"], json!("lead_x"));
    let error = refused("list_leads", json!({"limit": 7, "_limit": 8}));
    assert!(error.to_string().contains("the same parameter"), "{error}");
}

#[test]
fn two_names_for_one_field_at_close_are_not_taken_together() {
    let both = json!({"opportunity_id": "oppo_x", "date_won": "2030-01-01", "expected_date": "2030-02-01"});
    let error = refused("close_opportunity_update", both);
    assert!(error.to_string().contains("are the same field at Close, give one"), "{error}");
}

#[test]
fn lists_may_come_as_text() {
    let contacts = accepted("create_lead", json!({"name": "Acme", "contacts": "[{\"name\": \"Jane\"}]"}));
    assert_eq!(contacts["contacts"], json!([{"name": "Jane"}]));
    let from_text = accepted(
        "close_contact_create",
        json!({"lead_id": "lead_x", "emails": "[{\"email\": \"a@b.example\"}]"}),
    );
    let from_list =
        accepted("close_contact_create", json!({"lead_id": "lead_x", "emails": [{"email": "a@b.example"}]}));
    assert_eq!(from_text, from_list);
}

#[test]
fn recipients_may_be_objects_addresses_or_one_address() {
    for to in [
        json!([{"email": "a@b.example"}]),
        json!(["a@b.example"]),
        json!("a@b.example"),
        json!("[\"a@b.example\"]"),
    ] {
        let arguments =
            accepted("close_email_create", json!({"lead_id": "lead_x", "status": "draft", "to": to}));
        assert_eq!(arguments["to"], json!(["a@b.example"]), "{to}");
    }
}

#[test]
fn an_empty_table_fits_lists_and_objects() {
    let arguments = accepted("create_lead", json!({"name": "Acme", "contacts": {}, "custom": []}));
    assert_eq!(arguments["contacts"], json!([]));
    assert_eq!(arguments["custom"], json!({}));
    assert_eq!(accepted("get_current_user", json!([])), json!({}));
}

#[test]
fn custom_fields_may_be_written_as_members_of_their_own() {
    let arguments =
        accepted("create_lead", json!({"name": "Acme", "custom.cf_abc": "x", "custom": {"Industry": "y"}}));
    assert_eq!(arguments["custom"], json!({"Industry": "y", "cf_abc": "x"}));
}

#[test]
fn an_id_cannot_walk_out_of_its_place_in_the_path() {
    for id in [".", "..", " .. ", "lead_x/../me", "lead x", "lead_é", "a%2Fb"] {
        let error = refused("get_lead", json!({"id": id}));
        assert!(error.to_string().contains("id must be an id"), "{error}");
    }
}

#[test]
fn a_custom_field_given_twice_is_not_guessed_at() {
    let twice = json!({"name": "Acme", "custom": {"cf_a": 1}, "custom.cf_a": 2});
    assert!(refused("create_lead", twice).to_string().contains("cf_a is given twice"));
    let as_text = json!({"name": "Acme", "custom": "{\"cf_b\": 1}", "custom.cf_a": 5});
    assert_eq!(accepted("create_lead", as_text)["custom"], json!({"cf_b": 1, "cf_a": 5}));
    let nameless = refused("create_lead", json!({"name": "Acme", "custom": {"": 1}}));
    assert!(nameless.to_string().contains("whose members have names"), "{nameless}");
}

#[test]
fn long_and_many_unknown_names_are_answered_at_once_and_in_short() {
    let long = "x".repeat(500_000);
    let mut given: serde_json::Map<String, Value> = (0..5_000).map(|n| (format!("p{n}"), json!(n))).collect();
    given.insert(long.clone(), json!(1));
    let error = refused("create_lead", Value::Object(given));
    assert!(error.to_string().len() < 4_000, "{}", error.to_string().len());
    assert!(error.to_string().contains("and 4981 more"), "{error}");
    let unknown = catalog().find(&long).expect_err("nothing is called that");
    assert!(unknown.to_string().len() < 500);
}

#[test]
fn an_update_must_change_something() {
    let error = refused("update_lead", json!({"id": "lead_x"}));
    assert!(error.to_string().contains("at least one of these must be provided: name"), "{error}");
}

#[test]
fn words_are_taken_in_any_case_and_wrong_ones_answered_with_the_right_ones() {
    for word in ["email", "Email", "EMAIL"] {
        accepted("list_activities", json!({"lead_id": "lead_x", "type": word}));
    }
    let error = refused("list_activities", json!({"lead_id": "lead_x", "type": "letter"}));
    assert!(error.to_string().contains("type cannot be \"letter\", allowed: "), "{error}");
    assert!(error.to_string().contains("meeting"), "{error}");
}

#[test]
fn arguments_that_are_no_object_are_refused() {
    for given in [json!("Acme"), json!(["Acme"]), json!(7)] {
        assert!(refused("create_lead", given).to_string().contains("must be an object of named values"));
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        "[ -~]{0,12}|\\.\\.|\\{\\}|\\[\\]|2026-01-01".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z_]{1,8}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Whatever is given, the answer is arguments or a message; and what passes once passes again unchanged.
    #[test]
    fn checking_never_fails_and_is_stable(index in 0_usize..200, values in prop::collection::vec(any_json(), 0..8)) {
        let tools: Vec<_> = catalog().tools().collect();
        let tool = tools[index % tools.len()];
        let address = catalog().find(&tool.name).expect("known by its own name");
        let given: serde_json::Map<String, Value> =
            tool.parameters.iter().map(|parameter| parameter.name.clone()).zip(values).collect();
        match address.prepare(&Value::Object(given)) {
            Ok(prepared) => {
                let request = prepared.request();
                prop_assert!(request.path.starts_with('/') && request.path.ends_with('/'));
                prop_assert_eq!(request.path.matches('/').count(), tool.call.matches('/').count());
                let again = address.prepare(&Value::Object(prepared.arguments()));
                prop_assert_eq!(again.map(|prepared| prepared.arguments()), Ok(prepared.arguments()));
            }
            Err(error) => prop_assert!(error.to_string().contains("No external call was made.")),
        }
    }
}
