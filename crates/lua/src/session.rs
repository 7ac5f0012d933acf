//! A session: one interpreter for many entries, as somebody at a terminal wants it.

use std::sync::Arc;

use mlua::{Table, Value};
use tokio::runtime::Handle;

use crate::convert::readable;
use crate::driver::End;
use crate::engine::{Script, Waiter};
use crate::host::Host;
use crate::interpreter::Interpreter;
use crate::lift::lift_locals;
use crate::limits::Limits;
use crate::record::RunRecord;
use crate::run::{self, Setting};

/// What messages call an entry.
const NAME: &str = "input";
/// Names that are not offered while somebody types.
const LEAST_TYPED: usize = 1;

/// An interpreter that keeps what entries define. Every entry has the limits of a run to itself; what is
/// declared `local` outside of a block lasts as long as the session.
#[derive(Debug)]
pub struct Session {
    interpreter: Arc<Interpreter>,
    limits: Limits,
    threads: Handle,
}

/// Whether what was typed so far can be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// It is whole, or wrong in a way that no further line mends.
    Complete,
    /// A block, a text or a table is still open.
    Incomplete,
}

/// What an entry came to.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The record, as of a run.
    pub record: RunRecord,
    /// Its values as people read them.
    pub values: Vec<String>,
}

impl Session {
    pub(crate) fn new(interpreter: Interpreter, limits: Limits, threads: Handle) -> Self {
        Self { interpreter: Arc::new(interpreter), limits, threads }
    }

    /// Whether `text` is a whole entry.
    pub fn check(&self, text: &str) -> Entry {
        let open = |text: &str| match self.interpreter.compile(text, NAME) {
            Ok(_) => false,
            Err(message) => message.contains("got <eof>") || message.contains("Malformed string"),
        };
        let whole = self.interpreter.compile(&format!("return {text}"), NAME).is_ok();
        // A text in quotes cannot go on in the next line; one in long brackets can.
        let unfinished = open(text) && !text.lines().last().is_some_and(ends_within_quotes);
        if !whole && unfinished { Entry::Incomplete } else { Entry::Complete }
    }

    /// Runs one entry. An expression is an entry too: its values are what it comes to. The limits are those of
    /// the session.
    pub async fn enter(&self, mut script: Script, host: Arc<dyn Host>) -> Reply {
        let waiter = Waiter::default();
        let setting =
            Setting { limits: self.limits, host, calls: Handle::current(), cancelled: waiter.flag() };
        let interpreter = Arc::clone(&self.interpreter);
        script.name = Some(NAME.to_owned());
        let broken = run::never_began(&script, &self.limits);
        let task = self.threads.spawn(async move { enter(&interpreter, script, setting).await });
        task.await.unwrap_or(Reply { record: broken, values: Vec::new() })
    }

    /// Where the path begins that stands at the end of what was typed.
    pub fn completion_start(typed: &str) -> usize {
        typed
            .rfind(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_' && letter != '.')
            .map_or(0, |place| place + 1)
    }

    /// The names that what was typed could go on with: whole paths such as `app.integrations.close.get_lead`.
    pub fn completions(&self, typed: &str) -> Vec<String> {
        let start = Self::completion_start(typed);
        let path = typed.get(start..).unwrap_or_default();
        if path.len() < LEAST_TYPED {
            return Vec::new();
        }
        let (parents, last) =
            path.rsplit_once('.').map_or((None, path), |(parents, last)| (Some(parents), last));
        let Some(names) = self.names_of(parents) else { return Vec::new() };
        let before = parents.map_or(String::new(), |parents| format!("{parents}."));
        let mut found: Vec<String> = names
            .into_iter()
            .filter(|name| name.starts_with(last))
            .map(|name| format!("{before}{name}"))
            .collect();
        found.sort();
        found.dedup();
        found
    }

    fn names_of(&self, parents: Option<&str>) -> Option<Vec<String>> {
        let globals = self.interpreter.lua.globals();
        let mut names = Vec::new();
        let mut collect = |table: &Table| {
            let _ = table.for_each(|key: Value, _: Value| {
                names.extend(key.as_string().map(mlua::LuaString::to_string_lossy));
                Ok(())
            });
        };
        match parents {
            None => {
                collect(&globals);
                // The sandbox keeps what was there before the session behind the session's own names.
                if let Some(Ok(library)) = globals.metatable().map(|meta| meta.raw_get::<Table>("__index")) {
                    collect(&library);
                }
            }
            Some(parents) => {
                let mut parts = parents.split('.');
                let mut table: Table = globals.get(parts.next()?).ok()?;
                for part in parts {
                    table = table.raw_get(part).ok()?;
                }
                collect(&table);
            }
        }
        Some(names)
    }
}

async fn enter(interpreter: &Interpreter, script: Script, setting: Setting) -> Reply {
    interpreter.shared.begin(&setting);
    let compiled = interpreter
        .compile(&format!("return {}", script.source), NAME)
        .or_else(|_| interpreter.compile(&lift_locals(&script.source), NAME))
        .map_err(|message| ("syntax", message));
    let ended = run::execute(interpreter, compiled, &setting.limits).await;
    let values = match &ended {
        Ok(End::Returned(values)) => values.iter().map(|value| shown(interpreter, value)).collect(),
        _ => Vec::new(),
    };
    Reply { record: run::finish(interpreter, &script, &setting, ended), values }
}

fn shown(interpreter: &Interpreter, value: &Value) -> String {
    readable::text(value, &interpreter.marks, &interpreter.shared.meter).unwrap_or_else(|_| "…".to_owned())
}

fn ends_within_quotes(line: &str) -> bool {
    let mut open = None;
    let mut escaped = false;
    for letter in line.chars() {
        match (open, letter) {
            _ if escaped => escaped = false,
            (Some(_), '\\') => escaped = true,
            (Some(quote), letter) if quote == letter => open = None,
            (None, '"' | '\'') => open = Some(letter),
            _ => {}
        }
    }
    open.is_some()
}
