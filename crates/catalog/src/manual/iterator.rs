//! Names of the iterators: for `list_leads` there is `each_lead`.

use crate::model::Tool;

impl Tool {
    /// The function that goes through all pages of what this one lists, where this one lists something:
    /// `each_lead` for `list_leads`.
    pub fn iterator(&self) -> Option<String> {
        self.result.list.as_ref()?;
        Some(format!("each_{}", singular(self.function.strip_prefix("list_")?)))
    }
}

/// `activities` to `activity`, `statuses` to `status`, `sms` as it is.
fn singular(plural: &str) -> String {
    if plural.ends_with("sms") {
        return plural.to_owned();
    }
    match (plural.strip_suffix("ies"), plural.strip_suffix("ses")) {
        (Some(root), _) => format!("{root}y"),
        (None, Some(root)) => format!("{root}s"),
        (None, None) => plural.strip_suffix('s').unwrap_or(plural).to_owned(),
    }
}
