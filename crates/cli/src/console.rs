//! Where words go: data to standard output, talk to standard error.
//!
//! A reader that goes away (`latch tools | head -1`) is no error. Colour is used on terminals only, and not
//! where `NO_COLOR` is set.
//!
//! What comes from Close or from a caller cannot control the terminal: control characters are shown, not sent.

use std::borrow::Cow;
use std::fmt::Write as _;
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
        self.painted(&plain(text))
    }

    /// The same for text of which parts are painted. The other parts, where they are not the program's own, have
    /// to be [`plain`].
    pub(crate) fn painted(&self, text: &str) -> Result<(), Failure> {
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
        self.painted_talk(&plain(text));
    }

    fn painted_talk(&self, text: &str) {
        let _ = writeln!(self.err.lock(), "{text}");
    }

    /// Says what went wrong, Close's own complaints field by field, and what to do next.
    pub(crate) fn error(&self, error: &CallError) {
        let label = paint(self.colour_of_talk, Style::Red, "error:");
        self.painted_talk(&format!("{label} {}", plain(&error.message)));
        for field in &error.field_errors {
            self.talk(&format!("  {}: {}", field.field, field.message));
        }
        if let Some(hint) = &error.hint {
            let label = paint(self.colour_of_talk, Style::Bold, "hint:");
            self.painted_talk(&format!("{label} {}", plain(hint)));
        }
    }

    /// Says what ended a script.
    pub(crate) fn run_error(&self, message: &str, class: Option<&str>, hint: Option<&str>) {
        let label = paint(self.colour_of_talk, Style::Red, "error:");
        let class = class.map_or_else(String::new, |class| format!(" [{class}]"));
        self.painted_talk(&format!("{label} {}{class}", plain(message)));
        if let Some(hint) = hint {
            let label = paint(self.colour_of_talk, Style::Bold, "hint:");
            self.painted_talk(&format!("{label} {}", plain(hint)));
        }
    }

    /// Text for standard output that stands out if it may.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        paint(self.colour_of_data, style, text)
    }
}

/// The text with control characters other than the ends of lines and tabs written as `\u001b`. That is how
/// JSON writes them too, so that documents, in which they stand within texts only, keep their meaning.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    let harmless = |one: char| !one.is_control() || matches!(one, '\n' | '\t');
    if text.chars().all(harmless) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(one) = characters.next() {
        // A line may end in the way of Windows; elsewhere a carriage return would write over what stands there.
        if harmless(one) || one == '\r' && characters.peek() == Some(&'\n') {
            shown.push(one);
        } else {
            let _ = write!(shown, "\\u{:04x}", u32::from(one));
        }
    }
    Cow::Owned(shown)
}

fn paint(wanted: bool, style: Style, text: &str) -> String {
    let text = plain(text);
    if !wanted {
        return text.into_owned();
    }
    let code = match style {
        Style::Bold => 1,
        Style::Dim => 2,
        Style::Green => 32,
        Style::Red => 31,
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_and_not_sent() {
        assert_eq!(plain("two\tcolumns\r\nÅsa 😀\n"), "two\tcolumns\r\nÅsa 😀\n");
        assert_eq!(plain("\u{1b}[2J\u{7}\u{7f}\u{9b}m"), "\\u001b[2J\\u0007\\u007f\\u009bm");
        assert_eq!(plain("over\rwritten\0"), "over\\u000dwritten\\u0000");
    }

    #[test]
    fn json_keeps_its_meaning() {
        let document = serde_json::json!({"name": "a\u{1b}\u{7f}\u{9b}\r\n\\u001b"});
        let shown = plain(&format!("{document:#}")).into_owned();
        assert!(!shown.contains(['\u{1b}', '\u{7f}', '\u{9b}']));
        assert_eq!(serde_json::from_str::<Value>(&shown).unwrap(), document);
    }
}
