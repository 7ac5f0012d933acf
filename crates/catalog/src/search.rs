//! Finding the tool for a job from a few words.
//!
//! A tool is found by every word of its entry. A word in its name says more than the same word in passing, a
//! rare word more than a common one, and a tool all of whose name was asked for is meant rather than one of
//! which only a part was. The words people use are turned into the catalogue's in `words`.

use std::collections::HashMap;

use crate::model::{ObjectFile, Tool};
use crate::words::{self, Answer, Term};

/// A tool that fits the words.
#[derive(Debug, Clone, Copy)]
pub struct Hit<'c> {
    /// The tool.
    pub tool: &'c Tool,
    /// How well it fits; comparable within one search only.
    pub score: f32,
}

/// What a word weighs, by where it stands.
const IN_NAME: f32 = 4.0;
const IN_ALIAS: f32 = 3.0;
const IN_SUMMARY: f32 = 2.0;
const IN_OBJECT: f32 = 1.5;
const IN_EXAMPLE: f32 = 1.0;
const IN_DESCRIPTION: f32 = 0.6;
const IN_PARAMETERS: f32 = 0.4;
/// Beyond this, saying a word more often helps little.
const ENOUGH: f32 = 1.5;
/// A verb says less about which tool is meant than the thing it is done to.
const VERB: f32 = 0.75;
/// Each verb counts as being this rare, though there are ten times as many functions to list than to merge.
const VERB_RARITY: f32 = 1.6;
/// How much more the first thing named counts than the others.
const FIRST: f32 = 1.25;
/// What a second verb counts of a first.
const IN_PASSING: f32 = 0.4;
/// What remains of the score of a tool whose name was not asked for at all.
const UNNAMED: f32 = 0.55;

#[derive(Debug)]
pub(crate) struct SearchIndex {
    documents: Vec<Document>,
    /// In how many documents a word stands prominently.
    spread: HashMap<String, usize>,
}

/// What is known of one tool.
#[derive(Debug)]
struct Document {
    /// The words of its name, in their order; the first is the verb.
    name: Vec<String>,
    /// Every word, with the weight of all places where it stands.
    weights: HashMap<String, f32>,
}

impl SearchIndex {
    pub(crate) fn build(objects: &[ObjectFile]) -> Self {
        let tools = objects.iter().flat_map(|object| object.tools.iter().map(move |tool| (object, tool)));
        let documents: Vec<Document> = tools.map(|(object, tool)| Document::of(object, tool)).collect();
        let mut spread = HashMap::new();
        let said = documents.iter().flat_map(|document| &document.weights);
        for (word, _) in said.filter(|(_, weight)| **weight >= IN_OBJECT) {
            *spread.entry(word.clone()).or_insert(0) += 1;
        }
        Self { documents, spread }
    }

    /// The numbers of the tools that fit, best first, with their scores.
    pub(crate) fn search(&self, question: &str, limit: usize) -> Vec<(usize, f32)> {
        let mut terms = words::terms(question);
        if !terms.iter().any(|term| term.is_verb) {
            terms.push(words::to_see());
        }
        let mut scored: Vec<(usize, f32)> = self
            .documents
            .iter()
            .map(|document| self.score(document, &terms))
            .enumerate()
            .filter(|(_, score)| *score > 0.0)
            .collect();
        scored.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
        scored.truncate(limit);
        scored
    }

    fn score(&self, document: &Document, terms: &[Term]) -> f32 {
        // The first thing named is what the question is about; the others say more about it.
        let mut things = 0.0;
        let mut share = FIRST;
        for thing in terms.iter().filter(|term| !term.is_verb) {
            things += share * self.answers(document, thing);
            share = 1.0;
        }
        let verbs = terms.iter().filter(|term| term.is_verb && term.at.is_some());
        // The first verb says what is to be done; others are said in passing.
        let mut share = VERB;
        let mut acts = 0.0;
        for verb in verbs {
            acts += share * self.answers(document, verb);
            share = VERB * IN_PASSING;
        }
        if things + acts <= 0.0 {
            return 0.0;
        }
        if let Some(implied) = terms.last().filter(|term| term.at.is_none()) {
            acts += VERB * self.answers(document, implied);
        }
        (things + acts) * (UNNAMED + (1.0 - UNNAMED) * document.asked_for(terms))
    }

