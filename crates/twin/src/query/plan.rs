//! From a written query to one that can be evaluated: names resolved, values understood, mistakes found.

use super::ast::{Clause, Comparison, Expression, Name, Slice, Test, Written};
use super::error::Problem;
use super::term::{Entity, Holds, Read, Term};
use super::time::{self, Time};
use super::words::words;

/// A query that can be evaluated.
#[derive(Debug)]
pub(super) struct Plan {
    /// What is looked for.
    pub(super) entity: &'static Entity,
    pub(super) condition: Condition,
    pub(super) sort: Vec<(Reference, bool)>,
    pub(super) slice: Option<Slice>,
}

/// A condition on one object.
#[derive(Debug)]
pub(super) enum Condition {
    Everything,
    /// Words anywhere in the object's text.
    Words {
        phrase: Vec<String>,
        prefix: bool,
    },
    /// A field has any value; of a number, more than none.
    Present(Reference),
    /// A field is one of these.
    Is(Reference, Vec<Wanted>),
    Compare(Reference, Comparison, Wanted),
    /// The lead belongs to a smart view, given by id or name.
    InView(String),
    /// One child for which the condition holds.
    Child(&'static Entity, Box<Condition>),
    Not(Box<Condition>),
    And(Vec<Condition>),
    Or(Vec<Condition>),
}

/// A field that is asked for.
#[derive(Clone, Debug)]
pub(super) enum Reference {
    Known(&'static Term),
    /// A custom field, by id or name. Which ones there are is known only when the query is evaluated.
    Custom(String),
}

/// A value that is asked for, in every reading it allows.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) text: String,
    pub(super) words: Vec<String>,
    pub(super) number: Option<f64>,
    pub(super) time: Option<Time>,
}

impl Wanted {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), words: words(text), number: number(text), time: Time::read(text) }
    }
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// Resolves a query on leads, or on another kind of object.
pub(super) fn resolve(entity: &'static Entity, written: &Written) -> Result<Plan, Problem> {
    let condition =
        written.condition.as_ref().map_or(Ok(Condition::Everything), |it| condition(entity, it))?;
    let sort = written.sort.iter().map(|sort| Ok((reference(entity, &sort.field)?, sort.descending)));
    Ok(Plan { entity, condition, sort: sort.collect::<Result<_, _>>()?, slice: written.slice })
}

fn condition(entity: &'static Entity, expression: &Expression) -> Result<Condition, Problem> {
    let all = |parts: &[Expression]| -> Result<Vec<_>, _> {
        parts.iter().map(|part| condition(entity, part)).collect()
    };
    Ok(match expression {
        Expression::Everything => Condition::Everything,
        Expression::Words { content, prefix } => Condition::Words { phrase: words(content), prefix: *prefix },
        Expression::Clause(clause) => self::clause(entity, clause)?,
        Expression::Nested { entity: name, inner } => {
            let child = child(entity, name)?;
            Condition::Child(child, Box::new(condition(child, inner)?))
        }
        Expression::Not(inner) => Condition::Not(Box::new(condition(entity, inner)?)),
        Expression::And(parts) => Condition::And(conjunction(entity, parts)?),
        Expression::Or(parts) => Condition::Or(all(parts)?),
    })
}

/// Conditions that all must hold. `has:calls date >= "2024-01-01"` asks for one call with that date: what is no field
/// of the lead belongs to the calls beside it.
fn conjunction(entity: &'static Entity, parts: &[Expression]) -> Result<Vec<Condition>, Problem> {
    let host = parts.iter().find_map(|part| present_children(entity, part));
    let belongs = |part: &Expression| match (part, host) {
        (Expression::Clause(clause), Some(host)) => {
            let name = clause.field.text.to_ascii_lowercase();
            let own = matches!(name.as_str(), "has" | "in") || has_term(entity, &name);
            !own && has_term(host, &name)
        }
        _ => false,
    };
    let (theirs, own): (Vec<_>, Vec<_>) = parts.iter().partition(|part| belongs(part));
    let mut conditions: Vec<Condition> =
        own.into_iter().map(|part| condition(entity, part)).collect::<Result<_, _>>()?;
    if let Some(host) = host.filter(|_| !theirs.is_empty()) {
        let theirs: Vec<Condition> =
            theirs.into_iter().map(|part| condition(host, part)).collect::<Result<_, _>>()?;
        conditions.push(Condition::Child(host, Box::new(Condition::And(theirs))));
    }
    Ok(conditions)
}

