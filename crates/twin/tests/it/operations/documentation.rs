//! What Close documents of its operations, as facts: paths, parameters, bodies, statuses, and the members of answers.
//!
//! Promises to find every member of an answer that its documented object does not have, at any depth. The facts are in
//! `fixtures/operations.json`; they come from Close's published schemas and, where those say nothing, from the samples
//! and the text of its documentation. It leaves calling operations to `walk`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

const FIXTURE: &str = include_str!("../fixtures/operations.json");

/// Members that answers carry although no documentation lists them: the object, the member, and why it is there.
const EXTRAS: &[(&str, &str, &str)] =
    &[("activity_report", "lookup", "programs in use read the names of users from it")];

#[derive(Deserialize)]
pub(super) struct Documentation {
    /// The object of each `_type` of activity; these have the members of the object `activity` too.
    activities: BTreeMap<String, String>,
    objects: BTreeMap<String, Vec<Member>>,
    operations: Vec<Operation>,
}

/// A member of an object.
#[derive(Deserialize)]
#[serde(untagged)]
enum Member {
    /// A scalar, or something with members of its own choice.
    Plain(String),
    /// One or several objects of a documented kind.
    Nested(BTreeMap<String, String>),
}

/// One operation of Close.
#[derive(Deserialize)]
pub(super) struct Operation {
    /// Its method and path.
    pub(super) name: String,
    /// Names of its query parameters.
    #[serde(default)]
    pub(super) query: Vec<String>,
    /// Members its body may have.
    #[serde(default)]
    body: Vec<String>,
    /// Whether Close documents no body, and these are only members that clients were seen to send.
    #[serde(default)]
    body_is_incomplete: bool,
    /// Members its body must have.
    #[serde(default)]
    pub(super) required: Vec<String>,
    /// The status of its success.
    #[serde(default = "ok")]
    pub(super) status: u16,
    answer: Option<AnswerKind>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum AnswerKind {
    Object(String),
    List { list: String },
}

const fn ok() -> u16 {
    200
}

impl Operation {
    /// The members of a body that Close does not document.
    pub(super) fn undocumented<'b>(&self, body: &'b Value) -> Vec<&'b str> {
        let members = body.as_object().into_iter().flat_map(|body| body.keys()).map(String::as_str);
        let known = |name: &str| {
            self.body_is_incomplete
                || name.starts_with("custom.cf_")
                // Parameters may stand in any body.
                || name == "_params"
                || self.body.iter().any(|known| known == name)
        };
        members.filter(|name| !known(name)).collect()
    }
}

impl Documentation {
    pub(super) fn read() -> Self {
        serde_json::from_str(FIXTURE).unwrap()
    }

    pub(super) fn operations(&self) -> &[Operation] {
        &self.operations
    }

    pub(super) fn find(&self, operation: &str) -> Option<&Operation> {
        self.operations.iter().find(|other| other.name == operation)
    }

    /// The members of an answer that are not documented, each with the object it was found in.
    pub(super) fn undocumented(&self, operation: &Operation, answer: &Value) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        match &operation.answer {
            None => self.check("nothing", answer, &mut found),
            // Close says that there is an answer, and not what is in it.
            Some(AnswerKind::Object(name)) if name == "undocumented" => {}
            Some(AnswerKind::Object(name)) => self.check(name, answer, &mut found),
            Some(AnswerKind::List { list }) => {
                for member in answer.as_object().into_iter().flat_map(|list| list.keys()) {
                    if !["data", "has_more", "total_results"].contains(&member.as_str()) {
                        found.insert(format!("list: {member}"));
                    }
                }
                match answer["data"].as_array() {
                    None => _ = found.insert("list: there is no data".to_owned()),
                    Some(data) => data.iter().for_each(|object| self.check(list, object, &mut found)),
                }
            }
        }
        found
    }

    fn check(&self, name: &str, value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.check(name, value, found)),
            Value::Object(members) => {
                let kind = members.get("_type").and_then(Value::as_str);
                let name = match kind.and_then(|kind| self.activities.get(kind)) {
                    Some(activity) if name == "activity" => activity,
                    _ => name,
                };
                for (member, value) in members {
                    if member.starts_with("custom.cf_") {
                        continue;
                    }
                    match self.member(name, member) {
                        Some(Member::Plain(_)) => {}
                        Some(Member::Nested(nested)) => {
                            for name in nested.values() {
                                self.check(name, value, found);
                            }
                        }
                        None if EXTRAS.iter().any(|extra| (extra.0, extra.1) == (name, member)) => {}
                        None => _ = found.insert(format!("{name}: {member}")),
                    }
                }
            }
            _ => {}
        }
    }

    fn member(&self, object: &str, member: &str) -> Option<&Member> {
        let in_object = |object: &str| {
            self.objects.get(object)?.iter().find(|known| match known {
                Member::Plain(name) => name == member,
                Member::Nested(nested) => nested.contains_key(member),
            })
        };
        let is_activity = self.activities.values().any(|activity| activity == object);
        in_object(object).or_else(|| if is_activity { in_object("activity") } else { None })
    }
}
