//! Answers to questions.

use std::fmt::Write as _;

use crate::manual::error::{HOW_TO_CONNECT, PageError};
use crate::manual::{Manual, guides, path};
use crate::names::{Vocabulary, shown};
use crate::signature;

/// Hits much worse than the best are noise that a model has to pay for.
const LEAST_SHARE: f32 = 0.62;
/// Excerpts of guides shown at most.
const MOST_EXCERPTS: usize = 2;

pub(crate) fn found(manual: &Manual, query: &str, limit: usize) -> Result<String, PageError> {
    let asked = query.trim();
    if asked.is_empty() {
        return Err(PageError::Missing {
            parameter: "query",
            advice: "For example \"create a lead\", \"mark deal as won\" or \"rate limits\".",
        });
    }
    let mut lines = Vec::new();
    if manual.is_connected() {
        let hits = manual.catalog().search(asked, limit);
        let best = hits.first().map_or(0.0, |hit| hit.score);
        for hit in hits.iter().filter(|hit| hit.score >= best * LEAST_SHARE) {
            let address = manual.catalog().address(hit.tool, Vocabulary::Function);
            lines.push(format!("**{}.{}** — {}", path(None), signature::brief(address), hit.tool.summary));
        }
    }
    let room = limit.saturating_sub(lines.len()).clamp(1, MOST_EXCERPTS);
    for (guide, excerpt) in guides::excerpts(asked, room) {
        lines.push(format!("**{guide}** (guide) — {excerpt}"));
    }
    let mut text = if lines.is_empty() {
        format!("No results found for '{}'.", shown(asked))
    } else {
        format!("Found {} result(s) for '{}':\n\n{}", lines.len(), shown(asked), lines.join("\n"))
    };
    if !manual.is_connected() {
        let _ = write!(
            text,
            "\n\nClose's functions are not searched, since no account is connected. {HOW_TO_CONNECT}"
        );
    }
    text.push('\n');
    Ok(text)
}
