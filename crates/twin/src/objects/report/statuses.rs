//! `GET /report/statuses/…`: how many leads or opportunities were in each status before and after a time, and which
//! way they went between.
//!
//! Without `date_start` a report is of all time, and has nothing to compare with: `started`, `change`,
//! `change_percent`, `gained` and `lost` are left out (documented as "some keys are missing"; which is chosen).

use std::collections::BTreeMap;

use jiff::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::history::History;
use super::searching::{self, moment, second_before};
use super::transitions::{self, Way};
use super::{check_organization, narrowing};
use crate::http::{Answer, Call, Refusal};
use crate::objects::{pipeline, status};
use crate::resource::View;
use crate::store::{Kind, Object, Shelf, text};

/// What a report is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    Leads,
    Opportunities,
}

/// The time a report covers, and how search texts write its ends.
pub(super) struct Span {
    pub(super) start: Option<Timestamp>,
    pub(super) end: Timestamp,
    pub(super) started_on: String,
    pub(super) ended_on: String,
}

/// How many were in one status, and came and went.
#[derive(Clone, Copy, Debug, Default)]
struct Flow {
    started: i64,
    ended: i64,
    gained: i64,
    lost: i64,
    entered: i64,
    left: i64,
}

pub(super) fn of_leads(view: View<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    report(view, call, captured, About::Leads)
}

pub(super) fn of_opportunities(view: View<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    report(view, call, captured, About::Opportunities)
}

fn report(view: View<'_>, call: &Call, captured: &[&str], about: About) -> Result<Answer, Refusal> {
    check_organization(view, captured)?;
    let parameters = &call.parameters;
    let span = span(view, call)?;
    let leads = narrowing::searched(view, parameters)?;
    let user = parameters.get("user_id").filter(|id| !id.is_empty() && about == About::Opportunities);
    let users = user.map(|id| view.users_of(id));
    let (kind, lead_member) = match about {
        About::Leads => (Kind::Lead, "id"),
        About::Opportunities => (Kind::Opportunity, "lead_id"),
    };
    let mut flows: BTreeMap<String, Flow> = BTreeMap::new();
    let mut ways = transitions::Ways::default();
    for number in view.numbers(Shelf::Of(kind)) {
        view.aside(|view| {
            let Some(object) = view.world.at(number).map(|record| &record.object) else { return };
            let wanted = leads
                .as_ref()
                .is_none_or(|leads| text(object, lead_member).is_some_and(|lead| leads.contains(lead)));
            let theirs = users.as_ref().is_none_or(|users| {
                text(object, "user_id").is_some_and(|id| users.iter().any(|user| user == id))
            });
            if wanted && theirs {
                let history = match about {
                    About::Leads => History::of_lead(view, object),
                    About::Opportunities => History::of_opportunity(view, object),
                };
                count(&history, &span, &mut flows);
                ways.add(&history, &span);
            }
        });
    }
    let known: Vec<&Object> = match about {
        About::Leads => status::lead_statuses(view),
        About::Opportunities => pipeline::statuses(view),
    };
    let deleted = flows.keys().filter(|id| known.iter().all(|status| text(status, "id") != Some(id)));
    let order: Vec<String> =
        known.iter().filter_map(|status| text(status, "id")).map(str::to_owned).collect();
    let order: Vec<String> = order.into_iter().chain(deleted.cloned()).collect();
    let own = users.map(|users| searching::one_of("user", &users));
    let labels = Labels { known, about, own, among: narrowing::search(parameters) };
    let overview: Vec<Value> = order
        .iter()
        .map(|id| overview(&labels, id, flows.get(id).copied().unwrap_or_default(), &span))
        .collect();
    let rows = |ways: &BTreeMap<Way, usize>| -> Vec<Value> {
        ways.iter().map(|(way, count)| transitions::row(&labels, way, *count, &span)).collect()
    };
    Ok(Answer::ok(json!({
        "status_overview": overview,
        "status_transitions": rows(&ways.each),
        "status_transitions_summary": rows(&ways.whole),
    })))
}

fn span(view: View<'_>, call: &Call) -> Result<Span, Refusal> {
    let start = narrowing::moment(view, &call.parameters, "date_start", false)?;
    let end = narrowing::moment(view, &call.parameters, "date_end", true)?.unwrap_or_else(|| view.now());
    if start.is_some_and(|start| start > end) {
        return Err(Refusal::field("date_end", "The end is before the start."));
    }
    let began = start.or_else(|| narrowing::founded(view)).unwrap_or(Timestamp::UNIX_EPOCH);
    // The end is the last second that counts, as in the documented samples.
    let (started_on, ended_on) = (moment(view, began), moment(view, second_before(end)));
    Ok(Span { start, end, started_on, ended_on })
}

