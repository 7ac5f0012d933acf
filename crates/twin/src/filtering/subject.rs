//! What a node is asked of, and what is related to it.

use serde_json::Value;

use super::types::{ObjectType, What};
use crate::resource::View;
use crate::store::{Kind, Object, Record, Shelf, text};

/// A whole object, or a row of a list inside one with the object it stands in.
#[derive(Clone, Copy)]
pub(super) enum Subject<'w> {
    Record(&'w Record),
    Row(&'static ObjectType, &'w Object),
}

impl<'w> Subject<'w> {
    /// Its members.
    pub(super) fn object(self) -> &'w Object {
        match self {
            Self::Record(record) => &record.object,
            Self::Row(_, row) => row,
        }
    }

    /// Whether it is of a type.
    pub(super) fn is(self, object_type: &ObjectType) -> bool {
        match self {
            Self::Record(record) => object_type.holds(record),
            Self::Row(own, _) => own == object_type,
        }
    }

    /// What is related to it: rows of its lists, what hangs on it, or what it hangs on.
    pub(super) fn related(
        self,
        view: View<'w>,
        object_type: &'static ObjectType,
    ) -> Box<dyn Iterator<Item = Subject<'w>> + 'w> {
        let Self::Record(record) = self else { return Box::new(std::iter::empty()) };
        let object = &record.object;
        let kind = match object_type.what {
            What::Row { list, owner, .. } if owner == record.kind => {
                let rows = object.get(list).and_then(Value::as_array).into_iter().flatten();
                return Box::new(
                    rows.filter_map(Value::as_object).map(move |row| Subject::Row(object_type, row)),
                );
            }
            What::Row { .. } => return Box::new(std::iter::empty()),
            What::Object { kind, .. } => kind,
        };
        let id = text(object, "id").unwrap_or_default();
        let upward = match kind {
            Kind::Lead => Some("lead_id"),
            Kind::Contact if record.kind != Kind::Lead => Some("contact_id"),
            Kind::Opportunity if record.kind != Kind::Lead && record.kind != Kind::Contact => {
                Some("opportunity_id")
            }
            _ => None,
        };
        if let Some(name) = upward {
            let parent = text(object, name).and_then(|id| view.record(id));
            return Box::new(
                parent.filter(|parent| object_type.holds(parent)).map(Subject::Record).into_iter(),
            );
        }
        let (lead, link) = match record.kind {
            Kind::Lead => (id, None),
            Kind::Contact => (text(object, "lead_id").unwrap_or_default(), Some("contact_id")),
            Kind::Opportunity => (text(object, "lead_id").unwrap_or_default(), Some("opportunity_id")),
            _ => return Box::new(std::iter::empty()),
        };
        let hanging = view.world.shelf(lead, Shelf::Of(kind));
        let own = hanging.filter(move |child| {
            object_type.holds(child) && link.is_none_or(|link| text(&child.object, link) == Some(id))
        });
        Box::new(own.map(Subject::Record))
    }
}
