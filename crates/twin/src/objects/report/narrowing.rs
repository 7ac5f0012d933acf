//! What narrows a report: a range of time, users, a Smart View.

use std::collections::HashSet;

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::Value;

use super::searching::quoted;
use crate::filtering::relative_period;
use crate::http::{Parameters, Refusal};
use crate::query::{self, MAX_VIEWS};
use crate::resource::{FieldErrors, NO_OBJECT, NOT_A_CHOICE, View};
use crate::search;
use crate::store::{Kind, Object, parse_date, parse_moment, parse_moment_at, text};

/// First moment and first moment after it.
pub(super) type Range = (Timestamp, Timestamp);

/// A range no report is made of: what is wrong was reported instead.
const NOTHING: Range = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);

/// Reads `<prefix>datetime_range` or `<prefix>relative_range` of a body; one of them is required.
pub(super) fn range(view: View<'_>, body: &Object, prefix: &str, errors: &mut FieldErrors) -> Range {
    let (absolute, relative) = (format!("{prefix}datetime_range"), format!("{prefix}relative_range"));
    if let Some(given) = body.get(&absolute).filter(|range| !range.is_null()) {
        return between(given).unwrap_or_else(|| {
            errors.add(&absolute, "Invalid ISO 8601 datetime.");
            NOTHING
        });
    }
    let Some(name) = body.get(&relative).and_then(Value::as_str) else {
        errors.add_general(format!("One of {absolute} and {relative} is required."));
        return NOTHING;
    };
    let Some((start, end)) = relative_period(name, view.now(), view.caller.offset) else {
        errors.add(&relative, NOT_A_CHOICE);
        return NOTHING;
    };
    (if name == "all-time" { founded(view).unwrap_or(start) } else { start }, end)
}

/// `{"start": …, "end": …}`
pub(super) fn between(given: &Value) -> Option<Range> {
    let part = |name: &str| given.get(name).and_then(Value::as_str).and_then(parse_moment);
    part("start").zip(part("end")).filter(|(start, end)| start <= end)
}

/// When the organization was made.
pub(super) fn founded(view: View<'_>) -> Option<Timestamp> {
    view.organization().and_then(|organization| text(organization, "date_created")).and_then(parse_moment)
}

/// Reads a date or date-time of a query parameter; the day a range ends with belongs to it.
pub(super) fn moment(
    view: View<'_>,
    parameters: &Parameters,
    name: &str,
    ends: bool,
) -> Result<Option<Timestamp>, Refusal> {
    let Some(written) = parameters.get(name).filter(|written| !written.trim().is_empty()) else {
        return Ok(None);
    };
    let day = parse_date(written).map(|day: Date| if ends { day.saturating_add(1.day()) } else { day });
    let found = match day {
        Some(day) => parse_moment_at(&day.to_string(), view.caller.offset),
        None => parse_moment_at(written, view.caller.offset),
    };
    found.map(Some).ok_or_else(|| Refusal::field(name, "Could not parse datetime"))
}

/// The users of a body; groups stand for their members. `None` means everybody.
pub(super) fn users(view: View<'_>, body: &Object, errors: &mut FieldErrors) -> Option<Vec<String>> {
    let given = body.get("users").and_then(Value::as_array).filter(|users| !users.is_empty())?;
    let mut users = Vec::new();
    for id in given.iter().filter_map(Value::as_str) {
        if view.find(Kind::User, id).is_none() && view.find(Kind::Group, id).is_none() {
            errors.add("users", NO_OBJECT);
        }
        users.extend(view.users_of(id));
    }
    Some(users)
}

/// Every member of the organization.
pub(super) fn everybody(view: View<'_>) -> Vec<String> {
    let members = view.members().filter_map(|membership| text(membership, "user_id"));
    members.map(str::to_owned).collect()
}

/// Leads, by id.
pub(super) type Leads = HashSet<String>;

/// The leads of the Smart View that a body's `query` names. `None` means all.
pub(super) fn leads(view: View<'_>, body: &Object, errors: &mut FieldErrors) -> Option<Leads> {
    let query = body.get("query").filter(|query| query.is_object())?;
    let id = query.get("saved_search_id").and_then(Value::as_str);
    let Some(saved) = id.and_then(|id| view.find(Kind::SmartView, id)) else {
        errors.add("query", NO_OBJECT);
        return None;
    };
    of_view(view, saved).map_err(|error| errors.add("query", error)).ok()
}

/// The leads of the Smart View or search text that parameters name. `None` means all.
pub(super) fn searched(view: View<'_>, parameters: &Parameters) -> Result<Option<Leads>, Refusal> {
    let given = |name: &str| parameters.get(name).filter(|value| !value.trim().is_empty());
    match (given("query"), given("smart_view_id")) {
        (Some(_), Some(_)) => Err(Refusal::invalid("Only one of query and smart_view_id can be given.")),
        (None, None) => Ok(None),
        (Some(written), None) => {
            let found = query::parse(written).map_err(|error| Refusal::field("query", error.to_string()))?;
            Ok(Some(found.select(view).into_iter().collect()))
        }
        (None, Some(id)) => {
            let saved =
                view.find(Kind::SmartView, id).ok_or_else(|| Refusal::field("smart_view", NO_OBJECT))?;
            of_view(view, saved).map(Some).map_err(|error| Refusal::field("smart_view", error))
        }
    }
}

/// The search text that finds what [`searched`] finds, to be joined with others. A text that only stands alone, as one
/// with `sort:` does, narrows nothing.
pub(super) fn search(parameters: &Parameters) -> Option<String> {
    let given = |name: &str| parameters.get(name).map(str::trim).filter(|value| !value.is_empty());
    let view = given("smart_view_id").map(|id| format!("in:{}", quoted(id)));
    let written = || given("query").map(|written| format!("({written})"));
    view.or_else(written).filter(|text| query::parse(text).is_ok())
}

fn of_view(view: View<'_>, saved: &Object) -> Result<Leads, String> {
    let found = search::members(view, saved, MAX_VIEWS)?;
    let member = if text(saved, "type").unwrap_or("lead") == "lead" { "id" } else { "lead_id" };
    let lead =
        |number: u32| view.aside(|view| text(&view.world.at(number)?.object, member).map(str::to_owned));
    Ok(found.into_iter().filter_map(lead).collect())
}
