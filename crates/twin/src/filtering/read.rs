//! Structured queries, read from JSON. What cannot be evaluated is refused when it is read, never ignored; the
//! refusal names the node and says what is allowed. Members nobody knows are ignored.

use serde_json::Value;

use super::ast::{Condition, End, FieldRef, Mode, Moment, Node, NumberRange, Sort, Span, Test, Words};
use super::error::FilteringError;
use super::fields;
use super::period::Period;
use super::place::{Place, words};
use super::types::{self, ObjectType};
use crate::store::{parse_date, parse_moment};

/// Deepest nesting of nodes and moments (chosen: Close publishes no limit).
const DEEPEST: usize = 32;
/// Most nodes of one query (chosen).
const MOST_NODES: usize = 5_000;
/// Most keys of an order (documented for a sibling parameter).
const MOST_SORTS: usize = 3;
/// Most units of one kind an offset may have.
const FARTHEST: i64 = 1_000_000;

const NODES: &[&str] =
    &["and", "or", "object_type", "match_all", "id", "text", "field_condition", "has_related"];
const CONDITIONS: &[&str] =
    &["boolean", "current_user", "exists", "text", "term", "reference", "number_range", "moment_range"];
const MOMENTS: &[&str] =
    &["now", "fixed_utc", "fixed_local_date", "start_end_of_predefined_relative_period", "offset"];

/// Reads a query node.
pub(crate) fn parse(node: &Value) -> Result<Node, FilteringError> {
    Reader { nodes: 0 }.node(&Place::root(node), 0)
}

/// Reads an order: a list of at most three keys; null is none.
pub(crate) fn parse_sort(sort: &Value) -> Result<Vec<Sort>, FilteringError> {
    let place = Place::root(sort);
    if sort.is_null() {
        return Ok(Vec::new());
    }
    let keys = place.items()?;
    if keys.len() > MOST_SORTS {
        return Err(place.problem(format!("At most {MOST_SORTS} fields can be sorted by.")));
    }
    let read = |key: &Place<'_>| {
        let descending = match key.optional("direction") {
            None => false,
            Some(direction) => direction.one_of(&["asc", "desc"])? == "desc",
        };
        Ok(Sort { field: field(&key.member("field")?)?, descending })
    };
    keys.iter().map(read).collect()
}

/// Reads a moment by itself.
#[cfg(test)]
pub(super) fn moment_from(node: &Value) -> Result<Moment, FilteringError> {
    moment(&Place::root(node), 0)
}

/// Counts what it reads.
struct Reader {
    nodes: usize,
}

impl Reader {
    fn node(&mut self, place: &Place<'_>, depth: usize) -> Result<Node, FilteringError> {
        self.nodes += 1;
        if depth > DEEPEST {
            return Err(place.problem(format!("A query may nest at most {DEEPEST} levels.")));
        }
        if self.nodes > MOST_NODES {
            return Err(place.problem(format!("A query may have at most {MOST_NODES} nodes.")));
        }
        let negated = place.optional("negate").map_or(Ok(false), |negate| negate.flag())?;
        let test = match place.member("type")?.one_of(NODES)? {
            "and" => Test::All(self.nodes(place, depth)?),
            "or" => Test::Any(self.nodes(place, depth)?),
            "object_type" => Test::ObjectType(object_type(&place.member("object_type")?)?),
            "id" => Test::Id(place.member("value")?.text()?.to_owned()),
            "text" => Test::Text(written(place)?),
            "field_condition" => Test::Field {
                field: field(&place.member("field")?)?,
                condition: condition(&place.member("condition")?)?,
            },
            "has_related" => self.related(place, depth)?,
            _ => Test::Everything,
        };
        Ok(Node { negated, test })
    }

    fn nodes(&mut self, place: &Place<'_>, depth: usize) -> Result<Vec<Node>, FilteringError> {
        place.member("queries")?.items()?.iter().map(|place| self.node(place, depth + 1)).collect()
    }

    fn related(&mut self, place: &Place<'_>, depth: usize) -> Result<Test, FilteringError> {
        let this = place.optional("this_object_type").map(|this| object_type(&this)).transpose()?;
        let named = place.member("related_object_type")?;
        let related = object_type(&named)?;
        if let Some(this) = this.filter(|this| !this.relates_to(related)) {
            let allowed = types::TYPES.iter().filter(|other| this.relates_to(other)).map(|other| other.name);
            let message = format!("\"{}\" is not related to {}. {}", related.name, this.name, words(allowed));
            return Err(named.problem(message));
        }
        let query = self.node(&place.member("related_query")?, depth + 1)?;
        Ok(Test::Related { this, related, query: Box::new(query) })
    }
}

