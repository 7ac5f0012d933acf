//! Standard input: payloads that are piped in, and secrets.

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::console::{self, Console};
use crate::failure::Failure;

/// Arguments of a tool are text that a person or a model wrote: a megabyte is generous. The REST door has
/// the same limit.
const LARGEST_PAYLOAD: u64 = 1024 * 1024;

/// No key or client secret of Close is nearly this long.
const LONGEST_SECRET: u64 = 4096;

/// How long an open pipe may take to deliver its first byte where nobody asked to read it.
const PATIENCE: Duration = Duration::from_millis(50);

/// The JSON object of a call: from the command line, from standard input if that was asked for with `-`, or
/// from a pipe that delivers at once.
///
/// Many programs start others with a pipe on which nothing ever comes, so a silent one is left alone; since it
/// might have brought arguments, that is said.
pub(crate) fn payload(given: Option<&str>, console: &Console) -> Result<Map<String, Value>, Failure> {
    let text = match given {
        Some("-") => Some(read_text(LARGEST_PAYLOAD)?),
        Some(text) => Some(text.to_owned()),
        None => match piped()? {
            Piped::Text(text) => Some(text),
            Piped::Nothing => None,
            Piped::Silent => {
                console.talk(
                    "note: standard input is a pipe that has not delivered anything yet, and was not waited for; give `-` to wait for it, or `</dev/null` to leave it out",
                );
                None
            }
        },
    };
    match text.as_deref().map(str::trim) {
        None | Some("") => Ok(Map::new()),
        Some(text) => object(text),
    }
}

/// A script's file.
pub(crate) fn script_file(path: &Path) -> Result<String, Failure> {
    let unreadable = |problem: String| {
        Failure::unusable(format!("the script {} cannot be read: {problem}", path.display()))
            .with_hint("nothing was run; give a file of Lua, --eval CODE, or `-` for standard input")
    };
    let file = File::open(path).map_err(|error| unreadable(error.to_string()))?;
    let mut bytes = Vec::new();
    file.take(LARGEST_PAYLOAD).read_to_end(&mut bytes).map_err(|error| unreadable(error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| unreadable("it is not text in UTF-8".to_owned()))
}

/// A script from standard input; none from a terminal, where nobody is typing one, unless that was `asked` for.
///
/// A script comes from nowhere else once this is called, so a pipe is waited for, however slow.
pub(crate) fn script(asked: bool) -> Result<Option<String>, Failure> {
    if !asked && io::stdin().is_terminal() {
        return Ok(None);
    }
    read_text(LARGEST_PAYLOAD).map(Some)
}

fn object(text: &str) -> Result<Map<String, Value>, Failure> {
    const RULE: &str = "JSON payload must decode to an object.";
    let hint = "write it like '{\"query\": \"Acme\"}', or give parameters as flags: --query Acme";
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(other) => {
            let found = match other {
                Value::Array(_) => "a list",
                Value::String(_) => "a text",
                Value::Number(_) => "a number",
                Value::Bool(_) => "true or false",
                Value::Null | Value::Object(_) => "null",
            };
            Err(Failure::unusable(format!("{RULE} This is {found}. No external call was made."))
                .with_hint(hint))
        }
        Err(error) => Err(Failure::unusable(format!(
            "{RULE} This is not valid JSON: {error}. No external call was made."
        ))
        .with_hint(hint)),
    }
}

/// What standard input held where nobody asked to read it.
enum Piped {
    /// Something.
    Text(String),
    /// Nothing: it is a terminal, or was at its end.
    Nothing,
    /// Nothing yet.
    Silent,
}

/// What standard input delivers, if it begins at once. An open pipe on which nothing comes is left alone: a
/// program that was started with one would otherwise hang for ever.
fn piped() -> Result<Piped, Failure> {
    if io::stdin().is_terminal() {
        return Ok(Piped::Nothing);
    }
    let (first, arrived) = sync_channel(1);
    let (rest, read) = sync_channel(1);
    // A thread of its own, never joined: reading cannot be given up, and must not keep the program alive.
    thread::spawn(move || {
        let mut byte = [0];
        let got = io::stdin().lock().read(&mut byte);
        let begun = matches!(got, Ok(1));
        let _ = first.send(got.map(|_| byte));
        if begun {
            let _ = rest.send(read_bytes(&byte, LARGEST_PAYLOAD));
        }
    });
    // A file always comes to its end, however slow the disk.
    let begun = if is_file() {
        arrived.recv().map_err(RecvTimeoutError::from)
    } else {
        arrived.recv_timeout(PATIENCE)
    };
    match begun {
        Err(RecvTimeoutError::Timeout) => Ok(Piped::Silent),
        // Standard input that cannot be read (a closed one, a folder) was not meant to be.
        Ok(Ok([0]) | Err(_)) | Err(RecvTimeoutError::Disconnected) => Ok(Piped::Nothing),
        Ok(Ok(_)) => match read.recv() {
            Ok(bytes) => text_of(bytes?).map(Piped::Text),
            Err(_) => Ok(Piped::Nothing),
        },
    }
}

/// Whether standard input is a file, where that can be told.
fn is_file() -> bool {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        let own = io::stdin().as_fd().try_clone_to_owned().map(File::from);
        own.and_then(|file| file.metadata()).is_ok_and(|metadata| metadata.is_file())
    }
    #[cfg(not(unix))]
    false
}

fn read_text(limit: u64) -> Result<String, Failure> {
    text_of(read_bytes(&[], limit)?)
}

fn read_bytes(begun: &[u8], limit: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = begun.to_vec();
    io::stdin()
        .lock()
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::local(format!("standard input cannot be read: {error}")))?;
    if bytes.len() as u64 > limit {
        return Err(Failure::unusable(format!(
            "standard input is larger than {} KiB; nothing was done",
            limit / 1024
        )));
    }
    Ok(bytes)
}

fn text_of(bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes)
        .map_err(|_| Failure::unusable("standard input is not text in UTF-8; nothing was done"))
}

/// A secret, from a hidden prompt on a terminal, else from standard input. Never from an argument, which
/// other users of the machine and the shell's history would see.
pub(crate) fn secret(what: &str) -> Result<SecretString, Failure> {
    let text = if io::stdin().is_terminal() {
        dialoguer::Password::new().with_prompt(what).interact().map_err(|error| {
            Failure::local(format!("the {what} cannot be read from the terminal: {error}"))
        })?
    } else {
        return piped_secret(what);
    };
    checked(what, &text)
}

/// A secret from standard input, whatever that is.
pub(crate) fn piped_secret(what: &str) -> Result<SecretString, Failure> {
    checked(what, &read_text(LONGEST_SECRET)?)
}

fn checked(what: &str, text: &str) -> Result<SecretString, Failure> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Failure::unusable(format!("there is no {what} on standard input"))
            .with_hint("pipe it in, or run the command on a terminal to be asked for it"));
    }
    Ok(SecretString::from(text))
}

/// Whether the person agrees. Without a terminal there is nobody to ask, and `option` must have been given.
pub(crate) fn confirm(question: &str, option: &str) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::unusable(format!("{question} There is nobody to ask here; nothing was done"))
            .with_hint(format!("add {option} if you mean it")));
    }
    dialoguer::Confirm::new()
        .with_prompt(console::plain(question))
        .default(false)
        .interact()
        .map_err(|error| Failure::local(format!("the terminal cannot be read: {error}")))
}
