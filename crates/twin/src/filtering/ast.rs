//! A structured query as it is written: nodes, fields, conditions, moments, orders.
//!
//! Everything here was understood when it was read (`read`) and can be written as JSON again (`write`). What a query
//! means for an object is decided in `evaluate`.

use jiff::Timestamp;
use jiff::civil::Date;

use super::period::Period;
use super::types::ObjectType;

/// One node of a structured query.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// Whether the opposite is meant.
    pub(crate) negated: bool,
    /// What it asks.
    pub(crate) test: Test,
}

/// What a node asks of an object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Test {
    /// `and`
    All(Vec<Node>),
    /// `or`
    Any(Vec<Node>),
    /// `object_type`
    ObjectType(&'static ObjectType),
    /// `match_all`
    Everything,
    /// `id`
    Id(String),
    /// `text`: anywhere in what is written in the object.
    Text(Words),
    /// `field_condition`
    Field { field: FieldRef, condition: Condition },
    /// `has_related`: one related object for which the query holds.
    Related { this: Option<&'static ObjectType>, related: &'static ObjectType, query: Box<Node> },
}

/// Words to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) value: String,
    pub(crate) mode: Mode,
}

/// How words are looked for. Case never matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// All of them, in any order.
    FullWords,
    /// One after the other.
    Phrase,
}

/// The field a condition or an order looks at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum FieldRef {
    /// A member of objects of a type, or something worked out for them.
    Regular { object_type: &'static ObjectType, name: String },
    /// A custom field, own or shared, by its id.
    Custom(String),
}

/// What is asked of a field.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    /// A flag is this; what is not set counts as false.
    Boolean(bool),
    /// The user who asks.
    CurrentUser,
    /// There is a value.
    Exists,
    /// The words are in it.
    Text(Words),
    /// It is one of these, compared whole and in any case.
    Term(Vec<String>),
    /// It refers to one of these objects. A group stands for its members.
    Reference { reference_type: String, ids: Vec<String> },
    /// Within bounds; without any, every number.
    NumberRange(NumberRange),
    /// From one moment on, and before another.
    MomentRange { from: Option<Moment>, before: Option<Moment> },
}

/// Bounds of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct NumberRange {
    pub(crate) gt: Option<f64>,
    pub(crate) gte: Option<f64>,
    pub(crate) lt: Option<f64>,
    pub(crate) lte: Option<f64>,
}

/// A moment, before it is known when and where it is asked.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Moment {
    /// `now`
    Now,
    /// `fixed_utc`: an absolute moment. Close's own name for it is not known (chosen).
    Utc(Timestamp),
    /// `fixed_local_date`: an end of a day where the caller is.
    Date { date: Date, end: End },
    /// `start_end_of_predefined_relative_period`: an end of a period such as `this-week`.
    Period { period: Period, end: End },
    /// `offset`: so far from another moment; with `day_end`, an end of the day it falls on.
    Offset { future: bool, from: Box<Moment>, by: Span, day_end: Option<End> },
}

/// The beginning or the end of a day or period. The end is the first moment after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Start,
    End,
}

/// A stretch of time in calendar units, never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) years: i64,
    pub(crate) months: i64,
    pub(crate) weeks: i64,
    pub(crate) days: i64,
    pub(crate) hours: i64,
    pub(crate) minutes: i64,
    pub(crate) seconds: i64,
}

/// One key of an order; objects without a value come last either way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sort {
    pub(crate) field: FieldRef,
    pub(crate) descending: bool,
}

impl Node {
    /// The types of object the query as a whole asks for, by the `object_type` nodes that every match must meet.
    pub(crate) fn object_types(&self) -> Vec<&'static ObjectType> {
        if self.negated {
            return Vec::new();
        }
        match &self.test {
            Test::ObjectType(object_type) => vec![*object_type],
            Test::All(nodes) => {
                let named = nodes.iter().map(Self::object_types);
                named.into_iter().find(|types| !types.is_empty()).unwrap_or_default()
            }
            Test::Any(nodes) => {
                let each: Vec<_> = nodes.iter().map(Self::object_types).collect();
                if each.iter().any(Vec::is_empty) {
                    return Vec::new();
                }
                let mut types: Vec<&'static ObjectType> = Vec::new();
                for object_type in each.into_iter().flatten() {
                    if !types.contains(&object_type) {
                        types.push(object_type);
                    }
                }
                types
            }
            _ => Vec::new(),
        }
    }
}
