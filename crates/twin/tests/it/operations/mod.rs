//! Every operation of Close's API, walked over one twin: it is there, it succeeds with the documented status, and its
//! answer has no member that is not documented.
//!
//! `fixtures/operations.json` holds the facts: methods, paths, statuses, query parameters, and the members of each
//! object as Close's description and samples have them.

mod bodies;

use std::collections::BTreeMap;

use reqwest::Method;
use serde::Deserialize;
use serde_json::Value;

use crate::support::{ANN, Answer, CLOSER, House};

const FACTS: &str = include_str!("../fixtures/operations.json");

#[derive(Deserialize)]
struct Facts {
    objects: BTreeMap<String, Vec<String>>,
    operations: Vec<Operation>,
}

#[derive(Deserialize)]
struct Operation {
    method: String,
    path: String,
    /// Documented status of a success.
    ok: u16,
    query: Vec<String>,
    /// The object it answers with.
    object: Option<String>,
    /// The objects it lists: a name, or their members.
    list: Option<Value>,
    /// The members of an answer that is no object of its own; null where nothing is documented.
    #[serde(default, deserialize_with = "given")]
    members: Option<Option<Vec<String>>>,
}

/// Tells a member that is null from one that is missing.
fn given<'d, D: serde::Deserializer<'d>>(from: D) -> Result<Option<Option<Vec<String>>>, D::Error> {
    Deserialize::deserialize(from).map(Some)
}

/// Members that are answered although neither the description nor a sample has them, by object, and why.
const ALSO: &[(&str, &[&str])] = &[
    // Recorded on every lead and kept for old clients (behaviour 6.1, 10.6).
    ("lead", &["custom", "summaries", "contacts_summary"]),
    // Old clients read them (behaviour 6.4: due_date; 6.28: companions of the organization's members).
    ("task", &["due_date"]),
    // Behaviour 6.5.2: stored for older clients; 6.5.1: companions and commentable objects.
    ("call", &["disposition"]),
    // Appendix B: every activity has its contact; the sample leaves it out.
    ("task_completed", &["contact_id"]),
    // Behaviour 6.28: they can be written.
    ("organization", &["enable_unsubscribe_link", "require_unsubscribe_link", "opportunity_statuses"]),
    // Behaviour 6.29: it can be written; 10.6: still there beside role_id.
    ("membership", &["may_workflows_impersonate", "role"]),
    // Behaviour 6.12 and Appendix B name them for all views.
    ("saved_search", &["used_recently"]),
    // The list of fields belongs to the answer of a single type (behaviour 6.16).
    ("custom_field", &["required", "custom_activity_type_id", "custom_object_type_id", "converting_to_type"]),
    // An opportunity status names its pipeline, a lead status may have a color (behaviour 6.10, 6.11).
    ("status", &["type", "pipeline_id", "color"]),
];

/// Envelopes of lists.
const ENVELOPE: &[&str] = &["data", "has_more", "total_results", "cursor_next", "cursor_previous", "cursor"];

/// Aggregates of lists of opportunities (behaviour 6.3).
fn is_aggregate(name: &str) -> bool {
    ["total_value_", "expected_value_", "count_by_value_period"].iter().any(|start| name.starts_with(start))
}

pub(super) struct Walk {
    pub(super) house: House,
    /// The token of an app: some operations are for apps alone.
    token: Option<String>,
    /// The object made for each collection, by its path.
    pub(super) ids: BTreeMap<String, String>,
    problems: Vec<String>,
}

impl Walk {
    pub(super) fn id(&self, path: &str) -> &str {
        self.ids.get(path).map_or("missing", String::as_str)
    }

    async fn call(&mut self, operation: &Operation, path: &str, body: Option<Value>) -> Answer {
        let method: Method = operation.method.parse().unwrap();
        let for_apps = path.contains("integration/");
        if for_apps {
            self.house.swap_token(self.token.clone());
        }
        let request = self.house.request(method.clone(), path.trim_start_matches('/'));
        let request = match body {
            Some(body) => request.json(&body),
            None if method == Method::PUT || method == Method::POST => request.json(&serde_json::json!({})),
            None => request,
        };
        let answer = self.house.send(request).await;
        self.house.swap_token(None);
        answer
    }

    async fn walk(&mut self, facts: &Facts, operation: &Operation) {
        bodies::before(self, operation.method.as_str(), &operation.path).await;
        let path = bodies::path(self, operation.method.as_str(), &operation.path);
        let body = bodies::body(self, operation.method.as_str(), &operation.path);
        let answer = self.call(operation, &path, body).await;
        let name = format!("{} {}", operation.method, operation.path);
        if answer.status.as_u16() != operation.ok {
            let told = answer.body.to_string();
            let told: String = told.chars().take(200).collect();
            return self
                .problems
                .push(format!("{name}: {} instead of {}: {told}", answer.status, operation.ok));
        }
        let collection = operation.path.as_str();
        if let Some(id) = answer.body["id"].as_str()
            && operation.method == "POST"
        {
            self.ids.insert(collection.to_owned(), id.to_owned());
        }
        if let Some(first) = answer.body["data"][0]["id"].as_str() {
            self.ids.entry(collection.to_owned()).or_insert_with(|| first.to_owned());
        }
        for stranger in strangers(facts, operation, &answer.body) {
            self.problems.push(format!("{name}: {stranger} is not documented"));
        }
    }
}

