//! One pattern, compiled.
//!
//! Looking around and back references are refused, because no engine does them in linear time. A match is found
//! by two lazy automata: one runs forwards to its end, one backwards from there to its beginning. They build
//! their states as they meet them, which for a hostile pattern is slow at every byte, so they are run here byte
//! by byte, with an eye on the clock. Only where they cannot go, and for the groups within a match, a machine
//! runs that does not stop halfway; for that one the product of pattern and text has a limit.

use regex_automata::hybrid::dfa::{self, DFA};
use regex_automata::hybrid::{BuildError, LazyStateID};
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_automata::util::captures::Captures;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, Match, MatchKind, PatternID, Span};

use crate::meter::Meter;

/// Longer patterns (bytes) are refused: reading one takes a hundred times its memory.
const LONGEST_PATTERN: usize = 4 * 1024;
/// Compiled patterns larger than this (bytes) are refused.
const LARGEST_PROGRAM: usize = 512 * 1024;
/// Classes of Unicode that one pattern may name: each has hundreds of ranges, which are sorted and folded.
const MOST_CLASSES: usize = 100;
/// A range of them counts like so many.
const CLASSES_PER_RANGE: usize = 5;
/// What cannot look at the clock may take so many steps: states of the pattern times bytes of text.
const MOST_STEPS: usize = 4_000_000;
/// So many steps are taken between two looks at the clock.
const STEPS_PER_LOOK: usize = 200_000;
/// The places of groups that may be kept, for all states together.
const MOST_SLOTS: usize = 256 * 1024;
/// Delimiters that may stand around a pattern, as other languages want them.
const DELIMITERS: &[char] = &['/', '#', '~', '%', '!', '@'];

/// Why a search did not come to its end.
pub(super) enum Trouble {
    /// What to tell the script.
    Text(String),
    /// The run was stopped, or the interpreter refused.
    Lua(mlua::Error),
}

impl From<mlua::Error> for Trouble {
    fn from(error: mlua::Error) -> Self {
        Self::Lua(error)
    }
}

/// An automaton with its working memory.
struct Automaton {
    dfa: DFA,
    cache: dfa::Cache,
}

/// What a run of an automaton found.
enum Found {
    /// Where the match ends, on the far side.
    At(usize),
    /// No match.
    Nothing,
    /// It met something that it cannot decide.
    GaveUp,
}

/// A pattern, with its working memory.
pub(super) struct Pattern {
    forwards: Automaton,
    backwards: Automaton,
    groups: PikeVM,
    groups_cache: pikevm::Cache,
    captures: Captures,
    states: usize,
}

impl Pattern {
    /// Compiles a pattern, or says what is wrong with it.
    pub(super) fn compile(pattern: &str, flags: &str) -> Result<Self, String> {
        if pattern.len() > LONGEST_PATTERN {
            return Err(format!("the pattern is longer than {LONGEST_PATTERN} bytes"));
        }
        let (pattern, own_flags) = undelimited(pattern);
        let mut config = syntax::Config::new().unicode(false).utf8(false);
        let mut anchored = false;
        for flag in own_flags.chars().chain(flags.chars()) {
            config = match flag {
                'i' => config.case_insensitive(true),
                'm' => config.multi_line(true),
                's' => config.dot_matches_new_line(true),
                'x' => config.ignore_whitespace(true),
                'u' => config.unicode(true),
                'U' => config.swap_greed(true),
                'A' => {
                    anchored = true;
                    config
                }
                'D' => config,
                other => return Err(format!("unknown flag '{other}', allowed: i m s x u U A D")),
            };
        }
        if classes(pattern) > MOST_CLASSES {
            return Err(format!("the pattern names more than {MOST_CLASSES} classes of characters"));
        }
        let pattern = if anchored { format!(r"\A(?:{pattern})") } else { pattern.to_owned() };
        let said = |error: &dyn std::error::Error| explained(error, &pattern);
        let parsed = syntax::parse_with(&pattern, &config).map_err(|error| said(&error))?;
        let program = |config: thompson::Config| {
            thompson::Compiler::new()
                .configure(config.utf8(false).nfa_size_limit(Some(LARGEST_PROGRAM)))
                .build_from_hir(&parsed)
                .map_err(|error| said(&error))
        };
        let forwards = program(thompson::Config::new().which_captures(WhichCaptures::All))?;
        let backwards = program(thompson::Config::new().which_captures(WhichCaptures::None).reverse(true))?;
        let states = forwards.states().len().max(backwards.states().len());
        if states.saturating_mul(forwards.group_info().slot_len()) > MOST_SLOTS {
            return Err("the pattern has too many groups".to_owned());
        }
        let groups = PikeVM::new_from_nfa(forwards.clone()).map_err(|error| said(&error))?;
        let config = dfa::Config::new().unicode_word_boundary(true).skip_cache_capacity_check(true);
        Ok(Self {
            forwards: Automaton::new(forwards, config.clone()).map_err(|error| said(&error))?,
            backwards: Automaton::new(backwards, config.match_kind(MatchKind::All))
                .map_err(|error| said(&error))?,
            groups_cache: groups.create_cache(),
            captures: groups.create_captures(),
            groups,
            states,
        })
    }

