//! What can be wrong with arguments, and the one message that says all of it.

use std::fmt::Write as _;

/// Arguments that cannot be sent, with everything that is wrong with them.
///
/// The message names each problem, says what is allowed, and says that nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct InvalidArguments {
    /// The tool, under the name by which it was called.
    pub tool: String,
    /// How the tool is called rightly, for example `create_lead({name, url?})`.
    pub signature: String,
    /// At least one problem.
    pub problems: Vec<Problem>,
    /// Whether a list was read at Close to find out; nothing was changed in any case.
    pub looked_up: bool,
}

/// One thing that is wrong with arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The arguments are not an object.
    NotAnObject {
        /// What they are instead.
        got: &'static str,
    },
    /// A required parameter is absent, null or blank.
    Missing {
        /// The parameter.
        name: String,
    },
    /// The value has another type.
    WrongType {
        /// The parameter.
        name: String,
        /// The type wanted.
        expected: String,
        /// The type given.
        got: String,
    },
    /// The value is none of the allowed words, or names nothing in the list at Close.
    NotAllowed {
        /// The parameter.
        name: String,
        /// The value.
        value: String,
        /// What is allowed.
        allowed: Vec<String>,
    },
    /// The value is of the right type but not acceptable.
    Unacceptable {
        /// The parameter.
        name: String,
        /// What is wanted, as the end of `must be …`.
        must_be: String,
    },
    /// No parameter has that name.
    Unknown {
        /// The name given.
        name: String,
        /// Names that are near.
        nearest: Vec<String>,
    },
    /// A condition between parameters does not hold; a whole clause.
    Condition {
        /// The clause.
        text: String,
    },
}

/// How many allowed values a message lists before it stops.
const MOST_LISTED: usize = 25;

impl Problem {
    /// The parameter that it is about, if one.
    pub fn parameter(&self) -> Option<&str> {
        match self {
            Self::Missing { name }
            | Self::WrongType { name, .. }
            | Self::NotAllowed { name, .. }
            | Self::Unacceptable { name, .. }
            | Self::Unknown { name, .. } => Some(name),
            Self::NotAnObject { .. } | Self::Condition { .. } => None,
        }
    }

    /// A stable word for the kind of problem.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::NotAnObject { .. } | Self::WrongType { .. } => "wrong_type",
            Self::Missing { .. } => "missing",
            Self::NotAllowed { .. } => "not_allowed",
            Self::Unacceptable { .. } => "unacceptable",
            Self::Unknown { .. } => "unknown",
            Self::Condition { .. } => "condition",
        }
    }

    /// What is wrong, without the word for its kind.
    pub fn detail(&self) -> String {
        match self {
            Self::NotAnObject { got } => format!("arguments must be an object of named values, not {got}"),
            Self::Missing { name } => name.clone(),
            Self::WrongType { name, expected, got } => format!("{name} must be {expected}, not {got}"),
            Self::NotAllowed { name, value, allowed } => {
                format!("{name} cannot be {value:?}, allowed: {}", list(allowed))
            }
            Self::Unacceptable { name, must_be } => format!("{name} must be {must_be}"),
            Self::Unknown { name, nearest } if nearest.is_empty() => name.clone(),
            Self::Unknown { name, nearest } => format!("{name}, did you mean {}", nearest.join(" or ")),
            Self::Condition { text } => text.clone(),
        }
    }
}

fn list(values: &[String]) -> String {
    if values.is_empty() {
        return "nothing, the list at Close is empty".to_owned();
    }
    let shown = values.iter().take(MOST_LISTED).cloned().collect::<Vec<_>>().join(", ");
    match values.len().checked_sub(MOST_LISTED) {
        Some(more @ 1..) => format!("{shown} and {more} more"),
        _ => shown,
    }
}

impl InvalidArguments {
    fn message(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        for (kind, heading) in [
            ("missing", "missing: "),
            ("wrong_type", "wrong type: "),
            ("not_allowed", ""),
            ("unacceptable", ""),
            ("unknown", "unknown: "),
        ] {
            let of_kind: Vec<String> =
                self.problems.iter().filter(|problem| problem.kind() == kind).map(Problem::detail).collect();
            if !of_kind.is_empty() {
                let separator = if heading == "missing: " { ", " } else { "; " };
                parts.push(format!("{heading}{}", of_kind.join(separator)));
            }
        }
        parts.extend(
            self.problems.iter().filter(|problem| problem.kind() == "condition").map(Problem::detail),
        );
        let mut message = format!("Invalid arguments for {} ({}).", self.tool, parts.join("; "));
        message.push_str(if self.looked_up {
            " The call was not made."
        } else {
            " No external call was made."
        });
        let _ = write!(message, " Usage: {}", self.signature);
        message
    }
}
