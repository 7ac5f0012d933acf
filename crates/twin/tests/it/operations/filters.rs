//! Every documented filter of a list whose parameter is named after a member of what is listed.
//!
//! Each is asked for the value of an object that is there: what comes back must hold that value, or lie on the right
//! side of it, and the object must come back unless it lies on the border that was excluded; asked
//! for another value it must stay away. Parameters that are named after nothing in the object must be understood; what
//! they mean is tested elsewhere.

use latch_twin::TwinOptions;
use reqwest::Method;
use serde_json::{Value, json};

use super::documentation::Documentation;
use crate::support::{ACTIVITY_TYPE, ANN, BOB, CLOSER, CONTACT, House, LEAD};

/// Parameters that a list needs, or without which a filter is refused (documented).
fn scope<'p>(path: &str, parameter: &'p str) -> Vec<(&'p str, &'p str)> {
    let mut scope = Vec::new();
    let lead = path.starts_with("activity/") || path == "custom_object/" || path == "sequence_subscription/";
    if lead && !parameter.starts_with("lead_id") {
        scope.push(("lead_id", LEAD));
    }
    if path.starts_with("activity/") && parameter.starts_with("activity_at") {
        scope.push(("_order_by", "-activity_at"));
    }
    if path == "task/" && !parameter.starts_with("_type") {
        scope.push(("_type", "all"));
    }
    if path == "comment/" && !["thread_id", "object_id"].contains(&parameter) {
        scope.push(("object_id", NOTE));
    }
    if path == "send_as/" && parameter != "allowing_user_id" {
        scope.push(("allowing_user_id", ANN));
    }
    scope
}

/// The note of the demo data that was commented on.
const NOTE: &str = "acti_4xeBLis3N5PEPBHSBnNnO2mjg2YOAFF94nX2UHO0vwO";

/// Values of parameters that are named after nothing in the object.
const OTHERS: &[(&str, &str)] = &[
    ("_limit", "1"),
    ("_skip", "1"),
    ("_fields", "id"),
    ("_order_by", "-date_created"),
    ("_group_by", "user_id"),
    ("ids", "comthr_2pXQBocvEMT54XuAekvN4y"),
    ("object_ids", NOTE),
    ("query", "note:important"),
    ("lead_query", "acme"),
    ("lead_saved_search_id", "save_w2obf1VNuEJMmagU3oiGddeBL3sgaEvIu10ncmvpKR9"),
    ("organization_id", CLOSER),
    ("contact_id", CONTACT),
    ("user_id", ANN),
    ("user_id__in", ANN),
    ("object_id", NOTE),
    ("status", "Won"),
    ("status__in", "Won,Lost"),
    ("is_archived", "false"),
    ("format", "full"),
];

