//! Meetings come from calendars; only the notes on them are written here.

use serde_json::Value;

use super::{activity, playbook, rich_text};
use crate::resource::{
    Compare, Draft, Field, Filter, Hooks, Initial, ListRules, Methods, Resource, Session, View,
};
use crate::store::{DateStyle, Kind, Object, parse_moment, text};

/// `/activity/meeting/`
pub(crate) static MEETING: Resource = Resource {
    base: activity::COMMON,
    methods: Methods { create: false, ..Methods::ALL },
    fields: &[
        Field::stored("_type").starts(Initial::Text("Meeting")),
        Field::stored("lead_id"),
        Field::stored("title"),
        Field::stored("location"),
        Field::stored("note"),
        Field::stored("starts_at"),
        Field::stored("ends_at"),
        Field::stored("duration"),
        Field::stored("actual_duration"),
        Field::computed("status", |view, meeting| status(view, meeting).into()),
        Field::stored("source").starts(Initial::Text("calendar")),
        Field::stored("is_recurring").starts(Initial::False),
        Field::stored("attendees").starts(Initial::EmptyList),
        Field::stored("attached_call_ids").starts(Initial::EmptyList),
        Field::stored("calendar_event_link"),
        Field::stored("calendar_event_uids").starts(Initial::EmptyList),
        Field::stored("conference_links").starts(Initial::EmptyList),
        Field::stored("connected_account_id"),
        Field::stored("provider_calendar_event_id"),
        Field::stored("provider_calendar_ids").starts(Initial::EmptyList),
        Field::stored("provider_calendar_type"),
        Field::stored("integrations").starts(Initial::EmptyList),
        Field::reference("outcome_id", &[Kind::Outcome]),
        Field::stored("outcome_reason"),
        Field::stored("outcome_autofill_confidence"),
        Field::stored("outcome_autofill_reasoning"),
        playbook::REFERENCE,
        Field::stored("playbook_reason"),
        Field::stored("conversation_type_id"),
        Field::stored("conversation_type_reason"),
        Field::stored("notetaker_id"),
        Field::stored("summary"),
        Field::text("user_note"),
        Field::text("user_note_html"),
        Field::stored("user_note_date_updated"),
        Field::stored("user_note_mentions").starts(Initial::EmptyList),
    ],
    list: ListRules { filters: FILTERS, ..activity::LIST },
    event: Some("activity.meeting"),
    hooks: Hooks { prepare, ..activity::DELETABLE },
    ..Resource::new(Kind::Meeting, "activity/meeting", "acti", "Meeting")
};

const FILTERS: &[Filter] = &[
    Filter::exact("id"),
    Filter::exact("lead_id"),
    Filter::by("user_id", Compare::Users),
    Filter::exact("contact_id"),
    Filter::exact("organization_id"),
    Filter::by("date_created", Compare::Moments),
    Filter::by("activity_at", Compare::Moments),
    Filter::by("starts_at", Compare::Moments),
    Filter::exact("provider_calendar_event_id"),
    Filter::exact("provider_calendar_type"),
];

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    rich_text::keep_in_step(draft, "user_note", "user_note_html");
    if draft.given("user_note") || draft.given("user_note_html") {
        let now = DateStyle::Offset.write(session.world.now());
        draft.object.insert("user_note_date_updated".to_owned(), now.into());
    }
}

/// What the calendar says: cancelled and declined meetings stay so, the others follow the clock.
fn status(view: View<'_>, meeting: &Object) -> String {
    let stored = text(meeting, "status").unwrap_or("upcoming");
    if stored == "canceled" || stored.starts_with("declined") {
        return stored.to_owned();
    }
    let at = |name: &str| meeting.get(name).and_then(Value::as_str).and_then(parse_moment);
    let passed = |name: &str| at(name).is_some_and(|instant| instant <= view.now());
    let now = if passed("ends_at") {
        "completed"
    } else if passed("starts_at") {
        "in-progress"
    } else {
        "upcoming"
    };
    now.to_owned()
}
