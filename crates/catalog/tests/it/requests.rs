//! The REST call each tool makes.

use latch_catalog::{Request, catalog};
use serde_json::{Value, json};

fn request(tool: &str, arguments: Value) -> Request {
    let address = catalog().find(tool).expect("a known tool");
    address.prepare(&arguments).unwrap_or_else(|error| panic!("{error}")).request()
}

fn line(request: &Request) -> String {
    let query: Vec<String> = request.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let body = request.body.as_ref().map(|body| Value::Object(body.clone()).to_string()).unwrap_or_default();
    format!("{} {} [{}] {body}", request.method.as_str(), request.path, query.join("&")).trim_end().to_owned()
}

#[test]
fn the_nine_functions_are_mapped_as_promised() {
    for (tool, arguments, expected) in [
        ("list_leads", json!({"query": "Acme"}), "GET /lead/ [query=Acme&_limit=25]"),
        ("list_leads", json!({"limit": 10, "skip": 20}), "GET /lead/ [_limit=10&_skip=20]"),
        ("get_lead", json!({"id": "lead_x"}), "GET /lead/lead_x/ []"),
        ("create_lead", json!({"name": "Acme"}), "POST /lead/ [] {\"name\":\"Acme\"}"),
        ("update_lead", json!({"id": "lead_x", "name": "B"}), "PUT /lead/lead_x/ [] {\"name\":\"B\"}"),
        ("delete_lead", json!({"id": "lead_x"}), "DELETE /lead/lead_x/ []"),
        ("list_contacts", json!({"lead_id": "lead_x"}), "GET /contact/ [lead_id=lead_x&_limit=25]"),
        (
            "list_activities",
            json!({"lead_id": "lead_x", "type": "sms"}),
            "GET /activity/ [lead_id=lead_x&_limit=25&_type=SMS]",
        ),
        (
            "create_task",
            json!({"text": "Call", "lead_id": "lead_x", "assignee_id": "user_x", "due_date": "2026-04-15", "is_complete": false}),
            "POST /task/ [] {\"_type\":\"lead\",\"assigned_to\":\"user_x\",\"date\":\"2026-04-15\",\"is_complete\":false,\"lead_id\":\"lead_x\",\"text\":\"Call\"}",
        ),
        ("get_current_user", json!({}), "GET /me/ []"),
    ] {
        let mut request = request(tool, arguments);
        // The order of members in a body means nothing.
        if let Some(body) = &mut request.body {
            body.sort_keys();
        }
        request.query.sort_by_key(|(name, _)| (name.starts_with('_'), name != "lead_id", name.clone()));
        assert_eq!(line(&request), expected, "{tool}");
    }
}

#[test]
fn an_agent_kit_list_sends_no_limit_of_its_own() {
    assert_eq!(line(&request("close_leads_list", json!({}))), "GET /lead/ []");
}

#[test]
fn pausing_a_subscription_is_a_status_at_close() {
    let paused =
        request("close_sequence_subscription_update", json!({"subscription_id": "sub_x", "pause": true}));
    assert_eq!(line(&paused), "PUT /sequence_subscription/sub_x/ [] {\"status\":\"paused\"}");
    let resumed =
        request("close_sequence_subscription_update", json!({"subscription_id": "sub_x", "pause": false}));
    assert_eq!(line(&resumed), "PUT /sequence_subscription/sub_x/ [] {\"status\":\"active\"}");
}

#[test]
fn the_words_people_use_for_a_call_become_those_of_close() {
    let body = |status: &str| {
        request("close_call_create", json!({"lead_id": "lead_x", "status": status})).body.expect("a body")
    };
    assert_eq!(body("completed")["status"], "completed");
    assert_eq!(body("no_answer")["status"], "no-answer");
    let voicemail = body("left_voicemail");
    assert_eq!((&voicemail["status"], &voicemail["disposition"]), (&json!("completed"), &json!("vm-left")));
}

#[test]
fn bulk_filters_go_to_the_query_and_changes_to_the_body() {
    let request =
        request("close_tasks_bulk_update", json!({"filter_lead_id": "lead_x", "is_complete": true}));
    assert_eq!(line(&request), "PUT /task/ [lead_id=lead_x] {\"is_complete\":true}");
}

