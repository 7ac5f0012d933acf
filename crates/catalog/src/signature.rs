//! `create_lead({name, contacts?, url?})`: a call at a glance.

use crate::arguments::{is_required, published_name};
use crate::catalog::Address;
use crate::model::Parameter;

pub(crate) fn of(address: Address<'_>) -> String {
    written(address, &names(address, |_| true))
}

/// Parameters that most lists share, by AgentKit name.
const OF_EVERY_LIST: &[&str] = &["_limit", "_skip", "_fields"];

/// Whether the parameter is one that most lists share, and this is a list.
pub(crate) fn is_shared(address: Address<'_>, parameter: &Parameter) -> bool {
    address.tool.result.list.is_some() && OF_EVERY_LIST.contains(&parameter.name.as_str())
}

/// The signature without what most lists share, for which `…` stands.
pub(crate) fn short(address: Address<'_>) -> String {
    let mut shown = names(address, |parameter| !is_shared(address, parameter));
    if shown.len() < address.tool.parameters.len() {
        shown.push("…".to_owned());
    }
    written(address, &shown)
}

/// The signature as far as it tells functions apart: what is required, and a few more.
pub(crate) fn brief(address: Address<'_>) -> String {
    const FEW: usize = 5;
    let mut shown = names(address, |parameter| !is_shared(address, parameter));
    let required = shown.iter().filter(|name| !name.ends_with('?')).count();
    shown.truncate(required.max(FEW));
    if shown.len() < address.tool.parameters.len() {
        shown.push("…".to_owned());
    }
    written(address, &shown)
}

/// The parameters in the order of the signature: those that may not be left out first.
pub(crate) fn ordered(address: Address<'_>) -> impl Iterator<Item = &Parameter> {
    let of = move |required: bool| {
        let parameters = address.tool.parameters.iter();
        parameters.filter(move |parameter| is_required(address.vocabulary, parameter) == required)
    };
    of(true).chain(of(false))
}

/// The names of parameters, a question mark after each that may be left out.
fn names(address: Address<'_>, wanted: impl Fn(&Parameter) -> bool) -> Vec<String> {
    ordered(address)
        .filter(|parameter| wanted(parameter))
        .map(|parameter| {
            let name = published_name(address.vocabulary, parameter);
            let mark = if is_required(address.vocabulary, parameter) { "" } else { "?" };
            format!("{name}{mark}")
        })
        .collect()
}

fn written(address: Address<'_>, names: &[String]) -> String {
    format!("{}({{{}}})", address.name(), names.join(", "))
}
