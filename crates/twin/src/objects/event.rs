//! `/event/`: the log of what changed.

use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::role;
use crate::http::{Answer, Call, Parameters, Refusal};
use crate::resource::{Action, Run, View};
use crate::store::{Object, parse_moment, text};

/// Listing and fetching events.
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::GET, path: "event", run: Run::Read(list) },
    Action { method: Method::GET, path: "event/{}", run: Run::Read(fetch) },
];

/// Largest page, and the page without `_limit` (documented).
const MOST: usize = 50;

/// How long everybody sees what changed; later only administrators do (documented).
const PAYLOAD_VISIBLE: SignedDuration = SignedDuration::from_hours(1);

/// Which filters may stand together (documented). `date_updated` goes with all of them.
const COMBINATIONS: &[&[&str]] = &[
    &[],
    &["object_type", "object_id"],
    &["object_type", "action"],
    &["object_id", "action"],
    &["lead_id", "object_type"],
    &["lead_id", "object_type", "action"],
    &["lead_id", "user_id"],
    &["lead_id", "user_id", "object_type"],
    &["lead_id", "user_id", "object_type", "action"],
    &["lead_id"],
    &["user_id", "object_id"],
    &["user_id", "object_id", "action"],
    &["user_id", "object_type"],
    &["user_id", "object_type", "action"],
    &["user_id"],
    &["request_id"],
    &["object_type"],
    &["object_id"],
    &["action"],
];

const FILTERS: [&str; 6] = ["object_type", "object_id", "action", "lead_id", "user_id", "request_id"];

fn list(view: View<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let parameters = &call.parameters;
    check_combination(parameters)?;
    let limit = match parameters.get("_limit") {
        None => MOST,
        Some(given) => given
            .parse::<usize>()
            .map_err(|_| {
                Refusal::bad_request(format!("_limit must be an integer (got \"{given}\" instead)."))
            })?
            .min(MOST),
    };
    let all: Vec<&Object> =
        view.world.world().events.newest_first().filter(|event| wanted(view, event, parameters)).collect();
    let (start, end) = match parameters.get("_cursor").filter(|cursor| !cursor.is_empty()) {
        None => (0, limit.min(all.len())),
        Some(cursor) => around(&all, cursor, limit)?,
    };
    let page = &all[start..end];
    let cursor = |direction: &str, event: Option<&&Object>| {
        event.and_then(|event| text(event, "id")).map(|id| format!("{direction}.{id}"))
    };
    let next = if end < all.len() { cursor(OLDER, page.last()) } else { None };
    let previous = if start > 0 { cursor(NEWER, page.first()) } else { None };
    let data: Vec<Value> = page.iter().map(|event| shown(view, event).into()).collect();
    Ok(Answer::ok(json!({"data": data, "cursor_next": next, "cursor_previous": previous})))
}

/// The page a cursor names: events older or newer than the one it was made from.
fn around(all: &[&Object], cursor: &str, limit: usize) -> Result<(usize, usize), Refusal> {
    let place = cursor.split_once('.').and_then(|(direction, id)| {
        let position = all.iter().position(|event| text(event, "id") == Some(id))?;
        match direction {
            OLDER => Some((position + 1, (position + 1 + limit).min(all.len()))),
            NEWER => Some((position.saturating_sub(limit), position)),
            _ => None,
        }
    });
    place.ok_or_else(|| Refusal::bad_request("The _cursor is not valid. Start again without it."))
}

const OLDER: &str = "older";
const NEWER: &str = "newer";

fn fetch(view: View<'_>, _: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    let id = captured.first().copied().unwrap_or_default();
    let event = view
        .world
        .world()
        .events
        .get(id)
        .filter(|event| mine(view, event))
        .ok_or(Refusal::NoObject("Event"))?;
    Ok(Answer::ok(shown(view, event)))
}

fn check_combination(parameters: &Parameters) -> Result<(), Refusal> {
    let given: Vec<&str> = FILTERS.into_iter().filter(|name| parameters.get(name).is_some()).collect();
    let allowed = |combination: &&&[&str]| {
        combination.len() == given.len() && combination.iter().all(|name| given.contains(name))
    };
    if !COMBINATIONS.iter().any(|combination| allowed(&combination)) {
        let message = format!("The filters {} cannot be used together.", given.join(", "));
        return Err(Refusal::bad_request(message));
    }
    for (name, value) in parameters.iter().filter(|(name, _)| name.starts_with("date_updated")) {
        if parse_moment(value).is_none() {
            return Err(Refusal::field(name, "Could not parse datetime"));
        }
    }
    Ok(())
}

fn mine(view: View<'_>, event: &Object) -> bool {
    text(event, "organization_id") == Some(&view.caller.organization_id)
}

fn wanted(view: View<'_>, event: &Object, parameters: &Parameters) -> bool {
    let same = |name: &str| parameters.get(name).is_none_or(|wanted| text(event, name) == Some(wanted));
    let updated = text(event, "date_updated").and_then(parse_moment);
    let dated = |suffix: &str, holds: fn(std::cmp::Ordering) -> bool| {
        let bound = parameters.get(&format!("date_updated{suffix}")).and_then(parse_moment);
        bound.is_none_or(|bound| updated.is_some_and(|updated| holds(updated.cmp(&bound))))
    };
    mine(view, event)
        && FILTERS.into_iter().all(same)
        && dated("", std::cmp::Ordering::is_eq)
        && dated("__gt", std::cmp::Ordering::is_gt)
        && dated("__gte", std::cmp::Ordering::is_ge)
        && dated("__lt", std::cmp::Ordering::is_lt)
        && dated("__lte", std::cmp::Ordering::is_le)
}

/// An event; what changed an hour ago or more is for administrators only.
fn shown(view: View<'_>, event: &Object) -> Object {
    let mut event = event.clone();
    let at = text(&event, "date_updated").and_then(parse_moment);
    let old = at.is_some_and(|at| view.now().duration_since(at) > PAYLOAD_VISIBLE);
    if old && !role::grants(view, "manage_organization") {
        event.insert("data".to_owned(), Value::Null);
        event.insert("previous_data".to_owned(), Value::Null);
    }
    event
}
