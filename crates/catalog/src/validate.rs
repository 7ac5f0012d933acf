//! Consistency of the data files: what the data model's types cannot say.

use std::collections::HashSet;

use crate::files::DataError;
use crate::model::{Format, ObjectFile, Parameter, Rule, Tool, ValueType};
use crate::request::Call;

pub(crate) fn check(objects: &[ObjectFile]) -> Result<(), DataError> {
    let shapes: HashSet<&str> =
        objects.iter().flat_map(|object| &object.shapes).map(|shape| shape.name.as_str()).collect();
    let lookups: HashSet<&str> =
        objects.iter().flat_map(|object| &object.lookups).map(|lookup| lookup.name.as_str()).collect();
    let names = |kind: &'static str, names: Vec<&String>| {
        let mut seen = HashSet::new();
        match names.into_iter().find(|name| !seen.insert(*name)) {
            Some(name) => Err(DataError::Contradiction(format!("two {kind} are called {name}"))),
            None => Ok(()),
        }
    };
    let all = || objects.iter();
    names("shapes", all().flat_map(|object| &object.shapes).map(|shape| &shape.name).collect())?;
    names("lookups", all().flat_map(|object| &object.lookups).map(|lookup| &lookup.name).collect())?;
    names("shared parameters", all().flat_map(|object| object.shared.keys()).collect())?;
    for tool in objects.iter().flat_map(|object| &object.tools) {
        let context = |what: String| DataError::Contradiction(format!("{}: {what}", tool.name));
        tool_is_sound(tool, &shapes).map_err(context)?;
        for parameter in &tool.parameters {
            parameter_is_sound(parameter, &lookups)
                .map_err(|what| context(format!("{}: {what}", parameter.name)))?;
        }
    }
    Ok(())
}

fn tool_is_sound(tool: &Tool, shapes: &HashSet<&str>) -> Result<(), String> {
    let call = Call::parse(&tool.call).ok_or_else(|| format!("{} is not a method and a path", tool.call))?;
    let parameter = |name: &str| tool.parameters.iter().find(|parameter| parameter.name == name);
    for name in call.path_parameters() {
        match parameter(name) {
            Some(found) if found.required => {}
            Some(_) => return Err(format!("{name} is part of the path but not required")),
            None => return Err(format!("the path names {name}, which is no parameter")),
        }
    }
    if !tool.name.starts_with("close_") {
        return Err("names begin with close_".to_owned());
    }
    if tool.examples.is_empty() {
        return Err("has no example".to_owned());
    }
    let mut seen = HashSet::new();
    for parameter in &tool.parameters {
        for name in [Some(&parameter.name), parameter.function_name.as_ref()]
            .into_iter()
            .flatten()
            .chain(&parameter.aliases)
        {
            // A parameter may carry the same word in both vocabularies.
            if !seen.insert((name, parameter.name.as_str())) {
                continue;
            }
            if seen.iter().any(|(other, owner)| *other == name && *owner != parameter.name) {
                return Err(format!("two parameters are called {name}"));
            }
        }
    }
    for rule in &tool.rules {
        let named: Vec<&String> = match rule {
            Rule::ExactlyOneOf(names) | Rule::AtLeastOneOf(names) => names.iter().collect(),
            Rule::Requires(first, second, _) => vec![first, second],
        };
        if let Some(name) = named.into_iter().find(|name| parameter(name).is_none()) {
            return Err(format!("a rule names {name}, which is no parameter"));
        }
    }
    for example in &tool.examples {
        if let Some(name) = example.input.keys().find(|name| parameter(name).is_none()) {
            return Err(format!("an example uses {name}, which is no parameter"));
        }
    }
    match &tool.result.shape {
        Some(shape) if !shapes.contains(shape.as_str()) => Err(format!("no shape is called {shape}")),
        _ => Ok(()),
    }
}

fn parameter_is_sound(parameter: &Parameter, lookups: &HashSet<&str>) -> Result<(), String> {
    let text = parameter.value_type == ValueType::String;
    if let Some(lookup) = &parameter.lookup
        && !lookups.contains(lookup.as_str())
    {
        return Err(format!("no lookup is called {lookup}"));
    }
    if parameter.format.is_some() && !text {
        return Err("only text has a format".to_owned());
    }
    if parameter.format == Some(Format::RichText) && parameter.maximum.is_some() {
        return Err("rich text has no greatest length: it is wrapped before it is sent".to_owned());
    }
    if parameter.spread.is_some() && parameter.value_type != ValueType::Object {
        return Err("only an object can be spread".to_owned());
    }
    if (parameter.pluck.is_some() || parameter.items.is_some()) && parameter.value_type != ValueType::Array {
        return Err("only an array has items".to_owned());
    }
    Ok(())
}
