//! Opportunities: what may be sold to a lead, for how much, and how far it has come.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::attachment::ATTACHMENTS;
use super::comment;
use super::integration_link;
use super::money;
use super::opportunity_totals::totals;
use super::ownership::OPPORTUNITIES;
use super::pipeline;
use super::rich_text;
use super::{activity, lead};
use crate::http::{Parameters, Refusal};
use crate::query;
use crate::resource::{
    Compare, CustomScope, Draft, Field, FieldKind, Filter, Hooks, Initial, ListRules, NO_OBJECT, Resource,
    Session, Show, View,
};
use crate::search;
use crate::store::{Created, DateStyle, Kind, Object, Shelf, text};

/// `/opportunity/`
pub(crate) static OPPORTUNITY: Resource = Resource {
    fields: &[
        Field::reference("lead_id", &[Kind::Lead]).on_create(),
        Field::computed("lead_name", lead::lead_name),
        Field::reference("contact_id", &[Kind::Contact]),
        Field::computed("contact_name", activity::contact_name),
        Field::reference("user_id", &[Kind::User]).starts(Initial::Caller).not_null(),
        Field::computed("user_name", |view, deal| view.user_name(text(deal, "user_id"))),
        Field::new("status_id", FieldKind::Checked(pipeline::check_status))
            .not_null()
            .starts(Initial::Absent),
        Field::computed("status_label", |view, deal| status(view, deal, "label")),
        Field::computed("status_display_name", status_display_name),
        Field::computed("status_type", |view, deal| status(view, deal, "type")),
        Field::computed("pipeline_id", |view, deal| status(view, deal, "pipeline_id")),
        Field::computed("pipeline_name", |view, deal| {
            let pipeline = status(view, deal, "pipeline_id");
            view.member_of(Kind::Pipeline, pipeline.as_str(), "name")
        }),
        Field::new("value", FieldKind::Integer(i64::MIN, i64::MAX)),
        Field::choice("value_period", &["one_time", "monthly", "annual"])
            .starts(Initial::Text("one_time"))
            .not_null(),
        Field::computed("value_currency", |view, _| money::currency(view)),
        Field::computed("value_formatted", money::formatted),
        Field::computed("annualized_value", |_, deal| json!(money::annualized(deal))),
        Field::computed("expected_value", |_, deal| json!(money::expected(deal, money::value(deal)))),
        Field::computed("annualized_expected_value", |_, deal| {
            json!(money::expected(deal, money::annualized(deal)))
        }),
        Field::new("confidence", FieldKind::Integer(0, 100)).starts(Initial::Integer(50)).not_null(),
        Field::text("note").starts(Initial::Text("")),
        Field::text("note_html").starts(Initial::Text("<body><p></p></body>")),
        ATTACHMENTS,
        Field::computed("integration_links", |view, deal| {
            integration_link::links(view, Kind::Opportunity, deal)
        })
        .shown(Show::Nested),
        Field::computed("comment_summary", comment::summary).shown(Show::OnRequest),
        Field::new("date_won", FieldKind::Date),
        Field::stored("date_lost"),
        Field::stored("is_stalled").starts(Initial::False),
        Field::stored("stall_status"),
        Field::moment("date_created").on_create().starts(Initial::Absent).shown(Show::Hidden),
        Field::reference("created_by", &[Kind::User]).on_create().starts(Initial::Absent).shown(Show::Hidden),
    ],
    custom: Some(CustomScope::Opportunity),
    list: ListRules {
        filters: &[
            Filter::exact("id"),
            Filter::exact("lead_id"),
            Filter::exact("organization_id"),
            Filter::exact("contact_id"),
            Filter::exact("pipeline_id"),
            Filter::by("user_id", Compare::Users),
            Filter::exact("status_id"),
            Filter::exact("status_label"),
            Filter::exact("status_label").named("status"),
            Filter::exact("status_type"),
            Filter::exact("value_period"),
            Filter::by("is_stalled", Compare::Flags),
            Filter::by("date_won", Compare::Days),
            Filter::by("date_created", Compare::Moments),
            Filter::by("date_updated", Compare::Moments),
        ],
        orders: &[
            "date_won",
            "date_updated",
            "date_created",
            "confidence",
            "user_name",
            "value",
            "annualized_value",
            "annualized_expected_value",
        ],
        select: Some(by_search),
        total: true,
        summary: Some(totals),
        max_limit: 250,
        ..ListRules::NEWEST_FIRST
    },
    event: Some("opportunity"),
    hooks: Hooks {
        prepare,
        storing,
        updated,
        may_delete: |view, deal| OPPORTUNITIES.check_deletion(view, deal),
        deleting: comment::forget,
        ..Hooks::NONE
    },
    ..Resource::new(Kind::Opportunity, "opportunity", "oppo", "Opportunity")
};

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    rich_text::keep_in_step(draft, "note", "note_html");
    let view = session.view();
    OPPORTUNITIES.check_change(view, draft);
    choose_status(view, draft);
    let lead = text(&draft.object, "lead_id");
    let contact = text(&draft.object, "contact_id").and_then(|id| view.find(Kind::Contact, id));
    if contact.is_some_and(|contact| lead.is_some() && text(contact, "lead_id") != lead) {
        draft.errors.add("contact", NO_OBJECT);
    }
    let kind_of = |object: &Object| status(view, object, "type");
    let before = draft.old.map_or(Value::Null, kind_of);
    let after = kind_of(&draft.object);
    if before == after {
        return;
    }
    let undated = draft.object.get("date_won").is_none_or(Value::is_null);
    if after == "won" && undated {
        draft.object.insert("date_won".to_owned(), view.today().to_string().into());
    }
    let lost = if after == "lost" { DateStyle::Offset.write(view.now()).into() } else { Value::Null };
    draft.object.insert("date_lost".to_owned(), lost);
}

