//! Words as searches compare them: lower case, without endings, small words dropped, and beside what people
//! say the word that the catalogue has for it.
//!
//! Promises that a word of a page and the same word of a question come out alike. What the words weigh is
//! decided in `search`.

use std::collections::HashSet;
use std::sync::LazyLock;

/// One thing that a question asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    /// What would answer it, each one word or several that belong together, with how good an answer it is: 1 for
    /// what was said itself.
    pub(crate) answers: Vec<(Vec<String>, f32)>,
    /// Whether it says what is to be done (find, change, remove) instead of with what.
    pub(crate) is_verb: bool,
    /// Which word of the question it begins with; none if it goes without saying.
    pub(crate) at: Option<usize>,
}

/// Words that stand between others and separate nothing.
const ARTICLES: &[&str] = &["a", "an", "the"];

/// Words without a meaning of their own.
const SMALL_WORDS: &[&str] = &[
    "about",
    "after",
    "all",
    "am",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "by",
    "can",
    "close",
    "did",
    "do",
    "doe",
    "for",
    "from",
    "had",
    "has",
    "have",
    "how",
    "i",
    "in",
    "into",
    "is",
    "it",
    "its",
    "last",
    "latest",
    "me",
    "month",
    "my",
    "need",
    "next",
    "of",
    "off",
    "on",
    "or",
    "our",
    "out",
    "please",
    "should",
    "so",
    "some",
    "that",
    "their",
    "them",
    "there",
    "these",
    "they",
    "this",
    "those",
    "to",
    "today",
    "tomorrow",
    "up",
    "us",
    "want",
    "was",
    "we",
    "week",
    "were",
    "what",
    "when",
    "where",
    "which",
    "whose",
    "will",
    "with",
    "within",
    "year",
    "yesterday",
    "you",
    "your",
];

/// What is to be done, in the words of function names. Each line: the catalogue's words, then what people say.
const VERBS: &[(&[&str], &[&str])] = &[
    (&["list"], &["browse", "list", "overview", "see", "show", "view"]),
    (&["list", "search"], &["find", "look", "lookup", "query", "search", "locate"]),
    (&["get", "read"], &["fetch", "get", "read", "retrieve", "load", "detail"]),
    (&["create", "add"], &["add", "create", "define", "enter", "insert", "make", "new", "put", "register"]),
    (&["create", "write"], &["draft", "leave", "write", "compose"]),
    (
        &["update", "change"],
        &["adjust", "change", "correct", "edit", "fix", "modify", "rename", "set", "update"],
    ),
    (&["update", "complete"], &["complete", "finish", "mark", "done", "tick"]),
    (&["update", "move", "date"], &["move", "postpone", "reschedule", "snooze", "delay"]),
    (&["update", "assign"], &["assign", "reassign", "hand", "owner"]),
    (&["update", "pause", "resume"], &["pause", "resume", "disable", "enable", "activate", "stop"]),
    (&["delete", "remove"], &["delete", "destroy", "drop", "erase", "remove", "take", "trash", "cancel"]),
    (&["merge", "duplicate"], &["combine", "dedupe", "deduplicate", "fold", "merge"]),
    (&["create", "log"], &["log", "record", "track"]),
    (&["create", "send"], &["send", "reply"]),
];

/// Words that say at once what is to be done and with what: what people say, what is done, with what.
const ACTS: &[(&str, &str, &str)] = &[
    ("comment on", "create", "comment"),
    ("email", "create", "email"),
    ("enrich", "create", "enrichment"),
    ("enrol", "create", "subscription"),
    ("enroll", "create", "subscription"),
    ("follow up", "create", "task"),
    ("notify", "create", "webhook"),
    ("phone", "create", "call"),
    ("remind", "create", "task"),
    ("schedule", "create", "task"),
    ("subscribe", "create", "subscription"),
    ("text", "create", "sms"),
    ("unenroll", "delete", "subscription"),
    ("unsubscribe", "delete", "subscription"),
];

