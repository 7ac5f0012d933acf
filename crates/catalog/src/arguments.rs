//! Checking and normalising of arguments: the one place where it happens.
//!
//! Promises that all problems are reported together and that what passes can be sent as it is. Names in
//! place of ids are left to `prepared`, which needs lists from Close for them.

use serde_json::{Map, Value};

use crate::catalog::Address;
use crate::model::{Parameter, Rule};
use crate::names::{Vocabulary, likeness, shown};
use crate::prepared::Prepared;
use crate::problem::{InvalidArguments, Problem};
use crate::request;
use crate::values::{as_object, normalise, type_name};

/// Names less alike than this are not offered for an unknown parameter.
const LEAST_LIKENESS: f64 = 0.55;
/// So many unknown names are reported; of more, only the number.
const MOST_UNKNOWN: usize = 20;

pub(crate) fn check<'c>(address: Address<'c>, given: &Value) -> Result<Prepared<'c>, InvalidArguments> {
    let mut problems = Vec::new();
    let nothing = Map::new();
    let given = match given {
        Value::Object(members) => members,
        // Scripts cannot tell an empty list from an empty object.
        Value::Null => &nothing,
        Value::Array(items) if items.is_empty() => &nothing,
        other => {
            problems.push(Problem::NotAnObject { got: type_name(other) });
            return Err(refusal(address, problems));
        }
    };
    let assigned = assign(address, given, &mut problems);
    let mut values: Vec<Option<Value>> = Vec::with_capacity(assigned.len());
    for (parameter, value) in address.tool.parameters.iter().zip(assigned) {
        let name = published_name(address.vocabulary, parameter);
        values.push(match present(parameter, value) {
            Some(value) => match normalise(parameter, name, value) {
                Ok(Value::String(text))
                    if request::is_path_parameter(address.tool, parameter)
                        && !request::is_safe_segment(parameter, &text) =>
                {
                    problems
                        .push(Problem::Unacceptable { name: name.to_owned(), must_be: "an id".to_owned() });
                    None
                }
                Ok(value) => Some(value),
                Err(problem) => {
                    problems.push(problem);
                    None
                }
            },
            None if is_required(address.vocabulary, parameter) => {
                problems.push(Problem::Missing { name: name.to_owned() });
                None
            }
            None if address.vocabulary == Vocabulary::Function => parameter.function_default.clone(),
            None => None,
        });
    }
    // Conditions are judged on what was given; a parameter that is wrong was given all the same.
    if problems.is_empty() {
        problems.extend(conditions(address, &values));
    }
    if problems.is_empty() { Ok(Prepared::new(address, values)) } else { Err(refusal(address, problems)) }
}

pub(crate) fn refusal(address: Address<'_>, problems: Vec<Problem>) -> InvalidArguments {
    InvalidArguments {
        tool: address.name().to_owned(),
        signature: address.signature(),
        problems,
        looked_up: false,
    }
}

/// The name of `parameter` in a vocabulary.
pub(crate) fn published_name(vocabulary: Vocabulary, parameter: &Parameter) -> &str {
    match (vocabulary, &parameter.function_name) {
        (Vocabulary::Function, Some(name)) => name,
        _ => &parameter.name,
    }
}

pub(crate) fn is_required(vocabulary: Vocabulary, parameter: &Parameter) -> bool {
    match (vocabulary, parameter.function_required) {
        (Vocabulary::Function, Some(required)) => required,
        _ => parameter.required,
    }
}

/// Gives each value to its parameter, whatever spelling of the name was used.
fn assign(
    address: Address<'_>,
    given: &Map<String, Value>,
    problems: &mut Vec<Problem>,
) -> Vec<Option<Value>> {
    let parameters = &address.tool.parameters;
    let mut assigned: Vec<Option<(String, Value)>> = vec![None; parameters.len()];
    let mut members: Vec<(usize, &str, &Value)> = Vec::new();
    let mut unknown = 0;
    for (name, value) in given {
        if let Some(index) = find(address.vocabulary, parameters, name) {
            match &assigned[index] {
                Some((other, earlier)) if earlier != value => problems.push(Problem::Condition {
                    text: format!("{other} and {name} are the same parameter, give one"),
                }),
                _ => assigned[index] = Some((name.clone(), value.clone())),
            }
        } else if let Some((index, member)) = spread_member(parameters, name) {
            members.push((index, member, value));
        } else {
            unknown += 1;
            if unknown <= MOST_UNKNOWN {
                problems.push(Problem::Unknown { name: shown(name), nearest: nearest(address, name) });
            }
        }
    }
    if unknown > MOST_UNKNOWN {
        let name = format!("and {} more", unknown - MOST_UNKNOWN);
        problems.push(Problem::Unknown { name, nearest: Vec::new() });
    }
    // Members written by themselves join the object, whichever of the two came first.
    for (index, member, value) in members {
        let (name, object) =
            assigned[index].get_or_insert_with(|| (member.to_owned(), Value::Object(Map::new())));
        *object = as_object(std::mem::take(object));
        let Value::Object(object) = object else { continue };
        match object.insert(member.to_owned(), value.clone()) {
            Some(other) if other != *value => problems.push(Problem::Condition {
                text: format!("{member} is given twice, in {name} and by itself, give one"),
            }),
            _ => {}
        }
    }
    assigned.into_iter().map(|slot| slot.map(|(_, value)| value)).collect()
}