/// `query` asks about opportunities, `lead_query` and `lead_saved_search_id` about their leads.
fn by_search(view: View<'_>, parameters: &Parameters) -> Result<Option<Vec<String>>, Refusal> {
    let given = |name: &str| parameters.get(name).filter(|written| !written.trim().is_empty());
    let own = given("query").map(|written| query::parse_about(Kind::Opportunity, written)).transpose();
    let own = own.map_err(|error| Refusal::bad_request(error.to_string()))?;
    let of_leads = given("lead_query").map(query::parse).transpose();
    let of_leads = of_leads.map_err(|error| Refusal::bad_request(error.to_string()))?;
    let saved = given("lead_saved_search_id")
        .map(|id| {
            view.find(Kind::SmartView, id).ok_or_else(|| Refusal::field("lead_saved_search", NO_OBJECT))
        })
        .transpose()?;
    if own.is_none() && of_leads.is_none() && saved.is_none() {
        return Ok(None);
    }
    let mut leads: Vec<HashSet<u32>> = Vec::new();
    leads.extend(of_leads.map(|query| query.find(view).into_iter().collect()));
    if let Some(saved) = saved {
        let members = search::members(view, saved, query::MAX_VIEWS);
        let members = members.map_err(|problem| Refusal::field("lead_saved_search", problem))?;
        leads.push(members.into_iter().filter_map(|member| lead_of(view, member)).collect());
    }
    let deals = if let Some(query) = own {
        query.find(view)
    } else {
        let shelf = Shelf::Of(Kind::Opportunity);
        view.world.numbers(&view.caller.organization_id, shelf, Created::EVER).rev().collect()
    };
    let kept = deals.into_iter().filter_map(|number| {
        view.aside(|view| {
            let deal = &view.world.at(number)?.object;
            let lead = text(deal, "lead_id").and_then(|id| view.world.number(id));
            let wanted = leads.iter().all(|set| lead.is_some_and(|lead| set.contains(&lead)));
            text(deal, "id").filter(|_| wanted).map(str::to_owned)
        })
    });
    Ok(Some(kept.collect()))
}

