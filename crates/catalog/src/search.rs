//! Finding the tool for a job from a few words.

use bm25::{Document, SearchEngine, SearchEngineBuilder, Tokenizer};

use crate::model::Tool;
use crate::names::bare_names;

/// A tool that fits the words.
#[derive(Debug, Clone, Copy)]
pub struct Hit<'c> {
    /// The tool.
    pub tool: &'c Tool,
    /// How well it fits; comparable within one search only.
    pub score: f32,
}

pub(crate) struct SearchIndex {
    engine: SearchEngine<u32, u32, Words>,
}

impl std::fmt::Debug for SearchIndex {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SearchIndex")
    }
}

impl SearchIndex {
    pub(crate) fn build<'c>(tools: impl Iterator<Item = &'c Tool>) -> Self {
        let documents: Vec<Document<u32>> =
            (0..).zip(tools).map(|(id, tool)| Document::new(id, text(tool))).collect();
        Self { engine: SearchEngineBuilder::with_tokenizer_and_documents(Words, documents).build() }
    }

    pub(crate) fn search(&self, words: &str, limit: usize) -> Vec<(usize, f32)> {
        self.engine
            .search(words, limit)
            .into_iter()
            .filter_map(|hit| Some((usize::try_from(hit.document.id).ok()?, hit.score)))
            .collect()
    }
}

/// What a tool is found by. Names and titles are said several times, because a word in a name says more
/// than the same word in passing.
fn text(tool: &Tool) -> String {
    const NAME_WEIGHT: usize = 4;
    let names: Vec<String> = bare_names(tool).into_iter().map(|(name, _)| name).collect();
    let mut text = format!("{} {} ", tool.title, names.join(" ")).repeat(NAME_WEIGHT);
    text.push_str(&format!("{} ", tool.summary).repeat(2));
    text.push_str(&tool.description);
    for parameter in &tool.parameters {
        text.push(' ');
        text.push_str(&parameter.name);
    }
    text
}

/// Lower-case words without plural endings, small words dropped, and the words that salespeople use
/// beside those that Close uses.
#[derive(Debug, Default)]
struct Words;

const SMALL_WORDS: &[&str] = &[
    "a", "an", "and", "as", "at", "close", "do", "for", "from", "how", "i", "in", "is", "it", "my", "of",
    "on", "or", "the", "to", "with",
];

/// What people say, and the word the catalogue has for it.
const SYNONYMS: &[(&str, &str)] = &[
    ("add", "create"),
    ("assign", "assigned"),
    ("colleague", "user"),
    ("company", "lead"),
    ("customer", "lead"),
    ("deal", "opportunity"),
    ("edit", "update"),
    ("enroll", "subscription"),
    ("enrol", "subscription"),
    ("fetch", "get"),
    ("find", "search"),
    ("hook", "webhook"),
    ("log", "create"),
    ("mark", "update"),
    ("person", "contact"),
    ("people", "contact"),
    ("phone", "call"),
    ("remind", "task"),
    ("reminder", "task"),
    ("remove", "delete"),
    ("rep", "user"),
    ("stage", "status"),
    ("text", "sms"),
    ("todo", "task"),
    ("whoami", "me"),
    ("who", "me"),
    ("won", "status"),
    ("workflow", "sequence"),
];

impl Tokenizer for Words {
    fn tokenize(&self, text: &str) -> Vec<String> {
        let mut words = Vec::new();
        for word in text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()) {
            let word = stem(&word.to_lowercase());
            if SMALL_WORDS.contains(&word.as_str()) {
                continue;
            }
            if let Some((_, meant)) = SYNONYMS.iter().find(|(said, _)| *said == word) {
                words.push((*meant).to_owned());
            }
            words.push(word);
        }
        words
    }
}

fn stem(word: &str) -> String {
    if let Some(root) = word.strip_suffix("ies").filter(|root| root.len() > 2) {
        return format!("{root}y");
    }
    let root = match word.strip_suffix('s') {
        Some(root) if root.len() > 2 && !root.ends_with(['s', 'u']) && word != "sms" => root,
        _ => word,
    };
    root.strip_suffix("e").filter(|shorter| shorter.ends_with("statu")).unwrap_or(root).to_owned()
}
