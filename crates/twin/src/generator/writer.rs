//! Writing demo data into a world: start values for what is not said, no checks, no side effects.

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde_json::Value;

use super::fixtures::{ANN, CLOSER};
use crate::objects::resource_of;
use crate::resource::{Caller, View, initial_value};
use crate::store::{Kind, Object, Scratch, World, date_at, parse_date, text};

/// Writes objects on behalf of one user of one organization.
pub(super) struct Writer<'w> {
    pub(super) world: &'w mut World,
    caller: Caller,
    today: Date,
}

impl<'w> Writer<'w> {
    /// Writes as Ann Reyes for Closer Inc.
    pub(super) fn new(world: &'w mut World) -> Self {
        let today = date_at(world.now(), Offset::UTC);
        let caller = Caller {
            user_id: ANN.to_owned(),
            organization_id: CLOSER.to_owned(),
            api_key_id: None,
            offset: Offset::UTC,
            method: String::new(),
            path: String::new(),
            sight: None,
        };
        Self { world, caller, today }
    }

    /// Writes for another organization from here on.
    pub(super) fn act_as(&mut self, user_id: &str, organization_id: &str) {
        user_id.clone_into(&mut self.caller.user_id);
        organization_id.clone_into(&mut self.caller.organization_id);
    }

    /// The day the twin starts, in UTC.
    pub(super) fn today(&self) -> Date {
        self.today
    }

    /// The moment so many days before (or, negative, after) the start of today, and so many seconds into that day.
    pub(super) fn moment(&self, days_ago: i32, seconds: i64) -> Timestamp {
        let date = self.today.saturating_sub(days_ago.days());
        let midnight = Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).unwrap_or(Timestamp::UNIX_EPOCH);
        midnight + SignedDuration::from_secs(seconds)
    }

    /// Stores an object made at `created` and last changed at `updated`; answers its id.
    pub(super) fn write_at(
        &mut self,
        kind: Kind,
        object: Value,
        created: Timestamp,
        updated: Timestamp,
    ) -> String {
        let mut object = members(object);
        let audit = resource_of(kind).audit;
        if let Some((created_member, updated_member)) = audit.moments() {
            object.insert(created_member.to_owned(), audit.style().write(created).into());
            object.insert(updated_member.to_owned(), audit.style().write(updated).into());
        }
        self.write(kind, object)
    }

    /// Stores an object; answers its id.
    pub(super) fn write(&mut self, kind: Kind, object: Object) -> String {
        let resource = resource_of(kind);
        let id = text(&object, "id").map_or_else(|| self.world.mint(resource.prefix), str::to_owned);
        let mut whole = Object::new();
        whole.insert("id".to_owned(), id.clone().into());
        if !matches!(kind, Kind::User | Kind::Organization) {
            whole.insert("organization_id".to_owned(), self.caller.organization_id.clone().into());
        }
        whole.extend(object);
        let scratch = Scratch::default();
        let view = View::new(self.world.reader(&scratch), &self.caller);
        for field in resource.all_fields() {
            // What a missing member reads as need not be stored a million times.
            if !field.is_initially_implied()
                && let Some(initial) = initial_value(view, field.initial)
            {
                whole.entry(field.name).or_insert(initial);
            }
        }
        if let Some((created, updated)) = resource.audit.actors() {
            let author = || Value::from(self.caller.user_id.clone());
            let creator = whole.entry(created).or_insert_with(author).clone();
            whole.entry(updated).or_insert(creator);
        }
        self.world.insert(kind, whole);
        id
    }
}

/// The members of a JSON object.
pub(super) fn members(value: Value) -> Object {
    match value {
        Value::Object(members) => members,
        _ => Object::new(),
    }
}

/// Moves every date in `value` by so many days. Dates are strings that are a date, or a date and a time, as a whole.
pub(super) fn shift_dates(value: &mut Value, days: i32) {
    match value {
        Value::String(written) => {
            let whole = written.len() == 10 || written.as_bytes().get(10) == Some(&b'T');
            let date = written.get(..10).filter(|_| whole).and_then(parse_date);
            if let Some(date) = date {
                written.replace_range(..10, &date.saturating_add(days.days()).to_string());
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| shift_dates(value, days)),
        Value::Object(members) => members.values_mut().for_each(|value| shift_dates(value, days)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn dates_move_and_keep_their_style() {
        let mut value = json!({
            "date": "2024-02-28", "at": ["2024-02-28T10:00:00.120000+00:00", "2024-02-28T10:00:00.120000"],
            "note": "2024-02-28 was a Wednesday", "zip": "20240-2281", "number": 20_240_228,
        });
        shift_dates(&mut value, 2);
        assert_eq!(
            value,
            json!({
                "date": "2024-03-01", "at": ["2024-03-01T10:00:00.120000+00:00", "2024-03-01T10:00:00.120000"],
                "note": "2024-02-28 was a Wednesday", "zip": "20240-2281", "number": 20_240_228,
            })
        );
    }
}
