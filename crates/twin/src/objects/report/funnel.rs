//! `POST /report/funnel/opportunity/…`: how the opportunities of a pipeline move through its stages, and how many are
//! won.
//!
//! A stage is a status that is not lost, in the order of the pipeline. A cohort is made of opportunities that were
//! created in a time (`created-cohort`), or that were in an active stage during the report (`active-stage-cohort`).
//! What happened after the report's end does not count.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use super::funnel_numbers::{Deal, stage, total};
use super::history::History;
use super::narrowing::{self, Leads, Range};
use crate::http::{Answer, Call, Refusal};
use crate::objects::{money, pipeline};
use crate::resource::{FieldErrors, NO_OBJECT, NOT_A_CHOICE, REQUIRED, View};
use crate::store::{Kind, Object, Shelf, parse_moment, text};

/// What is asked for.
struct Asked<'w> {
    pipeline: &'w Object,
    /// When the cohort was created; without it, what was active during the report.
    cohort: Option<Range>,
    report: Range,
    users: Option<Vec<String>>,
    leads: Option<Leads>,
}

pub(super) fn stages(view: View<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let asked = read(view, &call.body)?;
    let deals = cohort(view, &asked);
    let types = types(view);
    let statuses: Vec<&Object> = pipeline::statuses_of(view, asked.pipeline)
        .into_iter()
        .filter(|status| text(status, "type") != Some("lost"))
        .collect();
    let of = |deals: &[&Deal]| -> Vec<Object> {
        statuses.iter().map(|status| stage(status, deals, asked.report, &types)).collect()
    };
    let (all, by_user) = (of(&deals.iter().collect::<Vec<_>>()), by_user(view, &asked, &deals));
    if call.wants_csv {
        let rows = by_user.iter().flat_map(|(user, deals)| {
            of(deals).into_iter().map(move |mut stage| {
                let status = stage.shift_remove("status").unwrap_or_default();
                let mut row = Object::new();
                row.insert("user_id".to_owned(), json!(user));
                row.insert("status_id".to_owned(), status["id"].clone());
                row.insert("status_label".to_owned(), status["label"].clone());
                row.extend(stage);
                row
            })
        });
        return Ok(Answer::csv(&rows.collect::<Vec<_>>()));
    }
    let data: Vec<Value> =
        by_user.iter().map(|(user, deals)| json!({"user_id": user, "stages": of(deals)})).collect();
    Ok(Answer::ok(json!({"aggregations": {"stages": all}, "data": data})))
}

pub(super) fn totals(view: View<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let asked = read(view, &call.body)?;
    let deals = cohort(view, &asked);
    let types = types(view);
    let all = total(&deals.iter().collect::<Vec<_>>(), asked.report.1, &types);
    let rows: Vec<Object> = by_user(view, &asked, &deals)
        .into_iter()
        .map(|(user, deals)| {
            let mut row = Object::new();
            row.insert("user_id".to_owned(), user.into());
            row.extend(total(&deals, asked.report.1, &types));
            row
        })
        .collect();
    if call.wants_csv {
        return Ok(Answer::csv(&rows));
    }
    Ok(Answer::ok(json!({"aggregations": all, "data": rows})))
}

fn read<'w>(view: View<'w>, body: &Object) -> Result<Asked<'w>, Refusal> {
    let mut errors = FieldErrors::default();
    let pipeline = match body.get("pipeline").and_then(Value::as_str) {
        None => {
            errors.add("pipeline", REQUIRED);
            None
        }
        Some(id) => {
            let found = view.find(Kind::Pipeline, id);
            if found.is_none() {
                errors.add("pipeline", NO_OBJECT);
            }
            found
        }
    };
    let created = match body.get("type").and_then(Value::as_str) {
        Some("created-cohort") => true,
        Some("active-stage-cohort") => false,
        Some(_) => {
            errors.add("type", NOT_A_CHOICE);
            false
        }
        None => {
            errors.add("type", REQUIRED);
            false
        }
    };
    let report = narrowing::range(view, body, "report_", &mut errors);
    let cohort = created.then(|| narrowing::range(view, body, "cohort_", &mut errors));
    let (report, cohort) = compared(view, body, report, cohort, &mut errors);
    let users = narrowing::users(view, body, &mut errors);
    let leads = narrowing::leads(view, body, &mut errors);
    errors.into_result()?;
    let pipeline = pipeline.ok_or_else(|| Refusal::field("pipeline", NO_OBJECT))?;
    Ok(Asked { pipeline, cohort, report, users, leads })
}

