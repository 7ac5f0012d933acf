//! Integration links: addresses of other programs, filled in for a lead, a contact or an opportunity.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::email_template::fill_with;
use crate::resource::{Audit, Field, ListRules, Resource, View};
use crate::store::{Kind, Object, text};

/// `/integration_link/`
pub(crate) static INTEGRATION_LINK: Resource = Resource {
    audit: Audit::Plain,
    fields: &[
        Field::text("name").required(),
        Field::choice("type", &["lead", "contact", "opportunity"]).required(),
        Field::text("url").required(),
    ],
    list: ListRules::OLDEST_FIRST,
    permission: Some("manage_organization"),
    ..Resource::new(Kind::IntegrationLink, "integration_link", "ilink", "IntegrationLink")
};

/// The links of an object, with what its lead and contact put into them.
pub(crate) fn links(view: View<'_>, kind: Kind, object: &Object) -> Value {
    let other = |kind, member: &str| text(object, member).and_then(|id| view.find(kind, id));
    let (applies_to, lead, contact) = match kind {
        Kind::Lead => ("lead", Some(object), None),
        Kind::Contact => ("contact", other(Kind::Lead, "lead_id"), Some(object)),
        _ => ("opportunity", other(Kind::Lead, "lead_id"), other(Kind::Contact, "contact_id")),
    };
    let encode = |value: &str| utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
    view.all(Kind::IntegrationLink)
        .filter(|link| text(link, "type") == Some(applies_to))
        .map(|link| {
            let template = text(link, "url").unwrap_or_default();
            json!({"name": link["name"], "url": fill_with(view, template, lead, contact, encode)})
        })
        .collect()
}
