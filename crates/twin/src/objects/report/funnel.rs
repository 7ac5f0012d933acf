//! `POST /report/funnel/opportunity/…`: how the opportunities of a pipeline move through its stages, and how many are
//! won.
//!
//! A stage is a status that is not lost, in the order of the pipeline. A cohort is made of opportunities that were
//! created in a time (`created-cohort`), or that were in an active stage during the report (`active-stage-cohort`).
//! What happened after the report's end does not count.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::{Value, json};

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

/// One opportunity of the cohort.
struct Deal {
    user_id: String,
    created: Timestamp,
    value: i64,
    annualized: i64,
    weighted: i64,
    history: History,
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
        statuses.iter().map(|status| stage(status, deals, &asked, &types)).collect()
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
    let all = total(&deals.iter().collect::<Vec<_>>(), &asked, &types);
    let rows: Vec<Object> = by_user(view, &asked, &deals)
        .into_iter()
        .map(|(user, deals)| {
            let mut row = Object::new();
            row.insert("user_id".to_owned(), user.into());
            row.extend(total(&deals, &asked, &types));
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

fn stage(status: &Object, deals: &[&Deal], asked: &Asked<'_>, types: &HashMap<String, String>) -> Object {
    let (start, end) = asked.report;
    let id = text(status, "id").unwrap_or_default();
    let mut sums = Sums::default();
    let (mut lost, mut advanced) = (Sums::default(), Sums::default());
    let mut took = Vec::new();
    for deal in deals {
        let stays: Vec<_> = deal.history.stays().collect();
        let mut here = stays.iter().enumerate().filter(|(_, (stage, began, ended))| {
            *stage == id && *began < end && ended.is_none_or(|ended| ended >= start)
        });
        let Some((position, (_, began, ended))) = here.next_back() else { continue };
        sums.add(deal);
        let next = stays.get(position + 1).filter(|_| ended.is_some_and(|ended| ended < end));
        if let (Some((next, ..)), Some(ended)) = (next, ended) {
            if types.get(*next).is_some_and(|kind| kind == "lost") {
                lost.add(deal);
            } else {
                advanced.add(deal);
                took.push(ended.duration_since(*began));
            }
        }
    }
    let members = json!({
        "status": {"id": id, "label": status.get("label"), "type": status.get("type")},
        "count": sums.count,
        "value": sums.value,
        "weighted_value": sums.weighted,
        "count_lost": lost.count,
        "value_lost": lost.value,
        "count_lost_ratio": ratio(lost.count, sums.count),
        "value_lost_ratio": ratio(lost.value, sums.value),
        "count_conversion_rate": ratio(advanced.count, sums.count),
        "value_conversion_rate": ratio(advanced.value, sums.value),
        "weighted_value_conversion_rate": ratio(advanced.weighted, sums.weighted),
        "average_time_to_advance": average(&took),
    });
    members.as_object().cloned().unwrap_or_default()
}

fn total(deals: &[&Deal], asked: &Asked<'_>, types: &HashMap<String, String>) -> Object {
    let (_, end) = asked.report;
    let (mut all, mut complete, mut won) = (Sums::default(), Sums::default(), Sums::default());
    let mut annualized = 0_i64;
    let mut took = Vec::new();
    for deal in deals {
        all.add(deal);
        let last = deal.history.steps().rfind(|(at, _)| *at < end);
        let Some((at, status)) = last else { continue };
        match types.get(status).map(String::as_str) {
            Some("won") => {
                complete.add(deal);
                won.add(deal);
                annualized = annualized.saturating_add(deal.annualized);
                took.push(at.duration_since(deal.created));
            }
            Some("lost") => complete.add(deal),
            _ => {}
        }
    }
    let worth = annualized.checked_div(won.count);
    let members = json!({
        "count": all.count,
        "count_total_complete": complete.count,
        "count_total_won": won.count,
        "count_win_rate": ratio(won.count, complete.count),
        "value_total_complete": complete.value,
        "value_total_won": won.value,
        "value_win_rate": ratio(won.value, complete.value),
        "average_time_to_win": average(&took),
        "average_value_annualized_per_won_opportunity": worth,
        "sales_velocity": velocity(all.count, ratio(won.count, complete.count), worth, &took),
    });
    members.as_object().cloned().unwrap_or_default()
}

/// Opportunities times win rate times value, a day (chosen; a sale takes at least one day).
fn velocity(count: i64, rate: Value, worth: Option<i64>, took: &[SignedDuration]) -> Value {
    let (Some(rate), Some(worth), Some(seconds)) = (rate.as_f64(), worth, average(took).as_f64()) else {
        return Value::Null;
    };
    let days = (seconds / 86_400.0).max(1.0);
    #[expect(clippy::cast_precision_loss, reason = "cents of a report, rounded anyway")]
    let velocity = (count as f64 * rate * worth as f64 / days).round();
    number(velocity)
}

#[derive(Clone, Copy, Default)]
struct Sums {
    count: i64,
    value: i64,
    weighted: i64,
}

impl Sums {
    fn add(&mut self, deal: &Deal) {
        self.count += 1;
        self.value = self.value.saturating_add(deal.value);
        self.weighted = self.weighted.saturating_add(deal.weighted);
    }
}

/// A part of a whole, to four digits; null of nothing (documented).
fn ratio(part: i64, whole: i64) -> Value {
    if whole == 0 {
        return Value::Null;
    }
    #[expect(clippy::cast_precision_loss, reason = "four digits are told")]
    let ratio = part as f64 / whole as f64;
    number((ratio * 10_000.0).round() / 10_000.0)
}

/// Whole seconds; null of nothing.
fn average(took: &[SignedDuration]) -> Value {
    let count = i64::try_from(took.len()).unwrap_or(i64::MAX);
    json!(took.iter().map(SignedDuration::as_secs).sum::<i64>().checked_div(count))
}

/// A number without a fraction is written without one, as in the documented samples.
pub(super) fn number(value: f64) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "only what fits is cut")]
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}
