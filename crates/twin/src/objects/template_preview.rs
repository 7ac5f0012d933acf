//! What a template of e-mails would say to somebody: a given contact, or one that a search finds.

use http::Method;
use serde_json::{Value, json};

use super::email_template::{EMAIL_TEMPLATE, fill};
use super::{contact, lead};
use crate::http::{Answer, Call, Parameters, Refusal};
use crate::resource::{Action, NOT_A_CHOICE, REQUIRED, Run, View};
use crate::store::{Kind, Object, text};
use crate::{filtering, query};

/// `GET /email_template/{id}/render/`
pub(crate) const ACTIONS: &[Action] =
    &[Action { method: Method::GET, path: "email_template/{}/render", run: Run::Read(render) }];

/// Entries of a search that can be looked at (documented: 0 to 99 or 100).
const MOST_ENTRIES: usize = 101;

fn render(view: View<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    let id = captured.first().copied().unwrap_or_default();
    let template = view.find(Kind::EmailTemplate, id).ok_or(Refusal::NoObject(EMAIL_TEMPLATE.model))?;
    let given = |name: &str| call.parameters.get(name).filter(|value| !value.trim().is_empty());
    let addressee = if given("query").is_some() || given("s_query").is_some() {
        found(view, &call.parameters)?
    } else {
        Some(named(view, &call.parameters)?)
    };
    // A search that has no such entry is not an error (documented).
    let Some((lead, person)) = addressee else { return Ok(Answer::ok(json!({}))) };
    let filled = |name: &str| fill(view, text(template, name).unwrap_or_default(), Some(lead), Some(person));
    Ok(Answer::ok(json!({
        "subject": filled("subject"),
        "body": filled("body"),
        "email": contact::first_email(person),
        "contact_id": person["id"],
        "contact_display_name": contact::display_name(person),
        "lead_id": lead["id"],
        "lead_display_name": lead::display_name(view, lead),
    })))
}

/// A lead and one of its contacts.
type Addressee<'w> = (&'w Object, &'w Object);

/// The lead and the contact that the parameters name; both are needed (documented).
fn named<'w>(view: View<'w>, parameters: &Parameters) -> Result<Addressee<'w>, Refusal> {
    let one = |kind, name: &str, model| {
        let required = || Refusal::field(name.trim_end_matches("_id"), REQUIRED);
        view.find(kind, parameters.get(name).ok_or_else(required)?).ok_or(Refusal::NoObject(model))
    };
    Ok((one(Kind::Lead, "lead_id", "Lead")?, one(Kind::Contact, "contact_id", "Contact")?))
}

/// The entry asked for of what a search finds. Leads stand for their first contact who has an e-mail address; with
/// `mode=contact`, or when all contacts are preferred, each contact with an address is an entry.
fn found<'w>(view: View<'w>, parameters: &Parameters) -> Result<Option<Addressee<'w>>, Refusal> {
    let number = |name: &str, otherwise: usize| match parameters.get(name).filter(|value| !value.is_empty()) {
        None => Ok(otherwise),
        Some(value) => value.parse().map_err(|_| Refusal::field(name, "Value must be of int type.")),
    };
    let entry = number("entry", 0)?;
    let most = number("results_limit", usize::MAX)?;
    let choice = |name: &str, words: &[&'static str], otherwise: &'static str| {
        let Some(given) = parameters.get(name).filter(|value| !value.is_empty()) else {
            return Ok(otherwise);
        };
        let known = words.iter().copied().find(|word| *word == given);
        known.ok_or_else(|| Refusal::field(name, NOT_A_CHOICE))
    };
    let mode = choice("mode", &["lead", "contact"], "lead")?;
    let preference = choice("contact_preference", &["lead", "contact", "all"], mode)?;
    if entry >= MOST_ENTRIES {
        return Ok(None);
    }
    let each = preference != "lead" || mode == "contact";
    let ids = search(view, parameters, mode)?;
    let mut entries = ids.iter().take(most).flat_map(|id| {
        let people: Vec<&Object> = match view.find(Kind::Contact, id) {
            Some(person) => vec![person],
            None => view.children(id, Kind::Contact).collect(),
        };
        let reachable = people.into_iter().filter(|person| contact::first_email(person).is_some());
        reachable.take(if each { usize::MAX } else { 1 }).collect::<Vec<_>>()
    });
    let person = entries.nth(entry);
    Ok(person.and_then(|person| Some((view.find(Kind::Lead, text(person, "lead_id")?)?, person))))
}

/// Ids of leads, or of contacts, in the order of the search.
fn search(view: View<'_>, parameters: &Parameters, mode: &str) -> Result<Vec<String>, Refusal> {
    if let Some(written) = parameters.get("query").filter(|written| !written.trim().is_empty()) {
        let query = query::parse(written).map_err(|error| Refusal::bad_request(error.to_string()))?;
        return Ok(query.select(view.world, &view.caller.organization_id, view.caller.offset));
    }
    let written = parameters.get("s_query").unwrap_or_default();
    let wrong = |message: String| Refusal::field("s_query", message);
    let structured: Value = serde_json::from_str(written).map_err(|error| wrong(error.to_string()))?;
    // A whole search may be given, or its query alone.
    let node = structured.get("query").filter(|query| query.is_object()).unwrap_or(&structured);
    let node = filtering::parse(node).map_err(|error| wrong(error.to_string()))?;
    let kind = if mode == "contact" { Kind::Contact } else { Kind::Lead };
    let found = filtering::select(view, &node, kind, Some(MOST_ENTRIES));
    Ok(found.iter().filter_map(|record| text(&record.object, "id")).map(str::to_owned).collect())
}
