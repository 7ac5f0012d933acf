//! Subscriptions: a contact going through a sequence.

use serde_json::{Value, json};

use super::{contact, mailbox};
use crate::http::{Parameters, Refusal};
use crate::resource::{
    Audit, Deleted, Draft, Field, FieldKind, Filter, Hooks, Initial, ListRules, REQUIRED, Resource, Session,
    View,
};
use crate::store::{Created, DateStyle, Kind, Object, Shelf, text};

/// `/sequence_subscription/`
pub(crate) static SEQUENCE_SUBSCRIPTION: Resource = Resource {
    audit: Audit::Sequence,
    answers_created: true,
    deleted: Deleted::NoContent,
    fields: &[
        Field::reference("sequence_id", &[Kind::Sequence]).required().on_create(),
        Field::stored("lead_id").starts(Initial::Absent),
        Field::reference("contact_id", &[Kind::Contact]).required().on_create(),
        Field::new("contact_email", FieldKind::Email).on_create(),
        Field::reference("sender_account_id", &[Kind::ConnectedAccount]),
        Field::text("sender_name"),
        Field::new("sender_email", FieldKind::Email),
        Field::new("calls_assigned_to", FieldKind::List(&FieldKind::Reference(&[Kind::User]))),
        Field::stored("start_date").starts(Initial::Now(DateStyle::Naive)),
        Field::choice("status", &["active", "paused"]).starts(Initial::Text("active")).not_null(),
        Field::stored("status_reason"),
    ],
    list: ListRules {
        filters: &[Filter::exact("lead_id"), Filter::exact("contact_id"), Filter::exact("sequence_id")],
        check: narrowed,
        select: Some(of_a_contact),
        ..ListRules::NEWEST_FIRST
    },
    event: Some("sequence_subscription"),
    hooks: Hooks { prepare, ..Hooks::NONE },
    ..Resource::new(Kind::SequenceSubscription, "sequence_subscription", "sub", "SequenceSubscription")
};

/// At least one filter is required (documented).
fn narrowed(_: View<'_>, parameters: &Parameters) -> Result<(), Refusal> {
    let given = ["lead_id", "contact_id", "sequence_id"].iter().any(|name| parameters.get(name).is_some());
    if given {
        Ok(())
    } else {
        Err(Refusal::invalid("One of sequence_id, contact_id and lead_id is required."))
    }
}

/// A contact's subscriptions are among those of its lead.
#[expect(clippy::unnecessary_wraps, reason = "a selection may refuse")]
fn of_a_contact(view: View<'_>, parameters: &Parameters) -> Result<Option<Vec<String>>, Refusal> {
    let contact = parameters.get("contact_id").and_then(|id| view.find(Kind::Contact, id));
    Ok(contact.and_then(|contact| text(contact, "lead_id")).map(|lead_id| {
        let all = view.children(lead_id, Kind::SequenceSubscription).rev();
        all.filter_map(|subscription| text(subscription, "id")).map(str::to_owned).collect()
    }))
}

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    if let Some(old) = draft.old {
        if old.get("status") != draft.object.get("status") {
            let paused = text(&draft.object, "status") == Some("paused");
            let reason = if paused { Value::from("manual") } else { Value::Null };
            draft.object.insert("status_reason".to_owned(), reason);
        }
        return;
    }
    let view = session.view();
    let unset = |object: &Object, name: &str| object.get(name).is_none_or(Value::is_null);
    if let Some(person) = text(&draft.object, "contact_id").and_then(|id| view.find(Kind::Contact, id)) {
        draft.object.insert("lead_id".to_owned(), person["lead_id"].clone());
        if unset(&draft.object, "contact_email") {
            match contact::first_email(person) {
                Some(email) => drop(draft.object.insert("contact_email".to_owned(), email.into())),
                None => draft.errors.add("contact_email", REQUIRED),
            }
        }
    }
    let account = match text(&draft.object, "sender_account_id") {
        Some(id) => view.find(Kind::ConnectedAccount, id),
        None => mailbox::account(view, &view.caller.user_id),
    };
    let Some(account) = account else {
        draft.errors.add("sender_account", REQUIRED);
        return;
    };
    let identity = account.get("default_identity").cloned().unwrap_or_default();
    let email = identity.get("email").or_else(|| account.get("email")).cloned().unwrap_or_default();
    let name = identity.get("name").cloned().unwrap_or_else(|| view.user_name(text(account, "user_id")));
    for (member, value) in
        [("sender_account_id", account["id"].clone()), ("sender_name", name), ("sender_email", email)]
    {
        if unset(&draft.object, member) {
            draft.object.insert(member.to_owned(), value);
        }
    }
    if unset(&draft.object, "calls_assigned_to") && has_calls(view, &draft.object) {
        draft.object.insert("calls_assigned_to".to_owned(), json!([view.caller.user_id]));
    }
}

fn has_calls(view: View<'_>, subscription: &Object) -> bool {
    let sequence = text(subscription, "sequence_id").and_then(|id| view.find(Kind::Sequence, id));
    let steps = sequence.and_then(|sequence| sequence.get("steps")?.as_array());
    steps.is_some_and(|steps| steps.iter().any(|step| step["step_type"] == "call"))
}

/// Pauses what a user who left was sending.
pub(super) fn pause_of(session: &mut Session<'_>, user_id: &str) {
    let view = session.view();
    let accounts: Vec<&str> = view
        .all(Kind::ConnectedAccount)
        .filter(|account| text(account, "user_id") == Some(user_id))
        .filter_map(|account| text(account, "id"))
        .collect();
    let theirs = |subscription: &Object| {
        text(subscription, "status") == Some("active")
            && text(subscription, "sender_account_id").is_some_and(|id| accounts.contains(&id))
    };
    let numbers = view.world.numbers(
        &view.caller.organization_id,
        Shelf::Of(Kind::SequenceSubscription),
        Created::EVER,
    );
    let ids: Vec<String> = numbers
        .filter_map(|number| {
            view.aside(|view| {
                let subscription = view.world.at(number).map(|record| &record.object)?;
                theirs(subscription).then(|| text(subscription, "id").map(str::to_owned))?
            })
        })
        .collect();
    for id in ids {
        session.amend(Kind::SequenceSubscription, &id, |subscription| {
            subscription.insert("status".to_owned(), "paused".into());
            subscription.insert("status_reason".to_owned(), "membership-inactive".into());
        });
    }
}
