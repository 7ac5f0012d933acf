//! The manual: everything a session may read about Close's functions and about the scripts that call them.
//!
//! One library behind every door that shows documentation: the command line, `docs.*` within a script, and the
//! documentation tools of an agent. Function and namespace pages are made from the catalogue; the guides and the
//! reference of the first nine functions are texts under `guides/`, whose code blocks run as tests.
//!
//! Promises that each of a function's names leads to its page, that a page that does not exist is answered with near
//! ones, and that a page costs a model as little as it can. Leaves to the doors which accounts a session has.

mod contents;
mod error;
mod examples;
pub(crate) mod function;
mod guides;
mod hits;
mod iterator;
mod namespace;
mod page;
mod returns;
mod run_docs;
mod script;

pub use error::PageError;
pub use examples::PageExample;

use crate::catalog::{Address, Catalog, catalog};
use crate::names::Vocabulary;
use page::Page;

/// What one session may read.
#[derive(Debug, Clone)]
pub struct Manual {
    accounts: Vec<String>,
    catalog: &'static Catalog,
}

impl Manual {
    /// The manual of a session that has these accounts, by the names scripts use for them. Without any, Close is not
    /// connected: the guides can be read, and everything else says how to connect it.
    pub fn new(accounts: &[String]) -> Self {
        Self { accounts: accounts.to_vec(), catalog: catalog() }
    }

    /// The table of contents (`lua_list_docs`): all namespaces, or the signatures of one namespace's functions.
    ///
    /// # Errors
    ///
    /// If there is no such namespace, or if nothing is connected and one is asked for.
    pub fn list(&self, namespace: Option<&str>) -> Result<String, PageError> {
        let Some(name) = namespace.map(str::trim).filter(|name| !name.is_empty()) else {
            return Ok(contents::whole(self));
        };
        match page::namespace(self, name)? {
            Page::Namespace(account) => Ok(contents::of_namespace(self, account)),
            _ => Ok(contents::whole(self)),
        }
    }

    /// The functions that fit a question best, and what the guides say about it (`lua_search_docs`).
    ///
    /// # Errors
    ///
    /// If nothing is asked.
    pub fn search(&self, query: &str, limit: usize) -> Result<String, PageError> {
        hits::found(self, query, limit)
    }

    /// One page (`lua_read_doc`): a guide, a namespace, or a function under any of its names.
    ///
    /// # Errors
    ///
    /// If there is no such page, or if it is about Close and nothing is connected.
    pub fn read(&self, page: &str) -> Result<String, PageError> {
        match page::find(self, page)? {
            Page::Contents => Ok(contents::whole(self)),
            Page::Guide(guide) => Ok(guide.text.to_owned()),
            Page::Namespace(account) => Ok(namespace::page(self, account)),
            Page::Function(address) => Ok(function::page(address)),
        }
    }

    /// The function whose page is called `page`, in the words of function names whichever name was used.
    pub fn function(&self, page: &str) -> Option<Address<'static>> {
        match page::find(self, page) {
            Ok(Page::Function(address)) => Some(address),
            _ => None,
        }
    }

    /// What `docs.list()` returns within a script.
    pub fn helper_list(&self) -> String {
        run_docs::list(self)
    }

    /// What `docs.search(query)` returns within a script: at most 20 lines.
    pub fn helper_search(&self, query: &str) -> String {
        run_docs::search(self, query)
    }

    /// What `docs.read(page)` returns within a script; also for a page that does not exist it is a text.
    pub fn helper_read(&self, page: &str) -> String {
        run_docs::read(self, page)
    }

    /// Every Lua program on every page, in the order of the pages.
    pub fn examples(&self) -> Vec<PageExample> {
        examples::all(self)
    }

    /// The guides, in the order in which to read them: name, and what each is about.
    pub fn guides() -> impl Iterator<Item = (&'static str, &'static str)> {
        guides::GUIDES.iter().map(|guide| (guide.name, guide.summary))
    }

    /// Passages of guides that answer a question, best first: the guide's name, and the passage's beginning.
    pub fn passages(query: &str, limit: usize) -> Vec<(&'static str, String)> {
        guides::excerpts(query, limit)
    }

    /// Names of the accounts; empty if Close is not connected.
    pub(crate) fn accounts(&self) -> &[String] {
        &self.accounts
    }

    pub(crate) fn is_connected(&self) -> bool {
        !self.accounts.is_empty()
    }

    pub(crate) fn catalog(&self) -> &'static Catalog {
        self.catalog
    }

    /// Every function, sorted by name.
    pub(crate) fn functions(&self) -> Vec<Address<'static>> {
        let mut all: Vec<Address<'static>> =
            self.catalog.tools().map(|tool| self.catalog.address(tool, Vocabulary::Function)).collect();
        all.sort_by_key(Address::name);
        all
    }
}

/// The path under which an account's functions stand: `app.integrations.close.us_team`, with brackets where the name
/// is none that Lua takes after a dot.
pub(crate) fn path(account: Option<&str>) -> String {
    const CLOSE: &str = "app.integrations.close";
    match account {
        None => CLOSE.to_owned(),
        Some(name) if script::is_name(name) => format!("{CLOSE}.{name}"),
        Some(name) => format!("{CLOSE}[{}]", script::string(name)),
    }
}
