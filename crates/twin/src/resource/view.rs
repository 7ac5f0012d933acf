//! The world as one caller sees it: one organization, one user, one time zone.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::Value;

use super::session::Caller;
use crate::http::Refusal;
use crate::objects;
use crate::store::{Created, Kind, Object, Reader, Record, Shelf, date_at, text};

/// A caller's view of the world. What belongs to other organizations does not exist in it.
#[derive(Clone, Copy)]
pub(crate) struct View<'w> {
    /// All organizations.
    pub(crate) world: Reader<'w>,
    /// Who looks.
    pub(crate) caller: &'w Caller,
    /// Whether everything in the organization is seen, whatever the caller may see.
    whole: bool,
}

impl<'w> View<'w> {
    /// The view of `caller`.
    pub(crate) fn new(world: Reader<'w>, caller: &'w Caller) -> Self {
        // What happens by itself is restricted by nobody's sight.
        Self { world, caller, whole: caller.user().is_none() }
    }

    /// The whole organization, for what the twin does itself.
    pub(crate) fn whole(self) -> Self {
        Self { whole: true, ..self }
    }

    /// Looks within `inside` only: whatever is read there is forgotten at its end, so that a scan over everything
    /// holds one object at a time.
    pub(crate) fn aside<T>(self, inside: impl FnOnce(View<'_>) -> T) -> T {
        self.world.aside(|world| inside(View { world, ..self }))
    }

    /// The record with this id, if the caller may see it.
    pub(crate) fn record(self, id: &str) -> Option<&'w Record> {
        self.world.get(id).filter(|record| self.record_is_visible(record))
    }

    /// Whether the caller may see a record.
    pub(crate) fn record_is_visible(self, record: &Record) -> bool {
        let id = text(&record.object, "id").unwrap_or_default();
        let mine = self.caller.organization_id.as_str();
        match record.kind {
            Kind::ApiKey => false,
            Kind::Organization => id == mine,
            // Who left is still named by what they did.
            Kind::User => self.any_membership(id).is_some(),
            // Built-in roles belong to every organization.
            Kind::Role if record.object.get("organization_id").is_some_and(Value::is_null) => true,
            _ => {
                text(&record.object, "organization_id") == Some(mine)
                    && self.sees(record.kind, &record.object)
            }
        }
    }

    /// Whether the caller sees everything the organization has on a shelf, so that nothing on it need be asked for.
    pub(crate) fn sees_all_of(self, which: Shelf) -> bool {
        self.whole || (self.caller.sight.is_none() && !which.holds(Kind::SmartView))
    }

    /// Whether the caller sees an object of their organization: Smart Views can be private, and some roles show only
    /// some leads with what hangs on them.
    pub(crate) fn sees(self, kind: Kind, object: &Object) -> bool {
        if self.whole {
            return true;
        }
        match (kind, &self.caller.sight) {
            (Kind::SmartView, _) => objects::is_shown_to_caller(self, object),
            (_, None) => true,
            (Kind::Lead, Some(sight)) => sight.shows(&self.caller.user_id, object),
            (_, Some(_)) => text(object, "lead_id").is_none_or(|lead_id| self.sees_lead(lead_id)),
        }
    }

