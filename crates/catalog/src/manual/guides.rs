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
/// They are found by what was said itself: what a word stands for in the catalogue says too little about a passage.
pub(crate) fn excerpts(question: &str, most: usize) -> Vec<(&'static str, String)> {
    const IN_HEADING: usize = 3;
    let mut asked = words::words(question);
    asked.sort();
    asked.dedup();
    let mut scored = Vec::new();
    for guide in GUIDES {
        for section in guide.text.split("\n## ").skip(1) {
            let (heading, body) = section.split_once('\n').unwrap_or((section, ""));
            let (heading_words, body_words) = (words::words(heading), words::words(body));
            let weight = |word: &String| match (heading_words.contains(word), body_words.contains(word)) {
                (true, _) => IN_HEADING,
                (false, true) => 1,
                (false, false) => 0,
            };
            let weights: Vec<usize> = asked.iter().map(weight).filter(|weight| *weight > 0).collect();
            // All that is asked for has to be there; most of it, if the heading has some.
            let enough = weights.len() == asked.len()
                || weights.contains(&IN_HEADING) && weights.len() * 3 >= asked.len() * 2;
            if !weights.is_empty() && enough {
                scored.push((weights.iter().sum::<usize>(), guide.name, excerpt(heading, body)));
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
