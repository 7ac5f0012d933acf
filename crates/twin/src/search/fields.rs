//! How many custom fields one search may select.

use serde_json::Value;

use crate::http::{Call, Refusal};

/// Refuses a request whose `_fields` name more custom fields than allowed. Users of Close report refusals somewhere
/// above a hundred; the text is chosen.
pub(crate) fn check(call: &Call, most: usize) -> Result<(), Refusal> {
    let custom = |name: &&str| name.trim().starts_with("custom.cf_");
    let mut named = call.parameters.get("_fields").unwrap_or_default().split(',').filter(custom).count();
    if let Some(Value::Object(by_type)) = call.body.get("_fields") {
        let lists = by_type.values().filter_map(Value::as_array).flatten().filter_map(Value::as_str);
        named += lists.filter(custom).count();
    }
    if named <= most {
        return Ok(());
    }
    let message =
        format!("At most {most} custom fields can be selected at once; this request names {named}.");
    Err(Refusal::field("_fields", message))
}
