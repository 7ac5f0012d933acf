//! Calls: from a function of a script to the host, and back with the answer.

use std::sync::MutexGuard;
use std::time::Instant;

use latch_catalog::{Address, Kind, catalog};
use latch_gateway::CallError;
use mlua::{Lua, LuaString, MultiValue, Table, Value};
use serde_json::{Map, Value as Json};

use crate::convert::answer;
use crate::convert::arguments::{Failure, MOST_VALUES, Text, ToJson};
use crate::failure;
use crate::host::ScriptCall;
use crate::limits::Limit;
use crate::lists;
use crate::meter::Stopped;
use crate::native::Natives;
use crate::record::{CallEntry, milliseconds};
use crate::shared::{Answer, Finished, State};

/// Arguments of one call, in bytes; Close takes no larger requests.
const LARGEST_ARGUMENTS: usize = 4 * 1024 * 1024;
/// No function and no account has a longer name. Longer ones are cut before they get into the log of calls.
const LONGEST_NAME: usize = 100;

pub(crate) fn add(lua: &Lua, table: &Table, natives: &Natives) -> mlua::Result<()> {
    let shared = natives.clone();
    table.raw_set(
        "submit",
        lua.create_function(
            move |lua,
                  (account, name, in_parallel, arguments): (
                Option<LuaString>,
                LuaString,
                bool,
                MultiValue,
            )| {
                let account = account.map(|account| name_of(&account));
                shared.submit(lua, account, &name_of(&name), in_parallel, arguments)
            },
        )?,
    )?;
    let shared = natives.clone();
    table.raw_set("take", lua.create_function(move |lua, id: f64| shared.take(lua, id))?)?;
    let shared = natives.clone();
    table.raw_set("ask_accounts", lua.create_function(move |_, ()| Ok(shared.ask_accounts()))?)?;
    let shared = natives.clone();
    table.raw_set(
        "unknown",
        lua.create_function(move |lua, path: LuaString| shared.unknown(lua, &path_text(&path)))?,
    )?;
    table.raw_set(
        "resolves",
        lua.create_function(|_, name: LuaString| {
            let can_be = name.as_bytes().len() <= LONGEST_NAME;
            Ok(can_be && catalog().get(&name.to_string_lossy()).is_some())
        })?,
    )?;
    table.raw_set(
        "functions",
        lua.create_function(|lua, ()| {
            lua.create_sequence_from(catalog().tools().map(|tool| tool.function.as_str()))
        })?,
    )?;
    table.raw_set("lists", lua.create_function(|lua, ()| lists::table(lua))?)?;
    let shared = natives.shared.clone();
    table.raw_set("parallel", lua.create_function(move |_, ()| Ok(shared.meter.limits().parallel.max(1)))?)
}

impl Natives {
    /// Begins a call. Answers its id, or nil and the members of an error.
    fn submit(
        &self,
        lua: &Lua,
        account: Option<String>,
        name: &str,
        in_parallel: bool,
        arguments: MultiValue,
    ) -> mlua::Result<(Value, Value)> {
        let Some(address) = catalog().get(name) else {
            let path = path_of(account.as_deref(), name);
            return Ok((Value::Nil, Value::Table(self.unknown(lua, &path)?)));
        };
        let limits = self.shared.meter.limits();
        let writes = address.tool().kind != Kind::Read;
        let mut state = self.state_with_room()?;
        let mut entry = entry_of(&address, account.as_deref(), name, state.calls.len() + 1);
        let prepared = if writes && in_parallel {
            Err(failure::write_in_parallel(address.name()))
        } else {
            drop(state);
            let prepared = self.arguments(&address, &arguments);
            self.shared.meter.check()?;
            state = self.shared.state();
            prepared
        };
        let arguments = match prepared {
            Ok(arguments) => arguments,
            Err(error) => {
                entry.failed(&error, 0.0);
                state.calls.push(entry);
                drop(state);
                let path = path_of(account.as_deref(), name);
                return Ok((Value::Nil, Value::Table(failure::table(lua, &error, &path)?)));
            }
        };
        if writes && state.writes >= limits.writes {
            drop(state);
            return Err(self.stop(Limit::Writes));
        }
        state.writes += u32::from(writes);
        let place = state.calls.len();
        state.calls.push(entry);
        let call = ScriptCall { tool: name.to_owned(), arguments, account };
        let id = self.start(&mut state, call, place);
        drop(state);
        Ok((number(id), Value::Nil))
    }

    fn start(&self, state: &mut State, call: ScriptCall, place: usize) -> u64 {
        let id = self.shared.next_id();
        let Some(caller) = state.stage.clone() else { return id };
        let made = caller.clone();
        let task = caller.within(async move {
            let started = Instant::now();
            let _permit = made.permits.acquire().await;
            let result = made.host.call(call).await;
            Finished { id, answer: Answer::Call { place, took: started.elapsed(), result: Box::new(result) } }
        });
        state.waiting.push(task);
        id
    }

    fn ask_accounts(&self) -> Value {
        let id = self.shared.next_id();
        let state = self.shared.state();
        if let Some(stage) = state.stage.clone() {
            let host = stage.host.clone();
            let task =
                stage.within(async move { Finished { id, answer: Answer::Accounts(host.accounts().await) } });
            state.waiting.push(task);
        }
        drop(state);
        number(id)
    }

