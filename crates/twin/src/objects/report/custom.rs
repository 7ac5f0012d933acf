//! The Explorer: `GET /report/custom/{organization}/`, one number for each value of something else.
//!
//! Close documents the parameters and not the answer. Here it is
//! `{"x", "y", "transform_y", "interval", "series": [{"name", "data": [{"x", "y"}]}]}`: one series, or one for each
//! value of `group_by`. `x` and `group_by` are fields of the object counted, or of its lead.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::interval::{Bucket, Interval};
use super::{check_organization, narrowing};
use crate::http::{Answer, Call, Refusal};
use crate::objects::resource_of;
use crate::resource::{NOT_A_CHOICE, View, field_type, member};
use crate::store::{Kind, Object, Record, Shelf, parse_moment, text};

/// What can be explored, by the name that begins its fields.
const OBJECTS: &[(&str, Kind, Option<Kind>)] = &[
    ("lead", Kind::Lead, Some(Kind::LeadCustomField)),
    ("contact", Kind::Contact, Some(Kind::ContactCustomField)),
    ("opportunity", Kind::Opportunity, Some(Kind::OpportunityCustomField)),
    ("task", Kind::Task, None),
    ("call", Kind::Call, None),
    ("email", Kind::Email, None),
    ("sms", Kind::Sms, None),
    ("note", Kind::Note, None),
    ("meeting", Kind::Meeting, None),
];

/// A field that is asked for.
#[derive(Clone)]
struct Asked {
    kind: Kind,
    /// A member of the object; `None` counts the objects.
    member: Option<String>,
    holds: &'static str,
}

/// `GET /report/custom/fields/`
#[expect(clippy::unnecessary_wraps, reason = "an action may refuse")]
pub(super) fn fields(view: View<'_>, _: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let mut all = Vec::new();
    for (object, kind, customs) in OBJECTS {
        let mut add = |name: &str, label: &str, holds: &str| {
            all.push(json!({"name": format!("{object}.{name}"), "label": label, "type": holds}));
        };
        add("count", "Count", "number");
        for field in resource_of(*kind).all_fields() {
            if let Some(holds) = field_type(field) {
                add(field.name, &field.name.replace('_', " "), holds);
            }
        }
        for name in ["date_created", "date_updated"] {
            add(name, &name.replace('_', " "), "date");
        }
        for field in customs.iter().flat_map(|customs| view.all(*customs)) {
            let name = text(field, "name").unwrap_or_default();
            add(&format!("custom.{name}"), name, custom_type(field));
        }
    }
    Ok(Answer::ok(json!({ "fields": all })))
}

fn custom_type(field: &Object) -> &'static str {
    match text(field, "type") {
        Some("number") => "number",
        Some("date" | "datetime") => "date",
        _ => "text",
    }
}

/// Reads `opportunity.value`, `lead.custom.MRR`, `lead.count`.
fn asked(view: View<'_>, parameter: &str, written: &str) -> Result<Asked, Refusal> {
    let unknown = || Refusal::field(parameter, NOT_A_CHOICE);
    let (object, name) = written.split_once('.').ok_or_else(unknown)?;
    let (_, kind, customs) = OBJECTS.iter().find(|(known, ..)| *known == object).ok_or_else(unknown)?;
    if name == "count" {
        return Ok(Asked { kind: *kind, member: None, holds: "number" });
    }
    if let Some(custom) = name.strip_prefix("custom.") {
        let mut all = customs.iter().flat_map(|customs| view.all(*customs));
        let own = |field: &&Object| [text(field, "name"), text(field, "id")].contains(&Some(custom));
        let field = all.find(own).ok_or_else(unknown)?;
        let member = Some(format!("custom.{}", text(field, "id").unwrap_or_default()));
        return Ok(Asked { kind: *kind, member, holds: custom_type(field) });
    }
    let field = resource_of(*kind).all_fields().find(|field| field.name == name);
    let dated = matches!(name, "date_created" | "date_updated").then_some("date");
    let holds = dated.or_else(|| field.and_then(field_type)).ok_or_else(unknown)?;
    Ok(Asked { kind: *kind, member: Some(name.to_owned()), holds })
}

impl Asked {
    /// The values of the field for an object that is counted: its own, or that of its lead.
    fn values(&self, view: View<'_>, record: &Record) -> Vec<Value> {
        let Some(name) = &self.member else { return Vec::new() };
        let own = if record.kind == self.kind {
            Some(record)
        } else {
            text(&record.object, "lead_id").and_then(|lead| view.record(lead))
        };
        let Some(own) = own else { return Vec::new() };
        match member(view, resource_of(own.kind), &own.object, name) {
            Value::Null => Vec::new(),
            Value::Array(values) => values,
            value => vec![value],
        }
    }

