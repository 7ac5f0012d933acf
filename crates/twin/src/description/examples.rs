//! Ids that exist, as examples: whatever reads the description gets past "not found" with them.

use serde_json::Value;

use crate::objects::resource_of;
use crate::resource::Resource;
use crate::store::{Kind, Object, Reader, text};

/// How many ids an example shows.
const SHOWN: usize = 2;

/// Finds examples in the organization of the twin's first key, which opens them all.
#[derive(Clone, Copy)]
pub(super) struct Examples<'w> {
    reader: Reader<'w>,
    organization: Option<&'w str>,
}

impl<'w> Examples<'w> {
    pub(super) fn new(reader: Reader<'w>) -> Self {
        let organization = reader.everyone(Kind::ApiKey).next().and_then(|key| text(key, "organization_id"));
        Self { reader, organization }
    }

    /// Ids of the objects of a resource that were made first.
    pub(super) fn first(self, resource: &Resource) -> Vec<Value> {
        ids(self.all(resource))
    }

    /// Ids of the objects of a resource that were made last.
    pub(super) fn last(self, resource: &Resource) -> Vec<Value> {
        ids(self.all(resource).rev())
    }

    /// Ids of objects of these kinds.
    pub(super) fn of_kinds(self, kinds: &[Kind]) -> Vec<Value> {
        kinds.iter().flat_map(|kind| self.first(resource_of(*kind))).collect()
    }

    fn all(self, resource: &Resource) -> impl DoubleEndedIterator<Item = &'w Object> {
        let own = self.reader.collection(self.organization.unwrap_or_default(), resource.kind);
        self.reader.everyone(resource.kind).chain(own)
    }
}

fn ids<'o>(objects: impl Iterator<Item = &'o Object>) -> Vec<Value> {
    objects.filter_map(|object| text(object, "id")).take(SHOWN).map(Value::from).collect()
}
