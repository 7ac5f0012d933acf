//! Telephone numbers an organization wants nothing to do with, in either direction (documented).

use http::Method;
use serde_json::{Value, json};

use crate::http::{Answer, Call, Refusal};
use crate::resource::{
    Action, Audit, Deleted, Draft, Field, FieldKind, Hooks, ListRules, Resource, Run, Session, View,
};
use crate::store::{Kind, text};

/// `/blocked_phone_number/`
pub(crate) static BLOCKED_PHONE_NUMBER: Resource = Resource {
    audit: Audit::Plain,
    answers_created: true,
    deleted: Deleted::NoContent,
    fields: &[
        Field::new("phone", FieldKind::Phone).required().on_create(),
        Field::text("reason").required_in_changes(),
    ],
    list: ListRules::NEWEST_FIRST,
    hooks: Hooks { prepare: once, ..Hooks::NONE },
    ..Resource::new(Kind::BlockedPhoneNumber, "blocked_phone_number", "blkph", "BlockedPhoneNumber")
};

/// `/blocked_phone_number/settings/`
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::GET, path: "blocked_phone_number/settings", run: Run::Read(settings) },
    Action { method: Method::PUT, path: "blocked_phone_number/settings", run: Run::Write(change_settings) },
];

/// The one setting. It is kept with the organization, which does not show it.
const REJECT_ANONYMOUS: &str = "reject_anonymous_inbound_calls";

fn once(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let number = text(&draft.object, "phone");
    if draft.old.is_none() && number.is_some_and(|number| is_blocked(session.view(), number)) {
        draft.errors.add("phone", "This phone number is already blocked.");
    }
}

/// Whether a number is blocked.
pub(crate) fn is_blocked(view: View<'_>, number: &str) -> bool {
    view.all(Kind::BlockedPhoneNumber).any(|blocked| text(blocked, "phone") == Some(number))
}

fn settings(view: View<'_>, _: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    shown(view)
}

fn change_settings(session: &mut Session<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    match call.body.get(REJECT_ANONYMOUS) {
        None => {}
        Some(Value::Bool(reject)) => {
            if let Some(mut organization) = session.view().organization().cloned() {
                organization.insert(REJECT_ANONYMOUS.to_owned(), (*reject).into());
                // Not a change of the organization itself: whoever last changed that stays.
                session.world.replace(&session.caller.organization_id, organization);
            }
        }
        Some(_) => return Err(Refusal::field(REJECT_ANONYMOUS, "Value must be of bool type.")),
    }
    shown(session.view())
}

fn shown(view: View<'_>) -> Result<Answer, Refusal> {
    let organization = view.organization().ok_or(Refusal::NoObject("Organization"))?;
    let reject = organization.get(REJECT_ANONYMOUS).and_then(Value::as_bool).unwrap_or(false);
    Ok(Answer::ok(json!({ REJECT_ANONYMOUS: reject })))
}
