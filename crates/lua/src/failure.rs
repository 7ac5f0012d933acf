//! Errors of calls in the words that scripts know.

use std::fmt::Write as _;

use latch_catalog::{Address, UnknownTool, catalog};
use latch_gateway::{CallError, ErrorClass};
use mlua::{Lua, Table};

/// What a script sees of `error`: its members, before they become an error object. `path` is the function.
pub(crate) fn table(lua: &Lua, error: &CallError, path: &str) -> mlua::Result<Table> {
    let table = lua.create_table()?;
    let message = message(error, path);
    table.raw_set("class", error.class.as_str())?;
    table.raw_set("text", message.as_str())?;
    table.raw_set("message", message)?;
    table.raw_set("path", path)?;
    table.raw_set("retry_safe", error.is_safe_to_repeat())?;
    table.raw_set("status", error.close_status)?;
    table.raw_set("hint", error.hint.as_deref())?;
    table.raw_set("link", error.link.as_deref())?;
    table.raw_set("call_id", error.call_id.as_deref())?;
    table.raw_set("retry_after", error.retry_after.map(|wait| wait.as_secs_f64()))?;
    if !error.field_errors.is_empty() {
        let fields = lua.create_table()?;
        for field in &error.field_errors {
            let entry = lua.create_table()?;
            entry.raw_set("field", field.field.as_str())?;
            entry.raw_set("message", field.message.as_str())?;
            entry.set_readonly(true);
            fields.raw_push(entry)?;
        }
        fields.set_readonly(true);
        table.raw_set("field_errors", fields)?;
    }
    if !error.suggestions.is_empty() {
        let suggestions = lua.create_sequence_from(error.suggestions.iter().map(String::as_str))?;
        suggestions.set_readonly(true);
        table.raw_set("suggestions", suggestions)?;
    }
    Ok(table)
}

/// The sentence, in the words of the function references.
pub(crate) fn message(error: &CallError, path: &str) -> String {
    match error.class {
        ErrorClass::InvalidArguments => {
            // `Invalid arguments for create_lead (…)`, with the whole path of the function.
            match error.message.strip_prefix("Invalid arguments for ").and_then(|rest| rest.split_once(' ')) {
                Some((_, rest)) => format!("Invalid arguments for app.{path} {rest}"),
                None => error.message.clone(),
            }
        }
        ErrorClass::Api | ErrorClass::RateLimited => match error.close_status {
            Some(status) => format!("Close API error ({status}): {}", details(error, status)),
            None => format!("Close API error: {}", error.message),
        },
        ErrorClass::Network => format!("Failed to connect to Close API: {}", error.message),
        ErrorClass::NotConfigured => {
            format!("Close integration is not configured. {}", sentence(&error.message))
        }
        _ => error.message.clone(),
    }
}

/// What Close said, field by field where it did, without our own words for the status.
fn details(error: &CallError, status: u16) -> String {
    let code = format!("({status})");
    let said = error.message.split_once(&code).map_or(error.message.as_str(), |(_, rest)| rest);
    let mut said = said.trim_start_matches([':', ';', ' ']).to_owned();
    for field in &error.field_errors {
        if !said.contains(&field.message) || !said.contains(&field.field) {
            if !said.is_empty() {
                said.push_str("; ");
            }
            let _ = write!(said, "{}: {}", field.field, field.message);
        }
    }
    if said.is_empty() { error.message.clone() } else { said }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return String::new() };
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{end}", first.to_uppercase(), letters.as_str())
}

/// No function is at that path.
pub(crate) fn unknown(path: &str) -> CallError {
    let name = path.strip_prefix("integrations.close.").unwrap_or_default();
    let nearest =
        match name.rsplit('.').next().filter(|name| !name.is_empty()).map(|name| catalog().find(name)) {
            Some(Err(UnknownTool { nearest, .. })) => functions(nearest),
            _ => Vec::new(),
        };
    let mut message = format!("Unknown function: app.{path}");
    if !nearest.is_empty() {
        let _ = write!(message, ". Did you mean: {}", nearest.join(", "));
    }
    let mut error = CallError::new(ErrorClass::UnknownFunction, message)
        .with_hint("docs.search(\"words\") finds functions by what they do; docs.list() lists them");
    error.suggestions = nearest;
    error
}

/// The names that scripts use, one a function.
fn functions(nearest: Vec<String>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in nearest {
        let function = catalog().get(&name).map_or(name, |address| address.tool().function.clone());
        if !names.contains(&function) {
            names.push(function);
        }
    }
    names
}

/// Arguments that cannot even be written down as JSON.
pub(crate) fn unfit_arguments(address: &Address<'_>, problem: &str) -> CallError {
    let message = format!(
        "Invalid arguments for {} ({problem}). No external call was made. Usage: {}",
        address.name(),
        address.signature()
    );
    CallError::new(ErrorClass::InvalidArguments, message)
}

/// A function that writes, called within `app.parallel`.
pub(crate) fn write_in_parallel(name: &str) -> CallError {
    let message = format!(
        "{name} changes something at Close, and app.parallel runs reads only. No external call was made."
    );
    CallError::new(ErrorClass::InvalidArguments, message)
        .with_hint("collect what is to be written, and write it after app.parallel has returned")
}
