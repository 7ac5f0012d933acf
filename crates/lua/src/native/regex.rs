//! `regex`: patterns in the usual syntax, matched in time in proportion to the text.
//!
//! Looking around and back references are refused, because no engine does them in linear time. A match is found
//! by a lazy automaton, which is fast and bounded; only where that gives up, and for the groups within a match,
//! a slower machine runs, and for that one the product of pattern and text has a limit.

use mlua::{Lua, MultiValue, Table, Value};
use regex_automata::hybrid::{dfa, regex::Regex};
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::captures::Captures;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, Match, PatternID, Span};

use crate::native::{Natives, refusal, success, type_of};

/// Compiled patterns larger than this (bytes) are refused.
const LARGEST_PROGRAM: usize = 512 * 1024;
/// The slow machine may take so many steps: states of the pattern times bytes of text.
const MOST_STEPS: usize = 30_000_000;
/// The lazy automaton gives up when it has thrown away its states so often and gained too little.
const MOST_CLEARINGS: usize = 10;
const BYTES_PER_STATE: usize = 10;
/// Delimiters that may stand around a pattern, as other languages want them.
const DELIMITERS: &[char] = &['/', '#', '~', '%', '!', '@'];

pub(crate) fn library(lua: &Lua, natives: &Natives) -> mlua::Result<Table> {
    let library = lua.create_table()?;
    library.raw_set("match", lua.create_function(first_match)?)?;
    let shared = natives.clone();
    library.raw_set(
        "match_all",
        lua.create_function(move |lua, arguments: (Value, Value, Value)| {
            all_matches(lua, &shared, &arguments)
        })?,
    )?;
    let shared = natives.clone();
    library.raw_set(
        "gsub",
        lua.create_function(move |lua, arguments: (Value, Value, Value, Value)| {
            substitute(lua, &shared, &arguments)
        })?,
    )?;
    Ok(library)
}

/// A pattern, compiled, with its working memory.
struct Pattern {
    finder: Regex,
    finder_cache: regex_automata::hybrid::regex::Cache,
    groups: PikeVM,
    groups_cache: pikevm::Cache,
    captures: Captures,
}

impl Pattern {
    fn compile(pattern: &str, flags: &str) -> Result<Self, String> {
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
        let pattern = if anchored { format!(r"\A(?:{pattern})") } else { pattern.to_owned() };
        let program = thompson::Config::new().utf8(false).nfa_size_limit(Some(LARGEST_PROGRAM));
        let said = |error: &dyn std::error::Error| explained(error, &pattern);
        let finder = Regex::builder()
            .syntax(config)
            .thompson(program.clone())
            .dfa(
                dfa::Config::new()
                    .minimum_cache_clear_count(Some(MOST_CLEARINGS))
                    .minimum_bytes_per_state(Some(BYTES_PER_STATE)),
            )
            .build(&pattern)
            .map_err(|error| said(&error))?;
        let groups = PikeVM::builder()
            .syntax(config)
            .thompson(program.which_captures(WhichCaptures::All))
            .build(&pattern)
            .map_err(|error| said(&error))?;
        Ok(Self {
            finder_cache: finder.create_cache(),
            groups_cache: groups.create_cache(),
            captures: groups.create_captures(),
            finder,
            groups,
        })
    }

    /// The first match at or after `start`.
    fn find(&mut self, text: &[u8], start: usize) -> Result<Option<Match>, String> {
        let input = Input::new(text).span(Span { start, end: text.len() });
        if let Ok(found) = self.finder.try_search(&mut self.finder_cache, &input) {
            return Ok(found);
        }
        self.afford(text.len() - start)?;
        Ok(self.groups.find(&mut self.groups_cache, input))
    }

