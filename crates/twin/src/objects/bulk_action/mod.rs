//! Bulk actions: one change to everything a structured query finds.
//!
//! They are carried out before the request is answered, so an answer already says `done`. One that an earlier day
//! left paused goes on when it is set to `resuming`. What each kind does is in its own file; here is what they share:
//! the selection, the counters, pausing.

mod delete;
mod edit;
mod email;
mod subscription;
mod target;

use jiff::SignedDuration;
use serde_json::json;

use super::selection;
use crate::resource::{Audit, Draft, Field, FieldKind, Initial, Methods, NOT_A_CHOICE, Resource, Session};
use crate::store::{Kind, Object, parse_moment, text};

pub(crate) use delete::BULK_DELETE;
pub(crate) use edit::BULK_EDIT;
pub(crate) use email::BULK_EMAIL;
pub(crate) use subscription::BULK_SEQUENCE_SUBSCRIPTION;

/// How long a paused action may be resumed (documented).
const RESUMABLE: SignedDuration = SignedDuration::from_hours(7 * 24);

const fn bulk(kind: Kind, path: &'static str, prefix: &'static str, model: &'static str) -> Resource {
    let mut resource = Resource::new(kind, path, prefix, model);
    resource.base = COMMON;
    resource.methods = Methods { delete: false, ..Methods::ALL };
    resource.audit = Audit::Plain;
    resource
}

const COMMON: &[Field] = &[
    Field::stored("status").starts(Initial::Text("created")),
    Field::new("s_query", FieldKind::Free).on_create(),
    Field::text("query").on_create(),
    Field::new("sort", FieldKind::FreeList).starts(Initial::EmptyList).on_create(),
    Field::count("results_limit").on_create(),
    Field::stored("n_leads"),
    Field::stored("n_leads_processed").starts(Initial::Integer(0)),
    Field::stored("n_objects"),
    Field::stored("n_objects_processed").starts(Initial::Integer(0)),
    Field::flag("send_done_email", true).on_create(),
];

/// Requires a structured query the twin can evaluate; of an existing action, a change of status it can make.
fn check(session: &Session<'_>, draft: &mut Draft<'_>) {
    let Some(old) = draft.old else { return selection::check(draft, true) };
    let wanted = match draft.input.get("status") {
        None => return,
        Some(wanted) => wanted.as_str(),
    };
    let status = text(old, "status").unwrap_or_default();
    let changed = text(old, "date_updated").and_then(parse_moment);
    let recent = changed.is_none_or(|at| session.view().now().duration_since(at) <= RESUMABLE);
    match (status, wanted) {
        (_, Some(wanted)) if wanted == status => {}
        ("created" | "loading" | "processing", Some("paused")) => {
            draft.object.insert("status".to_owned(), "paused".into());
        }
        ("paused", Some("resuming")) if recent => {
            draft.object.insert("status".to_owned(), "resuming".into());
        }
        ("paused", Some("resuming")) => {
            draft.errors.add("status", "It was paused more than seven days ago and cannot be resumed.");
        }
        (_, Some("paused" | "resuming")) => {
            draft
                .errors
                .add("status", format!("The bulk action is {status}: it cannot be changed any more."));
        }
        _ => draft.errors.add("status", NOT_A_CHOICE),
    }
}

/// What is selected, and what of it shall be changed.
struct Selection {
    /// How many leads are concerned.
    leads: usize,
    /// The objects to change, in the order of the query.
    ids: Vec<String>,
}

/// Finds what an action works on: objects of the kind its query asks for, or what belongs to them. Events that follow
/// name the action.
fn select(session: &mut Session<'_>, action: &Object, wanted: Kind) -> Selection {
    session.meta.insert("bulk_action_id".to_owned(), action["id"].clone());
    let view = session.view();
    let found = selection::select(view, action, wanted);
    Selection { leads: found.leads, ids: selection::ids(view, &found.numbers) }
}

/// Marks an action as done and says so in the log.
fn finish(session: &mut Session<'_>, action: &Object, kind: Kind, selection: &Selection, done: usize) {
    let id = text(action, "id").unwrap_or_default();
    session.amend(kind, id, |action| {
        action.insert("status".to_owned(), "done".into());
        for (name, count) in [
            ("n_leads", selection.leads),
            ("n_leads_processed", selection.leads),
            ("n_objects", selection.ids.len()),
            ("n_objects_processed", done),
        ] {
            action.insert(name.to_owned(), json!(count));
        }
    });
    session.announce(kind, id, "completed");
    session.meta.shift_remove("bulk_action_id");
}

/// What follows a change of status: pausing is told, resuming carries the action out.
fn after_update(
    session: &mut Session<'_>,
    kind: Kind,
    old: &Object,
    new: &Object,
    run: fn(&mut Session<'_>, &Object),
) {
    let status = text(new, "status");
    if text(old, "status") == status {
        return;
    }
    match status {
        Some("paused") => session.announce(kind, text(new, "id").unwrap_or_default(), "paused"),
        Some("resuming") => run(session, new),
        _ => {}
    }
}
