//! Words as searches compare them: lower case, without endings, small words dropped, and beside what people
//! say the word that the catalogue has for it (from `synonyms`).
//!
//! Promises that a word of a page and the same word of a question come out alike. What the words weigh is
//! decided in `search`.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::synonyms::{ACTS, NOUNS, VERBS};

/// Words that would answer a question together, and how good an answer they are: 1 for what was said itself.
pub(crate) type Answer = (Vec<String>, f32);

/// One thing that a question asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    /// What would answer it.
    pub(crate) answers: Vec<Answer>,
    /// Whether it says what is to be done (find, change, remove) instead of with what.
    pub(crate) is_verb: bool,
    /// Which word of the question it begins with; none if it goes without saying.
    pub(crate) at: Option<usize>,
}

/// Words that stand between others and separate nothing.
const ARTICLES: &[&str] = &["a", "an", "the"];

/// Words without a meaning of their own.
const SMALL_WORDS: &str = "about after all am and any are as at be by can close did do doe for from had has have how i in into \
     is it its last latest me month my need next of off on or our out please should so some that their \
     them there these they this those to today tomorrow up us want was we week were what when where which \
     whose will with within year yesterday you your";

/// Words with which somebody asks what there is, instead of saying what is to be done.
const QUESTION_WORDS: &[&str] = &["are", "did", "is", "what", "when", "where", "which", "who", "whose"];

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
    // Somebody who asks which contacts are enrolled does not want to enroll one.
    let asks = said.first().is_some_and(|first| QUESTION_WORDS.iter().any(|word| stem(word) == *first));
    let mut terms: Vec<Term> = Vec::new();
    let mut at = 0;
    while at < said.len() {
        let rest = &said[at..];
        let length = if let Some((phrase, meant)) = longest(&TABLES.nouns, rest, 2) {
            terms.push(Term { answers: vec![(meant.clone(), 1.0)], is_verb: false, at: Some(at) });
            phrase.len()
        } else if let Some((phrase, (verb, noun))) = longest(&TABLES.acts, rest, 1) {
            // Where something is to be done already (`send a text`), the word names a thing.
            if !asks && !terms.iter().any(|term| term.is_verb) {
                terms.push(Term { answers: vec![(vec![verb.clone()], 1.0)], is_verb: true, at: Some(at) });
            }
            let mut answers = vec![(vec![noun.clone()], 1.0)];
            if let [word] = phrase.as_slice() {
                answers.push((vec![word.clone()], 1.0));
            }
            terms.push(Term { answers, is_verb: false, at: Some(at) });
            phrase.len()
        } else if let Some((phrase, meant)) = longest(&TABLES.verbs, rest, 2) {
            let answers = meant.iter().map(|word| (vec![word.clone()], SYNONYM)).collect();
            terms.push(Term { answers, is_verb: true, at: Some(at) });
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
fn word(said: &str) -> Option<(Vec<Answer>, bool)> {
    let mut answers = vec![(vec![said.to_owned()], 1.0)];
    let is_said = |spoken: &[String]| matches!(spoken, [one] if one == said);
    for (_, meant) in TABLES.verbs.iter().filter(|(spoken, _)| is_said(spoken)) {
        answers.extend(meant.iter().map(|word| (vec![word.clone()], SYNONYM)));
    }
    let is_verb = answers.len() > 1;
    let nouns = TABLES.nouns.iter().filter(|(spoken, _)| is_said(spoken));
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
    let stems = |words: &[&str]| words.iter().map(|word| stem(word)).collect::<Vec<_>>();
    let split = |words: &str| words.split(' ').map(stem).collect::<Vec<_>>();
    Tables {
        small: SMALL_WORDS.split_whitespace().map(stem).collect(),
        verbs: VERBS
            .iter()
            .flat_map(|(meant, spoken)| spoken.iter().map(move |spoken| (split(spoken), stems(meant))))
            .collect(),
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
