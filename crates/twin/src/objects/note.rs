//! Notes.

use serde_json::Value;

use super::attachment::ATTACHMENTS;
use super::{activity, rich_text};
use crate::resource::{Draft, Field, Hooks, Initial, Resource, Session};
use crate::store::{DateStyle, Kind};

/// `/activity/note/`
pub(crate) static NOTE: Resource = Resource {
    base: activity::COMMON,
    fields: &[
        Field::stored("_type").starts(Initial::Text("Note")),
        Field::reference("lead_id", &[Kind::Lead]).required().on_create(),
        Field::text("title"),
        Field::text("note").starts(Initial::Text("")),
        Field::text("note_html").starts(Initial::Text("<body><p></p></body>")),
        Field::flag("pinned", false),
        Field::stored("pinned_at"),
        ATTACHMENTS,
    ],
    list: activity::LIST,
    event: Some("activity.note"),
    hooks: Hooks { prepare, ..activity::DELETABLE },
    ..Resource::new(Kind::Note, "activity/note", "acti", "Note")
};

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    rich_text::keep_in_step(draft, "note", "note_html");
    pin(session, draft);
    activity::prepare(session, draft);
}

/// `pinned` and `pinned_at` say the same thing.
pub(crate) fn pin(session: &Session<'_>, draft: &mut Draft<'_>) {
    let pinned = draft.object.get("pinned") == Some(&Value::Bool(true));
    let at = match draft.object.get("pinned_at") {
        Some(Value::String(at)) if pinned => Value::String(at.clone()),
        _ if pinned => DateStyle::Offset.write(session.world.now()).into(),
        _ => Value::Null,
    };
    draft.object.insert("pinned_at".to_owned(), at);
}
