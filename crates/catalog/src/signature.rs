//! `create_lead({name, contacts?, url?})`: a call at a glance.

use crate::arguments::{is_required, published_name};
use crate::catalog::Address;
use crate::model::Parameter;

pub(crate) fn of(address: Address<'_>) -> String {
    let (mut required, mut optional) = (Vec::new(), Vec::new());
    for parameter in &address.tool.parameters {
        let name = published_name(address.vocabulary, parameter);
        if is_required(address.vocabulary, parameter) {
            required.push(name.to_owned());
        } else {
            optional.push(format!("{name}?"));
        }
    }
    required.append(&mut optional);
    format!("{}({{{}}})", address.name(), required.join(", "))
}

/// Parameters that most lists share, by AgentKit name.
const OF_EVERY_LIST: &[&str] = &["_limit", "_skip", "_fields"];

/// Whether the parameter is one that most lists share, and this is a list.
pub(crate) fn is_shared(address: Address<'_>, parameter: &Parameter) -> bool {
    address.tool.result.list.is_some() && OF_EVERY_LIST.contains(&parameter.name.as_str())
}

/// The signature without what most lists share, for which `…` stands.
pub(crate) fn short(address: Address<'_>) -> String {
    let vocabulary = address.vocabulary;
    let mut names: Vec<(bool, String)> = address
        .tool
        .parameters
        .iter()
        .filter(|parameter| !is_shared(address, parameter))
        .map(|parameter| {
            let required = is_required(vocabulary, parameter);
            let mark = if required { "" } else { "?" };
            (!required, format!("{}{mark}", published_name(vocabulary, parameter)))
        })
        .collect();
    names.sort_by_key(|(optional, _)| *optional);
    let mut names: Vec<String> = names.into_iter().map(|(_, name)| name).collect();
    if address.tool.parameters.iter().any(|parameter| is_shared(address, parameter)) {
        names.push("…".to_owned());
    }
    format!("{}({{{}}})", address.name(), names.join(", "))
}