/// What people call things, and what the catalogue calls them. Several words are found as a phrase.
const NOUNS: &[(&str, &str)] = &[
    ("account", "lead"),
    ("address", "email"),
    ("agent", "user"),
    ("all", "bulk"),
    ("audit", "event"),
    ("automation", "sequence"),
    ("available", "availability"),
    ("balance", "value"),
    ("business", "lead"),
    ("busy", "availability"),
    ("buyer", "contact"),
    ("cadence", "sequence"),
    ("call back", "task"),
    ("campaign", "sequence"),
    ("chance", "confidence"),
    ("client", "lead"),
    ("colleague", "user"),
    ("company", "lead"),
    ("conversation", "activity"),
    ("coworker", "user"),
    ("csv", "export"),
    ("customer", "lead"),
    ("deal", "opportunity"),
    ("download", "export"),
    ("drip", "sequence"),
    ("due", "task"),
    ("employee", "user"),
    ("filter", "smart"),
    ("firm", "lead"),
    ("follow up", "task"),
    ("forecast", "opportunity"),
    ("funnel", "pipeline"),
    ("happen", "activity"),
    ("history", "activity"),
    ("hook", "webhook"),
    ("how many", "report"),
    ("in sequence", "sequence subscription"),
    ("in workflow", "sequence subscription"),
    ("into sequence", "sequence subscription"),
    ("into workflow", "sequence subscription"),
    ("out of sequence", "sequence subscription"),
    ("out of workflow", "sequence subscription"),
    ("identity", "user"),
    ("interaction", "activity"),
    ("kpi", "report"),
    ("leaderboard", "report"),
    ("logged in", "current user"),
    ("mail", "email"),
    ("member", "user"),
    ("message", "email"),
    ("metric", "report"),
    ("mobile", "phone"),
    ("myself", "current user"),
    ("notification", "webhook"),
    ("number of", "report"),
    ("online", "availability"),
    ("organisation", "lead"),
    ("organization", "lead"),
    ("outreach", "sequence"),
    ("performance", "report"),
    ("people", "contact"),
    ("person", "contact"),
    ("phone call", "call"),
    ("prospect", "lead"),
    ("recording", "call"),
    ("remark", "comment"),
    ("reminder", "task"),
    ("rep", "user"),
    ("rung", "call"),
    ("sale rep", "user"),
    ("saved filter", "smart view"),
    ("saved search", "smart view"),
    ("segment", "smart view"),
    ("seller", "user"),
    ("somebody", "contact"),
    ("someone", "contact"),
    ("spreadsheet", "export"),
    ("stage", "opportunity status"),
    ("statistic", "report"),
    ("step", "opportunity status"),
    ("talk", "call"),
    ("team", "user"),
    ("teammate", "user"),
    ("text", "sms"),
    ("text message", "sms"),
    ("timeline", "activity"),
    ("to do", "task"),
    ("to dos", "task"),
    ("todo", "task"),
    ("total", "value"),
    ("transcript", "call"),
    ("trail", "event"),
    ("view", "smart view"),
    ("who am i", "current user"),
    ("who i am", "current user"),
    ("whoami", "current user"),
    ("who change", "event"),
    ("who delete", "event"),
    ("work at", "contact"),
    ("work for", "contact"),
    ("workflow", "sequence"),
    ("worth", "value"),
];

/// Further words of a question are not looked at.
const MOST_WORDS: usize = 40;

/// How good an answer the catalogue's word is to what people say.
const SYNONYM: f32 = 0.9;

/// The words of a page, in their order.
pub(crate) fn words(text: &str) -> Vec<String> {
    all_words(text).filter(|word| !is_small(word)).collect()
}

/// What a question asks for, in its order.
pub(crate) fn terms(question: &str) -> Vec<Term> {
    let said: Vec<String> = all_words(question).take(MOST_WORDS).collect();
    let mut terms = Vec::new();
    let mut at = 0;
    while at < said.len() {
        let rest = &said[at..];
        let length = if let Some((phrase, meant)) = longest(&TABLES.nouns, rest, 2) {
            terms.push(Term { answers: vec![(meant.clone(), 1.0)], is_verb: false, at: Some(at) });
            phrase.len()
        } else if let Some((phrase, (verb, noun))) = longest(&TABLES.acts, rest, 1) {
            // Where something is to be done already (`send a text`), the word names a thing.
            if !terms.iter().any(|term| term.is_verb) {
                terms.push(Term { answers: vec![(vec![verb.clone()], 1.0)], is_verb: true, at: Some(at) });
            }
            let mut answers = vec![(vec![noun.clone()], 1.0)];
            if let [word] = phrase.as_slice() {
                answers.push((vec![word.clone()], 1.0));
            }
            terms.push(Term { answers, is_verb: false, at: Some(at) });
            phrase.len()
        } else {
            terms.extend(word(&said[at]).map(|(answers, is_verb)| Term { answers, is_verb, at: Some(at) }));
            1
        };
        at += length;
    }
    terms
}