    /// Whether it can be asked of objects of a kind.
    fn fits(&self, kind: Kind) -> bool {
        self.kind == kind || self.kind == Kind::Lead
    }
}

pub(super) fn report(view: View<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    check_organization(view, captured)?;
    let parameters = &call.parameters;
    let given = |name: &str| parameters.get(name).map(str::trim).filter(|value| !value.is_empty());
    let y = asked(view, "y", given("y").unwrap_or("lead.count"))?;
    let x = given("x").map(|written| asked(view, "x", written)).transpose()?;
    let group = given("group_by").map(|written| asked(view, "group_by", written)).transpose()?;
    for (name, other) in [("x", &x), ("group_by", &group)] {
        if other.as_ref().is_some_and(|other| !other.fits(y.kind) || other.member.is_none()) {
            return Err(Refusal::field(name, "It must be a field of the object counted, or of its lead."));
        }
    }
    if y.holds != "number" {
        return Err(Refusal::field("y", "It must be a number, or a count."));
    }
    let transform = given("transform_y").unwrap_or("sum");
    if !["sum", "avg", "min", "max"].contains(&transform) || (y.member.is_none() && transform != "sum") {
        return Err(Refusal::field("transform_y", NOT_A_CHOICE));
    }
    let leads = narrowing::searched(view, parameters)?;
    let start = narrowing::moment(view, parameters, "start", false)?;
    let start = start.or_else(|| narrowing::founded(view)).unwrap_or(Timestamp::UNIX_EPOCH);
    // What happens in this very moment counts.
    let now = view.now().saturating_add(SignedDuration::from_millis(1)).unwrap_or(Timestamp::MAX);
    let end = narrowing::moment(view, parameters, "end", true)?.unwrap_or(now);
    let interval =
        Interval::read(given("interval").unwrap_or("auto"), x.as_ref().map(|x| x.holds), (start, end))?;
    let numbers = view.numbers(Shelf::Of(y.kind));
    let mut points: Vec<(String, Value, f64)> = Vec::new();
    for number in numbers {
        view.aside(|view| {
            let Some(record) = view.world.at(number) else { return };
            let lead_member = if y.kind == Kind::Lead { "id" } else { "lead_id" };
            let lead = text(&record.object, lead_member);
            if leads.as_ref().is_some_and(|leads| !lead.is_some_and(|lead| leads.contains(lead))) {
                return;
            }
            let dated = x.as_ref().is_some_and(|x| x.holds == "date");
            let made = text(&record.object, "date_created").and_then(parse_moment);
            if !dated && made.is_none_or(|made| made < start || made >= end) {
                return;
            }
            let amounts: Vec<f64> = match &y.member {
                None => vec![1.0],
                Some(_) => y.values(view, record).iter().filter_map(Value::as_f64).collect(),
            };
            let places = x.as_ref().map_or_else(|| vec![Value::Null], |x| x.values(view, record));
            let named = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let groups = group.as_ref().map_or_else(
                || vec!["all".to_owned()],
                |group| group.values(view, record).iter().map(named).collect(),
            );
            for group in &groups {
                for place in &places {
                    points.extend(amounts.iter().map(|amount| (group.clone(), place.clone(), *amount)));
                }
            }
        });
    }
    let width = interval.width(&points);
    let mut series: BTreeMap<String, BTreeMap<Bucket, Vec<f64>>> = BTreeMap::new();
    for (group, place, amount) in points {
        if let Some(bucket) = interval.bucket(&place, width, view, (start, end)) {
            series.entry(group).or_default().entry(bucket).or_default().push(amount);
        }
    }
    let series: Vec<Value> = series
        .into_iter()
        .map(|(name, buckets)| {
            let data = buckets
                .into_iter()
                .map(|(bucket, amounts)| json!({"x": bucket.shown(), "y": transformed(transform, &amounts)}));
            json!({"name": name, "data": data.collect::<Vec<_>>()})
        })
        .collect();
    Ok(Answer::ok(json!({
        "x": given("x"),
        "y": given("y").unwrap_or("lead.count"),
        "transform_y": transform,
        "interval": interval.name(),
        "series": series,
    })))
}

fn transformed(transform: &str, amounts: &[f64]) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "there are not that many objects")]
    let count = amounts.len() as f64;
    let sum: f64 = amounts.iter().sum();
    let value = match transform {
        "avg" => sum / count,
        "min" => amounts.iter().copied().fold(f64::INFINITY, f64::min),
        "max" => amounts.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        _ => sum,
    };
    super::funnel_numbers::number(value)
}
