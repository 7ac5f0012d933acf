//! `create_lead({name, contacts?, url?})`: a call at a glance.

use crate::arguments::{is_required, published_name};
use crate::catalog::Address;

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