    /// The first match at or after `start`.
    pub(super) fn find(
        &mut self,
        text: &[u8],
        start: usize,
        meter: &Meter,
    ) -> Result<Option<Match>, Trouble> {
        let input = Input::new(text).span(start..text.len());
        let end = match self.forwards.forwards(&input, self.states, meter)? {
            Found::At(end) => end,
            Found::Nothing => return Ok(None),
            Found::GaveUp => return self.find_slowly(input),
        };
        let before = input.clone().span(start..end).anchored(Anchored::Yes);
        match self.backwards.backwards(&before, self.states, meter)? {
            Found::At(begin) => Ok(Some(Match::must(0, begin..end))),
            Found::Nothing | Found::GaveUp => self.find_slowly(input),
        }
    }

    fn find_slowly(&mut self, input: Input<'_>) -> Result<Option<Match>, Trouble> {
        self.afford(input.get_span().len())?;
        Ok(self.groups.find(&mut self.groups_cache, input))
    }

    /// The groups of a match that was found, the whole match first.
    pub(super) fn groups(&mut self, text: &[u8], found: Match) -> Result<Vec<Option<Span>>, Trouble> {
        let count = self.groups.get_nfa().group_info().group_len(PatternID::ZERO);
        if count > 1 {
            self.afford(found.len())?;
            let input = Input::new(text).span(found.span()).anchored(Anchored::Yes);
            self.groups.captures(&mut self.groups_cache, input, &mut self.captures);
            if self.captures.is_match() {
                return Ok(self.captures.iter().collect());
            }
        }
        let mut groups = vec![None; count.max(1)];
        groups[0] = Some(found.span());
        Ok(groups)
    }