#[tokio::test]
async fn every_documented_filter_keeps_what_it_names() {
    let house = House::with(TwinOptions { leads: 12, ..TwinOptions::default() }).await;
    diversify(&house).await;
    let documentation = Documentation::read();
    let mut wrong = Vec::new();
    let mut checked = 0;
    for operation in documentation.operations() {
        let Some(path) = operation.name.strip_prefix("GET /").filter(|path| !path.contains('{')) else {
            continue;
        };
        let everything = list(&house, path, "", None).await;
        for parameter in &operation.query {
            let member = parameter.split_once("__").map_or(&**parameter, |(member, _)| member);
            let problem = if let Some(sample) = everything.iter().find(|object| !object[member].is_null()) {
                checked += 1;
                narrows(&house, path, parameter, sample).await
            } else {
                is_understood(&house, path, parameter).await
            };
            wrong.extend(problem.map(|problem| format!("{path} by {parameter}: {problem}")));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(checked >= 306, "only {checked} filters were checked");
}

/// Objects of which the demo data has none that say something under every filter.
async fn diversify(house: &House) {
    house.post("activity/note/", json!({"lead_id": LEAD, "contact_id": CONTACT, "note": "Hello"})).await;
    house
        .post(
            "activity/custom/",
            json!({
                "lead_id": LEAD, "contact_id": CONTACT, "custom_activity_type_id": ACTIVITY_TYPE, "status": "draft",
            }),
        )
        .await;
    for name in ["Discovery", "Renewal"] {
        house.post("playbook/", json!({ "name": name })).await;
    }
    house.post("send_as/", json!({"allowing_user_id": ANN, "allowed_user_id": BOB})).await;
}

/// What is wrong with a filter, asked for the value of an object and for another one.
async fn narrows(house: &House, path: &str, parameter: &str, sample: &Value) -> Option<String> {
    let member = parameter.split_once("__").map_or(parameter, |(member, _)| member);
    let kept = list(house, path, parameter, Some(&plain(&sample[member]))).await;
    if let Some(problem) = judge(parameter, sample, &kept) {
        return Some(problem);
    }
    let elsewhere = elsewhere(parameter, &sample[member])?;
    let kept = list(house, path, parameter, Some(&elsewhere)).await;
    let found = kept.iter().any(|object| object["id"] == sample["id"]);
    found.then(|| format!("asked for {elsewhere}, got {}", sample[member]))
}

/// What is wrong with a parameter that names nothing its objects hold.
async fn is_understood(house: &House, path: &str, parameter: &str) -> Option<String> {
    let Some((_, value)) = OTHERS.iter().find(|(name, _)| *name == parameter) else {
        return Some("there is no value to ask with".to_owned());
    };
    let mut query = scope(path, parameter);
    query.push((parameter, value));
    let answer = house.send(house.request(Method::GET, path).query(&query)).await;
    (answer.status != 200).then(|| format!("{} {}", answer.status, answer.body))
}

/// The objects of a list, all or filtered.
async fn list(house: &House, path: &str, parameter: &str, value: Option<&str>) -> Vec<Value> {
    let mut query = scope(path, parameter);
    query.extend(value.map(|value| (parameter, value)));
    let answer = house.send(house.request(Method::GET, path).query(&query)).await;
    // What a list refuses with its filter is shown as one object that does not fit.
    answer.body["data"].as_array().cloned().unwrap_or_else(|| vec![answer.body])
}

/// What is wrong with the objects a filter kept, when it was asked for the value of one of them.
fn judge(parameter: &str, sample: &Value, kept: &[Value]) -> Option<String> {
    let (member, comparison) = parameter.split_once("__").unwrap_or((parameter, ""));
    let wanted = &sample[member];
    let place = |object: &Value| match (&object[member], wanted) {
        (Value::String(found), Value::String(wanted)) => found.cmp(wanted),
        (found, wanted) => found.as_i64().cmp(&wanted.as_i64()),
    };
    let fits = |object: &&Value| match comparison {
        "gt" => place(object).is_gt(),
        "gte" => place(object).is_ge(),
        "lt" => place(object).is_lt(),
        "lte" => place(object).is_le(),
        _ => object[member] == *wanted,
    };
    if let Some(other) = kept.iter().find(|object| !fits(object)) {
        return Some(format!(
            "asked for {wanted}, got {}",
            if other.get(member).is_some() { &other[member] } else { other }
        ));
    }
    let excluded = matches!(comparison, "gt" | "lt");
    if excluded == kept.iter().any(|object| object["id"] == sample["id"]) {
        return Some(format!(
            "asked for {wanted}, its object is {}",
            if excluded { "there" } else { "missing" }
        ));
    }
    None
}

/// A value that the filter must not keep an object with this one for; `None` when there is no such value.
fn elsewhere(parameter: &str, value: &Value) -> Option<String> {
    let (member, comparison) = parameter.split_once("__").unwrap_or((parameter, ""));
    let is_moment = member.contains("date") || member.ends_with("_at");
    match (value, comparison) {
        (_, "gt" | "gte") if is_moment => Some("2100-01-01".to_owned()),
        _ if is_moment => Some("1990-01-01".to_owned()),
        (Value::Bool(flag), _) => Some((!flag).to_string()),
        (Value::String(text), _) => Some(format!("{text}x")),
        _ => None,
    }
}

/// A value as it stands in a query string.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
