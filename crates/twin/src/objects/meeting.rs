//! Meetings come from calendars; only the notes on them are written here, and the tabs apps add.

use http::Method;
use jiff::Timestamp;
use serde_json::Value;

use super::{activity, comment, playbook, rich_text};
use crate::http::{Answer, Call, Parameters, Refusal};
use crate::resource::{
    Action, Compare, Draft, Field, Filter, Hooks, Initial, ListRules, Methods, NOT_A_CHOICE, Resource, Run,
    Session, Show, View,
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
        Field::stored("transcripts").starts(Initial::EmptyList).shown(Show::OnRequest),
        Field::text("user_note"),
        Field::text("user_note_html"),
        Field::stored("user_note_date_updated"),
        Field::stored("user_note_mentions").starts(Initial::EmptyList),
    ],
    list: ListRules { filters: FILTERS, check, ..activity::LIST },
    event: Some("activity.meeting"),
    hooks: Hooks {
        prepare,
        created: |session, meeting| {
            session.announce(Kind::Meeting, text(meeting, "id").unwrap_or_default(), "scheduled");
        },
        updated: |session, old, meeting| {
            session.announce_when(Kind::Meeting, Some(old), meeting, ("status", "canceled"), "canceled");
        },
        ..activity::DELETABLE
    },
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
    Filter { member: "provider_calendar_ids", ..Filter::by("provider_calendar_id", Compare::Entries) },
];

/// `POST /activity/meeting/{id}/integration/`
pub(crate) const ACTIONS: &[Action] =
    &[Action { method: Method::POST, path: "activity/meeting/{}/integration", run: Run::Write(integrate) }];

/// An event id means something only within a calendar of a provider (documented).
fn check(view: View<'_>, parameters: &Parameters) -> Result<(), Refusal> {
    let given = |name: &str| parameters.get(name).is_some_and(|value| !value.is_empty());
    let calendar = given("provider_calendar_id") && given("provider_calendar_type");
    if given("provider_calendar_event_id") && !calendar {
        let message =
            "The provider_calendar_event_id filter needs provider_calendar_id and provider_calendar_type.";
        return Err(Refusal::bad_request(message));
    }
    (activity::LIST.check)(view, parameters)
}

/// Makes or changes the tab an app has on a meeting. Close documents neither what a tab holds nor the answer: the
/// twin keeps what the app sends, says which app it was, and answers the tab. An empty body does nothing (documented).
fn integrate(session: &mut Session<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    let app = call.require_app()?;
    let id = captured.first().copied().unwrap_or_default();
    let missing = Refusal::NoObject(MEETING.model);
    let meeting = session.view().find(Kind::Meeting, id).ok_or(missing)?;
    let mut tabs = meeting.get("integrations").and_then(Value::as_array).cloned().unwrap_or_default();
    let own = tabs.iter().position(|tab| tab["oauth_client_id"] == app.client_id.as_str());
    let mut tab = own.and_then(|own| tabs[own].as_object().cloned()).unwrap_or_default();
    if call.body.is_empty() {
        return Ok(Answer::ok(tab));
    }
    tab.extend(call.body.clone());
    tab.insert("oauth_client_id".to_owned(), app.client_id.clone().into());
    tab.insert("oauth_client_name".to_owned(), app.name.clone().into());
    match own {
        Some(own) => tabs[own] = tab.clone().into(),
        None => tabs.push(tab.clone().into()),
    }
    session.amend(Kind::Meeting, id, |meeting| drop(meeting.insert("integrations".to_owned(), tabs.into())));
    Ok(Answer::ok(tab))
}

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    rich_text::keep_in_step(draft, "user_note", "user_note_html");
    if draft.given("user_note") || draft.given("user_note_html") {
        let now = DateStyle::Offset.write(session.world.now());
        let mentioned = comment::mentions(text(&draft.object, "user_note_html").unwrap_or_default());
        draft.object.insert("user_note_date_updated".to_owned(), now.into());
        draft.object.insert("user_note_mentions".to_owned(), mentioned);
    }
    let outcome = text(draft.input, "outcome_id").and_then(|id| session.view().find(Kind::Outcome, id));
    if outcome.is_some_and(|outcome| text(outcome, "type") == Some("vm-dropped")) {
        draft.errors.add("outcome", NOT_A_CHOICE);
    }
    activity::prepare(session, draft);
}

/// A moment at which a meeting's status changes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    Started,
    Completed,
}

/// When a meeting starts and ends.
pub(crate) fn turns(meeting: &Object) -> impl Iterator<Item = (Timestamp, Turn)> {
    let at = |name: &str| text(meeting, name).and_then(parse_moment);
    let turns = [(at("starts_at"), Turn::Started), (at("ends_at"), Turn::Completed)];
    turns.into_iter().filter_map(|(at, turn)| Some((at?, turn)))
}

/// Tells that a meeting started or ended, if it did by `now`: one that was canceled, declined or moved did not.
pub(crate) fn tell_of_turn(session: &mut Session<'_>, id: &str, turn: Turn, now: Timestamp) {
    let Some(meeting) = session.view().find(Kind::Meeting, id) else { return };
    let takes_place = matches!(status(session.view(), meeting).as_str(), "in-progress" | "completed");
    let happened = turns(meeting).any(|(at, other)| other == turn && at <= now);
    if takes_place && happened {
        session.announce(Kind::Meeting, id, if turn == Turn::Started { "started" } else { "completed" });
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
