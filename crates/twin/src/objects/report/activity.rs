//! `/report/activity/`: what happened, by period or by user, counted from the objects themselves.
//!
//! Here are the rows and what is answered; `metric` says what counts, `tally` counts it, `metric_search` says how to find it.

use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::metric::{self, Metric};
use super::metric_search::Among;
use super::narrowing;
use super::searching::Span;
use super::tally::{Tally, folded};
use crate::http::{Answer, Call, Refusal};
use crate::resource::{FieldErrors, NOT_A_CHOICE, REQUIRED, View};
use crate::store::Object;

/// Longest range shown day by day, in days (chosen); longer ones are shown month by month.
const DAILY_UP_TO: i64 = 92;

/// Longest range shown month by month, in days (chosen); longer ones are shown year by year.
const MONTHLY_UP_TO: i64 = 10 * 366;

/// Longest range an overview is made of, in days (chosen: which Close allows is not documented).
const LONGEST: i64 = 100 * 366;

#[expect(clippy::unnecessary_wraps, reason = "an action may refuse")]
pub(super) fn metrics(_: View<'_>, _: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let entries: Vec<Value> = metric::all()
        .into_iter()
        .map(|metric| {
            let key = metric.key();
            let name = key.replace(['.', '_'], " ");
            json!({"key": key, "name": name, "description": format!("Activity metric: {name}.")})
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
    if kind == Some("overview") && days_between(range.0, range.1) > LONGEST {
        errors.add_general("An overview covers at most a hundred years.");
    }
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
    let mut data: Vec<Object> = rows
        .iter()
        .map(|row| [(row.label.0.to_owned(), row.label.1.clone())].into_iter().collect())
        .collect();
    let tally = Tally::of(view, &wanted, range, users.as_deref(), leads.as_ref());
    let smart_view = call.body.get("query").and_then(|query| query.get("saved_search_id"));
    let mut totals = Object::new();
    let mut queries = Object::new();
    for (metric, shares) in wanted.iter().zip(&tally.shares) {
        let total = folded(metric.fold, shares.iter());
        totals.insert(metric.key(), total);
        let mut searches = Vec::new();
        for (row, out) in rows.iter().zip(&mut data) {
            let own = tally.narrowed(shares, (row.start, row.end), row.user.as_deref());
            out.insert(metric.key(), folded(metric.fold, own));
            let among = Among {
                span: Span::new(view, Some(row.start), Some(row.end)),
                users: row.user.as_ref().map(std::slice::from_ref).or(users.as_deref()),
                smart_view: smart_view.and_then(Value::as_str),
            };
            searches.push(among.search(metric));
        }
        queries.insert(metric.key(), json!(searches));
    }
    if call.wants_csv {
        return Ok(Answer::csv(&data));
    }
    let mut report = json!({
        "aggregations": {"totals": totals},
        "data": data,
        "queries": {"leads": queries},
    });
    if kind == Some("comparison") {
        report["lookup"] = json!({ "user": names(view, &rows) });
    }
    Ok(Answer::ok(report))
}

/// Who the users of a comparison are: not documented, seen in programs that read `lookup.user.<id>.display`.
fn names(view: View<'_>, rows: &[Row]) -> Object {
    let users = rows.iter().filter_map(|row| row.user.as_ref());
    users.map(|id| (id.clone(), json!({"display": view.user_name(Some(id))}))).collect()
}

fn wanted_metrics(body: &Object, errors: &mut FieldErrors) -> Vec<Metric> {
    let names = body.get("metrics").and_then(Value::as_array).cloned().unwrap_or_default();
    if names.is_empty() {
        errors.add("metrics", REQUIRED);
    }
    let known = metric::all();
    let mut wanted = Vec::new();
    for (position, name) in names.iter().enumerate() {
        if let Some(metric) = known.iter().find(|metric| name == metric.key().as_str()) {
            wanted.push(*metric);
        } else {
            let position = position.to_string();
            errors.add("metrics", json!({"errors": {position: NOT_A_CHOICE}}));
        }
    }
    wanted
}

fn days_between(start: Timestamp, end: Timestamp) -> i64 {
    // A started day counts.
    (end.duration_since(start).as_secs() + 86_399) / 86_400
}

/// Days of a short range, months or years of a long one.
fn buckets(view: View<'_>, start: Timestamp, end: Timestamp) -> Vec<Row> {
    let zone = jiff::tz::TimeZone::fixed(view.caller.offset);
    let days = days_between(start, end);
    let mut rows = Vec::new();
    let mut at = start.to_zoned(zone.clone());
    while at.timestamp() < end {
        let next = if days <= DAILY_UP_TO {
            at.date().checked_add(1.day())
        } else if days <= MONTHLY_UP_TO {
            at.date().first_of_month().checked_add(1.month())
        } else {
            at.date().first_of_year().checked_add(1.year())
        };
        let Ok(next) = next.and_then(|next| next.to_zoned(zone.clone())) else { break };
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
