//! The names a tool answers to, and what to say about a name that none answers to.

use std::borrow::Cow;

use crate::model::Tool;

/// The set of names by which a tool was addressed; it decides how schemas and answers are spelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Vocabulary {
    /// `close_lead_get` with `lead_id` and `_limit`, answers as Close gives them.
    AgentKit,
    /// `get_lead` with `id` and `limit`, lists as the function reference has them.
    Function,
}

/// No tool answers to the name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct UnknownTool {
    /// The name as given, cut if it is very long.
    pub name: String,
    /// At most five near names, one a tool, nearest first.
    pub nearest: Vec<String>,
}

/// Names less alike than this are not offered.
const LEAST_LIKENESS: f64 = 0.6;
const MOST_NAMES: usize = 5;
/// Nothing is called by a longer name; comparing long texts letter by letter would cost seconds.
const LONGEST_NAME: usize = 100;

impl UnknownTool {
    pub(crate) fn new<'c>(given: &str, bare: &str, tools: impl Iterator<Item = &'c Tool>) -> Self {
        let mut scored: Vec<(f64, String)> = tools
            .filter_map(|tool| {
                bare_names(tool)
                    .into_iter()
                    .map(|(name, _)| (likeness(bare, &name), name))
                    .max_by(|left, right| left.0.total_cmp(&right.0))
            })
            .filter(|(score, _)| *score >= LEAST_LIKENESS)
            .collect();
        scored.sort_by(|left, right| right.0.total_cmp(&left.0).then_with(|| left.1.cmp(&right.1)));
        scored.truncate(MOST_NAMES);
        Self { name: shown(given), nearest: scored.into_iter().map(|(_, name)| name).collect() }
    }

    fn message(&self) -> String {
        match self.nearest.as_slice() {
            [] => format!("Unknown tool: {}", self.name),
            names => format!("Unknown tool: {}. Did you mean: {}?", self.name, names.join(", ")),
        }
    }
}

/// A name as messages repeat it: cut where it is too long to be one.
pub(crate) fn shown(name: &str) -> String {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// How alike two names are, from 0 to 1: alike in letters, or made of the same words in another order.
pub(crate) fn likeness(left: &str, right: &str) -> f64 {
    if left.len() > LONGEST_NAME {
        return 0.0;
    }
    let letters = strsim::normalized_damerau_levenshtein(left, right);
    let words = |name: &str| {
        let mut words: Vec<String> = name
            .split('_')
            .filter(|word| !word.is_empty())
            .map(|word| word.trim_end_matches('s').to_owned())
            .collect();
        words.sort();
        words.dedup();
        words
    };
    let (left, right) = (words(left), words(right));
    let common = left.iter().filter(|word| right.contains(word)).count();
    let total = left.len() + right.len() - common;
    #[expect(clippy::cast_precision_loss, reason = "names have few words")]
    let shared = if total == 0 { 0.0 } else { common as f64 / total as f64 };
    letters.max(shared)
}

/// Every name of `tool` without a dotted prefix, with the vocabulary it belongs to.
pub(crate) fn bare_names(tool: &Tool) -> Vec<(String, Vocabulary)> {
    let mut names = vec![(tool.name.clone(), Vocabulary::AgentKit)];
    if let Some(short) = tool.name.strip_prefix("close_") {
        names.push((short.to_owned(), Vocabulary::AgentKit));
    }
    for function in std::iter::once(&tool.function).chain(&tool.aliases) {
        names.push((function.clone(), Vocabulary::Function));
        names.push((format!("close_{function}"), Vocabulary::Function));
    }
    names
}

/// `name` without the prefixes under which integrations, scripts and MCP clients address it, with
/// hyphens and capitals folded.
pub(crate) fn bare(name: &str) -> Cow<'_, str> {
    let name = name.trim();
    if name.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b'-') {
        let folded = name.to_ascii_lowercase().replace('-', "_");
        return Cow::Owned(without_prefixes(&folded).to_owned());
    }
    Cow::Borrowed(without_prefixes(name))
}

fn without_prefixes(name: &str) -> &str {
    let prefixes = ["app.", "integrations.", "integration__close__", "close.", "default."];
    prefixes.iter().fold(name, |rest, prefix| rest.strip_prefix(prefix).unwrap_or(rest))
}
