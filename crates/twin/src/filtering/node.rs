//! Query nodes, read from JSON. What cannot be evaluated is refused when it is read, never ignored.

use serde_json::Value;
use thiserror::Error;

use super::fields;

/// A structured query that cannot be read or evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub(crate) struct FilteringError(String);

impl FilteringError {
    fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

/// Deepest nesting of nodes.
const DEEPEST: usize = 32;

/// One node of a structured query.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// Whether the opposite is meant.
    pub(crate) negated: bool,
    /// What it asks.
    pub(crate) test: Test,
}

/// What a node asks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    All(Vec<Node>),
    Any(Vec<Node>),
    ObjectType(String),
    Everything,
    Id(String),
    Text { value: String, phrase: bool },
    Field { field: FieldRef, condition: Condition },
    Related { object_type: String, query: Box<Node> },
}

/// The field a condition looks at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FieldRef {
    Regular { object_type: String, name: String },
    Custom(String),
}

/// What is asked of a field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    Boolean(bool),
    CurrentUser,
    Exists,
    Text { value: String, phrase: bool },
    Terms(Vec<String>),
    Numbers { gt: Option<f64>, gte: Option<f64>, lt: Option<f64>, lte: Option<f64> },
    Moments { from: Option<Value>, before: Option<Value> },
}

/// Reads a node.
pub(crate) fn parse(node: &Value) -> Result<Node, FilteringError> {
    parse_at(node, 0)
}

fn parse_at(node: &Value, depth: usize) -> Result<Node, FilteringError> {
    if depth > DEEPEST {
        return Err(FilteringError::new(format!("a query may nest at most {DEEPEST} levels")));
    }
    let negated = node.get("negate").and_then(Value::as_bool).unwrap_or(false);
    let queries = || -> Result<Vec<Node>, FilteringError> {
        let nodes = node.get("queries").and_then(Value::as_array);
        let nodes =
            nodes.ok_or_else(|| FilteringError::new("a node of type and/or needs a list of queries"))?;
        nodes.iter().map(|node| parse_at(node, depth + 1)).collect()
    };
    let test = match text(node, "type")? {
        "and" => Test::All(queries()?),
        "or" => Test::Any(queries()?),
        "match_all" => Test::Everything,
        "object_type" => {
            let object_type = text(node, "object_type")?;
            if !fields::is_object_type(object_type) {
                return Err(FilteringError::new(format!("unknown object_type \"{object_type}\"")));
            }
            Test::ObjectType(object_type.to_owned())
        }
        "id" => Test::Id(text(node, "value")?.to_owned()),
        "text" => Test::Text { value: text(node, "value")?.to_owned(), phrase: phrase(node) },
        "field_condition" => {
            let part = |name: &str| node.get(name).ok_or_else(|| missing(name));
            Test::Field { field: field(part("field")?)?, condition: condition(part("condition")?)? }
        }
        "has_related" => {
            let object_type = text(node, "related_object_type")?;
            if !fields::is_object_type(object_type) {
                return Err(FilteringError::new(format!("unknown related_object_type \"{object_type}\"")));
            }
            let query = node.get("related_query").ok_or_else(|| missing("related_query"))?;
            Test::Related {
                object_type: object_type.to_owned(),
                query: Box::new(parse_at(query, depth + 1)?),
            }
        }
        other => return Err(FilteringError::new(format!("unknown query type \"{other}\""))),
    };
    Ok(Node { negated, test })
}

fn field(field: &Value) -> Result<FieldRef, FilteringError> {
    match text(field, "type")? {
        "custom_field" => Ok(FieldRef::Custom(text(field, "custom_field_id")?.to_owned())),
        "regular_field" => {
            let (object_type, name) = (text(field, "object_type")?, text(field, "field_name")?);
            if !fields::is_known(object_type, name) {
                return Err(FilteringError::new(format!("unknown field \"{name}\" of {object_type}")));
            }
            Ok(FieldRef::Regular { object_type: object_type.to_owned(), name: name.to_owned() })
        }
        other => Err(FilteringError::new(format!("unknown field type \"{other}\""))),
    }
}

fn condition(condition: &Value) -> Result<Condition, FilteringError> {
    let strings = |name: &str| -> Result<Vec<String>, FilteringError> {
        let values = condition.get(name).and_then(Value::as_array).ok_or_else(|| missing(name))?;
        let values =
            values.iter().map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        Ok(values.collect())
    };
    let moment = |name: &str| condition.get(name).filter(|moment| !moment.is_null()).cloned();
    let number = |name: &str| condition.get(name).and_then(Value::as_f64);
    Ok(match text(condition, "type")? {
        "boolean" => Condition::Boolean(condition.get("value").and_then(Value::as_bool).unwrap_or(true)),
        "current_user" => Condition::CurrentUser,
        "exists" => Condition::Exists,
        "text" => Condition::Text { value: text(condition, "value")?.to_owned(), phrase: phrase(condition) },
        "term" => Condition::Terms(strings("values")?),
        "reference" => Condition::Terms(strings("object_ids")?),
        "number_range" => {
            Condition::Numbers { gt: number("gt"), gte: number("gte"), lt: number("lt"), lte: number("lte") }
        }
        "moment_range" => {
            let (from, before) = (moment("on_or_after"), moment("before"));
            let epoch = jiff::Timestamp::UNIX_EPOCH;
            for node in [&from, &before].into_iter().flatten() {
                if super::period::moment(node, epoch, jiff::tz::Offset::UTC).is_none() {
                    return Err(FilteringError::new(format!("unknown moment {node}")));
                }
            }
            Condition::Moments { from, before }
        }
        other => return Err(FilteringError::new(format!("unknown condition type \"{other}\""))),
    })
}

fn phrase(node: &Value) -> bool {
    node.get("mode").and_then(Value::as_str) == Some("phrase")
}

fn text<'v>(node: &'v Value, name: &str) -> Result<&'v str, FilteringError> {
    node.get(name).and_then(Value::as_str).ok_or_else(|| missing(name))
}

fn missing(name: &str) -> FilteringError {
    FilteringError::new(format!("the query lacks \"{name}\""))
}
