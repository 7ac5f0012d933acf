//! `GET /opportunity/`: the plain list, and the list in groups (`_group_by`, behaviour.md 6.3).
//!
//! A page counts opportunities, not groups, so a group can be cut: its sums are always those of the whole group. The
//! spelling of keys (`2024-W09`, `2024-03`, `2024-Q1`, `2024`) is chosen, as is that what has no date or user comes
//! last whichever way.

use std::collections::BTreeMap;

use http::Method;
use jiff::civil::{Date, ISOWeekDate};
use serde_json::{Value, json};

use super::opportunity::OPPORTUNITY;
use super::opportunity_totals::totals;
use crate::http::{Answer, Call, Refusal};
use crate::resource::{self, Action, Detail, NOT_A_CHOICE, Page, Projection, Run, View, find, render};
use crate::store::{Kind, Object, Shelf, parse_date, text};

/// `GET /opportunity/`
pub(crate) const ACTIONS: &[Action] =
    &[Action { method: Method::GET, path: "opportunity", run: Run::Read(list) }];

/// What opportunities are grouped by.
#[derive(Clone, Copy)]
enum By {
    User,
    Week,
    Month,
    Quarter,
    Year,
}

impl By {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "user_id" => Self::User,
            "date_won__week" => Self::Week,
            "date_won__month" => Self::Month,
            "date_won__quarter" => Self::Quarter,
            "date_won__year" => Self::Year,
            _ => return None,
        })
    }
}

/// A group's place, and what it says of itself.
struct Group {
    /// Sorts as it reads; nothing for what has no date or user.
    order: Option<String>,
    coordinates: Object,
}

fn list(view: View<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let Some(wanted) = call.parameters.get("_group_by").map(str::trim).filter(|wanted| !wanted.is_empty())
    else {
        return resource::list(view, &OPPORTUNITY, call);
    };
    let (name, descending) = match wanted.strip_prefix('-') {
        Some(name) => (name, true),
        None => (wanted, false),
    };
    let by = By::named(name).ok_or_else(|| Refusal::field("_group_by", NOT_A_CHOICE))?;
    let page = Page::read(&OPPORTUNITY.list, &call.parameters)?;
    let everything = Page { limit: 0, skip: 0 };
    let found = find(view, &OPPORTUNITY.list, Shelf::Of(Kind::Opportunity), &call.parameters, everything)?;
    let groups = grouped(view, by, descending, &found.all);
    let wanted = Projection::read(&call.parameters);
    let mut data = Vec::new();
    let (mut skip, mut room) = (page.skip, page.limit);
    for (coordinates, numbers) in groups {
        let shown: Vec<Value> = numbers
            .iter()
            .skip(skip)
            .take(room)
            .filter_map(|number| view.world.at(*number))
            .map(|record| render(view, &OPPORTUNITY, &record.object, Detail::Listed, &wanted).into())
            .collect();
        skip = skip.saturating_sub(numbers.len());
        room -= shown.len();
        if shown.is_empty() {
            continue;
        }
        let mut group = coordinates;
        group.insert("objects".to_owned(), shown.into());
        group.insert("total_results".to_owned(), numbers.len().into());
        group.extend(totals(view, &numbers));
        data.push(Value::Object(group));
    }
    let more = page.skip.saturating_add(page.limit) < found.all.len();
    let mut body = Object::new();
    body.insert("data".to_owned(), data.into());
    body.insert("has_more".to_owned(), more.into());
    body.insert("total_results".to_owned(), found.all.len().into());
    body.extend(totals(view, &found.all));
    Ok(Answer::ok(body))
}

/// The groups in order, each with its opportunities in the order of the list.
fn grouped(view: View<'_>, by: By, descending: bool, numbers: &[u32]) -> Vec<(Object, Vec<u32>)> {
    let mut dated: BTreeMap<String, (Object, Vec<u32>)> = BTreeMap::new();
    let mut without: Option<(Object, Vec<u32>)> = None;
    for number in numbers {
        let group =
            view.aside(|view| view.world.at(*number).map(|record| group_of(view, by, &record.object)));
        let Some(Group { order, coordinates }) = group else { continue };
        let entry = match order {
            Some(order) => dated.entry(order).or_insert_with(|| (coordinates, Vec::new())),
            None => without.get_or_insert_with(|| (coordinates, Vec::new())),
        };
        entry.1.push(*number);
    }
    let groups = dated.into_values();
    let groups: Vec<_> = if descending { groups.rev().collect() } else { groups.collect() };
    groups.into_iter().chain(without).collect()
}

fn group_of(view: View<'_>, by: By, deal: &Object) -> Group {
    if let By::User = by {
        let id = text(deal, "user_id");
        let name = view.user_name(id);
        let order = id.map(|id| format!("{} {id}", name.as_str().unwrap_or_default().to_lowercase()));
        return Group {
            order,
            coordinates: members([("key", json!(id)), ("user_id", json!(id)), ("user_name", name)]),
        };
    }
    let day = text(deal, "date_won").and_then(|day| parse_date(day.get(..10)?));
    let year = day.map(Date::year);
    let month = day.map(Date::month);
    let quarter = month.map(|month| (month - 1) / 3 + 1);
    let week = day.map(Date::iso_week_date);
    let (key, coordinates) = match by {
        By::Week => {
            let (weekyear, week) = (week.map(ISOWeekDate::year), week.map(ISOWeekDate::week));
            let key = weekyear.zip(week).map(|(year, week)| format!("{year:04}-W{week:02}"));
            (key, vec![("weekyear", json!(weekyear)), ("week", json!(week))])
        }
        By::Month => {
            let key = year.zip(month).map(|(year, month)| format!("{year:04}-{month:02}"));
            (key, vec![("year", json!(year)), ("month", json!(month))])
        }
        By::Quarter => {
            let key = year.zip(quarter).map(|(year, quarter)| format!("{year:04}-Q{quarter}"));
            (key, vec![("year", json!(year)), ("quarter", json!(quarter))])
        }
        By::Year | By::User => (year.map(|year| format!("{year:04}")), vec![("year", json!(year))]),
    };
    let named = [("key", json!(key))].into_iter().chain(coordinates);
    Group { order: key, coordinates: members(named) }
}

fn members(named: impl IntoIterator<Item = (&'static str, Value)>) -> Object {
    named.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