#[test]
fn a_name_that_is_still_to_be_looked_up_stays_one_segment_of_the_path() {
    assert_eq!(request("get_pipeline", json!({"id": "a/b?c#d é"})).path, "/pipeline/a%2Fb%3Fc%23d%20%C3%A9/");
}

#[test]
fn a_comment_in_plain_text_becomes_rich_text() {
    let body = request("close_comment_create", json!({"object_id": "acti_x", "body": "R&D says <yes>"})).body;
    assert_eq!(body.expect("a body")["body"], "<body><p>R&amp;D says &lt;yes&gt;</p></body>");
}

#[test]
fn the_organizations_currency_is_not_ours_to_send() {
    let body = request(
        "close_opportunity_create",
        json!({"lead_id": "lead_x", "status_id": "stat_x", "value": 1_200_000.0, "value_currency": "USD", "expected_date": "2026-06-30"}),
    )
    .body
    .expect("a body");
    assert_eq!(body["value"], json!(1_200_000));
    assert_eq!(body["date_won"], "2026-06-30");
    assert!(!body.contains_key("value_currency") && !body.contains_key("expected_date"));
}

#[test]
fn names_are_looked_up_and_wrong_ones_answered_with_the_list() {
    let address = catalog().find("create_lead").expect("known");
    let statuses =
        [json!({"id": "stat_1", "label": "Potential"}), json!({"id": "stat_2", "label": "Bad Fit"})];

    let mut prepared =
        address.prepare(&json!({"name": "Acme", "status_id": "bad fit"})).expect("right so far");
    let lookups = prepared.lookups();
    assert_eq!(lookups.iter().map(|lookup| lookup.path.as_str()).collect::<Vec<_>>(), ["/status/lead/"]);
    prepared.resolve(lookups[0], &statuses).expect("the label exists");
    assert_eq!(prepared.request().body.expect("a body")["status_id"], "stat_2");
    assert!(prepared.lookups().is_empty());

    let mut prepared = address.prepare(&json!({"name": "Acme", "status_id": "Hot"})).expect("right so far");
    let error = prepared.resolve(lookups[0], &statuses).expect_err("no such label");
    assert!(
        error.to_string().contains("status_id cannot be \"Hot\", allowed: Potential, Bad Fit"),
        "{error}"
    );

    let with_id = address.prepare(&json!({"name": "Acme", "status_id": "stat_x"})).expect("right");
    assert!(with_id.lookups().is_empty(), "an id needs no list");
}

#[test]
fn custom_fields_are_sent_by_id_whatever_they_were_called() {
    let address = catalog().find("update_lead").expect("known");
    let mut prepared = address
        .prepare(&json!({"id": "lead_x", "custom": {"Industry": ["SaaS"], "cf_y": null}}))
        .expect("right so far");
    let lookups = prepared.lookups();
    prepared.resolve(lookups[0], &[json!({"id": "cf_x", "name": "Industry"})]).expect("the field exists");
    let body = prepared.request().body.expect("a body");
    assert_eq!(Value::Object(body), json!({"custom.cf_x": ["SaaS"], "custom.cf_y": null}));
}

#[test]
fn lists_are_wrapped_for_functions_and_left_alone_for_agent_kit() {
    let answer = json!({"data": [{"_type": "LeadStatusChange"}], "has_more": true});
    let present = |name: &str| {
        let prepared =
            catalog().find(name).expect("known").prepare(&json!({"lead_id": "lead_x", "_skip": 5}));
        prepared.expect("right").present(answer.clone())
    };
    assert_eq!(
        present("list_activities").data,
        json!({
            "activities": [{"_type": "LeadStatusChange", "type": "lead_status_change"}],
            "count": 1, "has_more": true, "_skip": 5,
        })
    );
    assert_eq!(present("close_activities_list").data, answer);
    assert_eq!(present("close_activities_list").list.as_deref(), Some("activities"));
}

#[test]
fn a_deletion_says_what_is_gone() {
    let prepared =
        catalog().find("delete_lead").expect("known").prepare(&json!({"id": "lead_x"})).expect("right");
    let message = "Lead 'lead_x' has been permanently deleted.";
    assert_eq!(
        prepared.present(json!({})).data,
        json!({"id": "lead_x", "deleted": true, "message": message})
    );
}
