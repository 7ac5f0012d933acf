//! Subscribing everybody a query finds to a sequence; pausing, resuming and reassigning their subscriptions.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{after_update, bulk, check, finish, select};
use crate::objects::contact;
use crate::objects::sequence_subscription::SEQUENCE_SUBSCRIPTION;
use crate::resource::{Draft, Field, FieldKind, Hooks, REQUIRED, Resource, Session, View};
use crate::store::{DateStyle, Kind, Object, text};

/// `/bulk_action/sequence_subscription/`
pub(crate) static BULK_SEQUENCE_SUBSCRIPTION: Resource = Resource {
    fields: &[
        Field::choice("action_type", &["subscribe", "resume", "resume_finished", "pause", "reassign"])
            .required()
            .on_create(),
        Field::reference("sequence_id", &[Kind::Sequence]).on_create(),
        Field::reference("sender_account_id", &[Kind::ConnectedAccount]).on_create(),
        Field::text("sender_name").on_create(),
        Field::new("sender_email", FieldKind::Email).on_create(),
        Field::choice("contact_preference", &["lead", "contact"]).on_create(),
        Field::new("calls_assigned_to", FieldKind::List(&FieldKind::Reference(&[Kind::User]))).on_create(),
        Field::reference("from_phone_number_id", &[Kind::PhoneNumber]).on_create(),
    ],
    event: Some("bulk_action.sequence_subscription"),
    permission: Some("bulk_sequence_subscriptions"),
    hooks: Hooks {
        prepare,
        created: run,
        updated: |session, old, new| {
            after_update(session, Kind::BulkSequenceSubscription, old, new, run);
        },
        ..Hooks::NONE
    },
    ..bulk(
        Kind::BulkSequenceSubscription,
        "bulk_action/sequence_subscription",
        "bulkseqsub",
        "BulkSequenceSubscriptionAction",
    )
};

/// Subscribing needs to know what to, whom and as whom (documented); the other actions cover all sequences when none
/// is named. Reassigning needs something to set.
fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    check(session, draft);
    if draft.old.is_some() {
        return;
    }
    let unset = |name: &&str| draft.object.get(*name).is_none_or(Value::is_null);
    let missing: Vec<&str> = match text(&draft.object, "action_type") {
        Some("subscribe") => {
            let needed =
                ["sequence_id", "sender_account_id", "sender_name", "sender_email", "contact_preference"];
            needed.into_iter().filter(unset).collect()
        }
        Some("reassign") if SET_BY_REASSIGN.iter().all(unset) => vec!["calls_assigned_to"],
        _ => Vec::new(),
    };
    for name in missing {
        draft.errors.add(name.trim_end_matches("_id"), REQUIRED);
    }
}

/// What reassigning changes.
const SET_BY_REASSIGN: [&str; 4] = ["calls_assigned_to", "sender_account_id", "sender_name", "sender_email"];

fn run(session: &mut Session<'_>, action: &Object) {
    if text(action, "action_type") == Some("subscribe") {
        subscribe(session, action);
    } else {
        change(session, action);
    }
}

/// Subscribes contacts that never had this sequence (documented): the first one of each lead that has an address, or
/// all of them.
fn subscribe(session: &mut Session<'_>, action: &Object) {
    let mut selection = select(session, action, Kind::Contact);
    selection.ids = newcomers(session.view(), action, &selection.ids);
    let mut done = 0;
    for id in &selection.ids {
        let mut subscription = Object::new();
        subscription.insert("contact_id".to_owned(), id.clone().into());
        for name in ["sequence_id", "sender_account_id", "sender_name", "sender_email", "calls_assigned_to"] {
            if let Some(value) = action.get(name).filter(|value| !value.is_null()) {
                subscription.insert(name.to_owned(), value.clone());
            }
        }
        done += usize::from(session.create(&SEQUENCE_SUBSCRIPTION, &subscription).is_ok());
    }
    finish(session, action, Kind::BulkSequenceSubscription, &selection, done);
}

fn newcomers(view: View<'_>, action: &Object, contacts: &[String]) -> Vec<String> {
    let one_a_lead = text(action, "contact_preference") != Some("contact");
    let mut reached = HashSet::new();
    let mut newcomers = Vec::new();
    for id in contacts {
        view.aside(|view| {
            let Some(person) = view.find(Kind::Contact, id) else { return };
            let lead_id = text(person, "lead_id").unwrap_or_default();
            if contact::first_email(person).is_none() || (one_a_lead && !reached.insert(lead_id.to_owned())) {
                return;
            }
            let subscribed = view.children(lead_id, Kind::SequenceSubscription).any(|subscription| {
                text(subscription, "contact_id") == Some(id)
                    && subscription.get("sequence_id") == action.get("sequence_id")
            });
            if !subscribed {
                newcomers.push(id.clone());
            }
        });
    }
    newcomers
}

/// Pauses active subscriptions, resumes paused ones, restarts finished ones, or gives those still going to others.
fn change(session: &mut Session<'_>, action: &Object) {
    let mut selection = select(session, action, Kind::SequenceSubscription);
    let kind = text(action, "action_type").unwrap_or_default();
    let fits: &[&str] = match kind {
        "pause" => &["active"],
        "resume" => &["paused"],
        "resume_finished" => &["finished"],
        _ => &["active", "paused"],
    };
    let view = session.view();
    selection.ids.retain(|id| {
        view.aside(|view| {
            let Some(subscription) = view.find(Kind::SequenceSubscription, id) else { return false };
            let sequence = text(action, "sequence_id");
            text(subscription, "status").is_some_and(|status| fits.contains(&status))
                && sequence.is_none_or(|wanted| text(subscription, "sequence_id") == Some(wanted))
        })
    });
    let now = DateStyle::Naive.write(session.view().now());
    for id in &selection.ids {
        session.amend(Kind::SequenceSubscription, id, |subscription| {
            let mut set = |name: &str, value: Value| drop(subscription.insert(name.to_owned(), value));
            match kind {
                "pause" => {
                    set("status", "paused".into());
                    set("status_reason", "bulk-action".into());
                }
                "resume" | "resume_finished" => {
                    set("status", "active".into());
                    set("status_reason", Value::Null);
                    if kind == "resume_finished" {
                        set("start_date", json!(now));
                    }
                }
                _ => {
                    for name in SET_BY_REASSIGN {
                        if let Some(value) = action.get(name).filter(|value| !value.is_null()) {
                            set(name, value.clone());
                        }
                    }
                }
            }
        });
    }
    let done = selection.ids.len();
    finish(session, action, Kind::BulkSequenceSubscription, &selection, done);
}
