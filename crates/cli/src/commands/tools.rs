//! `latch tools`: what can be called.

use latch_catalog::{ObjectFile, Tool, catalog};
use serde_json::{Value, json};

use crate::arguments::ToolsArguments;
use crate::console::{Console, Style};
use crate::failure::Failure;
use crate::output::{tool_json, tool_table};

pub(crate) fn run(wanted: &ToolsArguments, console: &Console) -> Result<(), Failure> {
    let objects = match &wanted.object {
        Some(name) => vec![object(name).ok_or_else(|| unknown_object(name))?],
        None => catalog().objects().collect(),
    };
    let fits = |tool: &&Tool| wanted.kind.is_none_or(|kind| tool.kind == kind.kind());
    if console.json() {
        let tools: Vec<Value> =
            objects.iter().flat_map(|object| &object.tools).filter(fits).map(tool_json).collect();
        return console.json_document(&json!({"success": true, "count": tools.len(), "tools": tools}));
    }
    let mut sections = Vec::new();
    let mut count = 0;
    for object in objects {
        let tools: Vec<&Tool> = object.tools.iter().filter(fits).collect();
        if !tools.is_empty() {
            count += tools.len();
            let heading = console.paint(Style::Bold, &object.title);
            sections.push(format!("{heading}\n{}\n", tool_table(tools.into_iter())));
        }
    }
    console.painted(&sections.join("\n"))?;
    console.talk(&format!("\n{count} tools; `latch docs NAME` shows how one is called"));
    Ok(())
}

/// The object with this title, in the singular or the plural, however its words are joined.
pub(crate) fn object(name: &str) -> Option<&'static ObjectFile> {
    let wanted = folded(name);
    catalog().objects().find(|object| folded(&object.title) == wanted)
}

fn unknown_object(name: &str) -> Failure {
    let titles: Vec<&str> = catalog().objects().map(|object| object.title.as_str()).collect();
    Failure::unusable(format!("there is no kind of object called {name:?}"))
        .with_hint(format!("there are: {}", titles.join(", ")))
}

fn folded(name: &str) -> String {
    let name = name.trim().to_lowercase().replace(['_', '-'], " ");
    let words: Vec<String> = name
        .split_whitespace()
        .map(|word| match (word.strip_suffix("ies"), word.strip_suffix("es")) {
            (Some(stem), _) => format!("{stem}y"),
            (None, Some(stem)) if stem.ends_with("us") => stem.to_owned(),
            _ if word.ends_with("us") => word.to_owned(),
            _ => word.strip_suffix('s').unwrap_or(word).to_owned(),
        })
        .collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_found_in_singular_and_plural() {
        for (one, other) in
            [("lead", "Leads"), ("opportunity", "Opportunities"), ("lead-status", "Lead statuses")]
        {
            assert_eq!(folded(one), folded(other));
        }
    }
}
