//! What the demo prints: a step at a time, as it happens, readable without colour.

use std::path::Path;
use std::time::{Duration, Instant};

use latch_twin::OAuthAppInfo;
use serde_json::{Value, json};

use crate::console::{Console, Style, plain};
use crate::failure::Failure;
use crate::output::milliseconds;

/// Where the time a step took stands.
const WIDTH: usize = 76;

/// The steps so far.
#[derive(Debug)]
pub(crate) struct Report<'c> {
    console: &'c Console,
    steps: Vec<Value>,
    started: Instant,
}

impl<'c> Report<'c> {
    pub(crate) fn new(console: &'c Console) -> Self {
        Self { console, steps: Vec::new(), started: Instant::now() }
    }

    /// The number of the step that is under way.
    pub(crate) fn next_number(&self) -> usize {
        self.steps.len() + 1
    }

    /// The steps for programs.
    pub(crate) fn into_steps(self) -> Vec<Value> {
        self.steps
    }

    fn print(&self, text: &str) -> Result<(), Failure> {
        if self.console.json() { Ok(()) } else { self.console.painted(text) }
    }

    /// What has been started.
    pub(crate) fn opening(
        &self,
        twin: &str,
        gateway: &str,
        folder: &Path,
        app: &OAuthAppInfo,
    ) -> Result<(), Failure> {
        let title = self.console.paint(Style::Bold, "Latch demo: an agent closes in on a deal");
        self.print(&format!(
            "{title}\n\n\
             twin         {twin}  (a local Close with demo data)\n\
             gateway      {gateway}  (what an application talks to)\n\
             data folder  {}  (accounts and sealed secrets)\n\
             OAuth app    {} {:?}, registered at the twin\n\n",
            plain(&folder.display().to_string()),
            app.client_id,
            app.name
        ))
    }

    /// A step that happened.
    pub(crate) fn step(&mut self, title: &str, sent: &str, got: &str, took: Duration) -> Result<(), Failure> {
        let number = self.next_number();
        let took = milliseconds(took);
        let heading = format!("{number:>2}  {title}");
        let gap = WIDTH.saturating_sub(heading.chars().count()).max(1);
        let heading = format!("{}{}", self.console.paint(Style::Bold, &heading), " ".repeat(gap));
        let sent_word = self.console.paint(Style::Dim, "sent");
        let got_word = self.console.paint(Style::Dim, "got ");
        let (sent_lines, got_lines) = (wrapped(&plain(sent)), wrapped(&plain(got)));
        self.print(&format!(
            "{heading}{took:>7.1} ms\n    {sent_word}  {sent_lines}\n    {got_word}  {got_lines}\n\n"
        ))?;
        self.steps
            .push(json!({"number": number, "title": title, "sent": sent, "got": got, "duration_ms": took}));
        Ok(())
    }

    /// Why the demo stopped.
    pub(crate) fn failed(&self, why: &str) -> Result<(), Failure> {
        let word = self.console.paint(Style::Red, "FAILED");
        let number = self.next_number();
        self.console.painted(&format!("{number:>2}  {word}: {}\n", plain(why)))?;
        let done = self.steps.len();
        self.console.data(&format!("The demo stopped at step {number}; {done} steps had succeeded."))
    }

    /// What was done, and what to do next.
    pub(crate) fn summary(&self, proofs: &[String], kept: Option<&str>) -> Result<(), Failure> {
        let done = self.console.paint(Style::Green, "Done.");
        let steps = self.steps.len();
        let took = milliseconds(self.started.elapsed());
        self.print(&format!(
            "{done} {steps} steps in {took:.0} ms; {} objects were read back from the twin, not through Latch, and are as they should be.\n\
             The application never saw a token: it named a user and a tool.\n\n",
            proofs.len()
        ))?;
        if let Some(folder) = kept {
            self.print(&format!("The data folder is kept: {}\n", plain(folder)))?;
        }
        let next = self.console.paint(Style::Bold, "What to try next");
        self.print(&format!(
            "{next}\n  \
             latch up                                            a local Close and the gateway, to program against\n  \
             CLOSE_API_KEY=… latch call list_leads --query Acme  your own Close, with your own API key\n  \
             latch search log a call                             find the tool for a job\n  \
             latch docs create_opportunity                       read how it is called"
        ))
    }
}

/// Compact JSON in lines of bearable length: broken between members, never within one.
fn wrapped(text: &str) -> String {
    const MARGIN: &str = "\n            ";
    const LONGEST: usize = 108;
    let mut lines = String::new();
    let mut length = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(",\"").map_or(rest.len(), |comma| comma + 1);
        let (piece, after) = rest.split_at(end);
        let more = piece.chars().count();
        if length > 0 && length + more > LONGEST {
            lines.push_str(MARGIN);
            length = 0;
        }
        lines.push_str(piece);
        length += more;
        rest = after;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_json_is_broken_between_members_only() {
        let member = format!("\"name\":\"{}\"", "x".repeat(60));
        let text = format!("tool {{{member},{member},{member}}}");
        let lines = wrapped(&text);
        assert_eq!(lines.replace("\n            ", ""), text);
        assert_eq!(lines.lines().count(), 3);
        assert!(lines.lines().skip(1).all(|line| line.trim().starts_with("\"name")), "{lines}");
        assert_eq!(wrapped("short"), "short");
    }
}
