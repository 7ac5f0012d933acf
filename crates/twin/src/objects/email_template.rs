//! Templates of e-mails and text messages, and filling their tags. Previews are in `template_preview`.

use http::Method;
use serde_json::{Value, json};

use super::attachment::{MAIL_ATTACHMENTS, SMS_TEMPLATE_ATTACHMENTS};
use super::ownership::TEMPLATES;
use super::recipient::{self, Recipient};
use super::{contact, lead};
use crate::http::{Answer, Call, Refusal};
use crate::resource::{
    Action, Audit, Compare, Deleted, Detail, Field, Filter, Hooks, Initial, ListRules, NO_OBJECT, Projection,
    Resource, Run, Show, View, full_name, render,
};
use crate::store::{Kind, Object, text};

/// `/email_template/`
pub(crate) static EMAIL_TEMPLATE: Resource = Resource {
    audit: Audit::Plain,
    fields: &[
        Field::text("name").required(),
        Field::text("subject").starts(Initial::Text("")),
        Field::text("body").starts(Initial::Text("")),
        Field::flag("is_shared", false),
        Field::flag("is_archived", false),
        MAIL_ATTACHMENTS,
        Field::computed("used_by_sequences", used_by).shown(Show::Single),
    ],
    list: ListRules {
        filters: &[Filter::by("is_archived", Compare::Flags), Filter::by("is_shared", Compare::Flags)],
        ..ListRules::NEWEST_FIRST
    },
    event: Some("email_template"),
    hooks: TEAM,
    ..Resource::new(Kind::EmailTemplate, "email_template", "tmpl", "EmailTemplate")
};

/// `/sms_template/`
pub(crate) static SMS_TEMPLATE: Resource = Resource {
    audit: Audit::Naive,
    answers_created: true,
    deleted: Deleted::NoContent,
    fields: &[
        Field::text("name").required(),
        Field::text("text").starts(Initial::Text("")),
        Field::flag("is_shared", false),
        Field::choice("status", &["active", "archived"]).starts(Initial::Text("active")).not_null(),
        Field::stored("owned_by").starts(Initial::Caller),
        SMS_TEMPLATE_ATTACHMENTS.shown(Show::OnRequest),
    ],
    event: Some("sms_template"),
    hooks: TEAM,
    ..Resource::new(Kind::SmsTemplate, "sms_template", "smstmpl", "SMSTemplate")
};

/// Shared templates, and those of others, are the team's.
const TEAM: Hooks = Hooks {
    prepare: |session, draft| {
        let view = session.view();
        TEMPLATES.check_change(view, draft);
        let shared = |template: &Object| template.get("is_shared") == Some(&Value::Bool(true));
        if (shared(&draft.object) || draft.old.is_some_and(shared))
            && let Err(refusal) = view.require(TEMPLATES.manage_others())
        {
            draft.refuse(refusal);
        }
    },
    may_delete: |view, template| {
        if template.get("is_shared") == Some(&Value::Bool(true)) {
            view.require(TEMPLATES.manage_others())?;
        }
        TEMPLATES.check_deletion(view, template)
    },
    ..Hooks::NONE
};

/// The preview of an e-mail template, and `GET /sms_template/{id}/`, with attachments on request.
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::GET, path: "email_template/{}/render", run: Run::Read(preview) },
    Action { method: Method::GET, path: "sms_template/{}", run: Run::Read(fetch_sms_template) },
];

/// Attachments are shown when `include_attachments` asks for them (documented).
fn fetch_sms_template(view: View<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    let id = captured.first().copied().unwrap_or_default();
    let template = view.find(Kind::SmsTemplate, id).ok_or(Refusal::NoObject(SMS_TEMPLATE.model))?;
    let wanted = Projection::read(&call.parameters);
    let mut body = render(view, &SMS_TEMPLATE, template, Detail::Single, &wanted);
    if call.parameters.get("include_attachments").is_some_and(|value| value != "false") {
        body.insert("attachments".to_owned(), template.get("attachments").cloned().unwrap_or(json!([])));
    }
    Ok(Answer::ok(body))
}

