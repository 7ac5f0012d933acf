//! `/report/activity/`: what happened, by period or by user, counted from the objects themselves.

use std::collections::HashSet;

use http::Method;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::metric::{self, Fold, Metric};
use crate::filtering::relative_period;
use crate::http::{Answer, Call, Refusal};
use crate::query::MAX_VIEWS;
use crate::resource::{Action, FieldErrors, NO_OBJECT, NOT_A_CHOICE, REQUIRED, Run, View};
use crate::search;
use crate::store::{Kind, Object, parse_moment, text};

/// Reports. They are asked for with POST although they only read.
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::POST, path: "report/activity", run: Run::Read(activity) },
    Action { method: Method::GET, path: "report/activity/metrics", run: Run::Read(metrics) },
];

/// Longest range shown day by day, in days; longer ones are shown month by month.
const DAILY_UP_TO: i64 = 92;

#[expect(clippy::unnecessary_wraps, reason = "an action may refuse")]
fn metrics(_: View<'_>, _: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let entries: Vec<Value> = metric::all()
        .into_iter()
        .map(|metric| {
            let name = metric.key.replace(['.', '_'], " ");
            json!({"key": metric.key, "name": name, "description": format!("Activity metric: {name}.")})
        })
        .collect();
    Ok(Answer::ok(json!({ "metrics": entries })))
}