/// Members of an answer that are not documented.
fn strangers(facts: &Facts, operation: &Operation, answer: &Value) -> Vec<String> {
    if let Some(list) = &operation.list {
        let Some(members) = answer.as_object() else { return vec!["an answer that is no object".to_owned()] };
        let outside = members.keys().filter(|name| !ENVELOPE.contains(&name.as_str()) && !is_aggregate(name));
        let mut found: Vec<String> = outside.cloned().collect();
        let Some(rows) = answer["data"].as_array() else { return vec!["a list without data".to_owned()] };
        for row in rows {
            found.extend(match list {
                Value::String(object) => unknown_members(facts, object, row),
                known => others(row, &|name| known.as_array().unwrap().iter().any(|known| known == name)),
            });
        }
        found.sort();
        found.dedup();
        return found;
    }
    if let Some(object) = &operation.object {
        return unknown_members(facts, object, answer);
    }
    match &operation.members {
        Some(Some(known)) => others(answer, &|name| known.iter().any(|known| known == name)),
        _ => Vec::new(),
    }
}

fn unknown_members(facts: &Facts, object: &str, row: &Value) -> Vec<String> {
    let known = &facts.objects[object];
    let also = ALSO.iter().filter(|(name, _)| *name == object).flat_map(|(_, also)| also.iter());
    let also: Vec<&str> = also.copied().collect();
    others(row, &|name| {
        known.iter().any(|known| known == name) || also.contains(&name) || name.starts_with("custom.")
    })
}

fn others(row: &Value, known: &dyn Fn(&str) -> bool) -> Vec<String> {
    let members = row.as_object().into_iter().flatten();
    members.map(|(name, _)| name.clone()).filter(|name| !known(name)).collect()
}

/// What comes first: making, then reading and changing, then deleting what hangs on others before those.
fn turn(operation: &Operation) -> (usize, usize) {
    let last = [
        "/activity/note/",
        "/send_as/",
        "/custom_field/shared/{id}",
        "/contact/",
        "/custom_activity/",
        "/custom_object_type/",
        "/sequence/",
        "/pipeline/",
        "/status/",
        "/lead/",
    ];
    match operation.method.as_str() {
        "POST" => (0, bodies::rank(&operation.path)),
        "GET" if !operation.path.contains('{') => (1, 0),
        "GET" => (2, 0),
        "PUT" => (3, 0),
        _ => {
            // One of a collection goes before what asks for several of it.
            let late = last.iter().position(|start| operation.path.starts_with(start));
            (4, late.map_or(0, |position| 2 * position + 1 + usize::from(operation.path == last[position])))
        }
    }
}

async fn walk() -> Walk {
    let mut house = House::new().await;
    house.connect_app("Walker", ANN).await;
    let token = house.swap_token(None);
    let mut ids = BTreeMap::new();
    ids.insert("/organization/".to_owned(), CLOSER.to_owned());
    Walk { house, token, ids, problems: Vec::new() }
}

#[tokio::test]
async fn every_operation_is_there_and_answers_as_documented() {
    let facts: Facts = serde_json::from_str(FACTS).unwrap();
    assert_eq!(facts.operations.len(), 290);
    let mut order: Vec<&Operation> = facts.operations.iter().collect();
    order.sort_by_key(|operation| turn(operation));
    let mut walk = walk().await;
    bodies::prepare(&mut walk).await;
    for operation in order {
        walk.walk(&facts, operation).await;
    }
    assert!(walk.problems.is_empty(), "{} problems:\n{}", walk.problems.len(), walk.problems.join("\n"));
}

#[tokio::test]
async fn every_documented_parameter_of_a_list_is_understood() {
    let facts: Facts = serde_json::from_str(FACTS).unwrap();
    let mut walk = walk().await;
    bodies::prepare(&mut walk).await;
    let lists: Vec<&Operation> =
        facts.operations.iter().filter(|it| it.method == "GET" && it.list.is_some()).collect();
    for operation in &lists {
        let path = bodies::path(&walk, "GET", &operation.path);
        for name in &operation.query {
            let Some(value) = bodies::parameter(&walk, &operation.path, name) else { continue };
            // Some filters want company: an activity's user only with its lead (documented).
            let company = bodies::company(&operation.path, name);
            let joint = if path.contains('?') { '&' } else { '?' };
            let url = format!("{path}{joint}{name}={value}{company}");
            let answer = walk.call(operation, &url, None).await;
            if answer.status != 200 {
                walk.problems.push(format!("{url}: {} {}", answer.status, answer.body));
                continue;
            }
            let plain = !name.contains("__") && !name.starts_with('_') && value.contains('_');
            for row in answer.body["data"].as_array().into_iter().flatten().filter(|_| plain) {
                let held = row.get(name).and_then(Value::as_str);
                if held.is_some_and(|held| held != value) {
                    walk.problems.push(format!("{url}: found {held:?}"));
                }
            }
        }
    }
    assert!(walk.problems.is_empty(), "{} problems:\n{}", walk.problems.len(), walk.problems.join("\n"));
}
