//! Deleting everything a query finds.

use super::{after_update, bulk, check, finish, select};
use crate::objects::resource_of;
use crate::resource::{Field, Hooks, Initial, Resource, Session};
use crate::store::{Kind, Object, text};

/// `/bulk_action/delete/`
pub(crate) static BULK_DELETE: Resource = Resource {
    fields: &[Field::choice(
        "bulk_object_type",
        &["lead", "contact", "call", "custom_activity", "form_submission"],
    )
    .starts(Initial::Text("lead"))
    .not_null()
    .on_create()],
    event: Some("bulk_action.delete"),
    permission: Some("bulk_delete"),
    hooks: Hooks {
        prepare: |session, draft| check(session, draft),
        created: delete,
        updated: |session, old, new| after_update(session, Kind::BulkDelete, old, new, delete),
        ..Hooks::NONE
    },
    ..bulk(Kind::BulkDelete, "bulk_action/delete", "bulkdelete", "BulkDeleteAction")
};

fn delete(session: &mut Session<'_>, action: &Object) {
    let kind = match text(action, "bulk_object_type") {
        Some("contact") => Kind::Contact,
        Some("call") => Kind::Call,
        Some("custom_activity") => Kind::CustomActivity,
        Some("form_submission") => Kind::FormSubmission,
        _ => Kind::Lead,
    };
    let selection = select(session, action, kind);
    let mut done = 0;
    for id in &selection.ids {
        done += usize::from(session.delete(resource_of(kind), id).is_ok());
    }
    finish(session, action, Kind::BulkDelete, &selection, done);
}
