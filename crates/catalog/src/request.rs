//! The REST call a tool makes: method, path, query and body.
//!
//! Promises that a value given for a path parameter stays one segment of the path. Leaves the encoding of
//! the query and everything about connections to whoever sends it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};

use crate::model::{Parameter, Place, Tool};

/// Characters that a path segment keeps as they are.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A request method of Close's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or asks with a body.
    Post,
    /// Changes the fields given.
    Put,
    /// Deletes.
    Delete,
}

impl Method {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

/// A request to Close's API, below `/api/v1`.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Path with a slash at both ends; parameters in it are escaped.
    pub path: String,
    /// Query parameters, not escaped.
    pub query: Vec<(String, String)>,
    /// JSON body of a POST or PUT.
    pub body: Option<Map<String, Value>>,
}

/// Method and path template of a tool.
#[derive(Debug)]
pub(crate) struct Call<'t> {
    method: Method,
    path: &'t str,
}

impl<'t> Call<'t> {
    pub(crate) fn parse(text: &'t str) -> Option<Self> {
        let (method, path) = text.split_once(' ')?;
        let method = match method {
            "GET" => Method::Get,
            "POST" => Method::Post,
            "PUT" => Method::Put,
            "DELETE" => Method::Delete,
            _ => return None,
        };
        (path.starts_with('/') && path.ends_with('/')).then_some(Self { method, path })
    }

    pub(crate) fn path_parameters(&self) -> impl Iterator<Item = &'t str> {
        self.path.split('/').filter_map(parameter_of)
    }

    fn place_of(&self, parameter: &Parameter) -> Place {
        if let Some(place) = parameter.place {
            return place;
        }
        if self.path_parameters().any(|name| name == parameter.name) {
            return Place::Path;
        }
        match self.method {
            Method::Post | Method::Put => Place::Body,
            Method::Get | Method::Delete => Place::Query,
        }
    }
}

fn parameter_of(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// Builds the request for arguments that have passed every check.
pub(crate) fn build(tool: &Tool, values: &[Option<Value>]) -> Request {
    let call = Call::parse(&tool.call).expect("checked when the catalogue was loaded");
    let mut fields = Fields { query: Vec::new(), body: Map::new() };
    let in_body = matches!(call.method, Method::Post | Method::Put);
    for (name, value) in &tool.fixed {
        fields.set(if in_body { Place::Body } else { Place::Query }, name, value.clone());
    }
    for (parameter, value) in tool.parameters.iter().zip(values) {
        let Some(value) = value else { continue };
        let place = call.place_of(parameter);
        for (name, value) in wire_fields(parameter, value) {
            fields.set(place, &name, value);
        }
    }
    let path = call
        .path
        .split('/')
        .map(|segment| match parameter_of(segment) {
            Some(name) => path_segment(tool, values, name),
            None => segment.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("/");
    Request { method: call.method, path, query: fields.query, body: in_body.then_some(fields.body) }
}

struct Fields {
    query: Vec<(String, String)>,
    body: Map<String, Value>,
}

impl Fields {
    fn set(&mut self, place: Place, name: &str, value: Value) {
        match place {
            Place::Body => {
                self.body.insert(name.to_owned(), value);
            }
            Place::Query => {
                self.query.retain(|(other, _)| other != name);
                self.query.push((name.to_owned(), query_text(&value)));
            }
            Place::Path | Place::Nowhere => {}
        }
    }
}

/// The fields that one argument sets, under Close's names and with Close's words.
fn wire_fields(parameter: &Parameter, value: &Value) -> Vec<(String, Value)> {
    let field = parameter.field.as_ref().unwrap_or(&parameter.name);
    if let (Some(prefix), Value::Object(members)) = (&parameter.spread, value) {
        return members.iter().map(|(name, value)| (format!("{prefix}{name}"), value.clone())).collect();
    }
    let word = match value {
        Value::String(text) => Some(text.as_str()),
        Value::Bool(true) => Some("true"),
        Value::Bool(false) => Some("false"),
        _ => None,
    };
    let mapped = word.and_then(|word| {
        parameter.map.iter().find(|(key, _)| key.eq_ignore_ascii_case(word)).map(|(_, mapped)| mapped)
    });
    match mapped {
        Some(Value::Object(several)) => {
            several.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
        }
        Some(mapped) => vec![(field.clone(), mapped.clone())],
        None => vec![(field.clone(), value.clone())],
    }
}

fn path_segment(tool: &Tool, values: &[Option<Value>], name: &str) -> String {
    let value = tool.parameters.iter().zip(values).find(|(parameter, _)| parameter.name == name);
    let text = value.and_then(|(_, value)| value.as_ref()).and_then(Value::as_str).unwrap_or_default();
    utf8_percent_encode(text.trim(), SEGMENT).to_string()
}

fn query_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        // Close takes an empty value for null.
        Value::Null => String::new(),
        Value::Array(items) => items.iter().map(query_text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// Whether a text can stand in the path. Ids are letters, digits, `_` and `-`; anything else, escaped or not,
/// could address another object once something on the way decodes it. A name that is still to be looked up
/// may be any text but `.` and `..`.
pub(crate) fn is_safe_segment(parameter: &Parameter, text: &str) -> bool {
    let text = text.trim();
    if parameter.lookup.is_some() {
        return !matches!(text, "" | "." | "..");
    }
    !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-".contains(letter))
}

pub(crate) fn is_path_parameter(tool: &Tool, parameter: &Parameter) -> bool {
    Call::parse(&tool.call).is_some_and(|call| call.path_parameters().any(|name| name == parameter.name))
}
