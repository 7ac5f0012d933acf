//! The event log: what happened, newest last, for thirty days and up to a settable number of events.
//!
//! Promises: an event is found by its id at once, and the events of one organization, lead, object, user, type or
//! request are walked in either direction without looking at any other event. The log keeps what it is given; which
//! events there are is the business of `resource`, who may see them that of `objects`, and who is told of them that
//! of `delivery`.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::dates::parse_moment;
use super::world::{Object, text};
use crate::delivery::Outbox;

/// How long events are kept (documented).
pub(crate) const RETENTION: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Most events kept, unless said otherwise; older ones are forgotten first.
pub(crate) const CAPACITY: usize = 20_000;

/// An index of the log: which events share a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Axis {
    /// The events of an organization.
    Organization,
    /// The events of a lead and of what hangs on it.
    Lead,
    /// The events of one object.
    Object,
    /// What a user did.
    User,
    /// The events of one kind of object, in all organizations.
    ObjectType,
    /// What one request did.
    Request,
}

impl Axis {
    /// Every index, the most telling first.
    pub(crate) const ALL: [Self; 6] =
        [Self::Request, Self::Object, Self::Lead, Self::User, Self::ObjectType, Self::Organization];

    /// The member of events it goes by.
    pub(crate) fn member(self) -> &'static str {
        match self {
            Self::Organization => "organization_id",
            Self::Lead => "lead_id",
            Self::Object => "object_id",
            Self::User => "user_id",
            Self::ObjectType => "object_type",
            Self::Request => "request_id",
        }
    }
}

/// Events in the order they were written, which is that of `date_updated`.
#[derive(Clone, Debug)]
pub(crate) struct EventLog {
    entries: VecDeque<Entry>,
    /// Number of the oldest entry; the others follow without gaps.
    first: u64,
    by_id: HashMap<String, u64>,
    lines: HashMap<(Axis, String), VecDeque<u64>>,
    capacity: usize,
    /// Numbers of the oldest event that somebody else keeps too, and of the first they do not keep yet.
    kept: (u64, u64),
    /// What webhook subscriptions still have to be told.
    pub(crate) outbox: Arc<Outbox>,
}

#[derive(Clone, Debug)]
struct Entry {
    event: Arc<Object>,
    /// When it was written, or the entry before it, whichever is later: a clock set back leaves the order as it is.
    at: Timestamp,
}

impl Default for EventLog {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
            first: 0,
            by_id: HashMap::new(),
            lines: HashMap::new(),
            capacity: CAPACITY,
            kept: (0, 0),
            outbox: Arc::default(),
        }
    }
}

impl EventLog {
    /// Adds the newest event, and forgets those that are too old or too many.
    pub(crate) fn push(&mut self, event: Arc<Object>) {
        let at = self.add(event);
        self.forget(at);
    }

    fn add(&mut self, event: Arc<Object>) -> Timestamp {
        let written = text(&event, "date_updated").and_then(parse_moment).unwrap_or(Timestamp::MIN);
        let at = self.entries.back().map_or(written, |newest| newest.at.max(written));
        let number = self.first + self.entries.len() as u64;
        if let Some(id) = text(&event, "id") {
            self.by_id.insert(id.to_owned(), number);
        }
        for key in keys(&event) {
            self.lines.entry(key).or_default().push_back(number);
        }
        self.entries.push_back(Entry { event, at });
        at
    }

    /// Puts back an event that was kept; events come oldest first.
    pub(super) fn restore(&mut self, number: u64, event: Object) {
        if self.entries.is_empty() {
            self.first = number;
        }
        self.add(Arc::new(event));
        self.kept = (self.first, number + 1);
    }

    /// What was added (`Some`) and forgotten (`None`) since this was last asked, by number.
    pub(super) fn take_news(&mut self) -> Vec<(u64, Option<Object>)> {
        let (oldest, next) = self.kept;
        let end = self.first + self.entries.len() as u64;
        self.kept = (self.first, end);
        let forgotten = (oldest..self.first.min(next)).map(|number| (number, None));
        let added = (next.max(self.first)..end)
            .filter_map(|number| Some((number, Some((*self.entry(number)?.event).clone()))));
        forgotten.chain(added).collect()
    }

    /// All events with their numbers, oldest first.
    pub(super) fn oldest_first(&self) -> impl Iterator<Item = (u64, &Object)> {
        (self.first..).zip(self.entries.iter().map(|entry| &*entry.event))
    }

    /// Keeps at most so many events from now on.
    pub(crate) fn set_capacity(&mut self, capacity: usize) {
        self.capacity = capacity;
        self.forget(Timestamp::MIN);
    }

    /// One event, if it is still kept at `now`.
    pub(crate) fn get(&self, id: &str, now: Timestamp) -> Option<&Object> {
        let entry = self.entry(*self.by_id.get(id)?)?;
        (entry.at >= horizon(now)).then_some(&*entry.event)
    }