fn object_type(place: &Place<'_>) -> Result<&'static ObjectType, FilteringError> {
    let name = place.text()?;
    types::named(name).ok_or_else(|| {
        let known = types::TYPES.iter().map(|known| known.name);
        place.problem(format!("There is no object type \"{name}\". {}", words(known)))
    })
}

/// Reads the field of a condition or an order.
fn field(place: &Place<'_>) -> Result<FieldRef, FilteringError> {
    if place.member("type")?.one_of(&["regular_field", "custom_field"])? == "custom_field" {
        return Ok(FieldRef::Custom(place.member("custom_field_id")?.text()?.to_owned()));
    }
    let object_type = object_type(&place.member("object_type")?)?;
    let named = place.member("field_name")?;
    let name = named.text()?;
    if !fields::is_known(object_type, name) {
        let known = fields::known(object_type);
        let message = format!("There is no field \"{name}\" of {}. {}", object_type.name, words(known));
        return Err(named.problem(message));
    }
    Ok(FieldRef::Regular { object_type, name: name.to_owned() })
}

fn written(place: &Place<'_>) -> Result<Words, FilteringError> {
    let mode = match place.optional("mode") {
        Some(mode) if mode.one_of(&["full_words", "phrase"])? == "phrase" => Mode::Phrase,
        _ => Mode::FullWords,
    };
    Ok(Words { value: place.member("value")?.text()?.to_owned(), mode })
}

fn condition(place: &Place<'_>) -> Result<Condition, FilteringError> {
    Ok(match place.member("type")?.one_of(CONDITIONS)? {
        "boolean" => Condition::Boolean(place.member("value")?.flag()?),
        "current_user" => Condition::CurrentUser,
        "text" => Condition::Text(written(place)?),
        "term" => {
            let values = place.member("values")?.items()?;
            Condition::Term(values.iter().map(Place::plain).collect::<Result<_, _>>()?)
        }
        "reference" => {
            let ids = place.member("object_ids")?.items()?;
            let ids = ids.iter().map(|id| id.text().map(str::to_owned)).collect::<Result<_, _>>()?;
            Condition::Reference { reference_type: place.member("reference_type")?.text()?.to_owned(), ids }
        }
        "number_range" => {
            let bound = |name: &str| place.optional(name).map(|bound| bound.number()).transpose();
            Condition::NumberRange(NumberRange {
                gt: bound("gt")?,
                gte: bound("gte")?,
                lt: bound("lt")?,
                lte: bound("lte")?,
            })
        }
        "moment_range" => {
            let bound = |name: &str| place.optional(name).map(|bound| moment(&bound, 0)).transpose();
            Condition::MomentRange { from: bound("on_or_after")?, before: bound("before")? }
        }
        _ => Condition::Exists,
    })
}

fn moment(place: &Place<'_>, depth: usize) -> Result<Moment, FilteringError> {
    if depth > DEEPEST {
        return Err(place.problem(format!("A moment may nest at most {DEEPEST} levels.")));
    }
    Ok(match place.member("type")?.one_of(MOMENTS)? {
        "fixed_utc" => {
            let value = place.member("value")?;
            let read = parse_moment(value.text()?);
            Moment::Utc(
                read.ok_or_else(|| value.problem("This is no date-time such as 2024-01-31T08:00:00Z."))?,
            )
        }
        "fixed_local_date" => {
            let value = place.member("value")?;
            let date = parse_date(value.text()?);
            let date = date.ok_or_else(|| value.problem("This is no date such as 2024-01-31."))?;
            Moment::Date { date, end: end(place.optional("which").as_ref())?.unwrap_or(End::Start) }
        }
        "start_end_of_predefined_relative_period" => {
            let range = place.member("range")?;
            let name = range.one_of(&Period::ALL.map(Period::name))?;
            let period = Period::named(name).unwrap_or(Period::Today);
            Moment::Period { period, end: end(place.optional("which").as_ref())?.unwrap_or(End::Start) }
        }
        "offset" => Moment::Offset {
            future: match place.optional("direction") {
                Some(direction) => direction.one_of(&["past", "future"])? == "future",
                None => false,
            },
            from: Box::new(moment(&place.member("moment")?, depth + 1)?),
            by: span(&place.member("offset")?)?,
            day_end: end(place.optional("which_day_end").as_ref())?,
        },
        _ => Moment::Now,
    })
}

fn end(place: Option<&Place<'_>>) -> Result<Option<End>, FilteringError> {
    let name = place.map(|place| place.one_of(&["start", "end"])).transpose()?;
    Ok(name.map(|name| if name == "end" { End::End } else { End::Start }))
}

fn span(place: &Place<'_>) -> Result<Span, FilteringError> {
    let part = |name: &str| match place.optional(name) {
        None => Ok(0),
        Some(part) => {
            let amount = part.value().as_i64().filter(|amount| (0..=FARTHEST).contains(amount));
            amount.ok_or_else(|| part.problem(format!("This is no whole number from 0 to {FARTHEST}.")))
        }
    };
    place.object()?;
    let span = Span {
        years: part("years")?,
        months: part("months")?,
        weeks: part("weeks")?,
        days: part("days")?,
        hours: part("hours")?,
        minutes: part("minutes")?,
        seconds: part("seconds")?,
    };
    match span.calendar() {
        Some(_) => Ok(span),
        None => Err(place.problem("This is longer than the calendar.")),
    }
}
