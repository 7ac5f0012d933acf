//! The guides: texts about scripts in general, and finding a passage in them.

use crate::words;

/// A page that is no function's.
#[derive(Debug)]
pub(crate) struct Guide {
    /// The page's name.
    pub(crate) name: &'static str,
    /// What it is about, in a line.
    pub(crate) summary: &'static str,
    /// The whole page.
    pub(crate) text: &'static str,
}

pub(crate) const GUIDES: &[Guide] = &[
    Guide {
        name: "overview",
        summary: "how scripts call Close: arguments, results, paging, dates, parallel reads",
        text: include_str!("../../guides/overview.md"),
    },
    Guide {
        name: "context",
        summary: "what a script has at hand and what not, limits, accounts",
        text: include_str!("../../guides/context.md"),
    },
    Guide {
        name: "errors",
        summary: "what can go wrong, how to catch it, when to try again",
        text: include_str!("../../guides/errors.md"),
    },
    Guide {
        name: "examples",
        summary: "whole programs for common jobs",
        text: include_str!("../../guides/examples.md"),
    },
];

/// The reference of the first nine functions, the last part of the namespace's page.
pub(crate) const REFERENCE: &str = include_str!("../../guides/reference.md");

/// Excerpts are not made longer than this, in characters.
const LONGEST: usize = 160;

/// The sections of guides that say most about the question: the guide's name, and the section's heading and beginning.
pub(crate) fn excerpts(question: &str, most: usize) -> Vec<(&'static str, String)> {
    let terms = words::terms(question);
    let things: Vec<_> = terms.iter().filter(|term| !term.is_verb).collect();
    let mut scored = Vec::new();
    for guide in GUIDES {
        for section in guide.text.split("\n## ").skip(1) {
            let (heading, body) = section.split_once('\n').unwrap_or((section, ""));
            let heading_words = words::words(heading);
            let body_words = words::words(body);
            let mut answered = 0;
            let mut score = 0;
            for term in &things {
                // What was said itself, or a phrase's meaning; a synonym says too little about a passage.
                let said = term.answers.first().map(|(said, _)| said.as_slice()).unwrap_or_default();
                let stands = |words: &[String]| said.iter().all(|word| words.contains(word));
                let weight = if stands(&heading_words) { 3 } else { usize::from(stands(&body_words)) };
                answered += usize::from(weight > 0);
                score += weight;
            }
            // All that is asked for has to be there; with several things, most of it.
            if answered > 0 && answered * 3 >= things.len() * 2 {
                scored.push((score, guide.name, excerpt(heading, body)));
            }
        }
    }
    scored.sort_by_key(|(score, ..)| std::cmp::Reverse(*score));
    scored.into_iter().take(most).map(|(_, name, excerpt)| (name, excerpt)).collect()
}

/// The heading, and the first paragraph under it as far as there is room.
fn excerpt(heading: &str, body: &str) -> String {
    let paragraph =
        body.split("\n\n").map(str::trim).find(|text| !text.is_empty() && !text.starts_with("```"));
    let text = format!("{heading}: {}", paragraph.unwrap_or_default().replace('\n', " "));
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text,
    }
}
