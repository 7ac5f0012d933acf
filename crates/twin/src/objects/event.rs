//! `/event/`: the log of what changed.

use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::permission;
use crate::http::{Answer, Call, Parameters, Refusal};
use crate::resource::{Action, Run, View};
use crate::store::{Axis, Object, horizon, parse_moment, text};

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
    let page = match parameters.get("_cursor").filter(|cursor| !cursor.is_empty()) {
        None => Page::before(view, parameters, None, limit),
        Some(cursor) => match cursor.split_once('.').filter(|(_, id)| find(view, id).is_some()) {
            Some((OLDER, id)) => Page::before(view, parameters, Some(id), limit),
            Some((NEWER, id)) => Page::after(view, parameters, id, limit),
            _ => return Err(Refusal::bad_request("The _cursor is not valid. Start again without it.")),
        },
    };
    let cursor = |direction: &str, event: Option<&&Object>| {
        event.and_then(|event| text(event, "id")).map(|id| format!("{direction}.{id}"))
    };
    let next = if page.older { cursor(OLDER, page.events.last()) } else { None };
    let previous = if page.newer { cursor(NEWER, page.events.first()) } else { None };
    let data: Vec<Value> = page.events.iter().map(|event| shown(view, event).into()).collect();
    Ok(Answer::ok(json!({"data": data, "cursor_next": next, "cursor_previous": previous})))
}

const OLDER: &str = "older";
const NEWER: &str = "newer";

/// Some of the events that are wanted, newest first, and whether there are others beside them.
struct Page<'w> {
    events: Vec<&'w Object>,
    older: bool,
    newer: bool,
}

impl<'w> Page<'w> {
    /// The newest events, or the newest before an event.
    fn before(view: View<'w>, parameters: &Parameters, id: Option<&str>, limit: usize) -> Self {
        let mut events: Vec<&Object> = backwards(view, parameters, id).take(limit + 1).collect();
        let older = events.len() > limit;
        events.truncate(limit);
        let first = events.first().and_then(|event| text(event, "id"));
        let newer =
            id.is_some() && first.is_some_and(|first| forwards(view, parameters, first).next().is_some());
        Self { events, older, newer }
    }

    /// The events just after an event.
    fn after(view: View<'w>, parameters: &Parameters, id: &str, limit: usize) -> Self {
        let mut events: Vec<&Object> = forwards(view, parameters, id).take(limit + 1).collect();
        let newer = events.len() > limit;
        events.truncate(limit);
        events.reverse();
        let last = events.last().and_then(|event| text(event, "id"));
        let older = last.is_some_and(|last| backwards(view, parameters, Some(last)).next().is_some());
        Self { events, older, newer }
    }
}

/// The wanted events older than one event, newest first; all of them without one.
fn backwards<'w>(
    view: View<'w>,
    parameters: &Parameters,
    before: Option<&str>,
) -> impl Iterator<Item = &'w Object> {
    let since = [parameters.get("date_updated__gt"), parameters.get("date_updated__gte")];
    let since = since.into_iter().flatten().filter_map(parse_moment).max();
    let since = since.map_or(horizon(view.now()), |since| since.max(horizon(view.now())));
    let found = view.world.world().events.backwards(line(view, parameters), before, since);
    found.filter(move |event| wanted(view, event, parameters))
}

/// The wanted events newer than one event, oldest first.
fn forwards<'w>(view: View<'w>, parameters: &Parameters, after: &str) -> impl Iterator<Item = &'w Object> {
    let found = view.world.world().events.forwards(line(view, parameters), after);
    found.filter(move |event| wanted(view, event, parameters))
}

/// The most telling index among those the filters name.
fn line<'p>(view: View<'p>, parameters: &'p Parameters) -> (Axis, &'p str) {
    let named = Axis::ALL.into_iter().filter(|axis| *axis != Axis::Organization);
    let mut named = named.filter_map(|axis| Some((axis, parameters.get(axis.member())?)));
    named.next().unwrap_or((Axis::Organization, &view.caller.organization_id))
}

fn fetch(view: View<'_>, _: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    let id = captured.first().copied().unwrap_or_default();
    find(view, id).map(|event| Answer::ok(shown(view, event))).ok_or(Refusal::NoObject("Event"))
}

/// An event of the caller's organization.
fn find<'w>(view: View<'w>, id: &str) -> Option<&'w Object> {
    view.world.world().events.get(id, view.now()).filter(|event| mine(view, event))
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

/// Whether an event is of the caller's organization, and not about a lead they may not see.
fn mine(view: View<'_>, event: &Object) -> bool {
    text(event, "organization_id") == Some(&view.caller.organization_id)
        && (view.caller.sight.is_none()
            || text(event, "lead_id").is_none_or(|lead_id| view.sees_lead(lead_id)))
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
    if old && !permission::grants(view, "manage_organization") {
        event.insert("data".to_owned(), Value::Null);
        event.insert("previous_data".to_owned(), Value::Null);
    }
    event
}