fn count(history: &History, span: &Span, flows: &mut BTreeMap<String, Flow>) {
    let before =
        |at: Timestamp| history.at(at.saturating_sub(jiff::SignedDuration::from_millis(1)).unwrap_or(at));
    let (first, last) = (span.start.and_then(before), before(span.end));
    let mut add = |status: &str, change: fn(&mut Flow)| change(flows.entry(status.to_owned()).or_default());
    if let Some(status) = first {
        add(status, |flow| flow.started += 1);
    }
    if let Some(status) = last {
        add(status, |flow| flow.ended += 1);
    }
    if first != last {
        if let Some(status) = first {
            add(status, |flow| flow.lost += 1);
        }
        if let Some(status) = last {
            add(status, |flow| flow.gained += 1);
        }
    }
    for (status, began, ended) in history.stays() {
        let within = |at: Timestamp| span.start.is_none_or(|start| at >= start) && at < span.end;
        if within(began) {
            add(status, |flow| flow.entered += 1);
        }
        if ended.is_some_and(within) {
            add(status, |flow| flow.left += 1);
        }
    }
}

/// The statuses there are, and what they are the statuses of.
pub(super) struct Labels<'w> {
    known: Vec<&'w Object>,
    pub(super) about: About,
    /// A condition that all objects counted meet.
    own: Option<String>,
    /// A search text that finds all leads looked at.
    among: Option<String>,
}

impl Labels<'_> {
    /// The label of a status, if it still exists.
    pub(super) fn label(&self, id: &str) -> Option<&str> {
        self.known
            .iter()
            .find(|status| text(status, "id") == Some(id))
            .and_then(|status| text(status, "label"))
    }

    /// How search texts name a status: by its label, or by its id when it is gone or another pipeline has one of the
    /// same label.
    pub(super) fn quoted(&self, id: &str) -> String {
        let alike =
            |label: &&str| self.known.iter().filter(|status| text(status, "label") == Some(label)).count();
        searching::quoted(self.label(id).filter(|label| alike(label) == 1).unwrap_or(id))
    }

    /// A search text about statuses, as the search bar for leads takes it; narrowed as the report is (chosen).
    pub(super) fn search(&self, inner: &str) -> String {
        let own = self.own.as_ref().map(|own| format!("{own} and ({inner})"));
        let inner = own.as_deref().unwrap_or(inner);
        let whole = match self.about {
            About::Leads => inner.to_owned(),
            About::Opportunities => format!("opportunity({inner})"),
        };
        let narrowed = self.among.as_ref().map(|among| format!("{among} and ({whole})"));
        narrowed.unwrap_or(whole)
    }

    /// `lead_status` and `lead_status_change`, or what they are called for opportunities.
    pub(super) fn entities(&self) -> (&'static str, &'static str) {
        match self.about {
            About::Leads => ("lead_status", "lead_status_change"),
            About::Opportunities => ("status", "status_change"),
        }
    }

    /// Adds the pages that show what searches find.
    pub(super) fn add_pages(&self, row: &mut Object, name: &str, searches: &Value) {
        let page = |path: &str, written: &str| {
            format!("/{path}/{}/", utf8_percent_encode(written, NON_ALPHANUMERIC))
        };
        let map = |path: &str| match searches {
            Value::Object(all) => all
                .iter()
                .map(|(name, written)| {
                    (name.clone(), page(path, written.as_str().unwrap_or_default()).into())
                })
                .collect::<Object>()
                .into(),
            written => Value::from(page(path, written.as_str().unwrap_or_default())),
        };
        row.insert(format!("_leads_{name}"), map("search"));
        if self.about == About::Opportunities {
            row.insert(format!("_opportunities_{name}"), map("opportunities/search"));
        }
    }
}

fn overview(labels: &Labels<'_>, id: &str, flow: Flow, span: &Span) -> Value {
    let (status, change) = labels.entities();
    let (quoted, from, to) = (labels.quoted(id), &span.started_on, &span.ended_on);
    let during = format!("date >= \"{from}\" and date <= \"{to}\"");
    let started = format!("{status}(status:{quoted} on:\"{from}\")");
    let ended = format!("{status}(status:{quoted} on:\"{to}\")");
    let original = if labels.about == About::Leads { "original_lead_status" } else { "original_status" };
    let entered = format!(
        "({original}:{quoted} and created >= \"{from}\" and created <= \"{to}\") or \
         {change}(new_status:{quoted} and {during})"
    );
    let left = format!("{change}(old_status:{quoted} and {during})");
    let (gained, lost) = (format!("not {started} and {ended}"), format!("{started} and not {ended}"));
    let mut row = Object::new();
    let mut put = |name: &str, value: Value| drop(row.insert(name.to_owned(), value));
    put("status_id", id.into());
    put("status_label", json!(labels.label(id)));
    put("status_is_deleted", labels.label(id).is_none().into());
    let mut searches = Object::new();
    let mut find =
        |name: &str, inner: &str| drop(searches.insert(name.to_owned(), labels.search(inner).into()));
    if span.start.is_some() {
        let difference = flow.ended - flow.started;
        put("started", flow.started.into());
        put("change", difference.into());
        put("change_percent", json!((difference * 100).checked_div(flow.started)));
        put("gained", flow.gained.into());
        put("lost", flow.lost.into());
        find("started", &started);
        find("gained", &gained);
        find("lost", &lost);
    }
    put("ended", flow.ended.into());
    put("entered", flow.entered.into());
    put("left", flow.left.into());
    find("ended", &ended);
    find("entered", &entered);
    find("left", &left);
    let searches = Value::Object(searches);
    labels.add_pages(&mut row, "page_urls", &searches);
    row.insert("_queries".to_owned(), searches);
    row.into()
}
