//! Whom a template is rendered for: a lead and contact by id, or one of those that a search finds (behaviour.md 6.18).
//!
//! `contact_preference` says whom a search means: the first contact of each lead who has an address (`lead`), the first
//! address of every contact (`contact`), or all addresses (`all`). `entry` counts from 0; with `mode` `lead` it counts
//! leads, with `contact` recipients. Defaults are chosen: each is what the other is, else `lead`.

use serde_json::Value;

use super::contact;
use crate::filtering::{self, ObjectType, Search};
use crate::http::{Parameters, Refusal};
use crate::query;
use crate::resource::{NOT_A_CHOICE, REQUIRED, View};
use crate::store::{Kind, Object, text};

/// A person to write to.
#[derive(Clone, Copy)]
pub(crate) struct Recipient<'w> {
    pub(crate) lead: &'w Object,
    pub(crate) contact: &'w Object,
    /// The address; a contact chosen by id may have none.
    pub(crate) email: Option<&'w str>,
}

/// Last entry of a search that can be looked at (documented as 99 or 100).
const LAST_ENTRY: usize = 100;

/// The recipient the parameters name; `None` beyond the last one.
pub(crate) fn named<'w>(view: View<'w>, parameters: &Parameters) -> Result<Option<Recipient<'w>>, Refusal> {
    let given = |name: &str| parameters.get(name).filter(|value| !value.trim().is_empty());
    if given("query").is_none() && given("s_query").is_none() {
        return by_id(view, parameters).map(Some);
    }
    let preference = choice(parameters, "contact_preference", &["lead", "contact", "all"])?;
    let mode = choice(parameters, "mode", &["lead", "contact"])?;
    let preference = preference.or(mode).unwrap_or("lead");
    let mode = mode.unwrap_or(if preference == "lead" { "lead" } else { "contact" });
    let entry = number(parameters, "entry")?.unwrap_or(0);
    let (kind, found) = found(view, parameters)?;
    if entry > LAST_ENTRY {
        return Ok(None);
    }
    let groups = found.into_iter().filter_map(|number| {
        let recipients = match (kind, &view.world.at(number)?.object) {
            (Kind::Contact, person) => {
                let lead = text(person, "lead_id").and_then(|id| view.find(Kind::Lead, id))?;
                addresses(lead, person, preference)
            }
            (_, lead) => {
                let contacts = view.children(text(lead, "id")?, Kind::Contact);
                let mut all: Vec<_> =
                    contacts.flat_map(|person| addresses(lead, person, preference)).collect();
                all.truncate(if preference == "lead" { 1 } else { usize::MAX });
                all
            }
        };
        (!recipients.is_empty()).then_some(recipients)
    });
    Ok(if mode == "lead" {
        groups.filter_map(|recipients| recipients.first().copied()).nth(entry)
    } else {
        groups.flatten().nth(entry)
    })
}

fn by_id<'w>(view: View<'w>, parameters: &Parameters) -> Result<Recipient<'w>, Refusal> {
    let object = |kind, name: &str, model| {
        let id =
            parameters.get(name).ok_or_else(|| Refusal::field(name.trim_end_matches("_id"), REQUIRED))?;
        view.find(kind, id).ok_or(Refusal::NoObject(model))
    };
    let lead = object(Kind::Lead, "lead_id", "Lead")?;
    let person = object(Kind::Contact, "contact_id", "Contact")?;
    Ok(Recipient { lead, contact: person, email: contact::first_email(person) })
}

/// The recipients one contact stands for.
fn addresses<'w>(lead: &'w Object, person: &'w Object, preference: &str) -> Vec<Recipient<'w>> {
    let rows = person.get("emails").and_then(Value::as_array).into_iter().flatten();
    let emails = rows.filter_map(|row| row.get("email")?.as_str());
    let most = if preference == "all" { usize::MAX } else { 1 };
    emails.take(most).map(|email| Recipient { lead, contact: person, email: Some(email) }).collect()
}

/// What the search finds, and of which kind it is.
fn found(view: View<'_>, parameters: &Parameters) -> Result<(Kind, Vec<u32>), Refusal> {
    let wanted = choice(parameters, "bulk_object_type", &["lead", "contact"])?;
    let wanted = wanted.map(|name| if name == "contact" { Kind::Contact } else { Kind::Lead });
    let limit = number(parameters, "results_limit")?.or(number(parameters, "limit")?).unwrap_or(usize::MAX);
    if let Some(written) = parameters.get("query").filter(|written| !written.trim().is_empty()) {
        let kind = wanted.unwrap_or(Kind::Lead);
        let query =
            query::parse_about(kind, written).map_err(|error| Refusal::field("query", error.to_string()))?;
        let mut found = query.find(view);
        found.truncate(limit);
        return Ok((kind, found));
    }
    let written = json(parameters.get("s_query").unwrap_or_default(), "s_query")?;
    let query = if written.get("query").is_some_and(Value::is_object) { &written["query"] } else { &written };
    let node = filtering::parse(query).map_err(|error| error.refusal("s_query"))?;
    let named: Vec<Kind> = node.object_types().into_iter().filter_map(ObjectType::kind).collect();
    let unsaid = named.is_empty() && parameters.get("mode") == Some("contact");
    let contacts = unsaid || named.contains(&Kind::Contact);
    let kind = wanted.unwrap_or(if contacts { Kind::Contact } else { Kind::Lead });
    let keys = parameters.iter().filter(|(name, value)| *name == "sort" && !value.is_empty());
    let mut sort = Vec::new();
    for (_, key) in keys {
        match json(key, "sort")? {
            Value::Array(several) => sort.extend(several),
            one => sort.push(one),
        }
    }
    let sort = filtering::parse_sort(&sort.into()).map_err(|error| error.refusal("sort"))?;
    Ok((kind, filtering::find(view, Search { sort: &sort, limit: Some(limit), ..Search::new(kind, &node) })))
}

fn json(written: &str, name: &str) -> Result<Value, Refusal> {
    serde_json::from_str(written).map_err(|_| Refusal::field(name, "Value must be JSON."))
}

fn choice<'p>(parameters: &'p Parameters, name: &str, words: &[&str]) -> Result<Option<&'p str>, Refusal> {
    match parameters.get(name).filter(|word| !word.is_empty()) {
        Some(word) if !words.contains(&word) => Err(Refusal::field(name, NOT_A_CHOICE)),
        word => Ok(word),
    }
}

fn number(parameters: &Parameters, name: &str) -> Result<Option<usize>, Refusal> {
    let written = parameters.get(name).filter(|written| !written.is_empty());
    let read = written.map(str::parse).transpose();
    read.map_err(|_| Refusal::field(name, "Value must be a non-negative integer."))
}
