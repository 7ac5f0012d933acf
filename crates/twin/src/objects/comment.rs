//! Comments on activities and opportunities, one thread an object.

use http::Method;
use serde_json::{Value, json};

use super::rich_text;
use crate::http::{Answer, Call, Parameters, Refusal};
use crate::resource::{
    Action, Audit, Deleted, Draft, Field, FieldKind, Filter, Hooks, Initial, ListRules, Methods, NO_OBJECT,
    Resource, Run, Session, Show, VIEW_ALL_LEADS, View,
};
use crate::store::{DateStyle, Kind, Object, text};

/// `/comment/`
pub(crate) static COMMENT: Resource = Resource {
    methods: Methods { delete: false, ..Methods::ALL },
    audit: Audit::At,
    answers_created: true,
    deleted: Deleted::NoContent,
    fields: &[
        Field::stored("thread_id").starts(Initial::Absent),
        Field::stored("lead_id").starts(Initial::Absent),
        Field::new("object_id", FieldKind::Checked(commentable)).required().on_create().shown(Show::Hidden),
        Field::text("body").required(),
        Field::stored("mentions").starts(Initial::EmptyList),
        Field::stored("removed_at"),
        Field::stored("removed_by"),
    ],
    list: ListRules {
        filters: &[Filter::exact("thread_id"), Filter::exact("object_id")],
        check: one_of_two,
        ..ListRules::OLDEST_FIRST
    },
    event: Some("comment"),
    hooks: Hooks { prepare, storing, created, ..Hooks::NONE },
    ..Resource::new(Kind::Comment, "comment", "comm", "Comment")
};

/// `/comment_thread/`
pub(crate) static COMMENT_THREAD: Resource = Resource {
    methods: Methods::READ,
    audit: Audit::AtDates,
    fields: &[
        Field::stored("lead_id"),
        Field::stored("object_id"),
        Field::stored("object_type"),
        Field::computed("num_comments", |view, thread| {
            comments(view, thread).filter(|c| !removed(c)).count().into()
        }),
        Field::computed("participating", participating),
    ],
    list: ListRules {
        filters: &[],
        check: narrowed_for_restricted,
        keep: Some(|_, record, parameters| {
            let among = |parameter: &str, member: &str| {
                let wanted = parameters.get(parameter).filter(|wanted| !wanted.is_empty());
                wanted.is_none_or(|ids| {
                    ids.split(',').any(|id| text(&record.object, member) == Some(id.trim()))
                })
            };
            among("ids", "id") && among("object_ids", "object_id")
        }),
        ..ListRules::NEWEST_FIRST
    },
    event: Some("comment_thread"),
    ..Resource::new(Kind::CommentThread, "comment_thread", "comthr", "CommentThread")
};

/// `DELETE /comment/{id}/`
pub(crate) const ACTIONS: &[Action] =
    &[Action { method: Method::DELETE, path: "comment/{}", run: Run::Write(remove) }];

/// Activities and opportunities can be commented on.
fn commentable(view: View<'_>, value: &Value) -> Result<Value, Value> {
    let id = value.as_str().ok_or("Value must be of str type.")?;
    let kind = view.record(id).map(|record| record.kind);
    let fits = kind.is_some_and(|kind| kind.is_activity() || kind == Kind::Opportunity);
    if fits { Ok(value.clone()) } else { Err(NO_OBJECT.into()) }
}

/// Who sees only some leads must say which threads they mean (documented).
fn narrowed_for_restricted(view: View<'_>, parameters: &Parameters) -> Result<(), Refusal> {
    let narrowed =
        ["ids", "object_ids"].into_iter().any(|name| parameters.get(name).is_some_and(|ids| !ids.is_empty()));
    if narrowed { Ok(()) } else { view.require(VIEW_ALL_LEADS) }
}

fn one_of_two(_: View<'_>, parameters: &Parameters) -> Result<(), Refusal> {
    match (parameters.get("object_id"), parameters.get("thread_id")) {
        (Some(_), None) | (None, Some(_)) => Ok(()),
        _ => Err(Refusal::invalid("Exactly one of object_id and thread_id is required.")),
    }
}

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let author = draft.old.and_then(|old| text(old, "created_by"));
    if author.is_some_and(|author| author != session.caller.user_id) {
        return draft.refuse(Refusal::forbidden("being the author of the comment"));
    }
    if draft.old.is_some_and(removed) {
        return draft.refuse(Refusal::invalid("The comment was removed."));
    }
    if let Some(body) = text(&draft.object, "body").map(str::to_owned) {
        let rich = if body.contains('<') { rich_text::wrapped(&body) } else { rich_text::from_plain(&body) };
        draft.object.insert("mentions".to_owned(), mentions(&rich));
        draft.object.insert("body".to_owned(), rich.into());
    }
}

