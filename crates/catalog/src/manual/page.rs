//! Names of pages: what is meant by `close`, `app.integrations.close.us_team.create_lead`, `errors`.

use crate::catalog::Address;
use crate::manual::error::PageError;
use crate::manual::guides::{GUIDES, Guide};
use crate::manual::{Manual, path};
use crate::names::{UnknownTool, Vocabulary, shown};

/// What a name leads to.
#[derive(Debug)]
pub(crate) enum Page {
    /// The table of contents.
    Contents,
    /// A text of its own.
    Guide(&'static Guide),
    /// All functions, as an account has them; as the default account has them without one.
    Namespace(Option<String>),
    /// One function.
    Function(Address<'static>),
}

/// The page called `name`.
pub(crate) fn find(manual: &Manual, name: &str) -> Result<Page, PageError> {
    let path = dotted(name);
    if path.is_empty() {
        return Err(PageError::Missing {
            parameter: "page",
            advice: "For example \"overview\", \"integrations.close\" or \"integrations.close.create_lead\".",
        });
    }
    if let Some(guide) = GUIDES.iter().find(|guide| guide.name.eq_ignore_ascii_case(&path)) {
        return Ok(Page::Guide(guide));
    }
    let rest = without(&path, "app");
    if matches!(rest, "integrations" | "app") {
        return Ok(Page::Contents);
    }
    if let Some(address) = function(manual, rest) {
        return if manual.is_connected() {
            Ok(Page::Function(address))
        } else {
            Err(PageError::NotConnected)
        };
    }
    if is_in_a_namespace(rest) {
        return in_namespace(manual, rest);
    }
    let function = not_a_function(manual, rest);
    match &function {
        PageError::FunctionNotFound { nearest, .. } if !nearest.is_empty() => Err(function),
        _ => Err(PageError::PageNotFound {
            page: shown(name.trim()),
            guides: GUIDES.iter().map(|guide| guide.name.to_owned()).collect(),
            namespaces: namespaces(manual),
        }),
    }
}

/// The namespace called `name`; [`Page::Contents`] for that of all integrations.
pub(crate) fn namespace(manual: &Manual, name: &str) -> Result<Page, PageError> {
    let path = dotted(name);
    let rest = without(&path, "app");
    match rest {
        "integrations" | "app" => Ok(Page::Contents),
        _ if is_in_a_namespace(rest) => match in_namespace(manual, rest) {
            Err(PageError::FunctionNotFound { .. }) => Err(no_namespace(manual, rest)),
            found => found,
        },
        _ => Err(no_namespace(manual, rest)),
    }
}

/// Names of all namespaces, the accounts' own too.
pub(crate) fn namespaces(manual: &Manual) -> Vec<String> {
    if !manual.is_connected() {
        return vec!["integrations.close (not active)".to_owned()];
    }
    let accounts = manual.accounts().iter().filter(|name| *name != "default");
    std::iter::once(None)
        .chain(accounts.map(|name| Some(name.as_str())))
        .map(|account| path(account).trim_start_matches("app.").to_owned())
        .collect()
}

/// The name with every step after a dot: `close["us team"].get_lead` as `close.us team.get_lead`.
fn dotted(name: &str) -> String {
    let mut path = name.trim().trim_end_matches("()").to_owned();
    for quote in ['"', '\''] {
        path = path.replace(&format!("[{quote}"), ".").replace(&format!("{quote}]"), "");
    }
    path
}

fn without<'p>(path: &'p str, step: &str) -> &'p str {
    path.strip_prefix(step).and_then(|rest| rest.strip_prefix('.')).unwrap_or(path)
}

/// The function that a path leads to, in the words of function names whichever name was used.
fn function(manual: &Manual, path: &str) -> Option<Address<'static>> {
    let catalog = manual.catalog();
    let address = catalog.get(path).or_else(|| {
        let rest = within_close(path)?;
        let (_, rest) = account_of(manual, rest)?;
        catalog.get(rest)
    })?;
    Some(catalog.address(address.tool(), Vocabulary::Function))
}

fn is_in_a_namespace(path: &str) -> bool {
    ["integrations", "close", "mcp"].iter().any(|step| path == *step || without(path, step) != path)
        || path.starts_with("integration__")
}

/// What follows `integrations.close`, without the dot; nothing if it is another namespace.
fn within_close(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("integration__").unwrap_or_else(|| without(path, "integrations"));
    if rest == "close" {
        return Some("");
    }
    rest.strip_prefix("close.").or_else(|| rest.strip_prefix("close__"))
}

/// The account that a path begins with, and what follows it. Names of accounts may have dots of their own.
fn account_of<'p>(manual: &Manual, path: &'p str) -> Option<(String, &'p str)> {
    let names = manual.accounts().iter().map(String::as_str).chain(["default"]);
    names
        .filter_map(|name| {
            let rest = path.strip_prefix(name)?;
            let rest = if rest.is_empty() { rest } else { rest.strip_prefix('.')? };
            Some((name.to_owned(), rest))
        })
        .max_by_key(|(name, _)| name.len())
}

fn in_namespace(manual: &Manual, path: &str) -> Result<Page, PageError> {
    let Some(rest) = within_close(path) else { return Err(no_namespace(manual, path)) };
    if !manual.is_connected() {
        return Err(PageError::NotConnected);
    }
    if rest.is_empty() {
        return Ok(Page::Namespace(None));
    }
    match account_of(manual, rest) {
        Some((account, "")) => Ok(Page::Namespace(Some(account))),
        Some((_, rest)) => Err(not_a_function(manual, rest)),
        // `close.eu.get_lead` without an account `eu`: it is the account that is missing.
        None => match rest.rsplit_once('.') {
            Some((account, last)) if manual.catalog().get(last).is_some() => {
                Err(no_namespace(manual, &format!("integrations.close.{account}")))
            }
            _ => Err(not_a_function(manual, rest)),
        },
    }
}

fn no_namespace(manual: &Manual, given: &str) -> PageError {
    PageError::NamespaceNotFound { namespace: shown(given), available: namespaces(manual) }
}

fn not_a_function(manual: &Manual, given: &str) -> PageError {
    let catalog = manual.catalog();
    let bare = given.to_ascii_lowercase().replace('-', "_");
    let unknown = UnknownTool::new(given, &bare, catalog.tools());
    let mut nearest = Vec::new();
    for name in unknown.nearest {
        let function = catalog.get(&name).map_or(name, |address| address.tool().function.clone());
        if !nearest.contains(&function) {
            nearest.push(function);
        }
    }
    PageError::FunctionNotFound { function: shown(given), nearest, count: catalog.tools().count() }
}
