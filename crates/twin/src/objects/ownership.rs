//! What belongs to somebody: whose it is, and what changing and deleting it needs.
//!
//! Close documents permissions for one's own things and for those of others (`delete_own_…`, `manage_others_…`,
//! `manage_team_…`). Changing one's own needs nothing.

use crate::http::Refusal;
use crate::resource::{Draft, View};
use crate::store::{Object, text};

/// The rules for one kind of object.
pub(crate) struct Ownership {
    /// The member that names the owner.
    owner: &'static str,
    /// What deleting one's own needs.
    delete_own: Option<&'static str>,
    /// What changing and deleting those of others needs.
    manage_others: &'static str,
}

/// Activities of every type (documented).
pub(crate) const ACTIVITIES: Ownership = Ownership {
    owner: "user_id",
    delete_own: Some("delete_own_activities"),
    manage_others: "manage_others_activities",
};

/// Tasks belong to whom they are assigned to (chosen).
pub(crate) const TASKS: Ownership = Ownership {
    owner: "assigned_to",
    delete_own: Some("delete_own_tasks"),
    manage_others: "manage_others_tasks",
};

/// Opportunities belong to their user.
pub(crate) const OPPORTUNITIES: Ownership = Ownership {
    owner: "user_id",
    delete_own: Some("delete_own_opportunities"),
    manage_others: "manage_others_opportunities",
};

/// Smart Views: one's own may be shared freely (chosen).
pub(crate) const SMART_VIEWS: Ownership =
    Ownership { owner: "user_id", delete_own: None, manage_others: "manage_team_smart_views" };

/// Templates of both kinds.
pub(crate) const TEMPLATES: Ownership =
    Ownership { owner: "created_by", delete_own: None, manage_others: "manage_team_email_templates" };

impl Ownership {
    /// Whether an object is the caller's own.
    pub(crate) fn is_own(&self, view: View<'_>, object: &Object) -> bool {
        text(object, self.owner) == view.caller.user()
    }

    /// Refuses a change of something that belongs to somebody else. What is not stored yet belongs to nobody.
    pub(crate) fn check_change(&self, view: View<'_>, draft: &mut Draft<'_>) {
        let stored = draft.old.filter(|old| old.contains_key("id"));
        if stored.is_some_and(|old| !self.is_own(view, old))
            && let Err(refusal) = view.require(self.manage_others)
        {
            draft.refuse(refusal);
        }
    }

    /// Refuses a deletion.
    pub(crate) fn check_deletion(&self, view: View<'_>, object: &Object) -> Result<(), Refusal> {
        self.needed_to_delete(view, object).map_or(Ok(()), |permission| view.require(permission))
    }

    /// What deleting an object, or what it recorded, needs.
    pub(crate) fn needed_to_delete(&self, view: View<'_>, object: &Object) -> Option<&'static str> {
        if self.is_own(view, object) { self.delete_own } else { Some(self.manage_others) }
    }

    /// What changing the objects of others, or shared ones, needs.
    pub(crate) fn manage_others(&self) -> &'static str {
        self.manage_others
    }
}