/// The first comment on an object opens its thread.
fn storing(session: &mut Session<'_>, comment: &mut Object) {
    let object_id = text(comment, "object_id").unwrap_or_default().to_owned();
    let Some(record) = session.view().record(&object_id) else { return };
    let lead_id = record.object.get("lead_id").cloned().unwrap_or_default();
    let object_type = crate::objects::resource_of(record.kind).event;
    let thread = thread_of(session.view(), &lead_id, &object_id);
    let thread_id = thread.unwrap_or_else(|| {
        let mut thread = Object::new();
        thread.insert("lead_id".to_owned(), lead_id.clone());
        thread.insert("object_id".to_owned(), object_id.into());
        thread.insert("object_type".to_owned(), json!(object_type));
        session.put(&COMMENT_THREAD, thread)
    });
    comment.insert("thread_id".to_owned(), thread_id.into());
    comment.insert("lead_id".to_owned(), lead_id);
}

/// A new comment is also a change of its thread.
fn created(session: &mut Session<'_>, comment: &Object) {
    if let Some(thread_id) = text(comment, "thread_id") {
        session.amend(Kind::CommentThread, thread_id, |_| {});
    }
}

/// Blanks a comment; the thread goes with its last one (documented).
fn remove(session: &mut Session<'_>, _: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    let id = captured.first().copied().unwrap_or_default();
    let comment = session.view().find(Kind::Comment, id).cloned().ok_or(Refusal::NoObject(COMMENT.model))?;
    let own = text(&comment, "created_by") == Some(session.caller.user_id.as_str());
    session.require(if own { "delete_own_activities" } else { "manage_others_activities" })?;
    let now = DateStyle::OffsetFull.write(session.world.now());
    let by = session.caller.user_id.clone();
    session.amend(Kind::Comment, id, |comment| {
        comment.insert("body".to_owned(), Value::Null);
        comment.insert("mentions".to_owned(), json!([]));
        comment.insert("removed_at".to_owned(), now.into());
        comment.insert("removed_by".to_owned(), by.into());
    });
    let thread_id = text(&comment, "thread_id").unwrap_or_default();
    let thread = session.view().find(Kind::CommentThread, thread_id).cloned();
    if let Some(thread) = thread
        && comments(session.view(), &thread).all(removed)
    {
        forget_thread(session, &thread);
    }
    Ok(Answer::empty())
}

/// Removes the thread of an object that is going away.
pub(crate) fn forget(session: &mut Session<'_>, object: &Object) {
    let lead_id = object.get("lead_id").cloned().unwrap_or_default();
    let thread = thread_of(session.view(), &lead_id, text(object, "id").unwrap_or_default());
    if let Some(thread) = thread.and_then(|id| session.view().find(Kind::CommentThread, &id).cloned()) {
        forget_thread(session, &thread);
    }
}

fn forget_thread(session: &mut Session<'_>, thread: &Object) {
    let ids: Vec<String> = comments(session.view(), thread)
        .filter_map(|comment| text(comment, "id"))
        .map(str::to_owned)
        .collect();
    for id in ids {
        session.discard(Kind::Comment, &id);
    }
    session.discard(Kind::CommentThread, text(thread, "id").unwrap_or_default());
}

/// The thread of an object and how many comments it has; null without comments.
pub(crate) fn summary(view: View<'_>, object: &Object) -> Value {
    let lead_id = object.get("lead_id").cloned().unwrap_or_default();
    let thread = thread_of(view, &lead_id, text(object, "id").unwrap_or_default());
    let thread = thread.and_then(|id| view.find(Kind::CommentThread, &id));
    thread.map_or(Value::Null, |thread| {
        let count = comments(view, thread).filter(|comment| !removed(comment)).count();
        json!({"thread_id": thread.get("id"), "comment_count": count})
    })
}

fn thread_of(view: View<'_>, lead_id: &Value, object_id: &str) -> Option<String> {
    let mut threads = view.children(lead_id.as_str()?, Kind::CommentThread);
    let thread = threads.find(|thread| text(thread, "object_id") == Some(object_id))?;
    text(thread, "id").map(str::to_owned)
}

fn comments<'w>(view: View<'w>, thread: &Object) -> impl Iterator<Item = &'w Object> {
    let thread_id = thread.get("id").cloned();
    let lead_id = text(thread, "lead_id").unwrap_or_default().to_owned();
    let all = view.children(&lead_id, Kind::Comment).collect::<Vec<_>>();
    all.into_iter().filter(move |comment| comment.get("thread_id") == thread_id.as_ref())
}

fn removed(comment: &Object) -> bool {
    comment.get("removed_at").is_some_and(Value::is_string)
}

fn participating(view: View<'_>, thread: &Object) -> Value {
    let mut users: Vec<&str> = Vec::new();
    for author in comments(view, thread).filter_map(|comment| text(comment, "created_by")) {
        if !users.contains(&author) {
            users.push(author);
        }
    }
    json!(users)
}

/// Ids of the users and groups a rich text mentions.
pub(crate) fn mentions(rich: &str) -> Value {
    let ids = rich.split("data-type=\"mention\"").skip(1).filter_map(|rest| {
        let tag = rest.split('>').next()?;
        tag.split("data-id=\"").nth(1)?.split('"').next()
    });
    json!(ids.collect::<Vec<_>>())
}