    /// The groups of a match that was found, the whole match first.
    fn groups(&mut self, text: &[u8], found: Match) -> Result<Vec<Option<Span>>, String> {
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

    fn afford(&self, bytes: usize) -> Result<(), String> {
        let states = self.groups.get_nfa().states().len();
        if states.saturating_mul(bytes) > MOST_STEPS {
            return Err(
                "the pattern is too costly for a text of this length; simplify it or shorten the text"
                    .to_owned(),
            );
        }
        Ok(())
    }

    /// Calls `each` with every match, until it says no more.
    fn for_each(
        &mut self,
        text: &[u8],
        natives: &Natives,
        mut each: impl FnMut(&mut Self, Match) -> Result<bool, Trouble>,
    ) -> Result<(), Trouble> {
        let mut start = 0;
        while start <= text.len() {
            natives.shared.meter.check().map_err(|stopped| Trouble::Lua(stopped.into()))?;
            let Some(found) = self.find(text, start).map_err(Trouble::Text)? else { break };
            if !each(self, found)? {
                break;
            }
            start = if found.is_empty() { found.end() + 1 } else { found.end() };
        }
        Ok(())
    }
}

enum Trouble {
    Text(String),
    Lua(mlua::Error),
}

impl From<mlua::Error> for Trouble {
    fn from(error: mlua::Error) -> Self {
        Self::Lua(error)
    }
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

/// Subject and pattern of a call, or what is wrong with them.
fn prepared(
    function: &str,
    lua: &Lua,
    subject: &Value,
    pattern: &Value,
    flags: &Value,
) -> mlua::Result<Result<(Vec<u8>, Pattern), MultiValue>> {
    let Value::String(subject) = subject else {
        let got = type_of(subject);
        return Ok(Err(refusal(lua, format!("regex.{function}: expected string subject, got {got}"))?));
    };
    let Value::String(pattern) = pattern else {
        let got = type_of(pattern);
        return Ok(Err(refusal(lua, format!("regex.{function}: expected string pattern, got {got}"))?));
    };
    let flags = match flags {
        Value::Nil => String::new(),
        Value::String(flags) => flags.to_string_lossy(),
        other => {
            let got = type_of(other);
            return Ok(Err(refusal(lua, format!("regex.{function}: expected string flags, got {got}"))?));
        }
    };
    let compiled = match pattern.to_str() {
        Ok(pattern) => Pattern::compile(&pattern, &flags),
        Err(_) => Err("the pattern is not text in UTF-8".to_owned()),
    };
    Ok(match compiled {
        Ok(pattern) => Ok((subject.as_bytes().to_vec(), pattern)),
        Err(problem) => Err(refusal(lua, format!("regex.{function}: {problem}"))?),
    })
}

fn first_match(lua: &Lua, (subject, pattern, flags): (Value, Value, Value)) -> mlua::Result<MultiValue> {
    let (text, mut pattern) = match prepared("match", lua, &subject, &pattern, &flags)? {
        Ok(prepared) => prepared,
        Err(refused) => return Ok(refused),
    };
    let groups = pattern.find(&text, 0).and_then(|found| match found {
        Some(found) => pattern.groups(&text, found).map(Some),
        None => Ok(None),
    });
    match groups {
        Ok(None) => Ok(success(Value::Nil)),
        Ok(Some(groups)) => {
            let table = lua.create_table_with_capacity(groups.len(), 0)?;
            for (place, group) in groups.iter().enumerate() {
                // A group that took no part is an empty text, as in the language the patterns come from.
                table.raw_set(
                    place + 1,
                    lua.create_string(group.map_or(&b""[..], |span| &text[span.range()]))?,
                )?;
            }
            Ok(success(Value::Table(table)))
        }
        Err(problem) => refusal(lua, format!("regex.match: {problem}")),
    }
}

fn all_matches(
    lua: &Lua,
    natives: &Natives,
    (subject, pattern, flags): &(Value, Value, Value),
) -> mlua::Result<MultiValue> {
    let (text, mut pattern) = match prepared("match_all", lua, subject, pattern, flags)? {
        Ok(prepared) => prepared,
        Err(refused) => return Ok(refused),
    };
    let groups = lua.create_table()?;
    let collected = pattern.for_each(&text, natives, |pattern, found| {
        for (place, group) in pattern.groups(&text, found).map_err(Trouble::Text)?.iter().enumerate() {
            let list = if let Some(list) = groups.raw_get::<Option<Table>>(place + 1)? {
                list
            } else {
                let list = lua.create_table()?;
                groups.raw_set(place + 1, &list)?;
                list
            };
            list.raw_push(lua.create_string(group.map_or(&b""[..], |span| &text[span.range()]))?)?;
        }
        Ok(true)
    });
    match collected {
        Ok(()) => Ok(success(Value::Table(groups))),
        Err(Trouble::Text(problem)) => refusal(lua, format!("regex.match_all: {problem}")),
        Err(Trouble::Lua(error)) => Err(error),
    }
}

fn substitute(
    lua: &Lua,
    natives: &Natives,
    (subject, pattern, replacement, limit): &(Value, Value, Value, Value),
) -> mlua::Result<MultiValue> {
    let (text, mut pattern) = match prepared("gsub", lua, subject, pattern, &Value::Nil)? {
        Ok(prepared) => prepared,
        Err(refused) => return Ok(refused),
    };
    let Value::String(replacement) = replacement else {
        let got = type_of(replacement);
        return refusal(lua, format!("regex.gsub: expected string replacement, got {got}"));
    };
    let Some(most) = most_replacements(limit) else {
        let got = type_of(limit);
        return refusal(lua, format!("regex.gsub: expected number limit, got {got}"));
    };
    // What is made may be as large as the memory that the script may have.
    let largest = natives.shared.meter.limits().memory;
    let parts = Part::of(&replacement.as_bytes());
    let (mut made, mut copied, mut replaced) = (Vec::new(), 0, 0_usize);
    let done = pattern.for_each(&text, natives, |pattern, found| {
        if replaced >= most {
            return Ok(false);
        }
        replaced += 1;
        let groups = pattern.groups(&text, found).map_err(Trouble::Text)?;
        made.extend_from_slice(&text[copied..found.start()]);
        for part in &parts {
            match part {
                Part::Text(text) => made.extend_from_slice(text),
                Part::Group(group) => {
                    made.extend_from_slice(
                        groups.get(*group).copied().flatten().map_or(&b""[..], |span| &text[span.range()]),
                    );
                }
            }
        }
        copied = found.end();
        if made.len() > largest { Err(Trouble::Text("not enough memory".to_owned())) } else { Ok(true) }
    });
    match done {
        Ok(()) => {
            made.extend_from_slice(&text[copied..]);
            Ok(success(Value::String(lua.create_string(made)?)))
        }
        Err(Trouble::Text(problem)) => refusal(lua, format!("regex.gsub: {problem}")),
        Err(Trouble::Lua(error)) => Err(error),
    }
}

/// How many matches are replaced; all of them without a number, or with a negative one.
fn most_replacements(limit: &Value) -> Option<usize> {
    match limit {
        Value::Nil => Some(usize::MAX),
        Value::Integer(limit) => Some(usize::try_from(*limit).unwrap_or(usize::MAX)),
        Value::Number(limit) if limit.is_nan() || *limit < 0.0 => Some(usize::MAX),
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "not negative; a large one is all"
        )]
        Value::Number(limit) => Some(*limit as usize),
        _ => None,
    }
}