    /// How well the tool answers one thing that is asked for.
    fn answers(&self, document: &Document, term: &Term) -> f32 {
        let of_word = |word: &String| {
            let weight = document.weights.get(word).copied().unwrap_or(0.0);
            weight / (weight + ENOUGH)
        };
        // Words that belong together answer together: the least of them counts.
        let of_words =
            |(words, quality): &Answer| quality * words.iter().map(of_word).fold(f32::INFINITY, f32::min);
        let best = term.answers.iter().map(of_words).fold(0.0, f32::max);
        if best > 0.0 { best * self.says(term) } else { 0.0 }
    }

    /// How much a term says: as much as the rarest of its words. A company is a lead in the catalogue, and that
    /// leads are everywhere there does not make the question for a company an idle one.
    fn says(&self, term: &Term) -> f32 {
        if term.is_verb {
            return VERB_RARITY;
        }
        let words = term.answers.iter().flat_map(|(words, _)| words);
        words.filter(|word| self.spread.contains_key(*word)).map(|word| self.rarity(word)).fold(0.6, f32::max)
    }

    #[expect(clippy::cast_precision_loss, reason = "there are a few hundred tools")]
    fn rarity(&self, word: &str) -> f32 {
        let with = self.spread.get(word).copied().unwrap_or(0) as f32;
        let all = self.documents.len() as f32;
        (1.0 + (all - with + 0.5) / (with + 0.5)).ln()
    }
}

impl Document {
    fn of(object: &ObjectFile, tool: &Tool) -> Self {
        let mut weights = HashMap::new();
        let mut add = |weight: f32, text: &str| {
            for word in words::words(text) {
                *weights.entry(word).or_insert(0.0) += weight;
            }
        };
        add(IN_NAME, &tool.function);
        add(IN_NAME / 2.0, &tool.title);
        tool.aliases.iter().for_each(|alias| add(IN_ALIAS, alias));
        add(IN_SUMMARY, &tool.summary);
        add(IN_OBJECT, &object.title);
        add(IN_DESCRIPTION, &tool.description);
        tool.examples.iter().for_each(|example| add(IN_EXAMPLE, &example.title));
        for parameter in tool.parameters.iter().filter(|parameter| !parameter.name.starts_with('_')) {
            add(IN_PARAMETERS, &parameter.name);
            add(IN_PARAMETERS / 2.0, &parameter.description);
        }
        Self { name: words::words(&tool.function), weights }
    }

    /// Which part of the name was asked for, from 0 to 1. Two nouns that stand together in the name
    /// (`lead_status`) have to stand together in the question too: the status of a lead is something else.
    #[expect(clippy::cast_precision_loss, reason = "names have few words")]
    fn asked_for(&self, terms: &[Term]) -> f32 {
        // Words that belong together ask for a name that has them all.
        let says = |term: &Term, word: &String| {
            term.answers
                .iter()
                .any(|(said, _)| said.contains(word) && said.iter().all(|one| self.name.contains(one)))
        };
        let asked = |word: &String| terms.iter().any(|term| says(term, word));
        let together = |first: &String, second: &String| {
            terms.iter().any(|term| says(term, first) && says(term, second))
                || terms.iter().any(|before| {
                    let next = before.at.map(|at| at + 1);
                    next.is_some()
                        && says(before, first)
                        && terms.iter().any(|after| after.at == next && says(after, second))
                })
        };
        let words = self.name.iter().filter(|word| asked(word)).count();
        let nouns = self.name.get(1..).unwrap_or_default();
        let named = |word: &String| terms.iter().any(|term| !term.is_verb && says(term, word));
        let both = |pair: &[String]| pair.iter().all(named);
        let apart = nouns.windows(2).filter(|pair| both(pair) && !together(&pair[0], &pair[1])).count();
        words.saturating_sub(2 * apart) as f32 / self.name.len().max(1) as f32
    }
}
