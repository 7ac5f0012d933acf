//! Which page a name means.
//!
//! Every spelling that a function has met resolves, with `app.` and account names in front or without, with the
//! arguments of a signature behind it or without.

use crate::catalog::{Address, Catalog};
use crate::manual::guides::{self, Guide};
use crate::manual::{Manual, ManualError};
use crate::model::ObjectFile;
use crate::names::{UnknownTool, Vocabulary, shown};
use crate::words;

/// The namespace of Close, as pages are named.
pub(crate) const NAMESPACE: &str = "integrations.close";

/// What a name stands for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Page<'c> {
    /// A guide.
    Guide(&'static Guide),
    /// The whole of Close.
    Namespace,
    /// One kind of object with its functions.
    Object(&'c ObjectFile),
    /// One function.
    Function(Address<'c>),
}

impl Manual {
    /// The page called `name`.
    pub(crate) fn resolve(&self, name: &str) -> Result<Page<'static>, ManualError> {
        let name = tidy(name);
        if name.is_empty() {
            return Err(ManualError::Missing {
                parameter: "page",
                advice: "Give the name of a page, for example \"overview\", \"integrations.close\" or \
                         \"integrations.close.create_lead\".",
            });
        }
        if let Some(guide) = guides::find(name) {
            return Ok(Page::Guide(guide));
        }
        let path = name.strip_prefix("app.").unwrap_or(name);
        match path.strip_prefix("integrations.") {
            _ if ["app", "integrations", "close"].contains(&path) => Ok(Page::Namespace),
            Some(inside) => match inside.strip_prefix("close") {
                Some("") => Ok(Page::Namespace),
                Some(rest) if rest.starts_with(['.', '[']) => self.inside(rest, name),
                _ => Err(self.no_namespace(path)),
            },
            None if path.starts_with("close.") || path.starts_with("close[") => {
                self.inside(&path["close".len()..], name)
            }
            None if path.starts_with("mcp.") || path.starts_with("tools.") => Err(self.no_namespace(path)),
            None => named(self.catalog(), path).ok_or_else(|| self.no_page(name)),
        }
    }

    /// What stands at `.rest` or `["account"].rest` within the namespace.
    fn inside(&self, rest: &str, name: &str) -> Result<Page<'static>, ManualError> {
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        if let Some(page) = named(self.catalog(), rest) {
            return Ok(page);
        }
        let of_account = |account: &str| {
            let bracketed = ["\"", "'"].map(|mark| format!("[{mark}{account}{mark}]"));
            [account.to_owned()].iter().chain(&bracketed).find_map(|spelt| rest.strip_prefix(spelt.as_str()))
        };
        let accounts = std::iter::once("default").chain(self.accounts.iter().map(String::as_str));
        // Of two accounts of which one's name begins with the other's the longer fits if it fits at all.
        let function = accounts
            .filter_map(of_account)
            .filter(|behind| behind.is_empty() || behind.starts_with('.'))
            .min_by_key(|behind| behind.len());
        match function {
            Some("") => Ok(Page::Namespace),
            Some(function) => {
                let function = &function[1..];
                named(self.catalog(), function).ok_or_else(|| self.no_function(function))
            }
            None if rest.contains(['.', '[']) => {
                let namespace = name.rsplit_once('.').map_or(name, |(namespace, _)| namespace);
                Err(self.no_namespace(namespace.strip_prefix("app.").unwrap_or(namespace)))
            }
            None => Err(self.no_function(rest)),
        }
    }

    fn no_page(&self, name: &str) -> ManualError {
        ManualError::PageNotFound {
            page: shown(name),
            nearest: self.nearest(name).into_iter().map(|function| format!("{NAMESPACE}.{function}")).collect(),
            namespaces: self.namespaces(),
            guides: guides::names().collect(),
        }
    }

    fn no_function(&self, name: &str) -> ManualError {
        ManualError::FunctionNotFound {
            function: shown(name),
            nearest: self.nearest(name),
            count: self.catalog().tools().count(),
        }
    }

    pub(crate) fn no_namespace(&self, name: &str) -> ManualError {
        ManualError::NamespaceNotFound { namespace: shown(name), namespaces: self.namespaces() }
    }

    /// Functions with names like this one.
    fn nearest(&self, name: &str) -> Vec<String> {
        let Err(UnknownTool { nearest, .. }) = self.catalog().find(name) else { return Vec::new() };
        let functions = nearest.into_iter().map(|near| match self.catalog().get(&near) {
            Some(address) => address.tool.function.clone(),
            None => near,
        });
        functions.collect()
    }

    /// The namespaces as pages are named: Close, and each account of it.
    fn namespaces(&self) -> Vec<String> {
        self.paths().iter().map(|path| path.trim_start_matches("app.").to_owned()).collect()
    }
}

/// A name without what people and models put around it: spaces, backticks, the arguments of a signature.
fn tidy(name: &str) -> &str {
    let name = name.trim().trim_matches(['`', '*']);
    name.split('(').next().unwrap_or(name).trim().trim_end_matches('.')
}

/// The function or the kind of object with this bare name.
fn named<'c>(catalog: &'c Catalog, name: &str) -> Option<Page<'c>> {
    if let Some(address) = catalog.get(name) {
        return Some(Page::Function(catalog.address(address.tool, Vocabulary::Function)));
    }
    catalog.object(name).map(Page::Object)
}

impl Catalog {
    /// The kind of object with this title, in the singular or the plural, however its words are joined.
    pub fn object(&self, name: &str) -> Option<&ObjectFile> {
        let wanted = words::words(name);
        self.objects().find(|object| !wanted.is_empty() && words::words(&object.title) == wanted)
    }
}