    fn afford(&self, bytes: usize) -> Result<(), Trouble> {
        let slots = self.groups.get_nfa().group_info().slot_len();
        if self.states.saturating_mul(1 + slots / 8).saturating_mul(bytes) > MOST_STEPS {
            return Err(Trouble::Text(
                "the pattern is too costly for a text of this length; simplify it or shorten the text"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    /// Calls `each` with every match, until it says no more.
    pub(super) fn for_each(
        &mut self,
        text: &[u8],
        meter: &Meter,
        mut each: impl FnMut(&mut Self, Match) -> Result<bool, Trouble>,
    ) -> Result<(), Trouble> {
        let mut start = 0;
        while start <= text.len() {
            look(meter)?;
            let Some(found) = self.find(text, start, meter)? else { break };
            if !each(self, found)? {
                break;
            }
            start = if found.is_empty() { found.end() + 1 } else { found.end() };
        }
        Ok(())
    }
}

impl Automaton {
    fn new(nfa: NFA, config: dfa::Config) -> Result<Self, BuildError> {
        let dfa = dfa::Builder::new().configure(config).build_from_nfa(nfa)?;
        let cache = dfa.create_cache();
        Ok(Self { dfa, cache })
    }

    /// Where the first match within the span of `input` ends.
    fn forwards(&mut self, input: &Input<'_>, states: usize, meter: &Meter) -> Result<Found, Trouble> {
        if states.saturating_mul(input.get_span().len()) <= MOST_STEPS {
            return Ok(match self.dfa.try_search_fwd(&mut self.cache, input) {
                Ok(Some(half)) => Found::At(half.offset()),
                Ok(None) => Found::Nothing,
                Err(_) => Found::GaveUp,
            });
        }
        let Ok(mut state) = self.dfa.start_state_forward(&mut self.cache, input) else {
            return Ok(Found::GaveUp);
        };
        let (text, mut last, per_look) = (input.haystack(), Found::Nothing, bytes_per_look(states));
        for place in input.get_range() {
            if place % per_look == 0 {
                look(meter)?;
            }
            let Some(next) = self.step(state, text[place]) else { return Ok(Found::GaveUp) };
            state = next;
            // The automaton says so one byte late.
            if state.is_match() {
                last = Found::At(place);
            } else if state.is_dead() {
                return Ok(last);
            }
        }
        Ok(match self.last_step(state, text.get(input.end()).copied()) {
            Some(true) => Found::At(input.end()),
            Some(false) => last,
            None => Found::GaveUp,
        })
    }

    /// Where the longest match that ends where `input` does begins.
    fn backwards(&mut self, input: &Input<'_>, states: usize, meter: &Meter) -> Result<Found, Trouble> {
        if states.saturating_mul(input.get_span().len()) <= MOST_STEPS {
            return Ok(match self.dfa.try_search_rev(&mut self.cache, input) {
                Ok(Some(half)) => Found::At(half.offset()),
                Ok(None) => Found::Nothing,
                Err(_) => Found::GaveUp,
            });
        }
        let Ok(mut state) = self.dfa.start_state_reverse(&mut self.cache, input) else {
            return Ok(Found::GaveUp);
        };
        let (text, mut last, per_look) = (input.haystack(), Found::Nothing, bytes_per_look(states));
        for place in input.get_range().rev() {
            if place % per_look == 0 {
                look(meter)?;
            }
            let Some(next) = self.step(state, text[place]) else { return Ok(Found::GaveUp) };
            state = next;
            if state.is_match() {
                last = Found::At(place + 1);
            } else if state.is_dead() {
                return Ok(last);
            }
        }
        let before = input.start().checked_sub(1).map(|place| text[place]);
        Ok(match self.last_step(state, before) {
            Some(true) => Found::At(input.start()),
            Some(false) => last,
            None => Found::GaveUp,
        })
    }

    fn step(&mut self, state: LazyStateID, byte: u8) -> Option<LazyStateID> {
        self.dfa.next_state(&mut self.cache, state, byte).ok().filter(|next| !next.is_quit())
    }

    /// Whether there is a match up to the edge of the span; `beyond` is the byte on its other side.
    fn last_step(&mut self, state: LazyStateID, beyond: Option<u8>) -> Option<bool> {
        let last = match beyond {
            Some(byte) => self.step(state, byte)?,
            None => self.dfa.next_eoi_state(&mut self.cache, state).ok()?,
        };
        Some(last.is_match())
    }
}

fn look(meter: &Meter) -> Result<(), Trouble> {
    meter.check().map_err(|stopped| Trouble::Lua(stopped.into()))
}

fn bytes_per_look(states: usize) -> usize {
    (STEPS_PER_LOOK / states.max(1)).clamp(1, 4096)
}

/// How many classes of characters a pattern names, at most.
fn classes(pattern: &str) -> usize {
    let mut bytes = pattern.bytes().peekable();
    let mut count = 0;
    while let Some(byte) = bytes.next() {
        count += match (byte, bytes.peek()) {
            (b'\\', Some(next)) => {
                let named = b"pPwWdDsSbB".contains(next);
                bytes.next();
                usize::from(named)
            }
            // A range beyond ASCII can hold every letter there is.
            (b'-', Some(b'\\' | 0x80..)) => CLASSES_PER_RANGE,
            (b'.', _) => 1,
            _ => 0,
        };
    }
    count
}

/// The reason within an error of the compiler, without the names of its parts.
fn explained(error: &dyn std::error::Error, pattern: &str) -> String {
    for feature in ["(?=", "(?!", "(?<=", "(?<!"] {
        if pattern.contains(feature) {
            return format!(
                "{feature}…) looks around, which patterns here cannot: they are matched in linear time"
            );
        }
    }
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(deeper) = source {
        reason = deeper.to_string();
        source = deeper.source();
    }
    let last = reason.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    format!("the pattern does not compile: {}", last.trim().trim_start_matches("error: "))
}

/// A pattern within delimiters followed by flags, or the pattern as it is.
fn undelimited(pattern: &str) -> (&str, &str) {
    let Some(first) = pattern.chars().next().filter(|first| DELIMITERS.contains(first)) else {
        return (pattern, "");
    };
    match pattern[1..].rsplit_once(first) {
        Some((inner, flags)) if flags.chars().all(|flag| flag.is_ascii_alphabetic()) => (inner, flags),
        _ => (pattern, ""),
    }
}
