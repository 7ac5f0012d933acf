//! Addresses that want no more e-mail.
//!
//! An address is either on the list or not: adding it twice and adding it in other letters change nothing. Contacts
//! show it on their addresses; nothing stops an e-mail to it, which Close does not document either.

use http::Method;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::http::{Answer, Call, Refusal};
use crate::resource::{
    Action, Audit, Field, FieldKind, ListRules, Methods, Resource, Run, Session, View, check_email_up_to,
};
use crate::store::{Kind, Object, text};

/// `/unsubscribe/email/`; what it holds is answered as `{"email": …}` alone (documented).
pub(crate) static UNSUBSCRIBED_EMAIL: Resource = Resource {
    shows_id: false,
    methods: Methods { list: true, ..Methods::NONE },
    audit: Audit::None,
    fields: &[Field::new("email", FieldKind::Checked(address)).required()],
    list: ListRules::OLDEST_FIRST,
    event: Some("unsubscribed_email"),
    ..Resource::new(Kind::UnsubscribedEmail, "unsubscribe/email", "unsub", "UnsubscribedEmail")
};

/// Unsubscribing an address and taking that back: both name the address, not an id.
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::POST, path: "unsubscribe/email", run: Run::Write(unsubscribe) },
    Action { method: Method::DELETE, path: "unsubscribe/email/{}", run: Run::Write(resubscribe) },
];

/// Longest address in characters (documented).
const LONGEST: usize = 500;

fn address(_: View<'_>, value: &Value) -> Result<Value, Value> {
    let written = value.as_str().ok_or("Value must be of str type.")?;
    if written.chars().count() > LONGEST {
        return Err(format!("The value must be no longer than {LONGEST} characters.").into());
    }
    check_email_up_to(4 * LONGEST, written).map(Value::String)
}

fn unsubscribe(session: &mut Session<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let draft = session.draft(&UNSUBSCRIBED_EMAIL, &call.body, None)?;
    let email = text(&draft.object, "email").unwrap_or_default().to_owned();
    let object = draft.object;
    if find(session.view(), &email).is_none() {
        session.put(&UNSUBSCRIBED_EMAIL, object);
    }
    let segment = utf8_percent_encode(&email, NON_ALPHANUMERIC);
    let location = format!("/api/v1/{}/{segment}/", UNSUBSCRIBED_EMAIL.path);
    Ok(Answer::created(json!({ "email": email }), location))
}

fn resubscribe(session: &mut Session<'_>, _: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    let email = captured.first().copied().unwrap_or_default();
    let missing = Refusal::NoObject(UNSUBSCRIBED_EMAIL.model);
    let found = find(session.view(), email).cloned().ok_or(missing)?;
    session.delete(&UNSUBSCRIBED_EMAIL, text(&found, "id").unwrap_or_default())?;
    Ok(Answer::ok(json!({ "email": found.get("email") })))
}

/// Whether an address is on the list.
pub(crate) fn is_unsubscribed(view: View<'_>, email: &str) -> bool {
    find(view, email).is_some()
}

fn find<'w>(view: View<'w>, email: &str) -> Option<&'w Object> {
    let organization = &view.caller.organization_id;
    let mut same = view.world.holding(organization, Kind::UnsubscribedEmail, "email", email);
    same.next().and_then(|number| view.world.at(number)).map(|record| &record.object)
}
