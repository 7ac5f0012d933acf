//! What can be wrong with a question to the manual.

use std::fmt::Write as _;

/// Why there is no page, list or search to show. The sentences are part of the interface.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManualError {
    /// A parameter that is needed is absent or blank.
    #[error("Missing required parameter \"{parameter}\". {advice}")]
    Missing {
        /// The parameter.
        parameter: &'static str,
        /// What to give, with examples.
        advice: &'static str,
    },
    /// No page has the name.
    #[error("{}", page_not_found(page, nearest, namespaces, guides))]
    PageNotFound {
        /// The name as given, cut if it is very long.
        page: String,
        /// Pages with names like it, nearest first.
        nearest: Vec<String>,
        /// The namespaces, each with a page of its own.
        namespaces: Vec<String>,
        /// The guides.
        guides: Vec<&'static str>,
    },
    /// There is no such function.
    #[error("{}", function_not_found(function, nearest, *count))]
    FunctionNotFound {
        /// The name as given, cut if it is very long.
        function: String,
        /// Functions with names like it, nearest first.
        nearest: Vec<String>,
        /// How many functions there are.
        count: usize,
    },
    /// There is no such namespace.
    #[error("Namespace '{namespace}' not found. Available: {}", namespaces.join(", "))]
    NamespaceNotFound {
        /// The name as given, cut if it is very long.
        namespace: String,
        /// The namespaces there are.
        namespaces: Vec<String>,
    },
    /// Close is there, but no account is connected.
    #[error("Namespace '{namespace}' is installed but not active in this session. {advice}")]
    Inactive {
        /// The namespace.
        namespace: &'static str,
        /// How it becomes active.
        advice: &'static str,
    },
}

fn page_not_found(page: &str, nearest: &[String], namespaces: &[String], guides: &[&str]) -> String {
    let mut message = format!(
        "Page '{page}' not found. Available pages:\n- namespaces: {}\n- guides: {}",
        namespaces.join(", "),
        guides.join(", ")
    );
    if !nearest.is_empty() {
        let _ = write!(message, "\nDid you mean: {}?", nearest.join(", "));
    }
    message
}

fn function_not_found(function: &str, nearest: &[String], count: usize) -> String {
    let mut message = format!("Function '{function}' not found in app.integrations.close. Available: ");
    if !nearest.is_empty() {
        let _ = write!(message, "{} and ", nearest.join(", "));
    }
    let _ = write!(
        message,
        "{} {}; list the namespace 'integrations.close' to see all, or search by what the function does.",
        count - nearest.len(),
        if nearest.is_empty() { "functions" } else { "more" }
    );
    message
}