/// The children whose presence `has:calls` asks for.
fn present_children(entity: &'static Entity, part: &Expression) -> Option<&'static Entity> {
    let Expression::Clause(Clause { field, test: Test::Is(what) }) = part else { return None };
    if !field.text.eq_ignore_ascii_case("has") {
        return None;
    }
    let what = what.text.to_ascii_lowercase();
    let term = entity.terms.iter().find(|term| term.names.contains(&what.as_str()))?;
    let Read::Count(&[kind]) = term.read else { return None };
    entity.children.iter().copied().find(|child| child.kind == kind)
}

fn has_term(entity: &Entity, name: &str) -> bool {
    entity.terms.iter().any(|term| term.names.contains(&name))
}

fn clause(entity: &'static Entity, clause: &Clause) -> Result<Condition, Problem> {
    let Clause { field, test } = clause;
    match (field.text.to_ascii_lowercase().as_str(), test) {
        ("has", Test::Is(what)) => return reference(entity, what).map(Condition::Present),
        ("in", Test::Is(view)) if entity.is_lead() => return Ok(Condition::InView(view.text.clone())),
        ("in", Test::Is(_)) => {
            return Err(Problem::new(
                &field.at,
                "in: asks for a smart view of leads: it stands outside entities.",
            ));
        }
        _ => {}
    }
    let reference = reference(entity, field)?;
    let holds = match &reference {
        Reference::Known(term) => Some(term.holds),
        Reference::Custom(_) => None,
    };
    let understood = |value: &Name| understand(field, holds, value);
    Ok(match test {
        Test::Any => Condition::Present(reference),
        Test::Is(value) => Condition::Is(reference, vec![understood(value)?]),
        Test::In(values) => {
            Condition::Is(reference, values.iter().map(understood).collect::<Result<_, _>>()?)
        }
        Test::Compare(comparison, value) => {
            if matches!(holds, Some(Holds::Text | Holds::Exact | Holds::Id | Holds::Period | Holds::Flag)) {
                let message = format!("{field} has no order. Write {field}:{value}.");
                return Err(Problem::new(&field.at, message));
            }
            Condition::Compare(reference, *comparison, understood(value)?)
        }
    })
}

/// Checks that a value suits the field.
fn understand(field: &Name, holds: Option<Holds>, value: &Name) -> Result<Wanted, Problem> {
    let wanted = Wanted::new(&value.text);
    let complaint = match holds {
        Some(Holds::Number) if wanted.number.is_none() => {
            format!("{field} is a number. For example: {field} > 1, or {field}:0.")
        }
        Some(Holds::Moment | Holds::Period) if wanted.time.is_none() => {
            format!("{field} needs {}.", time::HOW)
        }
        Some(Holds::Flag)
            if !matches!(value.text.to_ascii_lowercase().as_str(), "yes" | "no" | "true" | "false") =>
        {
            format!("{field} is yes or no. For example: {field}:yes.")
        }
        _ => return Ok(wanted),
    };
    Err(Problem::new(&value.at, complaint))
}

fn reference(entity: &'static Entity, name: &Name) -> Result<Reference, Problem> {
    let wanted = name.text.to_ascii_lowercase();
    if let Some(custom) = name.text.get(..7).filter(|start| start.eq_ignore_ascii_case("custom.")) {
        let custom = &name.text[custom.len()..];
        if entity.customs.is_none() {
            return Err(Problem::new(
                &name.at,
                format!("{} has no custom fields in queries.", entity.names[0]),
            ));
        }
        if custom.is_empty() {
            let message =
                "expected the name of a custom field, for example custom.Industry or \"custom.Lead Source\".";
            return Err(Problem::new(&name.at, message));
        }
        return Ok(Reference::Custom(custom.to_owned()));
    }
    if let Some(term) = entity.terms.iter().find(|term| term.names.contains(&wanted.as_str())) {
        return Ok(Reference::Known(term));
    }
    let known = entity.terms.iter().flat_map(|term| term.names).copied();
    if let Some(child) = entity.children.iter().find(|child| has_term(child, &wanted)) {
        let child = child.names[0];
        let message = format!("{} is a field of {child}. Write {child}({name}:…).", quote(&name.text));
        return Err(Problem::new(&name.at, message));
    }
    let what = if entity.is_lead() { "a lead".to_owned() } else { entity.names[0].to_owned() };
    let tip = "To search for the words themselves, put them in quotes.";
    let message = format!("{} is not a field of {what}.{} {tip}", quote(&name.text), nearest(&wanted, known));
    Err(Problem::new(&name.at, message))
}

fn child(entity: &'static Entity, name: &Name) -> Result<&'static Entity, Problem> {
    let wanted = name.text.to_ascii_lowercase();
    if let Some(child) = entity.children.iter().find(|child| child.names.contains(&wanted.as_str())) {
        return Ok(child);
    }
    let known: Vec<&str> = entity.children.iter().map(|child| child.names[0]).collect();
    let message = if known.is_empty() {
        format!("conditions in {} cannot hold further entities.", entity.names[0])
    } else {
        format!(
            "{} is not one of {}. A group of conditions needs a space before (.",
            quote(&name.text),
            known.join(", ")
        )
    };
    Err(Problem::new(&name.at, message))
}

fn quote(text: &str) -> String {
    format!("“{text}”")
}

/// ` Did you mean …?`, when something is near enough.
fn nearest<'n>(wanted: &str, known: impl Iterator<Item = &'n str>) -> String {
    let mut near: Vec<(usize, &str)> = known
        .map(|name| (strsim::damerau_levenshtein(wanted, name), name))
        .filter(|(distance, name)| *distance <= 3 && *distance * 2 < name.len())
        .collect();
    near.sort_unstable();
    match near.as_slice() {
        [] => String::new(),
        [(_, only)] => format!(" Did you mean {only}?"),
        [(_, first), (_, second), ..] => format!(" Did you mean {first} or {second}?"),
    }
}
