//! Which objects a bulk edit changes.

use crate::objects::selection;
use crate::resource::{CustomScope, View, custom_definitions, custom_holder};
use crate::store::{Kind, Object, text};

/// The objects that can hold custom values, and the fields that are theirs alone.
const HOLDERS: &[(Kind, Kind, CustomScope)] = &[
    (Kind::Lead, Kind::LeadCustomField, CustomScope::Lead),
    (Kind::Contact, Kind::ContactCustomField, CustomScope::Contact),
    (Kind::Opportunity, Kind::OpportunityCustomField, CustomScope::Opportunity),
    (Kind::CustomActivity, Kind::ActivityCustomField, CustomScope::Activity),
    (Kind::CustomObject, Kind::CustomObjectCustomField, CustomScope::CustomObject),
];

/// What a bulk edit changes. Shared fields ("global") are set on what the query asks for when they are associated with
/// it, otherwise on the first kind of object they are associated with, of what belongs to it (chosen).
pub(super) fn target(view: View<'_>, action: &Object) -> Kind {
    let what = text(action, "type").unwrap_or_default();
    let what = what.trim_start_matches("set_").trim_start_matches("clear_");
    match what.trim_end_matches("custom_field").trim_end_matches('_') {
        "contact" => Kind::Contact,
        "activity" => Kind::CustomActivity,
        "opportunity" => Kind::Opportunity,
        "custom_object" => Kind::CustomObject,
        "global" => {
            let asked = selection::subject(action);
            let field = custom_field(view, action, Kind::SharedCustomField);
            let holds = |scope: CustomScope| field.is_some_and(|field| custom_holder(scope, field).is_some());
            let mut holders = HOLDERS.iter().filter(|(_, _, scope)| holds(*scope)).map(|(kind, ..)| *kind);
            holders.clone().find(|kind| *kind == asked).or_else(|| holders.next()).unwrap_or(asked)
        }
        _ => Kind::Lead,
    }
}

/// The field an action names, among those of a kind and the shared ones.
fn custom_field<'w>(view: View<'w>, action: &Object, fields: Kind) -> Option<&'w Object> {
    let named = |member: &str, wanted: &str, field: &Object| {
        text(action, wanted).is_some_and(|wanted| text(field, member) == Some(wanted))
    };
    // Shared fields are looked at once, also when they are what is asked for.
    let own = Some(fields).filter(|fields| *fields != Kind::SharedCustomField);
    own.into_iter()
        .chain([Kind::SharedCustomField])
        .flat_map(|fields| view.all(fields))
        .find(|field| named("id", "custom_field_id", field) || named("name", "custom_field_name", field))
}

/// An object to try a change on: of the type the custom field belongs to, if it belongs to one.
pub(super) fn blank(view: View<'_>, action: &Object, kind: Kind) -> Object {
    // A draft may lack what a published activity must have.
    let mut blank: Object = [("status".to_owned(), "draft".into())].into_iter().collect();
    let holder = HOLDERS.iter().find(|(holder, ..)| *holder == kind);
    let needed = holder.and_then(|(_, fields, scope)| {
        custom_field(view, action, *fields).and_then(|field| custom_holder(*scope, field))
    });
    blank.extend(needed.unwrap_or_default());
    blank
}

/// Whether an object of this kind is of a type that has the field to be set, if one is.
pub(super) fn can_hold(view: View<'_>, action: &Object, kind: Kind, id: &str) -> bool {
    let Some((_, fields, scope)) = HOLDERS.iter().find(|(holder, ..)| *holder == kind) else { return false };
    let Some(object) = view.find(kind, id) else { return false };
    let field = custom_field(view, action, *fields);
    field.is_none_or(|field| {
        custom_definitions(view, *scope, object).iter().any(|own| own.get("id") == field.get("id"))
    })
}
