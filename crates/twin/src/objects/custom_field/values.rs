//! What becomes of the values of a field that is changed or goes away.

use serde_json::Value;

use crate::resource::{Session, View, convert_value};
use crate::store::{Created, Kind, Object, Shelf, text};

/// The objects that may hold values of fields of this kind.
pub(super) fn holders(field: Kind) -> &'static [Kind] {
    match field {
        Kind::LeadCustomField => &[Kind::Lead],
        Kind::ContactCustomField => &[Kind::Contact],
        Kind::OpportunityCustomField => &[Kind::Opportunity],
        Kind::ActivityCustomField => &[Kind::CustomActivity],
        Kind::CustomObjectCustomField => &[Kind::CustomObject],
        _ => &[Kind::Lead, Kind::Contact, Kind::Opportunity, Kind::CustomActivity, Kind::CustomObject],
    }
}

/// Takes the values of a field away from the objects it names.
pub(super) fn forget(
    session: &mut Session<'_>,
    holders: &[Kind],
    field_id: &str,
    concerns: impl Fn(&Object) -> bool,
) {
    rewrite(session, holders, field_id, concerns, |_, _| None);
}

/// Turns the values of a field into what they are under its changed definition. No event tells of it, as none does
/// of values that go with their field.
pub(super) fn convert(session: &mut Session<'_>, kind: Kind, was: &Object, field: &Object) {
    let same = |name: &str| was.get(name) == field.get(name);
    if same("type") && same("accepts_multiple_values") {
        return;
    }
    let id = text(field, "id").unwrap_or_default();
    rewrite(session, holders(kind), id, |_| true, |view, value| convert_value(view, was, field, value));
}

fn rewrite(
    session: &mut Session<'_>,
    holders: &[Kind],
    field_id: &str,
    concerns: impl Fn(&Object) -> bool,
    change: impl Fn(View<'_>, &Value) -> Option<Value>,
) {
    let key = format!("custom.{field_id}");
    for kind in holders {
        let view = session.view();
        let everything = view.world.numbers(&view.caller.organization_id, Shelf::Of(*kind), Created::EVER);
        let holding: Vec<u32> = everything
            .filter(|number| {
                view.aside(|view| {
                    let holder = view.world.at(*number).map(|record| &record.object);
                    holder.is_some_and(|holder| holder.contains_key(&key) && concerns(holder))
                })
            })
            .collect();
        for number in holding {
            let changed = session.view().aside(|view| {
                let mut holder = view.world.at(number)?.object.clone();
                match holder.get(&key).and_then(|value| change(view, value)) {
                    Some(value) => drop(holder.insert(key.clone(), value)),
                    None => drop(holder.shift_remove(&key)),
                }
                Some(holder)
            });
            if let Some(holder) = changed {
                let id = text(&holder, "id").unwrap_or_default().to_owned();
                session.world.replace(&id, holder);
            }
        }
    }
}
