//! The page of a namespace: every function with its parameters, and the reference of the first nine.

use std::fmt::Write as _;

use crate::arguments::{is_required, published_name};
use crate::catalog::Address;
use crate::manual::contents::DESCRIPTION;
use crate::manual::{Manual, guides, path};
use crate::model::Parameter;
use crate::signature;
use crate::values::published_values;

/// The page, as an account sees it.
pub(crate) fn page(manual: &Manual, account: Option<String>) -> String {
    let path = path(account.as_deref());
    let mut page = format!("# {path} — {DESCRIPTION}\n\n");
    page.push_str(
        "Returns, examples and the whole text about each parameter are on the function's own page. Lists marked `…` also take \
         `limit` (1 to 100), `skip` and `_fields`.\n",
    );
    for address in manual.functions() {
        let _ = write!(page, "\n## {path}.{}\n\n{}\n\n", signature::short(address), address.tool().summary);
        page.push_str(&parameters(address));
    }
    page.push_str("\n---\n\n");
    page.push_str(guides::REFERENCE);
    page.push_str(&accounts(manual));
    page
}

fn parameters(address: Address<'_>) -> String {
    let own: Vec<&Parameter> = address
        .tool()
        .parameters
        .iter()
        .filter(|parameter| !signature::is_shared(address, parameter))
        .collect();
    if address.tool().parameters.is_empty() {
        return "*No parameters.*\n".to_owned();
    }
    if own.is_empty() {
        return String::new();
    }
    let mut table = "| Parameter | Type | Required | Description |\n|---|---|---|---|\n".to_owned();
    for parameter in own {
        let text = address.catalog.spell(address.vocabulary, &first_sentence(parameter)).replace('|', "\\|");
        let _ = writeln!(
            table,
            "| `{}` | {} | {} | {text} |",
            published_name(address.vocabulary, parameter),
            parameter.value_type.as_str(),
            if is_required(address.vocabulary, parameter) { "yes" } else { "no" },
        );
    }
    table
}

/// The first sentence of the description, and the words allowed.
fn first_sentence(parameter: &Parameter) -> String {
    let text = parameter.description.trim();
    let mut first = text.split_once(". ").map_or_else(|| text.to_owned(), |(first, _)| format!("{first}."));
    let values = published_values(parameter);
    if !values.is_empty() {
        let values: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
        let _ = write!(first, " One of: {}.", values.join(", "));
    }
    first
}

/// How functions are called as another account, with the session's own accounts.
fn accounts(manual: &Manual) -> String {
    let mut text = "\n## Multi-Account Usage\n\nEach account has all functions; only the credentials differ.\n\n```lua\n".to_owned();
    text.push_str("-- The default account\nlocal user = app.integrations.close.get_current_user({})\n\n");
    text.push_str(
        "-- The default account, spelled out\nuser = app.integrations.close.default.get_current_user({})\n",
    );
    let named: Vec<&String> = manual.accounts().iter().filter(|name| *name != "default").collect();
    if !named.is_empty() {
        text.push_str("\n-- Named accounts\n");
    }
    for name in &named {
        let _ = writeln!(text, "user = {}.get_current_user({{}})", path(Some(name)));
    }
    text.push_str("\nprint(user.email)\n```\n");
    if named.is_empty() {
        text.push_str(
            "\nThis session has one account. Another one, connected as `us_team`, would be \
             `app.integrations.close.us_team.get_current_user({})`, or `app.integrations.close[name]` with a variable.\n",
        );
    }
    text
}
