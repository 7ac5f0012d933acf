//! The search-bar language of leads.

use jiff::tz::Offset;

use crate::store::{World, text};

/// A query that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct QueryError(String);

/// A query on leads.
#[derive(Debug)]
pub(crate) struct Query;

/// Reads a query.
pub(crate) fn parse(_text: &str) -> Result<Query, QueryError> {
    Ok(Query)
}

impl Query {
    /// Ids of the leads that match, in order.
    pub(crate) fn select(&self, world: &World, organization_id: &str, _offset: Offset) -> Vec<String> {
        world
            .collection(organization_id, crate::store::Kind::Lead)
            .filter_map(|lead| text(lead, "id"))
            .map(str::to_owned)
            .collect()
    }
}