/// The parameter called `name`: first in the caller's vocabulary, then in the other, then by alias.
fn find(vocabulary: Vocabulary, parameters: &[Parameter], name: &str) -> Option<usize> {
    let is = |parameter: &Parameter| published_name(vocabulary, parameter) == name;
    parameters
        .iter()
        .position(is)
        .or_else(|| parameters.iter().position(|parameter| parameter.name == name))
        .or_else(|| parameters.iter().position(|parameter| parameter.function_name.as_deref() == Some(name)))
        .or_else(|| {
            parameters.iter().position(|parameter| parameter.aliases.iter().any(|alias| alias == name))
        })
}

/// `custom.cf_x` belongs to the parameter that spreads into `custom.…` fields.
fn spread_member<'n>(parameters: &[Parameter], name: &'n str) -> Option<(usize, &'n str)> {
    parameters.iter().enumerate().find_map(|(index, parameter)| {
        let member = name.strip_prefix(parameter.spread.as_deref()?)?;
        (!member.is_empty()).then_some((index, member))
    })
}

fn nearest(address: Address<'_>, name: &str) -> Vec<String> {
    let mut scored: Vec<(f64, &str)> = address
        .tool
        .parameters
        .iter()
        .map(|parameter| published_name(address.vocabulary, parameter))
        .map(|candidate| (likeness(&name.to_ascii_lowercase(), candidate), candidate))
        .filter(|(score, _)| *score >= LEAST_LIKENESS)
        .collect();
    scored.sort_by(|left, right| right.0.total_cmp(&left.0));
    scored.into_iter().take(2).map(|(_, name)| name.to_owned()).collect()
}

/// Whether the value counts as given: null does only where it clears something, blank text only where
/// nothing is required.
fn present(parameter: &Parameter, value: Option<Value>) -> Option<Value> {
    match value? {
        Value::Null if !parameter.nullable => None,
        Value::String(text) if text.trim().is_empty() && parameter.required => None,
        value => Some(value),
    }
}

/// Two parameters that are one field at Close, given with different values.
fn twice(address: Address<'_>, values: &[Option<Value>]) -> Option<String> {
    let named = address.tool.parameters.iter().zip(values);
    let mut fields = named.filter_map(|(parameter, value)| Some((parameter, value.as_ref()?)));
    fields.find_map(|(parameter, value)| {
        let others = address.tool.parameters.iter().zip(values);
        let field = |parameter: &Parameter| parameter.field.clone().unwrap_or_else(|| parameter.name.clone());
        let (other, _) =
            others.take_while(|(other, _)| other.name != parameter.name).find(|(other, given)| {
                other.place == parameter.place
                    && field(other) == field(parameter)
                    && given.as_ref().is_some_and(|given| given != value)
            })?;
        let (first, second) =
            (published_name(address.vocabulary, other), published_name(address.vocabulary, parameter));
        Some(format!("{first} and {second} are the same field at Close, give one"))
    })
}

fn conditions(address: Address<'_>, values: &[Option<Value>]) -> Vec<Problem> {
    let parameters = &address.tool.parameters;
    let given = |wanted: &String| {
        parameters.iter().zip(values).any(|(parameter, value)| parameter.name == *wanted && value.is_some())
    };
    let publish = |names: &[String]| {
        parameters
            .iter()
            .filter(|parameter| names.contains(&parameter.name))
            .map(|parameter| published_name(address.vocabulary, parameter).to_owned())
            .collect::<Vec<_>>()
            .join(", ")
    };
    let broken = |rule: &Rule| match rule {
        Rule::ExactlyOneOf(names) => match names.iter().filter(|name| given(name)).count() {
            1 => None,
            0 => Some(format!("one of these must be given: {}", publish(names))),
            _ => Some(format!("only one of these can be given: {}", publish(names))),
        },
        Rule::AtLeastOneOf(names) if names.iter().any(&given) => None,
        Rule::AtLeastOneOf(names) => {
            Some(format!("at least one of these must be provided: {}", publish(names)))
        }
        Rule::Requires(first, second, why) if given(first) && !given(second) => {
            let (first, second) =
                (publish(std::slice::from_ref(first)), publish(std::slice::from_ref(second)));
            Some(format!("{first} needs {second}: {why}"))
        }
        Rule::Requires(..) => None,
    };
    let mut told: Vec<String> = address.tool.rules.iter().filter_map(broken).collect();
    told.extend(twice(address, values));
    told.into_iter().map(|text| Problem::Condition { text }).collect()
}
