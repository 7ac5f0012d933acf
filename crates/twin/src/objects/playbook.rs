//! Playbooks: what to ask in a kind of conversation, and how to sum it up.
//!
//! Active playbooks have a position, archived ones have none. Calls and meetings name one; deleting it leaves its id
//! with them, as with outcomes.

use http::Method;
use serde_json::Value;

use crate::http::{Answer, Call, Refusal};
use crate::resource::{
    Action, Audit, Compare, Deleted, Detail, Field, FieldKind, Filter, Hooks, Initial, ListRules, Order,
    Projection, Resource, Run, Session, Show, View, render,
};
use crate::store::{DateStyle, Kind, Object};

/// `/playbook/`
pub(crate) static PLAYBOOK: Resource = Resource {
    audit: Audit::AtIds,
    answers_created: true,
    deleted: Deleted::NoContent,
    fields: &[
        Field::text("name").required(),
        Field::text("description"),
        Field::text("summary_guidance"),
        Field::new("custom_field_ids", FieldKind::List(&FieldKind::Reference(&[Kind::SharedCustomField])))
            .starts(Initial::EmptyList)
            .not_null(),
        Field::new("outcome_ids", FieldKind::List(&FieldKind::Reference(&[Kind::Outcome])))
            .starts(Initial::EmptyList)
            .not_null(),
        Field::stored("position"),
        Field::stored("archived_at"),
        Field::stored("archived_by_id"),
        Field::computed("is_archived", |_, playbook| is_archived(playbook).into()).shown(Show::Hidden),
    ],
    list: ListRules {
        filters: &[
            Filter::by("is_archived", Compare::Flags),
            Filter::by("position", Compare::Numbers),
            Filter::by("created_at", Compare::Moments),
        ],
        order: Order::By("position"),
        ..ListRules::OLDEST_FIRST
    },
    hooks: Hooks { storing: at_the_end, ..Hooks::NONE },
    ..Resource::new(Kind::Playbook, "playbook", "convtyp", "Playbook")
};

/// Archiving and taking that back.
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::POST, path: "playbook/{}/archive", run: Run::Touch(archive) },
    Action { method: Method::POST, path: "playbook/{}/unarchive", run: Run::Touch(unarchive) },
];

fn is_archived(playbook: &Object) -> bool {
    playbook.get("archived_at").is_some_and(Value::is_string)
}

/// A new playbook comes last.
fn at_the_end(session: &mut Session<'_>, playbook: &mut Object) {
    playbook.insert("position".to_owned(), next_position(session.view()).into());
}

/// The position behind all others; the first is 0.
fn next_position(view: View<'_>) -> i64 {
    let taken = view.all(Kind::Playbook).filter_map(|playbook| playbook.get("position")?.as_i64());
    taken.max().map_or(0, |last| last.saturating_add(1))
}

fn archive(session: &mut Session<'_>, _: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    let now = DateStyle::OffsetFull.write(session.world.now());
    let by = session.caller.user_id.clone();
    change(session, captured, true, |playbook| {
        playbook.insert("position".to_owned(), Value::Null);
        playbook.insert("archived_at".to_owned(), now.into());
        playbook.insert("archived_by_id".to_owned(), by.into());
    })
}

fn unarchive(session: &mut Session<'_>, _: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    let position = next_position(session.view());
    change(session, captured, false, |playbook| {
        playbook.insert("position".to_owned(), position.into());
        playbook.insert("archived_at".to_owned(), Value::Null);
        playbook.insert("archived_by_id".to_owned(), Value::Null);
    })
}

/// Changes a playbook unless it already is as wanted, and shows it.
fn change(
    session: &mut Session<'_>,
    captured: &[&str],
    archived: bool,
    change: impl FnOnce(&mut Object),
) -> Result<Answer, Refusal> {
    let id = captured.first().copied().unwrap_or_default();
    let found =
        |view: View<'_>| view.find(Kind::Playbook, id).cloned().ok_or(Refusal::NoObject(PLAYBOOK.model));
    if is_archived(&found(session.view())?) != archived {
        session.amend(Kind::Playbook, id, change);
    }
    let playbook = found(session.view())?;
    Ok(Answer::ok(render(session.view(), &PLAYBOOK, &playbook, Detail::Single, &Projection::All)))
}

/// A call or a meeting may name any playbook, under its older name too.
pub(crate) const REFERENCE: Field =
    Field::reference("playbook_id", &[Kind::Playbook]).also(&["conversation_type_id"]);