    /// Numbers of what the caller sees on a shelf of their organization, oldest first.
    pub(crate) fn numbers(self, which: Shelf) -> Box<dyn DoubleEndedIterator<Item = u32> + 'w> {
        let all = self.world.numbers(&self.caller.organization_id, which, Created::EVER);
        if self.sees_all_of(which) {
            return all;
        }
        Box::new(all.filter(move |number| {
            self.aside(|view| view.world.at(*number).is_some_and(|record| view.record_is_visible(record)))
        }))
    }

    /// Whether the caller sees the lead with this id.
    pub(crate) fn sees_lead(self, lead_id: &str) -> bool {
        self.aside(|view| view.find(Kind::Lead, lead_id).is_some())
    }

    /// The object with this id and kind, if the caller may see it.
    pub(crate) fn find(self, kind: Kind, id: &str) -> Option<&'w Object> {
        self.record(id).filter(|record| record.kind == kind).map(|record| &record.object)
    }

    /// All objects of a kind in the caller's organization, oldest first.
    pub(crate) fn all(self, kind: Kind) -> impl DoubleEndedIterator<Item = &'w Object> + use<'w> {
        self.world.collection(&self.caller.organization_id, kind)
    }

    /// What hangs on a lead, oldest first.
    pub(crate) fn children(
        self,
        lead_id: &str,
        kind: Kind,
    ) -> impl DoubleEndedIterator<Item = &'w Object> + use<'w> {
        self.world.children_of(lead_id, kind)
    }

    /// Whether any object of a kind in the organization holds this value, the caller may see it or not. Only for members
    /// that are indexed.
    pub(crate) fn holds_any(self, kind: Kind, member: &str, value: &str) -> bool {
        let mut like = self.world.holding(&self.caller.organization_id, kind, member, value);
        // The index knows no case.
        like.any(|number| {
            let held = |view: View<'_>| Some(text(&view.world.at(number)?.object, member)? == value);
            self.aside(held) == Some(true)
        })
    }

    /// The active memberships of the caller's organization, oldest first.
    pub(crate) fn members(self) -> impl DoubleEndedIterator<Item = &'w Object> + use<'w> {
        self.all(Kind::Membership).filter(|membership| objects::is_active_member(membership))
    }

    /// Whether this user is an active member of the caller's organization.
    pub(crate) fn is_member(self, user_id: &str) -> bool {
        self.membership(user_id).is_some()
    }

    /// A user's active membership in the caller's organization.
    pub(crate) fn membership(self, user_id: &str) -> Option<&'w Object> {
        self.any_membership(user_id).filter(|membership| objects::is_active_member(membership))
    }

    /// A user's membership in the caller's organization, active or not.
    pub(crate) fn any_membership(self, user_id: &str) -> Option<&'w Object> {
        let own = self.world.holding(&self.caller.organization_id, Kind::Membership, "user_id", user_id);
        let mut own = own.filter_map(|number| self.world.at(number)).map(|record| &record.object);
        own.find(|membership| text(membership, "user_id") == Some(user_id))
    }

    /// A member of another object, or null: the companions of references.
    pub(crate) fn member_of(self, kind: Kind, id: Option<&str>, name: &str) -> Value {
        id.and_then(|id| self.find(kind, id))
            .and_then(|object| object.get(name))
            .cloned()
            .unwrap_or(Value::Null)
    }

    /// A user's full name, or null.
    pub(crate) fn user_name(self, id: Option<&str>) -> Value {
        let Some(user) = id.and_then(|id| self.world.object(Kind::User, id)) else { return Value::Null };
        full_name(user).into()
    }

    /// Refuses callers whose role does not grant a permission.
    pub(crate) fn require(self, permission: &str) -> Result<(), Refusal> {
        if objects::grants(self, permission) { Ok(()) } else { Err(Refusal::forbidden(permission)) }
    }

    /// The current time.
    pub(crate) fn now(self) -> Timestamp {
        self.world.now()
    }

    /// Today, where the caller is.
    pub(crate) fn today(self) -> Date {
        date_at(self.now(), self.caller.offset)
    }

    /// The caller's organization.
    pub(crate) fn organization(self) -> Option<&'w Object> {
        self.find(Kind::Organization, &self.caller.organization_id)
    }

    /// The ids of users a list of user and group ids stands for.
    pub(crate) fn users_of(self, id: &str) -> Vec<String> {
        let Some(group) = self.find(Kind::Group, id) else { return vec![id.to_owned()] };
        let members = group.get("members").and_then(Value::as_array);
        let ids = members.into_iter().flatten().filter_map(|member| member.get("user_id")?.as_str());
        ids.map(str::to_owned).collect()
    }
}

/// First and last name of a user.
pub(crate) fn full_name(user: &Object) -> String {
    let parts = [text(user, "first_name"), text(user, "last_name")];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
