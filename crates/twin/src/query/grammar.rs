//! From text to a written query.
//!
//! ```text
//! query       = or
//! or          = and ("or" and)*
//! and         = not ("and"? not)*
//! not         = "not"* atom
//! atom        = "(" or ")" | entity "(" or ")" | clause | word | phrase | "*" | directive
//! clause      = field ":" value | field ":*" | field (">" | ">=" | "<" | "<=") value
//!             | field "in" "(" value ("," value)* ")"
//! directive   = "sort:" "-"? field | "slice:" number "/" number
//! ```
//!
//! Keywords may be in any case. Fields and values may be quoted, and must be when they hold spaces; `\"` and `\\`
//! stand for themselves inside quotes. Directives may stand anywhere outside parentheses.

use winnow::Parser;
use winnow::ascii::multispace0;
use winnow::combinator::{opt, preceded};
use winnow::stream::{LocatingSlice, Stateful, Stream};
use winnow::token::{any, literal};

use super::ast::{Clause, Comparison, Expression, KEYWORDS, Name, Slice, Sort, Test, Written, plain};
use super::error::{Problem, QueryError};
use super::lexer::{Input, State, comes, here, keyword, next, position, quoted, since, spaces, value, word};

/// Most bytes of a query. Close publishes no limit; scripts send long lists of ids.
const MAX_LENGTH: usize = 32 * 1024;
/// How deep parentheses, nested entities and `not` may go.
const MAX_DEPTH: usize = 32;
/// Most `sort:` directives.
const MAX_SORTS: usize = 3;

/// Reads a query.
pub(super) fn read(text: &str) -> Result<Written, QueryError> {
    if text.len() > MAX_LENGTH {
        return Err(QueryError::whole(format_args!("it is longer than {MAX_LENGTH} bytes.")));
    }
    let mut input = Stateful { input: LocatingSlice::new(text), state: State::default() };
    let outcome = whole(&mut input);
    let condition = outcome.map_err(|problem| QueryError::new(text, &problem))?;
    Ok(Written { condition, sort: input.state.sort, slice: input.state.slice })
}

fn whole(input: &mut Input<'_>) -> Result<Option<Expression>, Problem> {
    spaces(input)?;
    if input.input.is_empty() {
        return Ok(None);
    }
    let condition = alternatives(input)?;
    if input.input.is_empty() {
        Ok(condition)
    } else {
        Err(Problem::new(&here(input), "this parenthesis closes nothing. Remove it, or open one before it."))
    }
}

/// `a or b`. Nothing, when there were only directives.
fn alternatives(input: &mut Input<'_>) -> Result<Option<Expression>, Problem> {
    let start = position(input);
    let mut parts = vec![conjunction(input)?];
    while keyword(input, "or")? {
        parts.push(conjunction(input)?);
    }
    if parts.len() == 1 {
        return Ok(parts.remove(0));
    }
    let lonely = "expected a condition on each side of OR. For example: name:Acme or name:Wayne.";
    let parts: Option<Vec<_>> = parts.into_iter().collect();
    parts.map(|parts| Some(Expression::Or(parts))).ok_or_else(|| Problem::new(&since(input, start), lonely))
}

/// `a and b`, or just `a b`. Nothing, when there were only directives.
fn conjunction(input: &mut Input<'_>) -> Result<Option<Expression>, Problem> {
    let mut parts = Vec::new();
    let mut seen = 0_usize;
    loop {
        let joined = seen > 0 && keyword(input, "and")?;
        let over = input.input.is_empty() || next(input) == Some(')') || comes(input, "or");
        if over && seen > 0 && !joined {
            break;
        }
        parts.extend(negation(input)?);
        seen += 1;
    }
    Ok(if parts.len() > 1 { Some(Expression::And(parts)) } else { parts.pop() })
}

