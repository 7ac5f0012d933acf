//! `latch lua --repl`: entries over one interpreter, their values shown, names completed.

use std::sync::Arc;

use latch_lua::{Engine, Entry, Reply, Script, Session, enter_session};
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::{Context, Editor, Helper, Highlighter, Hinter, Validator};

use crate::arguments::LuaArguments;
use crate::console::Console;
use crate::failure::Failure;
use crate::open::House;
use crate::output::plan_text;

const PROMPT: &str = "lua> ";
const MORE: &str = "...> ";
const QUIT: &str = ":quit";

pub(crate) async fn run(
    engine: &Engine,
    house: &House,
    lua: &LuaArguments,
    console: &Console,
) -> Result<(), Failure> {
    let session = engine.session(&lua.limits()).map_err(Failure::local)?;
    let session = Arc::new(session);
    let mut editor = Editor::new()
        .map_err(|error| Failure::local(format!("the terminal cannot be used for entries: {error}")))?;
    editor.set_helper(Some(Names { session: Arc::clone(&session) }));
    console.talk("Lua for Close. An entry may take several lines; :quit or the end of input leaves.");
    let mut entry = String::new();
    loop {
        let prompt = if entry.is_empty() { PROMPT } else { MORE };
        match editor.readline(prompt) {
            Ok(line) if entry.is_empty() && line.trim() == QUIT => break,
            Ok(line) if entry.is_empty() && line.trim().is_empty() => {}
            Ok(line) => {
                if !entry.is_empty() {
                    entry.push('\n');
                }
                entry.push_str(&line);
                if session.check(&entry) == Entry::Complete {
                    let _ = editor.add_history_entry(entry.as_str());
                    let reply = enter(&session, house, lua, &entry).await;
                    show(&reply, console)?;
                    entry.clear();
                }
            }
            // Ctrl-C gives up the entry, not the session.
            Err(ReadlineError::Interrupted) => entry.clear(),
            Err(ReadlineError::Eof) => {
                if !entry.is_empty() {
                    let reply = enter(&session, house, lua, &entry).await;
                    show(&reply, console)?;
                }
                break;
            }
            Err(error) => return Err(Failure::local(format!("the terminal cannot be read: {error}"))),
        }
    }
    Ok(())
}

async fn enter(session: &Session, house: &House, lua: &LuaArguments, entry: &str) -> Reply {
    let request = super::request(lua, Script::new(entry));
    enter_session(session, &house.gateway, &house.caller, request).await
}

fn show(reply: &Reply, console: &Console) -> Result<(), Failure> {
    let record = &reply.record;
    if !record.output.is_empty() {
        console.data(&record.output)?;
    }
    if !reply.values.is_empty() {
        console.data(&reply.values.join("\t"))?;
    }
    if let Some(plan) = record.plan.as_ref().filter(|plan| !plan.is_empty()) {
        console.data(&plan_text(plan))?;
    }
    if let Some(error) = &record.error {
        console.run_error(error, record.error_class.as_deref(), record.hint.as_deref());
    }
    Ok(())
}

/// Completes names from what the session has.
#[derive(Helper, Hinter, Highlighter, Validator)]
struct Names {
    session: Arc<Session>,
}

impl Completer for Names {
    type Candidate = String;

    fn complete(&self, line: &str, place: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let typed = line.get(..place).unwrap_or_default();
        let found = self.session.completions(typed);
        Ok((Session::completion_start(typed), found))
    }
}
