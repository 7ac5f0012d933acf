//! The search-bar language: `status:"Potential" and (contacts > 1 or has:phone_numbers) sort:-created`.
//!
//! Close still answers to this language and never published its grammar; what is understood here is what was seen in
//! its own scripts, reports and documentation. [`parse`] reads text about leads, [`parse_about`] text about any kind
//! of object into a [`Query`], and both explain what they cannot read: where, what was expected and how to write it.
//! [`Query::find`] finds the objects.
//!
//! In the order of work: `lexer` and `grammar` read text into `ast`, `plan` resolves names against `vocabulary` and
//! understands values, `candidates` asks the indexes, `evaluate` decides over `facts`.

mod activity_vocabulary;
mod ast;
mod candidates;
mod error;
mod evaluate;
mod facts;
mod grammar;
mod history;
mod lexer;
mod plan;
mod term;
#[cfg(test)]
mod tests;
mod time;
mod vocabulary;
mod words;

use self::facts::Scene;
use self::plan::Plan;
use crate::resource::View;
use crate::store::{Kind, Object, text};

pub use self::error::QueryError;
pub(crate) use self::time::moment_of;
pub(crate) use self::words::{contains, words};

/// How many Smart Views may refer to one another.
pub(crate) const MAX_VIEWS: usize = 4;

/// A query that can be evaluated.
#[derive(Debug)]
pub(crate) struct Query {
    plan: Plan,
}

/// Reads a query on leads. Empty text and `*` stand for every lead.
pub(crate) fn parse(text: &str) -> Result<Query, QueryError> {
    parse_about(Kind::Lead, text)
}

/// Reads a query on objects of one kind.
pub(crate) fn parse_about(kind: Kind, text: &str) -> Result<Query, QueryError> {
    let entity = vocabulary::ALL.iter().find(|entity| entity.kind == kind);
    let entity = entity.ok_or_else(|| QueryError::whole("nothing of this kind can be searched for."))?;
    let written = grammar::read(text)?;
    let plan = plan::resolve(entity, &written).map_err(|problem| QueryError::new(text, &problem))?;
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
    /// Numbers of arrival of the caller's objects that match, in the order the query asks for, or newest first. Days
    /// and times without a zone are the caller's.
    pub(crate) fn find(&self, view: View<'_>) -> Vec<u32> {
        self.find_within(view, MAX_VIEWS)
    }

    /// The same, when only so many more Smart Views may be looked into.
    pub(crate) fn find_within(&self, view: View<'_>, views_left: usize) -> Vec<u32> {
        evaluate::select(&self.plan, view, views_left)
    }

    /// Ids of the objects that match.
    pub(crate) fn select(&self, view: View<'_>) -> Vec<String> {
        let id =
            |number: u32| view.aside(|view| text(&view.world.at(number)?.object, "id").map(str::to_owned));
        self.find(view).into_iter().filter_map(id).collect()
    }
}

/// The text of a lead: its own, that of its contacts, and what was written about it.
pub(crate) fn lead_text(view: View<'_>, lead: &Object) -> Vec<String> {
    facts::lead_text(Scene::new(view), lead)
}

/// The text of a contact.
pub(crate) fn contact_text(view: View<'_>, contact: &Object) -> Vec<String> {
    facts::contact_text(Scene::new(view), contact)
}