/// What a question asks for that names a thing and nothing to do with it: to see it.
pub(crate) fn to_see() -> Term {
    const ONE: f32 = 0.6;
    Term { answers: vec![(vec![stem("list")], 1.0), (vec![stem("get")], ONE)], is_verb: true, at: None }
}

/// The longest entry of at least so many words that `said` begins with.
fn longest<'t, T>(
    table: &'t [(Vec<String>, T)],
    said: &[String],
    least: usize,
) -> Option<&'t (Vec<String>, T)> {
    let fits = |(phrase, _): &&(Vec<String>, T)| phrase.len() >= least && said.starts_with(phrase);
    table.iter().filter(fits).max_by_key(|(phrase, _)| phrase.len())
}

/// What one word asks for, and whether it is a verb; nothing for small words.
fn word(said: &str) -> Option<(Vec<(Vec<String>, f32)>, bool)> {
    let mut answers = vec![(vec![said.to_owned()], 1.0)];
    for (meant, _) in TABLES.verbs.iter().filter(|(_, spoken)| spoken.iter().any(|word| word == said)) {
        answers.extend(meant.iter().map(|word| (vec![word.clone()], SYNONYM)));
    }
    let is_verb = answers.len() > 1;
    let nouns = TABLES.nouns.iter().filter(|(spoken, _)| matches!(spoken.as_slice(), [one] if one == said));
    answers.extend(nouns.map(|(_, meant)| (meant.clone(), SYNONYM)));
    (answers.len() > 1 || !is_small(said)).then_some((answers, is_verb))
}

fn is_small(word: &str) -> bool {
    TABLES.small.contains(word)
}

fn all_words(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty() && !ARTICLES.contains(word))
        .map(|word| stem(&word.to_lowercase()))
}

/// The tables above, their words as [`stem`] leaves them.
struct Tables {
    small: HashSet<String>,
    verbs: Vec<(Vec<String>, Vec<String>)>,
    acts: Vec<(Vec<String>, (String, String))>,
    nouns: Vec<(Vec<String>, Vec<String>)>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let stems = |words: &[&str]| words.iter().map(|word| stem(word)).collect();
    let split = |words: &str| words.split(' ').map(stem).collect::<Vec<_>>();
    Tables {
        small: SMALL_WORDS.iter().map(|word| stem(word)).collect(),
        verbs: VERBS.iter().map(|(meant, spoken)| (stems(meant), stems(spoken))).collect(),
        acts: ACTS.iter().map(|(spoken, verb, noun)| (split(spoken), (stem(verb), stem(noun)))).collect(),
        nouns: NOUNS.iter().map(|(spoken, meant)| (split(spoken), split(meant))).collect(),
    }
});

/// A word without the endings that plurals and other forms of a verb have. What is left need not be a word.
fn stem(word: &str) -> String {
    const SHORTEST: usize = 3;
    let without = |ending: &str| word.strip_suffix(ending).filter(|root| root.len() >= SHORTEST);
    if let Some(root) = without("ies") {
        return format!("{root}y");
    }
    let root = match without("es").filter(|root| root.ends_with(['s', 'x']) || root.ends_with("ch")) {
        Some(root) => root,
        None => without("s").filter(|root| !root.ends_with(['s', 'u'])).unwrap_or(word),
    };
    let verb = |ending: &str| {
        let bare = root.strip_suffix(ending).filter(|bare| bare.len() >= SHORTEST)?;
        let doubled = ["bb", "dd", "gg", "mm", "nn", "pp", "rr", "tt"].iter().any(|end| bare.ends_with(end));
        Some(if doubled { &bare[..bare.len() - 1] } else { bare })
    };
    let root = verb("ing").or_else(|| verb("ed")).unwrap_or(root);
    root.strip_suffix('e').filter(|bare| bare.len() > SHORTEST).unwrap_or(root).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_come_out_alike() {
        for (one, other) in [
            ("statuses", "status"),
            ("companies", "company"),
            ("sequences", "sequence"),
            ("logged", "log"),
            ("deleted", "delete"),
            ("changing", "changes"),
            ("calls", "calling"),
            ("addresses", "address"),
        ] {
            assert_eq!(stem(one), stem(other), "{one}, {other}");
        }
        assert_ne!(stem("sms"), stem("sm"));
    }

    #[test]
    fn the_longest_phrase_counts() {
        let terms = terms("who am I");
        assert_eq!(terms.len(), 1);
        assert_eq!(terms[0].answers, [(vec![stem("current"), stem("user")], 1.0)]);
    }
}
