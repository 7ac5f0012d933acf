//! The smallest pieces of a query: words, quoted text, values, keywords, spaces.

use winnow::Parser;
use winnow::ascii::multispace0;
use winnow::combinator::{opt, peek, preceded};
use winnow::error::ParserError;
use winnow::stream::{LocatingSlice, Location, Stateful};
use winnow::token::{any, take_while};

use super::ast::{Name, Slice, Sort, in_word};
use super::error::{Problem, Span};

/// A query being read, and what was found beside its condition.
pub(super) type Input<'i> = Stateful<LocatingSlice<&'i str>, State>;

/// How deep the reader is, and the directives met so far.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) depth: usize,
    pub(super) sort: Vec<Sort>,
    pub(super) slice: Option<Slice>,
}

impl<'i> ParserError<Input<'i>> for Problem {
    type Inner = Self;

    fn from_input(input: &Input<'i>) -> Self {
        Self::new(&here(input), "expected something else.")
    }

    fn into_inner(self) -> Result<Self::Inner, Self> {
        Ok(self)
    }
}

/// A quoted value, or characters up to the next space, parenthesis, quote or (in a list) comma.
pub(super) fn value(input: &mut Input<'_>, field: &Name, sign: &str) -> Result<Name, Problem> {
    spaces(input)?;
    if next(input) == Some('"') {
        return quoted(input);
    }
    let in_list = sign == " in";
    let start = position(input);
    let inside = |character: char| {
        let ends = character.is_whitespace() || "\"()".contains(character);
        !(ends || in_list && character == ',')
    };
    let text: &str = take_while(0.., inside).parse_next(input)?;
    if text.is_empty() {
        let message = match next(input) {
            Some('(') => format!("several values are written {field} in (\"one\", \"two\")."),
            _ => format!("expected a value after {field}{sign}. For example: {field}{sign}\"some value\"."),
        };
        return Err(Problem::new(&here(input), message));
    }
    let name = Name { text: text.to_owned(), at: since(input, start) };
    spaces(input)?;
    Ok(name)
}

/// `"…"`
pub(super) fn quoted(input: &mut Input<'_>) -> Result<Name, Problem> {
    let opening = here(input);
    any.parse_next(input)?;
    let mut text = String::new();
    loop {
        match opt(any).parse_next(input)? {
            Some('"') => break,
            Some('\\') => match opt(any).parse_next(input)? {
                Some(escaped @ ('"' | '\\')) => text.push(escaped),
                Some(other) => text.extend(['\\', other]),
                None => text.push('\\'),
            },
            Some(character) => text.push(character),
            None => {
                return Err(Problem::new(
                    &opening,
                    "this quotation mark is never closed. Add \" at its end.",
                ));
            }
        }
    }
    let at = since(input, opening.0.start);
    spaces(input)?;
    Ok(Name { text, at })
}

/// A word before any `:`. Keeps its place before the spaces after it.
pub(super) fn word(input: &mut Input<'_>) -> Result<Name, Problem> {
    let start = position(input);
    let text: &str = take_while(0.., in_word).parse_next(input)?;
    let at = if text.is_empty() { here(input) } else { since(input, start) };
    let name = Name { text: text.to_owned(), at };
    let followed: Result<Option<char>, Problem> = peek(opt(preceded(multispace0, any))).parse_next(input);
    // A parenthesis after a space opens a group of its own: the spaces stay until the name is understood.
    if !matches!(followed, Ok(Some('('))) {
        spaces(input)?;
    }
    Ok(name)
}

/// Eats a keyword with the spaces after it; a field of that name, as in `not:`, is none.
pub(super) fn keyword(input: &mut Input<'_>, keyword: &str) -> Result<bool, Problem> {
    let found = comes(input, keyword);
    if found {
        take_while(0.., in_word).parse_next(input)?;
        spaces(input)?;
    }
    Ok(found)
}

pub(super) fn comes(input: &Input<'_>, keyword: &str) -> bool {
    let rest: &str = input.input.as_ref();
    let end = rest.find(|character| !in_word(character)).unwrap_or(rest.len());
    let (word, rest) = rest.split_at(end);
    word.eq_ignore_ascii_case(keyword) && !rest.trim_start().starts_with([':', '<', '>', '='])
}

pub(super) fn spaces(input: &mut Input<'_>) -> Result<(), Problem> {
    take_while(0.., char::is_whitespace).void().parse_next(input)
}

pub(super) fn next(input: &Input<'_>) -> Option<char> {
    let rest: &str = input.input.as_ref();
    rest.chars().next()
}

pub(super) fn position(input: &Input<'_>) -> usize {
    input.input.current_token_start()
}

/// The next character.
pub(super) fn here(input: &Input<'_>) -> Span {
    let start = position(input);
    Span(start..start + next(input).map_or(0, char::len_utf8))
}

pub(super) fn since(input: &Input<'_>, start: usize) -> Span {
    Span(start..input.input.previous_token_end())
}