    /// The arguments as an object: named ones as they are, bare ones by the order of the parameters.
    fn arguments(&self, address: &Address<'_>, given: &MultiValue) -> Result<Json, CallError> {
        let mut convert = ToJson::new(&self.marks, &self.shared.meter, Text::Strict, LARGEST_ARGUMENTS);
        let mut convert = |value: &Value| match convert.convert(value) {
            Ok(json) => Ok(json),
            Err(Failure::Value { path, problem }) => Err(failure::unfit_arguments(
                address,
                &format!("{} {problem}", if path.is_empty() { "the value" } else { &path }),
            )),
            Err(Failure::TooLarge) => Err(failure::unfit_arguments(
                address,
                &format!(
                    "they are larger than {LARGEST_ARGUMENTS} bytes, or hold more than {MOST_VALUES} values"
                ),
            )),
            Err(Failure::Stopped) => Err(failure::unfit_arguments(address, "the script was stopped")),
        };
        match given.front() {
            None | Some(Value::Nil) if given.iter().all(Value::is_nil) => Ok(Json::Null),
            Some(table @ Value::Table(_)) => convert(table),
            _ => {
                let names = address.parameter_names();
                let mut members = Map::new();
                for (place, value) in given.iter().enumerate().filter(|(_, value)| !value.is_nil()) {
                    let Some(name) = names.get(place) else {
                        let problem = format!("it takes {} values, not {}", names.len(), given.len());
                        return Err(failure::unfit_arguments(address, &problem));
                    };
                    members.insert((*name).to_owned(), convert(value)?);
                }
                Ok(Json::Object(members))
            }
        }
    }

    /// The answer of a call that has ended: true and the value, or false and the members of an error.
    fn take(&self, lua: &Lua, id: f64) -> mlua::Result<(bool, Value)> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an id that was given out"
        )]
        let answer = self.shared.state().finished.remove(&(id as u64));
        match answer {
            Some(Answer::Call { place, result, .. }) => match *result {
                Ok(outcome) => {
                    let data = answer::tables(lua, &self.marks, &outcome.data, outcome.list.as_deref())?;
                    Ok((true, data))
                }
                Err(error) => {
                    let path = self
                        .shared
                        .state()
                        .calls
                        .get(place)
                        .map_or_else(String::new, |call| call.path.clone());
                    Ok((false, Value::Table(failure::table(lua, &error, &path)?)))
                }
            },
            Some(Answer::Accounts(names)) => Ok((true, Value::Table(lua.create_sequence_from(names)?))),
            None => Err(Stopped.into()),
        }
    }

    /// Notes a call of something that does not exist, and says what there is instead.
    fn unknown(&self, lua: &Lua, path: &str) -> mlua::Result<Table> {
        let error = failure::unknown(path);
        let mut state = self.state_with_room()?;
        let mut entry = CallEntry {
            index: state.calls.len() + 1,
            path: path.to_owned(),
            function: path.rsplit('.').next().unwrap_or_default().to_owned(),
            group: "close",
            icon: "?",
            write_effect: "none",
            ..CallEntry::default()
        };
        entry.failed(&error, 0.0);
        state.calls.push(entry);
        drop(state);
        failure::table(lua, &error, path)
    }

    /// The state, if one more call may be noted in it; else the run is stopped.
    fn state_with_room(&self) -> mlua::Result<MutexGuard<'_, State>> {
        let most = usize::try_from(self.shared.meter.limits().calls).unwrap_or(usize::MAX);
        let state = self.shared.state();
        if state.calls.len() < most { Ok(state) } else { Err(self.stop(Limit::Calls)) }
    }

    fn stop(&self, limit: Limit) -> mlua::Error {
        self.shared.meter.stop(limit);
        Stopped.into()
    }
}

/// Notes in the log how a call ended.
pub(crate) fn note(state: &mut State, finished: Finished) -> u64 {
    if let Answer::Call { place, took, result } = &finished.answer
        && let Some(entry) = state.calls.get_mut(*place)
    {
        match result.as_ref() {
            Ok(outcome) => entry.succeeded(outcome, milliseconds(*took)),
            Err(error) => entry.failed(error, milliseconds(*took)),
        }
    }
    let id = finished.id;
    state.finished.insert(id, finished.answer);
    id
}

/// A name that a script uses, as far as one can be.
fn name_of(name: &LuaString) -> String {
    lossy(&name.as_bytes(), LONGEST_NAME)
}

/// The path of what does not exist, with room for a name at each of its places.
fn path_text(path: &LuaString) -> String {
    lossy(&path.as_bytes(), 4 * LONGEST_NAME)
}

fn lossy(text: &[u8], most: usize) -> String {
    if text.len() <= most {
        return String::from_utf8_lossy(text).into_owned();
    }
    format!("{}…", String::from_utf8_lossy(&text[..most]))
}

fn path_of(account: Option<&str>, name: &str) -> String {
    match account {
        Some(account) => format!("integrations.close.{account}.{name}"),
        None => format!("integrations.close.{name}"),
    }
}

fn entry_of(address: &Address<'_>, account: Option<&str>, name: &str, index: usize) -> CallEntry {
    let tool = address.tool();
    CallEntry {
        index,
        path: path_of(account, name),
        function: tool.function.clone(),
        tool: tool.name.clone(),
        name: tool.title.clone(),
        group: "close",
        icon: match tool.kind {
            Kind::Read => "○",
            Kind::Write => "●",
            Kind::Destructive => "✕",
        },
        operation: tool.kind.as_str(),
        account: account.unwrap_or("default").to_owned(),
        status: "running",
        // A write that is under way when the run ends may have been carried out or not.
        write_effect: if tool.kind == Kind::Read { "none" } else { "unknown" },
        retry_safe: tool.kind == Kind::Read,
        ..CallEntry::default()
    }
}

#[expect(clippy::cast_precision_loss, reason = "no interpreter gives out 2^53 ids")]
fn number(id: u64) -> Value {
    Value::Number(id as f64)
}
