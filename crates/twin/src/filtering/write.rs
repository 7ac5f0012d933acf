//! A structured query as JSON again, in the form Close's own documentation shows. What is written here reads as the
//! same query.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::ast::{Condition, End, FieldRef, Mode, Moment, Node, Sort, Test, Words};
use crate::store::Object;

impl Node {
    /// As JSON.
    pub(crate) fn to_json(&self) -> Value {
        let mut node = match &self.test {
            Test::All(nodes) => json!({"type": "and", "queries": all(nodes)}),
            Test::Any(nodes) => json!({"type": "or", "queries": all(nodes)}),
            Test::ObjectType(object_type) => json!({"type": "object_type", "object_type": object_type.name}),
            Test::Everything => json!({"type": "match_all"}),
            Test::Id(id) => json!({"type": "id", "value": id}),
            Test::Text(words) => words.to_json(),
            Test::Field { field, condition } => json!({
                "type": "field_condition", "field": field.to_json(), "condition": condition.to_json(),
            }),
            Test::Related { this, related, query } => {
                let mut node = json!({
                    "type": "has_related", "related_object_type": related.name, "related_query": query.to_json(),
                });
                if let Some(this) = this {
                    node["this_object_type"] = this.name.into();
                }
                node
            }
        };
        node["negate"] = self.negated.into();
        node
    }
}

fn all(nodes: &[Node]) -> Vec<Value> {
    nodes.iter().map(Node::to_json).collect()
}

impl Words {
    fn to_json(&self) -> Value {
        json!({"type": "text", "mode": self.mode.name(), "value": self.value})
    }
}

impl Mode {
    /// As it is written.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::FullWords => "full_words",
            Self::Phrase => "phrase",
        }
    }
}

impl FieldRef {
    /// As JSON.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Regular { object_type, name } => {
                json!({"type": "regular_field", "object_type": object_type.name, "field_name": name})
            }
            Self::Custom(id) => json!({"type": "custom_field", "custom_field_id": id}),
        }
    }
}

impl Condition {
    fn to_json(&self) -> Value {
        match self {
            Self::Boolean(value) => json!({"type": "boolean", "value": value}),
            Self::CurrentUser => json!({"type": "current_user"}),
            Self::Exists => json!({"type": "exists"}),
            Self::Text(words) => words.to_json(),
            Self::Term(values) => json!({"type": "term", "values": values}),
            Self::Reference { reference_type, ids } => {
                json!({"type": "reference", "reference_type": reference_type, "object_ids": ids})
            }
            Self::NumberRange(range) => {
                let mut node = Object::new();
                node.insert("type".to_owned(), "number_range".into());
                for (name, bound) in range.bounds() {
                    if let Some(bound) = bound {
                        node.insert(name.to_owned(), json!(bound));
                    }
                }
                Value::Object(node)
            }
            Self::MomentRange { from, before } => json!({
                "type": "moment_range",
                "on_or_after": from.as_ref().map(Moment::to_json),
                "before": before.as_ref().map(Moment::to_json),
            }),
        }
    }
}

impl Moment {
    fn to_json(&self) -> Value {
        match self {
            Self::Now => json!({"type": "now"}),
            Self::Utc(moment) => json!({"type": "fixed_utc", "value": Timestamp::to_string(moment)}),
            Self::Date { date, end } => {
                json!({"type": "fixed_local_date", "value": date.to_string(), "which": end.name()})
            }
            Self::Period { period, end } => json!({
                "type": "start_end_of_predefined_relative_period", "range": period.name(), "which": end.name(),
            }),
            Self::Offset { future, from, by, day_end } => {
                let parts: Object =
                    by.parts().into_iter().map(|(name, amount)| (name.to_owned(), amount.into())).collect();
                json!({
                    "type": "offset",
                    "direction": if *future { "future" } else { "past" },
                    "moment": from.to_json(),
                    "offset": parts,
                    "which_day_end": day_end.map(End::name),
                })
            }
        }
    }
}

impl End {
    /// As it is written.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::End => "end",
        }
    }
}

impl Sort {
    /// As JSON.
    pub(crate) fn to_json(&self) -> Value {
        let direction = if self.descending { "desc" } else { "asc" };
        json!({"direction": direction, "field": self.field.to_json()})
    }
}