    /// The events with one value, newest first: all that are younger than `since`, and older than the event `before`
    /// where one is given.
    pub(crate) fn backwards<'l>(
        &'l self,
        line: (Axis, &str),
        before: Option<&str>,
        since: Timestamp,
    ) -> impl Iterator<Item = &'l Object> + use<'l> {
        let line = self.line(line);
        let end = before.map_or(line.map_or(0, VecDeque::len), |id| self.split(line, id).0);
        let numbers = line.into_iter().flat_map(move |line| line.range(..end).rev());
        numbers
            .filter_map(|number| self.entry(*number))
            .take_while(move |entry| entry.at >= since)
            .map(|entry| &*entry.event)
    }

    /// The events with one value that are newer than the event `after`, oldest first.
    pub(crate) fn forwards<'l>(
        &'l self,
        line: (Axis, &str),
        after: &str,
    ) -> impl Iterator<Item = &'l Object> + use<'l> {
        let line = self.line(line);
        let start = self.split(line, after).1;
        let numbers = line.into_iter().flat_map(move |line| line.range(start..));
        numbers.filter_map(|number| self.entry(*number)).map(|entry| &*entry.event)
    }

    fn line(&self, (axis, value): (Axis, &str)) -> Option<&VecDeque<u64>> {
        self.lines.get(&(axis, value.to_owned()))
    }

    /// Where the events before this one end in a line, and where those after it begin.
    fn split(&self, line: Option<&VecDeque<u64>>, id: &str) -> (usize, usize) {
        let (Some(line), Some(number)) = (line, self.by_id.get(id)) else { return (0, 0) };
        (line.partition_point(|other| other < number), line.partition_point(|other| other <= number))
    }

    fn entry(&self, number: u64) -> Option<&Entry> {
        let position = number.checked_sub(self.first)?;
        self.entries.get(usize::try_from(position).ok()?)
    }

    fn forget(&mut self, now: Timestamp) {
        let horizon = horizon(now);
        while let Some(oldest) = self.entries.front()
            && (self.entries.len() > self.capacity || oldest.at < horizon)
            && let Some(Entry { event, .. }) = self.entries.pop_front()
        {
            if let Some(id) = text(&event, "id") {
                self.by_id.remove(id);
            }
            for key in keys(&event) {
                if let Some(line) = self.lines.get_mut(&key) {
                    line.pop_front();
                    if line.is_empty() {
                        self.lines.remove(&key);
                    }
                }
            }
            self.first += 1;
        }
    }
}

/// The oldest moment whose events are still kept at `now`.
pub(crate) fn horizon(now: Timestamp) -> Timestamp {
    now.saturating_sub(RETENTION).unwrap_or(Timestamp::MIN)
}

/// The lines an event stands in.
fn keys(event: &Object) -> impl Iterator<Item = (Axis, String)> {
    Axis::ALL.into_iter().filter_map(|axis| Some((axis, text(event, axis.member())?.to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const LEAD: (Axis, &str) = (Axis::Lead, "lead_a");

    fn event(number: usize, lead: &str, at: &str) -> Arc<Object> {
        let event = json!({"id": format!("ev_{number}"), "lead_id": lead, "date_updated": at});
        let Value::Object(event) = event else { panic!("not an object") };
        Arc::new(event)
    }

    fn ids<'e>(events: impl Iterator<Item = &'e Object>) -> Vec<&'e str> {
        events.filter_map(|event| text(event, "id")).collect()
    }

    #[test]
    fn a_line_is_walked_from_any_of_its_events_in_both_directions() {
        let mut log = EventLog::default();
        for number in 0..6 {
            log.push(event(number, if number % 2 == 0 { "lead_a" } else { "lead_b" }, "2024-03-05"));
        }
        let since = Timestamp::MIN;
        assert_eq!(ids(log.backwards(LEAD, None, since)), ["ev_4", "ev_2", "ev_0"]);
        assert_eq!(ids(log.backwards(LEAD, Some("ev_3"), since)), ["ev_2", "ev_0"]);
        assert_eq!(ids(log.forwards(LEAD, "ev_1")), ["ev_2", "ev_4"]);
        assert_eq!(ids(log.backwards((Axis::Lead, "lead_c"), None, since)), Vec::<&str>::new());
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many_or_a_month_has_passed() {
        let mut log = EventLog::default();
        log.set_capacity(3);
        for number in 0..5 {
            log.push(event(number, "lead_a", "2024-03-05"));
        }
        let now = "2024-03-05T00:00:00Z".parse().unwrap();
        assert_eq!(ids(log.backwards(LEAD, None, Timestamp::MIN)), ["ev_4", "ev_3", "ev_2"]);
        assert!(log.get("ev_1", now).is_none());
        assert!(log.get("ev_2", now).is_some());
        assert!(log.get("ev_2", "2024-04-05T00:00:00Z".parse().unwrap()).is_none());
        log.push(event(5, "lead_a", "2024-04-05"));
        assert_eq!(ids(log.backwards(LEAD, None, Timestamp::MIN)), ["ev_5"]);
    }
}
