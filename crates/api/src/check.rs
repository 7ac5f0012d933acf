//! Checking requests against the limits that stand in the definitions.
//!
//! Promises that everything wrong is found at once, and that each finding names the field as the caller wrote it.

use std::fmt;

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// The field; nested ones are joined with dots.
    pub(crate) field: String,
    /// What is wrong, in words.
    pub(crate) description: String,
    /// The limit that it breaks.
    pub(crate) constraint: &'static str,
}

/// Everything that is wrong with a request.
pub(crate) type Violations = Vec<Violation>;

/// A message that can say what is wrong with it.
pub(crate) trait Check {
    /// Adds what is wrong to `found`.
    fn check(&self, at: Place<'_>, found: &mut Violations);
}

/// Where in a request: the way from its root.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    /// The request itself.
    Root,
    /// A field of what is at another place.
    Field(&'a Place<'a>, &'static str),
}

impl Place<'_> {
    fn field(&self, name: &'static str) -> Place<'_> {
        Place::Field(self, name)
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Field(Self::Root, name) => formatter.write_str(name),
            Self::Field(within, name) => write!(formatter, "{within}.{name}"),
        }
    }
}

/// Limits of a text. Zero and empty mean none.
struct TextRules {
    required: bool,
    min_len: usize,
    max_len: usize,
    pattern: Option<Pattern>,
    prefix: &'static str,
}

/// What a text may look like.
#[derive(Clone, Copy)]
enum Pattern {
    /// Letters, digits, `_`, `:`, space and `-`.
    ConnectionName,
    /// Nothing, or an address that begins with `http://` or `https://`.
    WebAddress,
}

impl Pattern {
    fn fits(self, text: &str) -> bool {
        match self {
            Self::ConnectionName => text
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | ':' | ' ' | '-')),
            Self::WebAddress => {
                text.is_empty() || text.starts_with("http://") || text.starts_with("https://")
            }
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::ConnectionName => "may hold letters, digits, `_`, `:`, `-` and spaces only",
            Self::WebAddress => "must begin with https:// or http://",
        }
    }
}

fn report(found: &mut Violations, at: Place<'_>, constraint: &'static str, description: String) {
    found.push(Violation { field: at.to_string(), description, constraint });
}

fn text(found: &mut Violations, at: Place<'_>, given: Option<&str>, rules: &TextRules) {
    let Some(text) = given else {
        if rules.required {
            report(found, at, "required", "is missing".to_owned());
        }
        return;
    };
    let length = text.chars().count();
    if text.is_empty() && (rules.required || rules.min_len > 0) {
        report(found, at, "required", "is missing".to_owned());
    } else if length < rules.min_len {
        let description = format!("has {length} characters and needs at least {}", rules.min_len);
        report(found, at, "min_len", description);
    } else if rules.max_len > 0 && length > rules.max_len {
        let description = format!("has {length} characters and may have at most {}", rules.max_len);
        report(found, at, "max_len", description);
    } else if let Some(pattern) = rules.pattern.filter(|pattern| !pattern.fits(text)) {
        report(found, at, "pattern", pattern.in_words().to_owned());
    } else if !text.is_empty() && !text.starts_with(rules.prefix) {
        report(found, at, "prefix", format!("must begin with {}", rules.prefix));
    }
}

fn texts(found: &mut Violations, at: Place<'_>, given: &[String], most: usize, rules: &TextRules) {
    if most > 0 && given.len() > most {
        let description = format!("has {} entries and may have at most {most}", given.len());
        report(found, at, "max_items", description);
        return;
    }
    for item in given {
        text(found, at, Some(item), rules);
    }
}

fn number(found: &mut Violations, at: Place<'_>, given: Option<u32>, most: u32) {
    if let Some(number) = given.filter(|number| *number > most) {
        report(found, at, "lte", format!("is {number} and may be at most {most}"));
    }
}

fn defined(found: &mut Violations, at: Place<'_>, is_defined: bool) {
    if !is_defined {
        report(found, at, "defined_only", "has a number that no value has".to_owned());
    }
}

fn present(found: &mut Violations, at: Place<'_>, is_present: bool) {
    if !is_present {
        report(found, at, "required", "is missing".to_owned());
    }
}

include!(concat!(env!("OUT_DIR"), "/checks.rs"));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::scalekit::v1::connected_accounts::{
        CreateConnectedAccountRequest, ListConnectedAccountsRequest,
    };
    use crate::protocol::scalekit::v1::tools::{Filter, ListToolsRequest};

    fn problems(request: &impl Check) -> Vec<String> {
        let mut found = Violations::new();
        request.check(Place::Root, &mut found);
        found.into_iter().map(|violation| format!("{} {}", violation.field, violation.description)).collect()
    }

    #[test]
    fn everything_that_is_wrong_is_named_where_it_stands() {
        let request = ListConnectedAccountsRequest {
            connector: Some("a/b".into()),
            identifier: Some("é".repeat(101)),
            page_size: 100,
            connection_names: vec![String::new()],
            ..Default::default()
        };
        assert_eq!(
            problems(&request),
            [
                "connector may hold letters, digits, `_`, `:`, `-` and spaces only",
                "identifier has 101 characters and may have at most 100",
                "page_size is 100 and may be at most 99",
                "connection_names is missing",
            ]
        );
        let nested = ListToolsRequest {
            filter: Some(Filter { connected_account_id: Some("acct".into()), ..Default::default() }),
            ..Default::default()
        };
        assert_eq!(problems(&nested), ["filter.connected_account_id must begin with ca_"]);
    }

    #[test]
    fn what_is_absent_breaks_no_limit_unless_it_is_required() {
        assert!(problems(&ListToolsRequest::default()).is_empty());
        assert!(problems(&ListConnectedAccountsRequest::default()).is_empty());
        assert_eq!(problems(&CreateConnectedAccountRequest::default()), ["connected_account is missing"]);
    }
}
