//! Telling a tool's parameters from the program's own options on `latch call`.
//!
//! `latch call list_leads --query Acme --json` mixes the two. The words that belong to the tool are moved
//! behind a `--`, where the parser takes them as they are; everything else it sees as it was written.

use std::collections::HashMap;
use std::ffi::OsString;

use latch_catalog::{Tool, ValueType, catalog};

use crate::coerce;

/// The command whose words are sorted.
const CALL: &str = "call";

/// The program's own long options: name, and whether a value follows.
type Options = HashMap<String, bool>;

/// Moves the flags that are not the program's own behind a `--`.
pub(crate) fn set_parameters_apart(command: &clap::Command, words: Vec<OsString>) -> Vec<OsString> {
    let outer = options_of(command);
    let Some(place) = command_place(&outer, &words) else { return words };
    let Some(call) = command.find_subcommand(CALL).filter(|_| words[place] == CALL) else { return words };
    let mut own = options_of(call);
    own.extend(outer);
    let (before, after) = words.split_at(place + 1);
    let (kept, parameters) = sort(&own, after);
    let mut sorted = before.to_vec();
    sorted.extend(kept);
    if !parameters.is_empty() {
        sorted.push("--".into());
        sorted.extend(parameters);
    }
    sorted
}

fn options_of(command: &clap::Command) -> Options {
    let mut options: Options = command
        .get_arguments()
        .filter_map(|argument| Some((argument.get_long()?.to_owned(), argument.get_action().takes_values())))
        .collect();
    // The parser adds these of its own accord.
    options.extend([("help".to_owned(), false), ("version".to_owned(), false)]);
    options
}

/// Where the name of the command stands.
fn command_place(outer: &Options, words: &[OsString]) -> Option<usize> {
    let mut place = 1;
    while let Some(word) = words.get(place).and_then(|word| word.to_str()) {
        match word.strip_prefix("--") {
            Some(flag) if !flag.contains('=') && outer.get(flag) == Some(&true) => place += 2,
            Some(_) => place += 1,
            None if word.starts_with('-') => place += 1,
            None => return Some(place),
        }
    }
    None
}

/// The words that the parser should see, and those that are the tool's.
fn sort(own: &Options, words: &[OsString]) -> (Vec<OsString>, Vec<OsString>) {
    let (mut kept, mut parameters) = (Vec::new(), Vec::new());
    let mut tool: Option<Option<&'static Tool>> = None;
    let mut words = words.iter().peekable();
    while let Some(word) = words.next() {
        let text = word.to_str().unwrap_or_default();
        if text == "--" {
            parameters.extend(words.cloned());
            break;
        }
        let Some(flag) = text.strip_prefix("--") else {
            if tool.is_none() && !text.starts_with('-') {
                tool = Some(catalog().find(text).ok().map(|address| address.tool()));
            }
            kept.push(word.clone());
            continue;
        };
        let name = flag.split('=').next().unwrap_or(flag);
        // What comes before the tool's name can only be the program's own.
        let is_own = own.contains_key(name) || tool.is_none();
        let takes_value = if is_own { own.get(name) == Some(&true) } else { true };
        let list = if is_own { &mut kept } else { &mut parameters };
        list.push(word.clone());
        if flag.contains('=') || !takes_value {
            continue;
        }
        let next = words.peek().and_then(|next| next.to_str());
        if is_own || next.is_some_and(|next| belongs_to_flag(tool.flatten(), name, next)) {
            list.extend(words.next().cloned());
        }
    }
    (kept, parameters)
}

/// Whether the word after a tool's flag is its value. A flag that is true or false may stand alone before a
/// payload.
pub(crate) fn belongs_to_flag(tool: Option<&Tool>, name: &str, next: &str) -> bool {
    let name = coerce::parameter_name(name);
    let may_stand_alone = tool
        .and_then(|tool| coerce::find(tool, &name))
        .is_some_and(|parameter| parameter.value_type == ValueType::Boolean);
    let is_payload = next == "-" || next.starts_with(['{', '[']);
    !(next.starts_with("--") || may_stand_alone && is_payload)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(line: &str) -> String {
        let words = line.split(' ').map(OsString::from).collect();
        let words = set_parameters_apart(&crate::arguments::command(), words);
        words.iter().map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn parameters_move_behind_the_dashes_and_options_stay() {
        for (given, wanted) in [
            ("latch call list_leads --query Acme --json", "latch call list_leads --json -- --query Acme"),
            ("latch call list_leads --json --limit=10 {}", "latch call list_leads --json {} -- --limit=10"),
            (
                "latch --data-folder call call list_leads --x 1",
                "latch --data-folder call call list_leads -- --x 1",
            ),
            (
                "latch call list_leads --account ann --query -5",
                "latch call list_leads --account ann -- --query -5",
            ),
            ("latch call list_leads -- --account ann", "latch call list_leads -- --account ann"),
            ("latch call list_leads --a --b", "latch call list_leads -- --a --b"),
            ("latch call update_task --is-complete {}", "latch call update_task {} -- --is-complete"),
            ("latch call update_task --is-complete no", "latch call update_task -- --is-complete no"),
            ("latch tools --kind read", "latch tools --kind read"),
            ("latch call --nope list_leads", "latch call --nope list_leads"),
        ] {
            assert_eq!(sorted(given), wanted);
        }
    }
}
