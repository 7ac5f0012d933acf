//! Writing one e-mail, from a template, to everybody a query finds.

use serde_json::{Value, json};

use super::{after_update, bulk, check, finish, select};
use crate::objects::email::EMAIL;
use crate::objects::{contact, mailbox};
use crate::resource::{
    Draft, Field, FieldKind, Filter, Hooks, Initial, ListRules, REQUIRED, Resource, Session, View,
};
use crate::store::{Kind, Object, text};

/// `/bulk_action/email/`
pub(crate) static BULK_EMAIL: Resource = Resource {
    fields: &[
        Field::reference("template_id", &[Kind::EmailTemplate]).required().on_create(),
        Field::reference("email_account_id", &[Kind::ConnectedAccount]).on_create(),
        Field::new("sender", FieldKind::Checked(mailbox::check)).on_create(),
        Field::choice("contact_preference", &["lead", "contact", "all"])
            .starts(Initial::Text("lead"))
            .not_null()
            .on_create(),
    ],
    list: ListRules { filters: &[Filter::exact("template_id")], ..ListRules::NEWEST_FIRST },
    event: Some("bulk_action.email"),
    permission: Some("bulk_email"),
    hooks: Hooks {
        prepare,
        created: send,
        updated: |session, old, new| after_update(session, Kind::BulkEmail, old, new, send),
        ..Hooks::NONE
    },
    ..bulk(Kind::BulkEmail, "bulk_action/email", "bulkemail", "BulkEmailAction")
};

/// Without an account or a sender, the caller's own are used.
fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    check(session, draft);
    if draft.old.is_some() {
        return;
    }
    let view = session.view();
    let unset = |object: &Object, name: &str| object.get(name).is_none_or(Value::is_null);
    if unset(&draft.object, "email_account_id") {
        match mailbox::account(view, &view.caller.user_id) {
            Some(account) => drop(draft.object.insert("email_account_id".to_owned(), account["id"].clone())),
            None => draft.errors.add("email_account", REQUIRED),
        }
    }
    if unset(&draft.object, "sender") {
        let own = mailbox::own(view, &view.caller.user_id);
        draft.object.insert("sender".to_owned(), json!(own));
    }
}

/// One e-mail on its way.
struct Letter {
    lead_id: String,
    contact_id: String,
    address: String,
}

fn send(session: &mut Session<'_>, action: &Object) {
    let mut selection = select(session, action, Kind::Contact);
    let letters = letters(session.view(), action, &selection.ids);
    selection.ids = letters.iter().map(|letter| letter.contact_id.clone()).collect();
    let mut done = 0;
    for letter in letters {
        let email = json!({
            "lead_id": letter.lead_id,
            "contact_id": letter.contact_id,
            "status": "outbox",
            "sender": action.get("sender"),
            "to": [letter.address],
            "template_id": action.get("template_id"),
            "email_account_id": action.get("email_account_id"),
        });
        let Value::Object(email) = email else { continue };
        let Ok(draft) = session.draft(&EMAIL, &email, None) else { continue };
        let mut email = draft.object;
        email.insert("bulk_email_action_id".to_owned(), action["id"].clone());
        session.put(&EMAIL, email);
        done += 1;
    }
    finish(session, action, Kind::BulkEmail, &selection, done);
}

/// Who is written to: the first contact of each lead that has an address (`lead`), the first address of every contact
/// (`contact`), or every address (`all`). Addresses that unsubscribed are left out.
fn letters(view: View<'_>, action: &Object, contacts: &[String]) -> Vec<Letter> {
    let preference = text(action, "contact_preference").unwrap_or("lead");
    let mut reached = std::collections::HashSet::new();
    let mut letters = Vec::new();
    for id in contacts {
        view.aside(|view| {
            let Some(person) = view.find(Kind::Contact, id) else { return };
            let lead_id = text(person, "lead_id").unwrap_or_default();
            if preference == "lead" && reached.contains(lead_id) {
                return;
            }
            let addresses = contact::reachable_emails(view, person);
            let most = if preference == "all" { usize::MAX } else { 1 };
            for address in addresses.into_iter().take(most) {
                reached.insert(lead_id.to_owned());
                letters.push(Letter { lead_id: lead_id.to_owned(), contact_id: id.clone(), address });
            }
        });
    }
    letters
}