fn used_by(view: View<'_>, template: &Object) -> Value {
    let id = template.get("id");
    let uses = |sequence: &&Object| {
        let steps = sequence.get("steps").and_then(Value::as_array);
        steps.is_some_and(|steps| steps.iter().any(|step| step.get("email_template_id") == id))
    };
    let sequences = view.all(Kind::Sequence).filter(uses);
    sequences.map(|sequence| json!({"id": sequence["id"], "name": sequence["name"]})).collect()
}

fn preview(view: View<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    let id = captured.first().copied().unwrap_or_default();
    let template = view.find(Kind::EmailTemplate, id).ok_or(Refusal::NoObject(EMAIL_TEMPLATE.model))?;
    if let Some(account) = call.parameters.get("email_account_id").filter(|account| !account.is_empty()) {
        view.find(Kind::ConnectedAccount, account)
            .ok_or_else(|| Refusal::field("email_account", NO_OBJECT))?;
    }
    let Some(Recipient { lead, contact: person, email }) = recipient::named(view, &call.parameters)? else {
        return Ok(Answer::ok(json!({})));
    };
    let filled = |name: &str| fill(view, text(template, name).unwrap_or_default(), Some(lead), Some(person));
    Ok(Answer::ok(json!({
        "subject": filled("subject"),
        "body": filled("body"),
        "email": email,
        "contact_id": person["id"],
        "contact_display_name": contact::display_name(person),
        "lead_id": lead["id"],
        "lead_display_name": lead::display_name(view, lead),
    })))
}

/// Replaces the tags of a template; tags that are not known are left empty.
pub(crate) fn fill(
    view: View<'_>,
    template: &str,
    lead: Option<&Object>,
    contact: Option<&Object>,
) -> String {
    fill_with(view, template, lead, contact, str::to_owned)
}

/// The same, where each value is written the way the place it stands in needs.
pub(crate) fn fill_with(
    view: View<'_>,
    template: &str,
    lead: Option<&Object>,
    contact: Option<&Object>,
    write: impl Fn(&str) -> String,
) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let Some((tag, after)) = after.split_once("}}") else {
            rest = after;
            break;
        };
        filled.push_str(&write(&tag_value(view, tag.trim(), lead, contact)));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

fn tag_value(view: View<'_>, tag: &str, lead: Option<&Object>, contact: Option<&Object>) -> String {
    let user = view.find(Kind::User, &view.caller.user_id);
    let member = |object: Option<&Object>, name: &str| {
        object.and_then(|object| text(object, name)).unwrap_or_default().to_owned()
    };
    let name = contact.map(contact::display_name).unwrap_or_default();
    match tag {
        "lead.display_name" | "lead.name" => {
            lead.map(|lead| lead::display_name(view, lead)).unwrap_or_default()
        }
        "contact.name" | "contact.display_name" => name,
        "contact.first_name" => name.split_whitespace().next().unwrap_or_default().to_owned(),
        "contact.last_name" => name.split_once(' ').map(|(_, last)| last.to_owned()).unwrap_or_default(),
        "contact.title" => member(contact, "title"),
        "contact.email" => contact.and_then(contact::first_email).unwrap_or_default().to_owned(),
        "user.first_name" => member(user, "first_name"),
        "user.last_name" => member(user, "last_name"),
        "user.name" | "user.full_name" => user.map(full_name).unwrap_or_default(),
        "user.email" => member(user, "email"),
        "organization.name" => member(view.organization(), "name"),
        _ => lead.map(|lead| custom_value(view, tag, lead)).unwrap_or_default(),
    }
}

/// `lead.custom.["Industry"]`
fn custom_value(view: View<'_>, tag: &str, lead: &Object) -> String {
    let Some(name) = tag.strip_prefix("lead.custom.") else { return String::new() };
    let name = name.trim_matches(['[', ']', '"', '\'']);
    let field = view.all(Kind::LeadCustomField).find(|field| text(field, "name") == Some(name));
    let id = field.and_then(|field| text(field, "id")).unwrap_or_default();
    match lead.get(&format!("custom.{id}")) {
        Some(Value::String(value)) => value.clone(),
        Some(Value::Array(values)) => values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}
