//! The fields structured queries can ask for: members of objects as they are answered, what is worked out for leads
//! and contacts, and members of rows.

use serde_json::Value;

use super::ast::FieldRef;
use super::smart;
use super::subject::Subject;
use super::types::{ObjectType, What};
use crate::objects::resource_of;
use crate::resource::{View, member};
use crate::store::Kind;

/// Members every object has, besides what its resource declares.
const EVERYWHERE: &[&str] = &["id", "organization_id", "lead_id"];

/// Whether objects of a type have a field.
pub(super) fn is_known(object_type: &ObjectType, name: &str) -> bool {
    known(object_type).any(|known| known == name)
}

/// The fields of a type.
pub(super) fn known(object_type: &ObjectType) -> Box<dyn Iterator<Item = &'static str>> {
    match object_type.what {
        What::Row { fields, .. } => Box::new(fields.iter().copied()),
        What::Object { kind, .. } => {
            let resource = resource_of(kind);
            let audit = resource.audit;
            let actors = audit.actors().into_iter().flat_map(|(created, updated)| [created, updated]);
            let moments = audit.moments().into_iter().flat_map(|(created, updated)| [created, updated]);
            let names = ["created_by_name", "updated_by_name"];
            let mut all: Vec<&'static str> = EVERYWHERE.to_vec();
            all.extend(resource.all_fields().map(|field| field.name));
            all.extend(actors);
            all.extend(moments);
            all.extend(names.into_iter().filter(|_| audit == crate::resource::Audit::Named));
            all.extend(smart::names(kind));
            let mut seen = std::collections::HashSet::new();
            all.retain(|name| seen.insert(*name));
            Box::new(all.into_iter())
        }
    }
}

/// The value of a field of a subject; a field of another type of object has none.
pub(super) fn value(view: View<'_>, field: &FieldRef, subject: Subject<'_>) -> Value {
    let object = subject.object();
    match field {
        // A value whose definition is gone is not shown either.
        FieldRef::Custom(id) => match view.record(id) {
            Some(_) => object.get(&format!("custom.{id}")).cloned().unwrap_or_default(),
            None => Value::Null,
        },
        FieldRef::Regular { object_type, name } if subject.is(object_type) => match subject {
            Subject::Row(..) if name == "location" => location(object),
            Subject::Row(..) => object.get(name).cloned().unwrap_or_default(),
            Subject::Record(record) => match smart::value(view, record, name) {
                Some(value) => value,
                None => regular(view, record.kind, object, name),
            },
        },
        FieldRef::Regular { .. } => Value::Null,
    }
}

fn regular(view: View<'_>, kind: Kind, object: &crate::store::Object, name: &str) -> Value {
    let companion = match name {
        "created_by_name" => Some("created_by"),
        "updated_by_name" => Some("updated_by"),
        _ => None,
    };
    match companion {
        Some(actor) => view.user_name(crate::store::text(object, actor)),
        None => member(view, resource_of(kind), object, name),
    }
}

/// All lines of an address in one.
fn location(address: &crate::store::Object) -> Value {
    let lines = ["address_1", "address_2", "city", "state", "zipcode", "country"];
    let lines = lines.into_iter().filter_map(|line| crate::store::text(address, line));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ").into()
}
