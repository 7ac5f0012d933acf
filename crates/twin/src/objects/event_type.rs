//! The types of event Close documents: which objects tell of what.
//!
//! The table is the whole of Close's list. It decides what a webhook may subscribe to and what is written to the
//! event log: a change of which Close tells nothing leaves no event.

/// What may happen to an object, beside its name in events.
struct EventType {
    object_type: &'static str,
    actions: &'static [&'static str],
}

const CHANGES: &[&str] = &["created", "updated", "deleted"];
const TASK: &[&str] = &["created", "updated", "deleted", "completed"];
const MESSAGE: &[&str] = &["created", "updated", "deleted", "sent"];
const EXPORT: &[&str] = &["created", "updated", "completed"];
const BULK_ACTION: &[&str] = &["created", "updated", "completed", "paused"];

const fn of(object_type: &'static str, actions: &'static [&'static str]) -> EventType {
    EventType { object_type, actions }
}

/// All types of event (documented).
const TYPES: &[EventType] = &[
    of("lead", &["created", "updated", "deleted", "merged"]),
    of("contact", CHANGES),
    of("opportunity", CHANGES),
    of("task.lead", TASK),
    of("task.incoming_email", TASK),
    of("task.email_followup", TASK),
    of("task.missed_call", TASK),
    of("task.answered_detached_call", TASK),
    of("task.voicemail", TASK),
    of("task.opportunity_due", TASK),
    of("task.incoming_sms", TASK),
    of("task.outgoing_call", TASK),
    of("activity.call", &["created", "updated", "deleted", "answered", "completed"]),
    of("activity.email", MESSAGE),
    of("activity.sms", MESSAGE),
    of("activity.email_thread", CHANGES),
    of("activity.note", CHANGES),
    of("activity.whatsapp_message", CHANGES),
    of("activity.form_submission", CHANGES),
    of("activity.custom_activity", CHANGES),
    of("activity.lead_status_change", CHANGES),
    of("activity.opportunity_status_change", CHANGES),
    of(
        "activity.meeting",
        &["created", "updated", "deleted", "scheduled", "started", "completed", "canceled"],
    ),
    of("activity.task_completed", &["created", "deleted"]),
    of("activity.lead_merge", CHANGES),
    of("unsubscribed_email", &["created", "deleted"]),
    of("import", &["created", "updated", "completed", "reverting", "reverted"]),
    of("export.lead", EXPORT),
    of("export.opportunity", EXPORT),
    of("bulk_action.delete", BULK_ACTION),
    of("bulk_action.edit", BULK_ACTION),
    of("bulk_action.email", BULK_ACTION),
    of("bulk_action.sequence_subscription", BULK_ACTION),
    of("custom_fields.lead", CHANGES),
    of("custom_fields.contact", CHANGES),
    of("custom_fields.opportunity", CHANGES),
    of("custom_fields.activity", CHANGES),
    of("custom_fields.custom_object", CHANGES),
    of("custom_fields.shared", CHANGES),
    of("custom_activity_type", CHANGES),
    of("custom_object_type", CHANGES),
    of("custom_object", CHANGES),
    of("status.lead", CHANGES),
    of("status.opportunity", CHANGES),
    of("group", CHANGES),
    of("saved_search", CHANGES),
    of("phone_number", CHANGES),
    of("email_template", CHANGES),
    of("sms_template", CHANGES),
    of("sequence", CHANGES),
    of("sequence_subscription", CHANGES),
    of("comment", CHANGES),
    of("comment_thread", CHANGES),
    of("membership", &["activated", "deactivated"]),
];

/// The name under which events carry what a subscription calls `object_type`: the documentation also writes
/// `lead_merge` for `activity.lead_merge`.
pub(crate) fn canonical(object_type: &str) -> &str {
    if object_type == "lead_merge" { "activity.lead_merge" } else { object_type }
}

/// What may happen to objects with this name, or `None` when there is no such name.
pub(crate) fn actions(object_type: &str) -> Option<&'static [&'static str]> {
    let named = canonical(object_type);
    TYPES.iter().find(|known| known.object_type == named).map(|known| known.actions)
}

/// Whether Close tells of this.
pub(crate) fn documented(object_type: &str, action: &str) -> bool {
    actions(object_type).is_some_and(|actions| actions.contains(&action))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objects::RESOURCES;

    #[test]
    fn every_resource_goes_by_a_documented_name() {
        let names = RESOURCES.iter().filter_map(|resource| resource.event);
        let unknown: Vec<&str> = names.filter(|name| actions(name).is_none()).collect();
        assert_eq!(unknown, Vec::<&str>::new());
    }
}