fn negation(input: &mut Input<'_>) -> Result<Option<Expression>, Problem> {
    if !keyword(input, "not")? {
        return atom(input);
    }
    deeper(input, |input| {
        let start = position(input);
        let inner = negation(input)?;
        let negated = inner.map(|inner| Some(Expression::Not(Box::new(inner))));
        negated.ok_or_else(|| Problem::new(&since(input, start), "sort: and slice: cannot be negated."))
    })
}

fn atom(input: &mut Input<'_>) -> Result<Option<Expression>, Problem> {
    match next(input) {
        Some('(') => return group(input).map(Some),
        Some('"') => {
            let name = quoted(input)?;
            return match clause(input, name.clone())? {
                Some(clause) => Ok(Some(Expression::Clause(clause))),
                None if name.text.trim().is_empty() => {
                    Err(Problem::new(&name.at, "expected words inside the quotes."))
                }
                None => Ok(Some(Expression::Words { content: name.text, prefix: false })),
            };
        }
        _ => {}
    }
    let name = word(input)?;
    let reserved = KEYWORDS.iter().any(|keyword| name.text.eq_ignore_ascii_case(keyword));
    if name.text.is_empty() || (reserved && next(input) != Some(':')) {
        let message =
            "expected a condition: a word, a phrase in quotes, field:value, or a group in parentheses.";
        return Err(Problem::new(&name.at, message));
    }
    if next(input) == Some('(') && name.at.0.end == position(input) {
        // What has conditions of its own is called by a plain word; anything else would not read back.
        if !plain(&name.text) {
            let message = "expected a plain word before the parenthesis, such as contact or opportunity, or a space to begin a group.";
            return Err(Problem::new(&name.at, message));
        }
        let inner = group(input)?;
        return Ok(Some(Expression::Nested { entity: name, inner: Box::new(inner) }));
    }
    if next(input) == Some(':') {
        match name.text.to_ascii_lowercase().as_str() {
            "sort" => return sort(input, &name).map(|()| None),
            "slice" => return slice(input, &name).map(|()| None),
            _ => {}
        }
    }
    if let Some(clause) = clause(input, name.clone())? {
        return Ok(Some(Expression::Clause(clause)));
    }
    if name.text == "*" {
        return Ok(Some(Expression::Everything));
    }
    if name.text.starts_with("custom.") {
        let message = "expected : and a value after a custom field. A name with spaces is quoted as a whole, for \
                       example \"custom.Lead Source\":\"Trade show\".";
        return Err(Problem::new(&name.at, message));
    }
    let stem = name.text.trim_end_matches('*');
    let prefix = stem.len() < name.text.len() && !stem.is_empty();
    let content = if prefix { stem.to_owned() } else { name.text };
    Ok(Some(Expression::Words { content, prefix }))
}

/// `( … )`
fn group(input: &mut Input<'_>) -> Result<Expression, Problem> {
    let opening = here(input);
    any.parse_next(input)?;
    spaces(input)?;
    let inner = deeper(input, alternatives)?;
    let inner =
        inner.ok_or_else(|| Problem::new(&opening, "expected a condition inside the parentheses."))?;
    if next(input) != Some(')') {
        return Err(Problem::new(&opening, "this parenthesis is never closed. Add ) where the group ends."));
    }
    any.parse_next(input)?;
    spaces(input)?;
    Ok(inner)
}

