//! Whether a node holds for an object.

use jiff::Timestamp;
use serde_json::Value;

use super::ast::{Condition, FieldRef, Mode, Moment, Node, NumberRange, Test, Words};
use super::fields;
use super::subject::Subject;
use crate::query;
use crate::resource::View;
use crate::store::{Kind, Object};

/// Whether a node holds for a subject.
pub(super) fn holds(view: View<'_>, node: &Node, subject: Subject<'_>) -> bool {
    let met = match &node.test {
        Test::All(nodes) => nodes.iter().all(|node| holds(view, node, subject)),
        Test::Any(nodes) => nodes.iter().any(|node| holds(view, node, subject)),
        Test::Everything => true,
        Test::ObjectType(object_type) => subject.is(object_type),
        Test::Id(id) => subject.object().get("id").is_some_and(|own| own == id.as_str()),
        Test::Text(words) => words.stand_in(&said(view, subject)),
        Test::Field { field, condition } => {
            let value = fields::value(view, field, subject);
            let asked = Asked { view, whole_address: is_address(field), id: is_id(field) };
            asked.fits(condition, &value)
        }
        Test::Related { this, related, query } => {
            this.is_none_or(|this| subject.is(this))
                && subject.related(view, related).any(|other| holds(view, query, other))
        }
    };
    met != node.negated
}

/// Whether the field holds e-mail addresses, which are compared whole when a whole one is asked for.
pub(super) fn is_address(field: &FieldRef) -> bool {
    matches!(field, FieldRef::Regular { object_type, name } if object_type.name == "contact_email" && name == "email")
}

/// Whether the field holds ids.
fn is_id(field: &FieldRef) -> bool {
    matches!(field, FieldRef::Regular { name, .. } if name == "id" || name.ends_with("_id"))
}

/// Whether words are a whole e-mail address.
pub(super) fn is_whole_address(words: &Words) -> bool {
    let value = words.value.trim();
    value.contains('@') && !value.contains(char::is_whitespace)
}

/// How a value is asked about.
struct Asked<'w> {
    view: View<'w>,
    /// It is an e-mail address, which is compared whole when a whole one is asked for.
    whole_address: bool,
    /// It is an id: two that differ in case are two ids.
    id: bool,
}

impl Asked<'_> {
    /// Whether a condition holds for a value; of a list, for any of its values.
    fn fits(&self, condition: &Condition, value: &Value) -> bool {
        if let Value::Array(values) = value {
            return match condition {
                Condition::Exists => !values.is_empty(),
                condition => values.iter().any(|value| self.fits(condition, value)),
            };
        }
        match condition {
            Condition::Boolean(wanted) => value.as_bool().unwrap_or(false) == *wanted,
            Condition::CurrentUser => value == &self.view.caller.user_id,
            Condition::Exists => !value.is_null() && value != "",
            Condition::Text(words) => match value {
                Value::String(text) if self.whole_address && is_whole_address(words) => {
                    same(text, words.value.trim())
                }
                Value::String(text) => words.stand_in(std::slice::from_ref(text)),
                Value::Number(number) => words.stand_in(&[number.to_string()]),
                _ => false,
            },
            Condition::Term(terms) => match value {
                Value::Null | Value::Object(_) => false,
                Value::String(own) if self.id => terms.contains(own),
                Value::String(own) => terms.iter().any(|term| same(own, term)),
                other => terms.contains(&other.to_string()),
            },
            Condition::Reference { ids, .. } => value.as_str().is_some_and(|own| {
                ids.iter().any(|id| id == own || self.view.users_of(id).iter().any(|user| user == own))
            }),
            Condition::NumberRange(range) => value.as_f64().is_some_and(|number| range.holds(number)),
            Condition::MomentRange { from, before } => {
                let offset = self.view.caller.offset;
                let moment = value.as_str().and_then(|stored| query::moment_of(stored, offset));
                moment.is_some_and(|moment| {
                    self.bound(from.as_ref(), |bound| moment >= bound)
                        && self.bound(before.as_ref(), |bound| moment < bound)
                })
            }
        }
    }

    /// Whether a moment respects a bound: one that is missing does not bind, one beyond the calendar is never met.
    fn bound(&self, bound: Option<&Moment>, respects: impl FnOnce(Timestamp) -> bool) -> bool {
        match bound {
            None => true,
            Some(bound) => bound.at(self.view.now(), self.view.caller.offset).is_some_and(respects),
        }
    }
}

fn same(left: &str, right: &str) -> bool {
    left == right || left.to_lowercase() == right.to_lowercase()
}

impl NumberRange {
    /// Its bounds with their names.
    pub(super) fn bounds(&self) -> [(&'static str, Option<f64>); 4] {
        [("gt", self.gt), ("gte", self.gte), ("lt", self.lt), ("lte", self.lte)]
    }

    fn holds(&self, number: f64) -> bool {
        self.gt.is_none_or(|bound| number > bound)
            && self.gte.is_none_or(|bound| number >= bound)
            && self.lt.is_none_or(|bound| number < bound)
            && self.lte.is_none_or(|bound| number <= bound)
    }
}

impl Words {
    /// Whether they stand in texts: a phrase in one of them, full words in all of them together.
    fn stand_in(&self, texts: &[String]) -> bool {
        let wanted = query::words(&self.value);
        match self.mode {
            Mode::Phrase => texts.iter().any(|text| query::contains(text, &wanted, false)),
            Mode::FullWords => {
                let found: Vec<String> = texts.iter().flat_map(|text| query::words(text)).collect();
                !wanted.is_empty() && wanted.iter().all(|word| found.contains(word))
            }
        }
    }
}

/// All that is written in an object; of a lead, also in its contacts and in what hangs on it.
fn said(view: View<'_>, subject: Subject<'_>) -> Vec<String> {
    match subject {
        Subject::Record(record) if record.kind == Kind::Lead => query::lead_text(view, &record.object),
        Subject::Record(record) if record.kind == Kind::Contact => query::contact_text(view, &record.object),
        subject => {
            let mut texts = Vec::new();
            written(subject.object(), &mut texts);
            texts
        }
    }
}

/// Texts of an object, without ids and dates.
fn written(object: &Object, texts: &mut Vec<String>) {
    for (name, value) in object {
        let speaks =
            !(name.ends_with("_id") || name == "id" || name.starts_with("date_") || name.ends_with("_at"));
        if speaks {
            gather(value, texts);
        }
    }
}

fn gather(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| gather(value, texts)),
        Value::Object(object) => written(object, texts),
        _ => {}
    }
}