/// With a comparison, the report is that of the time compared with; the cohort moves as far as the report does.
fn compared(
    view: View<'_>,
    body: &Object,
    report: Range,
    cohort: Option<Range>,
    errors: &mut FieldErrors,
) -> (Range, Option<Range>) {
    let given = |name: &str| body.get(name).filter(|value| !value.is_null());
    if let Some(name) = given("compared_datetime_range") {
        let back = match name.as_str() {
            Some("same-days-last-week") => 1.week(),
            Some("same-days-last-month") => 1.month(),
            Some("same-days-last-quarter") => 3.months(),
            Some("same-days-last-year") => 1.year(),
            _ => {
                errors.add("compared_datetime_range", NOT_A_CHOICE);
                return (report, cohort);
            }
        };
        let zone = TimeZone::fixed(view.caller.offset);
        let moved =
            |at: Timestamp| at.to_zoned(zone.clone()).checked_sub(back).map_or(at, |moved| moved.timestamp());
        let both = |(start, end): Range| (moved(start), moved(end));
        return (both(report), cohort.map(both));
    }
    let other = if let Some(custom) = given("compared_custom_range") {
        let found = narrowing::between(custom);
        if found.is_none() {
            errors.add("compared_custom_range", "Invalid ISO 8601 datetime.");
        }
        found
    } else if given("compared_relative_range").is_some() {
        Some(narrowing::range(view, body, "compared_", errors))
    } else {
        None
    };
    let Some(other) = other else { return (report, cohort) };
    let by = other.0.duration_since(report.0);
    let moved = |at: Timestamp| at.checked_add(by).unwrap_or(at);
    (other, cohort.map(|(start, end)| (moved(start), moved(end))))
}

/// The type of each status.
fn types(view: View<'_>) -> HashMap<String, String> {
    let all = view.all(Kind::OpportunityStatus);
    all.filter_map(|status| Some((text(status, "id")?.to_owned(), text(status, "type")?.to_owned())))
        .collect()
}

fn cohort(view: View<'_>, asked: &Asked<'_>) -> Vec<Deal> {
    let pipeline_id = text(asked.pipeline, "id");
    let types = types(view);
    let everything = view.numbers(Shelf::Of(Kind::Opportunity));
    let deal = |number: u32| {
        view.aside(|view| {
            let deal = &view.world.at(number)?.object;
            let status = text(deal, "status_id").and_then(|id| view.find(Kind::OpportunityStatus, id))?;
            let mine = text(status, "pipeline_id") == pipeline_id
                && asked
                    .leads
                    .as_ref()
                    .is_none_or(|leads| text(deal, "lead_id").is_some_and(|lead| leads.contains(lead)));
            if !mine {
                return None;
            }
            let created = text(deal, "date_created").and_then(parse_moment)?;
            let history = History::of_opportunity(view, deal);
            let (start, end) = asked.report;
            let belongs = match asked.cohort {
                Some((from, to)) => created >= from && created < to,
                None => history.stays().any(|(status, began, ended)| {
                    types.get(status).is_some_and(|kind| kind == "active")
                        && began < end
                        && ended.is_none_or(|ended| ended >= start)
                }),
            };
            let value = money::value(deal).unwrap_or(0);
            belongs.then(|| Deal {
                user_id: text(deal, "user_id").unwrap_or_default().to_owned(),
                created,
                value,
                annualized: money::annualized(deal).unwrap_or(0),
                weighted: money::expected(deal, Some(value)).unwrap_or(0),
                history,
            })
        })
    };
    let deals = everything.filter_map(deal);
    let theirs = |deal: &Deal| asked.users.as_ref().is_none_or(|users| users.contains(&deal.user_id));
    deals.filter(theirs).collect()
}

fn by_user<'d>(view: View<'_>, asked: &Asked<'_>, deals: &'d [Deal]) -> Vec<(String, Vec<&'d Deal>)> {
    let users = asked.users.clone().unwrap_or_else(|| narrowing::everybody(view));
    let of = |user: &String| deals.iter().filter(|deal| deal.user_id == *user).collect();
    users.into_iter().map(|user| (user.clone(), of(&user))).collect()
}