/// A piece of a replacement.
enum Part {
    Text(Vec<u8>),
    /// `$1`, `${1}` or `\1`.
    Group(usize),
}

impl Part {
    fn of(replacement: &[u8]) -> Vec<Self> {
        let (mut parts, mut text, mut place) = (Vec::new(), Vec::new(), 0);
        while place < replacement.len() {
            if let Some((group, length)) = Self::group_at(&replacement[place..]) {
                parts.push(Self::Text(std::mem::take(&mut text)));
                parts.push(Self::Group(group));
                place += length;
            } else {
                text.push(replacement[place]);
                place += 1;
            }
        }
        parts.push(Self::Text(text));
        parts
    }

    /// The group that is named at the start of `rest`, and how long its name is: two digits at most.
    fn group_at(rest: &[u8]) -> Option<(usize, usize)> {
        let braced = rest.starts_with(b"${");
        let digits_from = match rest.first()? {
            b'$' if braced => 2,
            b'$' | b'\\' => 1,
            _ => return None,
        };
        let digits = rest[digits_from..].iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
        let end = digits_from + digits;
        let number = std::str::from_utf8(&rest[digits_from..end]).ok()?.parse().ok()?;
        match (braced, rest.get(end)) {
            (true, Some(b'}')) => Some((number, end + 1)),
            (true, _) => None,
            (false, _) => Some((number, end)),
        }
    }
}
