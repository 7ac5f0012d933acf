//! `/report/activity/`: what happened, by period or by user, counted from the objects themselves.

use std::collections::HashSet;

use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::metric::{self, Fold, Metric};
use super::narrowing::{self, Leads};
use crate::http::{Answer, Call, Refusal};
use crate::resource::{FieldErrors, NOT_A_CHOICE, REQUIRED, View};
use crate::store::{Kind, Object, Shelf, parse_moment, text};

/// Longest range shown day by day, in days; longer ones are shown month by month.
const DAILY_UP_TO: i64 = 92;

#[expect(clippy::unnecessary_wraps, reason = "an action may refuse")]
pub(super) fn metrics(_: View<'_>, _: &Call, _: &[&str]) -> Result<Answer, Refusal> {
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

pub(super) fn report(view: View<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let mut errors = FieldErrors::default();
    let wanted = wanted_metrics(&call.body, &mut errors);
    let kind = call.body.get("type").and_then(Value::as_str);
    match kind {
        None => errors.add("type", REQUIRED),
        Some("overview" | "comparison") => {}
        Some(_) => errors.add("type", NOT_A_CHOICE),
    }
    let range = narrowing::range(view, &call.body, "", &mut errors);
    let users = narrowing::users(view, &call.body, &mut errors);
    let leads = narrowing::leads(view, &call.body, &mut errors);
    errors.into_result()?;
    let (start, end) = range;
    let rows = if kind == Some("comparison") {
        let users = users.clone().unwrap_or_else(|| narrowing::everybody(view)).into_iter();
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
    let mut met = Vec::new();
    for metric in &wanted {
        let shares = Shares::of(view, metric, users.as_deref(), leads.as_ref(), &mut met);
        totals.insert(metric.key.clone(), shares.fold(metric.fold, &total, &met));
        for (row, out) in rows.iter().zip(&mut data) {
            out.insert(metric.key.clone(), shares.fold(metric.fold, row, &met));
        }
        let searches: Vec<String> = rows.iter().map(|row| search_for(metric, row)).collect();
        queries.insert(metric.key.clone(), json!(searches));
    }
    if call.wants_csv {
        return Ok(Answer::csv(&data));
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
struct Shares(Vec<Share>);

/// What one object adds.
struct Share {
    at: Timestamp,
    /// Position among the users met so far.
    user: usize,
    /// Number of arrival of its lead.
    lead: Option<u32>,
    amount: i64,
}

impl Shares {
    /// Reads object by object; `users_met` gives every user a position.
    fn of(
        view: View<'_>,
        metric: &Metric,
        users: Option<&[String]>,
        leads: Option<&Leads>,
        users_met: &mut Vec<String>,
    ) -> Self {
        let mut shares = Vec::new();
        for kind in metric.kinds {
            for number in view.numbers(Shelf::Of(*kind)) {
                view.aside(|view| {
                    let Some(object) = view.world.at(number).map(|record| &record.object) else { return };
                    let member = if *kind == Kind::Lead { "id" } else { "lead_id" };
                    let lead = text(object, member);
                    let Some(share) = metric.share(view, object) else { return };
                    let Some(at) = parse_moment(share.at) else { return };
                    let mine = users.is_none_or(|users| users.iter().any(|user| user == share.user_id));
                    let wanted = leads.is_none_or(|leads| lead.is_some_and(|lead| leads.contains(lead)));
                    if mine && wanted {
                        let user = users_met.iter().position(|user| user == share.user_id);
                        let user = user.unwrap_or_else(|| {
                            users_met.push(share.user_id.to_owned());
                            users_met.len() - 1
                        });
                        let lead = lead.and_then(|lead| view.world.number(lead));
                        shares.push(Share { at, user, lead, amount: share.amount });
                    }
                });
            }
        }
        Self(shares)
    }

    fn fold(&self, fold: Fold, row: &Row, users_met: &[String]) -> Value {
        let wanted = row.user.as_deref().map(|wanted| users_met.iter().position(|user| user == wanted));
        let fits = |share: &&Share| {
            share.at >= row.start && share.at < row.end && wanted.is_none_or(|user| user == Some(share.user))
        };
        let fitting = self.0.iter().filter(fits);
        let sum = || fitting.clone().map(|share| share.amount).sum::<i64>();
        match fold {
            Fold::Sum => sum().into(),
            Fold::Average => {
                let count = i64::try_from(fitting.clone().count()).unwrap_or(i64::MAX);
                sum().checked_div(count).unwrap_or(0).into()
            }
            Fold::Leads => fitting.clone().map(|share| share.lead).collect::<HashSet<_>>().len().into(),
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
