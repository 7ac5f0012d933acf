//! What a function returns, in as few words as it can be said.

use std::fmt::Write as _;

use crate::catalog::Address;
use crate::model::Shape;

/// Members that nearly every object has and that say the same on each; their names are enough.
const BOOKKEEPING: &[&str] = &[
    "organization_id",
    "created_by",
    "created_by_name",
    "updated_by",
    "updated_by_name",
    "date_created",
    "date_updated",
    "created_at",
    "updated_at",
    "user_name",
    "users",
];

/// The text under `## Returns`; nothing if the catalogue does not know.
pub(crate) fn section(address: Address<'_>) -> Option<String> {
    let tool = address.tool();
    if let Some(sentence) = &tool.result.deleted {
        return Some(format!("`{{id, deleted = true, message}}`; the message is \"{sentence}\"\n"));
    }
    let shape = address.catalog.shape(tool.result.shape.as_deref()?)?;
    let mut text = match &tool.result.list {
        Some(plural) => list(plural, address),
        None => format!("{}\n", shape.summary),
    };
    text.push('\n');
    text.push_str(&fields(shape));
    for (name, source) in &tool.result.derive {
        let _ = writeln!(text, "- `{name}` string: `{source}` in lower case, words joined with `_`.");
    }
    Some(text)
}

/// The members of a list's answer, the list itself under `name`.
pub(crate) fn envelope(address: Address<'_>, name: &str) -> String {
    let tool = address.tool();
    let takes = |name: &str| tool.parameters.iter().any(|parameter| parameter.name == name);
    if tool.result.wrap {
        format!("{name}, count, total, has_more, _skip")
    } else if takes("_cursor") {
        format!("{name}, cursor_next, cursor_previous")
    } else if takes("_skip") {
        format!("{name}, has_more")
    } else {
        name.to_owned()
    }
}

fn list(plural: &str, address: Address<'_>) -> String {
    let mut text = format!(
        "`{{{}}}`: `{plural}` and `data` are the same list{}.",
        envelope(address, &format!("{plural}, data")),
        if address.tool().result.wrap {
            ", `total` is there only where Close counts all matches"
        } else {
            ""
        }
    );
    if let Some(iterator) = address.tool().iterator() {
        let _ = write!(text, " All pages: `for item in close.{iterator}({{…}}) do … end`.");
    }
    text.push_str(" Each item has:\n");
    text
}

fn fields(shape: &Shape) -> String {
    let mut text = String::new();
    let mut others = Vec::new();
    for (name, value_type, meaning) in &shape.fields {
        if BOOKKEEPING.contains(&name.as_str()) {
            others.push(format!("`{name}`"));
        } else {
            let _ = writeln!(text, "- `{name}` {value_type}: {meaning}");
        }
    }
    if !others.is_empty() {
        let _ = writeln!(text, "- and {}", others.join(", "));
    }
    text
}
