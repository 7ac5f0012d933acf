//! Pages that cannot be shown, and what to read instead.

/// Why there is nothing to read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageError {
    /// No integration, or no account of it, has that name.
    #[error("Namespace '{namespace}' not found. Available: {}", available.join(", "))]
    NamespaceNotFound {
        /// The name as given, cut if it is very long.
        namespace: String,
        /// The namespaces there are.
        available: Vec<String>,
    },
    /// The namespace is there, and has no such function.
    #[error("Function '{function}' not found in app.integrations.close. Available: {}", listed(nearest, *count))]
    FunctionNotFound {
        /// The name as given, cut if it is very long.
        function: String,
        /// The names nearest to it, nearest first; a few at random never.
        nearest: Vec<String>,
        /// How many functions there are.
        count: usize,
    },
    /// It is neither a guide nor a namespace nor a function.
    #[error("Page '{page}' not found. Available pages:\nGuides: {}\nNamespaces: {}", guides.join(", "), namespaces.join(", "))]
    PageNotFound {
        /// The name as given, cut if it is very long.
        page: String,
        /// The guides.
        guides: Vec<String>,
        /// The namespaces, each with a page of its own and one for each of its functions.
        namespaces: Vec<String>,
    },
    /// The page is about Close, and no account is connected.
    #[error("Namespace 'integrations.close' is installed but not active in this session. {HOW_TO_CONNECT}")]
    NotConnected,
    /// Nothing was asked for.
    #[error("Missing required parameter \"{parameter}\". {advice}")]
    Missing {
        /// The parameter.
        parameter: &'static str,
        /// Examples of what could be asked for.
        advice: &'static str,
    },
}

/// What to do where nothing is connected.
pub(crate) const HOW_TO_CONNECT: &str = "Connect a Close account first: `latch accounts connect NAME` opens Close's \
     consent page, `latch accounts add NAME` takes an API key.";

fn listed(nearest: &[String], count: usize) -> String {
    if nearest.is_empty() {
        return format!(
            "{count} functions, none of a similar name; list the namespace integrations.close to see them"
        );
    }
    let more = count.saturating_sub(nearest.len());
    format!("{} and {more} more; list the namespace integrations.close to see them", nearest.join(", "))
}