/// What follows a field name, when it is one.
fn clause(input: &mut Input<'_>, field: Name) -> Result<Option<Clause>, Problem> {
    let start = input.checkpoint();
    spaces(input)?;
    if opt(':').parse_next(input)?.is_some() {
        let any = preceded(multispace0, literal("*"));
        let followed = |input: &Input<'_>| next(input).is_none_or(|next| next == ')' || next.is_whitespace());
        let checkpoint = input.checkpoint();
        let mut any = any;
        let found: Result<&str, Problem> = any.parse_next(input);
        if found.is_ok() && followed(input) {
            spaces(input)?;
            return Ok(Some(Clause { field, test: Test::Any }));
        }
        input.reset(&checkpoint);
        let value = value(input, &field, ":")?;
        return Ok(Some(Clause { field, test: Test::Is(value) }));
    }
    for comparison in Comparison::ALL {
        if opt(literal(comparison.sign())).parse_next(input)?.is_some() {
            let value = value(input, &field, comparison.sign())?;
            return Ok(Some(Clause { field, test: Test::Compare(comparison, value) }));
        }
    }
    if next(input) == Some('=') {
        let message = format!("write : for “is”. For example: {field}:value.");
        return Err(Problem::new(&here(input), message));
    }
    if keyword(input, "in")? && next(input) == Some('(') {
        let values = list(input, &field)?;
        return Ok(Some(Clause { field, test: Test::In(values) }));
    }
    input.reset(&start);
    spaces(input)?;
    Ok(None)
}

/// `(a, "b")`
fn list(input: &mut Input<'_>, field: &Name) -> Result<Vec<Name>, Problem> {
    let opening = here(input);
    any.parse_next(input)?;
    let mut values = Vec::new();
    loop {
        values.push(value(input, field, " in")?);
        match next(input) {
            Some(',') => drop(any.parse_next(input)?),
            Some(')') => {
                any.parse_next(input)?;
                spaces(input)?;
                return Ok(values);
            }
            _ => {
                let message =
                    format!("expected , or ) in this list. For example: {field} in (\"one\", \"two\").");
                return Err(Problem::new(&opening, message));
            }
        }
    }
}

/// `sort:-created`
fn sort(input: &mut Input<'_>, name: &Name) -> Result<(), Problem> {
    let value = directive(input, name)?;
    for part in value.text.split(',') {
        let descending = part.starts_with('-');
        let field = part.trim_start_matches(['-', '+']);
        if field.is_empty() {
            return Err(Problem::new(&value.at, "expected a field to sort by. For example: sort:-created."));
        }
        if input.state.sort.len() == MAX_SORTS {
            let message = format!("at most {MAX_SORTS} fields can be sorted by.");
            return Err(Problem::new(&value.at, message));
        }
        input
            .state
            .sort
            .push(Sort { field: Name { text: field.to_owned(), at: value.at.clone() }, descending });
    }
    Ok(())
}

/// `slice:1/5`
fn slice(input: &mut Input<'_>, name: &Name) -> Result<(), Problem> {
    let value = directive(input, name)?;
    let parts =
        value.text.split_once('/').and_then(|(part, of)| Some((part.parse().ok()?, of.parse().ok()?)));
    match parts {
        Some((part, of)) if (1..=of).contains(&part) && input.state.slice.is_none() => {
            input.state.slice = Some(Slice { part, of });
            Ok(())
        }
        Some(_) if input.state.slice.is_some() => {
            Err(Problem::new(&value.at, "there can be only one slice:."))
        }
        _ => Err(Problem::new(&value.at, "expected slice:i/n with i from 1 to n. For example: slice:1/5.")),
    }
}

fn directive(input: &mut Input<'_>, name: &Name) -> Result<Name, Problem> {
    if input.state.depth > 0 {
        let message = format!("{}: stands outside parentheses and not after NOT.", name.text);
        return Err(Problem::new(&name.at, message));
    }
    any.parse_next(input)?;
    value(input, name, ":")
}

fn deeper<T>(
    input: &mut Input<'_>,
    inside: impl FnOnce(&mut Input<'_>) -> Result<T, Problem>,
) -> Result<T, Problem> {
    if input.state.depth == MAX_DEPTH {
        let message = format!("conditions are nested deeper than {MAX_DEPTH} levels.");
        return Err(Problem::new(&here(input), message));
    }
    input.state.depth += 1;
    let outcome = inside(input);
    input.state.depth -= 1;
    outcome
}
