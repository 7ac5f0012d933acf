//! Every program on every page, for tests that run them.

use crate::manual::{Manual, function, guides, namespace};

/// A Lua program that stands on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageExample {
    /// The page: `overview`, `integrations.close`, `integrations.close.create_lead`.
    pub page: String,
    /// What stands above it: a heading or a line that ends with a colon.
    pub title: String,
    /// The program. Ids in it are those of the twin's demo data, except on the page `integrations.close`, whose
    /// programs have the ids of the function reference they come from (`lead_abc123XYZ`).
    pub code: String,
}

pub(crate) fn all(manual: &Manual) -> Vec<PageExample> {
    let mut all = Vec::new();
    for guide in guides::GUIDES {
        all.extend(on_page(guide.name, guide.text));
    }
    all.extend(on_page("integrations.close", &namespace::page(manual, None)));
    for address in manual.functions() {
        all.extend(on_page(&format!("integrations.close.{}", address.name()), &function::page(address)));
    }
    all
}

fn on_page(page: &str, text: &str) -> Vec<PageExample> {
    let mut found = Vec::new();
    let mut title = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line == "```lua" {
            let code: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let code = format!("{}\n", code.join("\n"));
            found.push(PageExample { page: page.to_owned(), title: title.clone(), code });
        } else if line.starts_with("```") {
            // Some other text that stands as it is.
            lines.by_ref().take_while(|line| *line != "```").for_each(drop);
        } else if line.starts_with('#') || line.ends_with(':') {
            line.trim_start_matches('#').trim_end_matches(':').trim().clone_into(&mut title);
        }
    }
    found
}