/// One line of a report.
struct Row {
    label: (&'static str, Value),
    start: Timestamp,
    end: Timestamp,
    user: Option<String>,
}

fn activity(view: View<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let mut errors = FieldErrors::default();
    let wanted = wanted_metrics(&call.body, &mut errors);
    let kind = call.body.get("type").and_then(Value::as_str);
    match kind {
        None => errors.add("type", REQUIRED),
        Some("overview" | "comparison") => {}
        Some(_) => errors.add("type", NOT_A_CHOICE),
    }
    let range = range(view, &call.body, &mut errors);
    let users = users(view, &call.body, &mut errors);
    let leads = leads(view, &call.body, &mut errors);
    errors.into_result()?;
    let (start, end) = range;
    let rows = if kind == Some("comparison") {
        let all = || {
            let members = view.all(Kind::Membership).filter_map(|membership| text(membership, "user_id"));
            members.map(str::to_owned).collect::<Vec<_>>()
        };
        let users = users.clone().unwrap_or_else(all).into_iter();
        users.map(|id| Row { label: ("user_id", json!(id)), start, end, user: Some(id) }).collect()
    } else {
        buckets(view, start, end)
    };
    let total = Row { label: ("", Value::Null), start, end, user: None };
    let mut data: Vec<Object> = rows
        .iter()
        .map(|row| [(row.label.0.to_owned(), row.label.1.clone())].into_iter().collect())
        .collect();
    let mut totals = Object::new();
    let mut queries = Object::new();
    for metric in &wanted {
        let shares = Shares::of(view, metric, users.as_deref(), leads.as_ref());
        totals.insert(metric.key.clone(), shares.fold(metric.fold, &total));
        for (row, out) in rows.iter().zip(&mut data) {
            out.insert(metric.key.clone(), shares.fold(metric.fold, row));
        }
        let searches: Vec<String> = rows.iter().map(|row| search_for(metric, row)).collect();
        queries.insert(metric.key.clone(), json!(searches));
    }
    Ok(Answer::ok(json!({
        "aggregations": {"totals": totals},
        "data": data,
        "queries": {"leads": queries},
    })))
}

fn wanted_metrics(body: &Object, errors: &mut FieldErrors) -> Vec<Metric> {
    let names = body.get("metrics").and_then(Value::as_array).cloned().unwrap_or_default();
    if names.is_empty() {
        errors.add("metrics", REQUIRED);
    }
    let known = metric::all();
    let mut wanted = Vec::new();
    for (position, name) in names.iter().enumerate() {
        if let Some(metric) = known.iter().find(|metric| name == metric.key.as_str()) {
            wanted.push(metric.clone());
        } else {
            let position = position.to_string();
            errors.add("metrics", json!({"errors": {position: NOT_A_CHOICE}}));
        }
    }
    wanted
}

fn range(view: View<'_>, body: &Object, errors: &mut FieldErrors) -> (Timestamp, Timestamp) {
    let nothing = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
    if let Some(given) = body.get("datetime_range").filter(|range| !range.is_null()) {
        let part = |name: &str| given.get(name).and_then(Value::as_str).and_then(parse_moment);
        return match (part("start"), part("end")) {
            (Some(start), Some(end)) if start <= end => (start, end),
            _ => {
                errors.add("datetime_range", "Invalid ISO 8601 datetime.");
                nothing
            }
        };
    }
    let Some(name) = body.get("relative_range").and_then(Value::as_str) else {
        errors.add_general("One of datetime_range and relative_range is required.");
        return nothing;
    };
    let Some((start, end)) = relative_period(name, view.now(), view.caller.offset) else {
        errors.add("relative_range", NOT_A_CHOICE);
        return nothing;
    };
    let founded = view.organization().and_then(|organization| text(organization, "date_created"));
    let founded = founded.and_then(parse_moment).unwrap_or(start);
    (if name == "all-time" { founded } else { start }, end)
}

fn users(view: View<'_>, body: &Object, errors: &mut FieldErrors) -> Option<Vec<String>> {
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

/// The leads of the Smart View a report is narrowed to.
fn leads(view: View<'_>, body: &Object, errors: &mut FieldErrors) -> Option<HashSet<String>> {
    let id =
        body.get("query").filter(|query| query.is_object())?.get("saved_search_id").and_then(Value::as_str);
    let Some(saved) = id.and_then(|id| view.find(Kind::SmartView, id)) else {
        errors.add("query", NO_OBJECT);
        return None;
    };
    let found = search::members(view, saved, MAX_VIEWS).map_err(|error| errors.add("query", error)).ok()?;
    let member = if text(saved, "type").unwrap_or("lead") == "lead" { "id" } else { "lead_id" };
    let lead =
        |number: u32| view.aside(|view| text(&view.world.at(number)?.object, member).map(str::to_owned));
    Some(found.into_iter().filter_map(lead).collect())
}

/// Days of a short range, months of a long one.
fn buckets(view: View<'_>, start: Timestamp, end: Timestamp) -> Vec<Row> {
    let zone = jiff::tz::TimeZone::fixed(view.caller.offset);
    let daily = end.duration_since(start).as_hours() <= DAILY_UP_TO * 24;
    let mut rows = Vec::new();
    let mut at = start.to_zoned(zone.clone());
    while at.timestamp() < end {
        let next = if daily { at.date() + 1.day() } else { at.date().first_of_month() + 1.month() };
        let Ok(next) = next.to_zoned(zone.clone()) else { break };
        let label = json!(at.timestamp().strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        rows.push(Row {
            label: ("datetime", label),
            start: at.timestamp(),
            end: next.timestamp().min(end),
            user: None,
        });
        at = next;
    }
    rows
}

/// Everything that adds to one metric.
struct Shares<'w>(Vec<(Timestamp, &'w str, &'w str, i64)>);

impl<'w> Shares<'w> {
    fn of(
        view: View<'w>,
        metric: &Metric,
        users: Option<&[String]>,
        leads: Option<&HashSet<String>>,
    ) -> Self {
        let mut shares = Vec::new();
        for kind in metric.kinds {
            for object in view.all(*kind) {
                let lead = if *kind == Kind::Lead { text(object, "id") } else { text(object, "lead_id") };
                let lead = lead.unwrap_or_default();
                let Some(share) = metric.share(view, object) else { continue };
                let Some(at) = parse_moment(share.at) else { continue };
                let mine = users.is_none_or(|users| users.iter().any(|user| user == share.user_id));
                if mine && leads.is_none_or(|leads| leads.contains(lead)) {
                    shares.push((at, share.user_id, lead, share.amount));
                }
            }
        }
        Self(shares)
    }

    fn fold(&self, fold: Fold, row: &Row) -> Value {
        let fits = |(at, user, ..): &&(Timestamp, &str, &str, i64)| {
            *at >= row.start && *at < row.end && row.user.as_deref().is_none_or(|wanted| wanted == *user)
        };
        let fitting = self.0.iter().filter(fits);
        let sum = || fitting.clone().map(|(.., amount)| amount).sum::<i64>();
        match fold {
            Fold::Sum => sum().into(),
            Fold::Average => {
                let count = i64::try_from(fitting.clone().count()).unwrap_or(i64::MAX);
                if count == 0 { 0.into() } else { (sum() / count).into() }
            }
            Fold::Leads => fitting.clone().map(|(_, _, lead, _)| lead).collect::<HashSet<_>>().len().into(),
        }
    }
}

/// A search that finds the leads behind one number.
fn search_for(metric: &Metric, row: &Row) -> String {
    let mut conditions = Vec::new();
    let parts: Vec<&str> = metric.key.split('.').collect();
    let entity = match parts[0] {
        "calls" => "call",
        "emails" => "email",
        "sms" => "sms",
        "opportunities" => "opportunity",
        _ => "",
    };
    match (entity, parts[1]) {
        ("call", way @ ("inbound" | "outbound")) => conditions.push(format!("direction:\"{way}\"")),
        ("email" | "sms", "sent") => conditions.push("status:\"sent\"".to_owned()),
        ("email", "received") => conditions.push("direction:\"incoming\"".to_owned()),
        ("sms", "received") => conditions.push("direction:\"inbound\"".to_owned()),
        _ => {}
    }
    let moment = |instant: Timestamp| instant.strftime("%Y-%m-%d %H:%M:%S").to_string();
    let date = if entity.is_empty() { "created" } else { "date" };
    conditions.push(format!("{date} >= \"{}\"", moment(row.start)));
    conditions.push(format!("{date} < \"{}\"", moment(row.end)));
    if let Some(user) = &row.user {
        conditions.push(format!("user:{user}"));
    }
    let conditions = conditions.join(" and ");
    if entity.is_empty() { conditions } else { format!("{entity}({conditions})") }
}
