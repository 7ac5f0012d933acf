//! The search-bar language of leads: `status:"Potential" and (contacts > 1 or has:phone_numbers) sort:-created`.
//!
//! Close still answers to this language and never published its grammar; what is understood here is what was seen in
//! its own scripts, reports and documentation. [`parse`] reads text into a [`Query`] and explains what it cannot
//! read: where, what was expected and how to write it. [`Query::select`] finds the leads.
//!
//! In the order of work: `lexer` and `grammar` read text into `ast`, `plan` resolves names against `vocabulary` and understands
//! values, `evaluate` decides over `facts`.

mod ast;
mod error;
mod evaluate;
mod facts;
mod grammar;
mod lexer;
mod plan;
mod term;
#[cfg(test)]
mod tests;
mod time;
mod vocabulary;
mod words;

use jiff::tz::Offset;

use self::facts::Scene;
use self::plan::Plan;
use crate::store::Reader;

pub use self::error::QueryError;

/// How many smart views may refer to one another.
const MAX_VIEWS: usize = 4;

/// A query on leads that can be evaluated.
#[derive(Debug)]
pub(crate) struct Query {
    plan: Plan,
}

/// Reads a query. Empty text and `*` stand for every lead.
pub(crate) fn parse(text: &str) -> Result<Query, QueryError> {
    let written = grammar::read(text)?;
    let plan = plan::resolve(&written).map_err(|problem| QueryError::new(text, &problem))?;
    Ok(Query { plan })
}

/// Reads a search-bar query and writes it again in its plainest form, without asking whether the fields it names
/// exist. What it writes reads as the same query.
///
/// # Errors
///
/// What cannot be read, where, and how to write it.
pub fn plain_query(text: &str) -> Result<String, QueryError> {
    grammar::read(text).map(|written| written.to_string())
}

impl Query {
    /// Ids of the leads of an organization that match, in the order the query asks for, or newest first. Days and
    /// times without a zone are those at `offset`.
    pub(crate) fn select(&self, world: Reader<'_>, organization_id: &str, offset: Offset) -> Vec<String> {
        let scene = Scene { world, organization_id, now: world.now(), offset };
        evaluate::select(&self.plan, scene, MAX_VIEWS)
    }
}
