//! Objects as they are answered: declared members in order, companions worked out, custom fields, audit members.

use serde_json::{Value, json};

use super::custom;
use super::declaration::{Audit, Resource};
use super::field::{Field, Initial, Show};
use super::list::Projection;
use super::view::View;
use crate::resource::CustomScope;
use crate::store::{Object, text};

/// How much of an object an answer shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// One of many in a list.
    Listed,
    /// The object an answer is about.
    Single,
    /// In an event: without what hangs on it.
    Event,
}

/// Renders a stored object.
pub(crate) fn render(
    view: View<'_>,
    resource: &Resource,
    object: &Object,
    detail: Detail,
    wanted: &Projection,
) -> Object {
    let mut out = Object::new();
    let mut put = |name: &str, value: &dyn Fn() -> Value| {
        if wanted.wants(name) {
            out.insert(name.to_owned(), value());
        }
    };
    let shows_id = resource.shows_id || detail == Detail::Event;
    if shows_id {
        put("id", &|| member(object, "id"));
    }
    let shows_organization = resource.shows_organization || detail == Detail::Event;
    if shows_id && shows_organization && object.contains_key("organization_id") {
        put("organization_id", &|| member(object, "organization_id"));
    }
    for field in resource.all_fields() {
        let shown = match field.show {
            Show::Always => true,
            Show::Hidden => false,
            Show::OnRequest => wanted.names(field.name),
            Show::Single => detail != Detail::Listed || wanted.names(field.name),
            Show::Present => object.contains_key(field.name),
            Show::Nested => detail != Detail::Event,
        };
        if shown {
            put(field.name, &|| value_of(view, field, object));
        }
    }
    audit(view, resource.audit, object, &mut put);
    if let Some(scope) = resource.custom {
        customs(view, scope, object, wanted, &mut out);
    }
    out
}

/// The value of a declared member.
pub(crate) fn value_of(view: View<'_>, field: &Field, object: &Object) -> Value {
    match field.computed {
        Some(compute) => compute(view, object),
        None => object.get(field.name).cloned().unwrap_or_else(|| match field.initial {
            Initial::EmptyList => json!([]),
            _ => Value::Null,
        }),
    }
}

fn member(object: &Object, name: &str) -> Value {
    object.get(name).cloned().unwrap_or(Value::Null)
}

fn audit(view: View<'_>, audit: Audit, object: &Object, put: &mut dyn FnMut(&str, &dyn Fn() -> Value)) {
    if let Some((created, updated)) = audit.actors() {
        for (actor, companion) in [(created, "created_by_name"), (updated, "updated_by_name")] {
            put(actor, &|| member(object, actor));
            if audit == Audit::Named {
                put(companion, &|| view.user_name(text(object, actor)));
            }
        }
    }
    if let Some((created, updated)) = audit.moments() {
        put(created, &|| member(object, created));
        put(updated, &|| member(object, updated));
    }
}

fn customs(view: View<'_>, scope: CustomScope, object: &Object, wanted: &Projection, out: &mut Object) {
    let by_name = scope == CustomScope::Lead && wanted.wants("custom");
    let keyed = wanted.wants_customs();
    if !by_name && !keyed {
        return;
    }
    let values = custom::values(view, scope, object);
    if by_name {
        let named: Object = values
            .iter()
            .map(|(field, _, value)| (text(field, "name").unwrap_or_default().to_owned(), value.clone()))
            .collect();
        out.insert("custom".to_owned(), json!(named));
    }
    for (_, key, value) in values {
        if wanted.wants("custom") || wanted.wants(&key) {
            out.insert(key, value);
        }
    }
}
