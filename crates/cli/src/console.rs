//! Where words go: data to standard output, talk to standard error.
//!
//! A reader that goes away (`latch tools | head -1`) is no error. Colour is used on terminals only, and not
//! where `NO_COLOR` is set.

use std::io::{self, ErrorKind, IsTerminal, Stderr, Stdout, Write};

use latch_gateway::CallError;
use serde_json::Value;

use crate::environment;
use crate::failure::Failure;

/// The two streams, and how to write to them.
#[derive(Debug)]
pub(crate) struct Console {
    json: bool,
    out: Stdout,
    err: Stderr,
    colour_of_data: bool,
    colour_of_talk: bool,
}

/// A way of standing out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Style {
    /// Headings.
    Bold,
    /// What matters less.
    Dim,
    /// What went well.
    Green,
    /// What went wrong.
    Red,
}

impl Console {
    /// The streams of this process; `json` is what `--json` said.
    pub(crate) fn new(json: bool) -> Self {
        let wanted = !environment::NO_COLOR.is_set();
        Self {
            json,
            out: io::stdout(),
            err: io::stderr(),
            colour_of_data: wanted && io::stdout().is_terminal(),
            colour_of_talk: wanted && io::stderr().is_terminal(),
        }
    }

    /// Whether answers are to be JSON.
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    /// Whether the log may be coloured.
    pub(crate) fn colours_talk(&self) -> bool {
        self.colour_of_talk
    }

    /// Writes text to standard output, and ends the line.
    pub(crate) fn data(&self, text: &str) -> Result<(), Failure> {
        let mut out = self.out.lock();
        let end = if text.ends_with('\n') { "" } else { "\n" };
        match write!(out, "{text}{end}").and_then(|()| out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                Err(Failure::local(format!("standard output cannot be written: {error}")))
            }
            _ => Ok(()),
        }
    }

    /// Writes indented JSON to standard output.
    pub(crate) fn json_document(&self, value: &Value) -> Result<(), Failure> {
        self.data(&format!("{value:#}"))
    }

    /// Writes a line to standard error. Talk that cannot be written is lost: there is nobody to tell.
    pub(crate) fn talk(&self, text: &str) {
        let _ = writeln!(self.err.lock(), "{text}");
    }

    /// Says what went wrong, Close's own complaints field by field, and what to do next.
    pub(crate) fn error(&self, error: &CallError) {
        self.talk(&format!("{} {}", paint(self.colour_of_talk, Style::Red, "error:"), error.message));
        for field in &error.field_errors {
            self.talk(&format!("  {}: {}", field.field, field.message));
        }
        if let Some(hint) = &error.hint {
            self.talk(&format!("{} {hint}", paint(self.colour_of_talk, Style::Bold, "hint:")));
        }
    }

    /// Text for standard output that stands out if it may.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        paint(self.colour_of_data, style, text)
    }
}

fn paint(wanted: bool, style: Style, text: &str) -> String {
    if !wanted {
        return text.to_owned();
    }
    let code = match style {
        Style::Bold => 1,
        Style::Dim => 2,
        Style::Green => 32,
        Style::Red => 31,
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}
