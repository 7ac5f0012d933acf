//! The table of contents.

use std::fmt::Write as _;

use crate::manual::error::HOW_TO_CONNECT;
use crate::manual::guides::GUIDES;
use crate::manual::{Manual, path};
use crate::names::Vocabulary;
use crate::signature;

/// All namespaces, and what else can be read.
pub(crate) fn whole(manual: &Manual) -> String {
    let mut text = "# Lua documentation\n\n".to_owned();
    let count = manual.catalog().tools().count();
    if manual.is_connected() {
        let _ = writeln!(text, "**{}** — {} ({count} functions)", path(None), DESCRIPTION);
        for account in manual.accounts().iter().filter(|name| *name != "default") {
            let _ = writeln!(text, "**{}** — the same as the account {account}", path(Some(account)));
        }
        text.push_str(
            "\nFind functions by what they do with lua_search_docs, then read one's page with lua_read_doc: \
             \"integrations.close.create_lead\". lua_list_docs with namespace \"integrations.close\" lists all signatures. \
             Never guess names or members.\n",
        );
    } else {
        let _ = writeln!(
            text,
            "No integration is active in this session. 1 integration is installed and not active: close ({count} \
             functions). {HOW_TO_CONNECT}"
        );
    }
    text.push_str("\nGuides:\n");
    for guide in GUIDES {
        let _ = writeln!(text, "- {} — {}", guide.name, guide.summary);
    }
    text
}

/// What the namespace is about, in one line.
pub(crate) const DESCRIPTION: &str =
    "Close CRM: leads, contacts, opportunities, tasks, activities, sequences, reports";

/// Every signature of a namespace, object by object.
pub(crate) fn of_namespace(manual: &Manual, account: Option<String>) -> String {
    let catalog = manual.catalog();
    let path = path(account.as_deref());
    let mut text = format!("# {path} — {DESCRIPTION}\n\n");
    if let Some(account) = account.filter(|account| account != "default") {
        let _ = writeln!(text, "Every call is made as the account {account}.");
    }
    let _ = writeln!(
        text,
        "Call `{path}.create_lead({{name = \"Acme\"}})`; `?` marks what may be left out. Lists marked `…` also take `limit?, \
         skip?, _fields?`, and `each_lead({{…}})` for `list_leads` goes through all pages. Read a function's page before its \
         first call: lua_read_doc(\"integrations.close.create_lead\")."
    );
    for object in catalog.objects() {
        let _ = write!(text, "\n## {}\n\n", object.title);
        for tool in &object.tools {
            let _ = writeln!(text, "- {}", signature::short(catalog.address(tool, Vocabulary::Function)));
        }
    }
    text
}