/// The lead that something hangs on, or that it is.
fn lead_of(view: View<'_>, number: u32) -> Option<u32> {
    view.aside(|view| {
        let record = view.world.at(number)?;
        if record.kind == Kind::Lead {
            Some(number)
        } else {
            view.world.number(text(&record.object, "lead_id")?)
        }
    })
}

/// Finds the status: given by id, by label, or the first of the pipeline.
fn choose_status(view: View<'_>, draft: &mut Draft<'_>) {
    let wanted_pipeline =
        draft.input.get("pipeline_id").and_then(Value::as_str).filter(|_| draft.old.is_none());
    if let Some(pipeline) = wanted_pipeline
        && view.find(Kind::Pipeline, pipeline).is_none()
    {
        return draft.errors.add("pipeline", NO_OBJECT);
    }
    if draft.given("status") && !draft.given("status_id") {
        let label = draft.input["status"].as_str().unwrap_or_default();
        match pipeline::statuses(view).into_iter().find(|status| status["label"] == label) {
            Some(status) => drop(draft.object.insert("status_id".to_owned(), status["id"].clone())),
            None => draft.errors.add("status", pipeline::not_a_choice(label)),
        }
    }
    if draft.object.contains_key("status_id") {
        let pipeline = status(view, &draft.object, "pipeline_id");
        if wanted_pipeline.is_some_and(|wanted| !pipeline.is_null() && pipeline != wanted) {
            draft.errors.add("status", "The status does not belong to the pipeline.");
        }
        return;
    }
    let first = match wanted_pipeline {
        Some(id) => view
            .find(Kind::Pipeline, id)
            .and_then(|found| pipeline::statuses_of(view, found).into_iter().next()),
        None => pipeline::statuses(view).into_iter().next(),
    };
    match first {
        Some(status) => drop(draft.object.insert("status_id".to_owned(), status["id"].clone())),
        None => draft.errors.add("status", "This field is required."),
    }
}

/// An opportunity without a lead brings its own, a nameless one.
fn storing(session: &mut Session<'_>, deal: &mut Object) {
    if deal.get("lead_id").is_none_or(Value::is_null) {
        let blank = lead::blank(session.view(), None);
        let lead_id = session.put(&lead::LEAD, blank);
        deal.insert("lead_id".to_owned(), lead_id.into());
    }
}

fn updated(session: &mut Session<'_>, old: &Object, new: &Object) {
    if old.get("status_id") == new.get("status_id") {
        return;
    }
    let view = session.view();
    let day = text(new, "date_won").map(|day| format!("{day}T00:00:00+00:00"));
    let change = json!({
        "lead_id": new["lead_id"],
        "contact_id": new.get("contact_id"),
        "opportunity_id": new["id"],
        "old_status_id": old.get("status_id"),
        "new_status_id": new.get("status_id"),
        "opportunity_value": new.get("value"),
        "opportunity_value_formatted": money::formatted(view, new),
        "opportunity_value_currency": money::currency(view),
        "opportunity_value_period": new.get("value_period"),
        "opportunity_confidence": new.get("confidence"),
        "opportunity_date_won": day,
    });
    if let Value::Object(change) = change {
        session.record(Kind::OpportunityStatusChange, change);
    }
}

/// A member of an opportunity's status.
pub(crate) fn status(view: View<'_>, deal: &Object, name: &str) -> Value {
    view.member_of(Kind::OpportunityStatus, text(deal, "status_id"), name)
}

/// The label, with the pipeline's name when there are several.
fn status_display_name(view: View<'_>, deal: &Object) -> Value {
    let label = status(view, deal, "label");
    if view.all(Kind::Pipeline).count() < 2 {
        return label;
    }
    let pipeline = status(view, deal, "pipeline_id");
    let name = view.member_of(Kind::Pipeline, pipeline.as_str(), "name");
    match (label.as_str(), name.as_str()) {
        (Some(label), Some(name)) => format!("{label} ({name})").into(),
        _ => label,
    }
}
