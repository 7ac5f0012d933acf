//! Restricted visibility: which leads somebody sees whose role does not show them all.
//!
//! Such a role names lead custom fields of the user type. A lead is seen by those these fields name, and with
//! `allow_unassigned` also by everybody while none of them holds a value. What hangs on a lead is seen with it; what
//! hangs on none is seen by everybody (chosen).

use serde_json::Value;

use super::view::View;
use crate::objects::role_of_caller;
use crate::store::{Object, text};

/// What the permission to see all leads is called.
pub(crate) const VIEW_ALL_LEADS: &str = "view_all_leads";

/// Which leads a restricted caller sees.
#[derive(Clone, Debug)]
pub(crate) struct Sight {
    /// Where values of the fields stand, `custom.cf_…`, that say whose a lead is.
    keys: Vec<String>,
    /// Whether leads that are nobody's are seen.
    unassigned: bool,
}

impl Sight {
    /// What restricts the caller; `None` when they see every lead.
    pub(crate) fn of(view: View<'_>) -> Option<Self> {
        let role = role_of_caller(view)?;
        let names = |member: &str| {
            let values = role.get(member).and_then(Value::as_array).into_iter().flatten();
            values.filter_map(Value::as_str)
        };
        if names("permissions").any(|name| name == VIEW_ALL_LEADS) {
            return None;
        }
        Some(Self {
            keys: names("visibility_user_lcf_ids").map(|id| format!("custom.{id}")).collect(),
            unassigned: text(role, "visibility_user_lcf_behavior") == Some("allow_unassigned"),
        })
    }

    /// Whether a user with this sight sees a lead.
    pub(crate) fn shows(&self, user_id: &str, lead: &Object) -> bool {
        let names = |value: &Value| match value {
            Value::Array(values) => values.iter().any(|value| value == user_id),
            value => value == user_id,
        };
        let mut assigned = self.keys.iter().filter_map(|key| lead.get(key)).peekable();
        if assigned.peek().is_none() {
            return self.unassigned;
        }
        assigned.any(names)
    }

    /// Assigns a new lead that would not be seen by whoever makes it, unless it is somebody else's (chosen).
    pub(crate) fn assign(&self, user_id: &str, lead: &mut Object) {
        let nobodys = self.keys.iter().all(|key| !lead.contains_key(key));
        if let Some(first) = self.keys.first().filter(|_| nobodys && !self.unassigned) {
            lead.insert(first.clone(), user_id.into());
        }
    }
}
