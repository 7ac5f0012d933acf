//! `latch lua`: a script, once, or entry by entry.

mod limits;
mod repl;

use std::path::Path;

use latch_lua::{Engine, EngineOptions, RunRequest, Script, execute_lua};

use crate::arguments::{GlobalOptions, LuaArguments};
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{plan_text, run_text};
use crate::{commands, input, open};

/// The words that programs know for it.
const NO_CODE: &str = "Provide a Lua file, --eval code, or pipe Lua code on stdin.";

pub(crate) async fn run(
    global: &GlobalOptions,
    lua: &LuaArguments,
    console: &Console,
) -> Result<(), Failure> {
    // Nothing is opened for a script that is not there.
    let script = if lua.repl { None } else { Some(script(lua)?) };
    let limits = limits::of_environment()?;
    let house = open::house(global).await?;
    let options = EngineOptions { limits, ready: 0, ..EngineOptions::default() };
    let engine = Engine::start(options)
        .map_err(|error| Failure::local(format!("the threads for scripts cannot be started: {error}")))?;
    let outcome = match script {
        None => repl::run(&engine, &house, lua, console).await,
        Some(script) => once(&engine, &house, lua, script, console).await,
    };
    house.close().await;
    outcome
}

async fn once(
    engine: &Engine,
    house: &open::House,
    lua: &LuaArguments,
    script: Script,
    console: &Console,
) -> Result<(), Failure> {
    let request = request(lua, script);
    let record = Box::pin(execute_lua(engine, &house.gateway, &house.caller, request)).await;
    if console.json() {
        let document = serde_json::to_value(&record)
            .map_err(|error| Failure::local(format!("the record cannot be written as JSON: {error}")))?;
        console.json_document(&document)?;
    } else {
        let text = run_text(&record);
        if !text.is_empty() {
            console.data(&text)?;
        }
        if let Some(plan) = &record.plan {
            console.data(&plan_text(plan))?;
        }
        if let Some(error) = &record.error {
            console.run_error(error, record.error_class.as_deref(), record.hint.as_deref());
        }
    }
    if record.success { Ok(()) } else { Err(Failure::told(Exit::Failed)) }
}

/// A script as it is to be run for whoever gave these arguments.
fn request(lua: &LuaArguments, script: Script) -> RunRequest {
    RunRequest {
        script,
        account: lua.selector(),
        policy: lua.policy,
        force: lua.force,
        dry_run: lua.dry_run,
        timezone_offset: commands::call::timezone_offset(),
    }
}

/// The script: what `--eval` says, else the file, else standard input.
fn script(lua: &LuaArguments) -> Result<Script, Failure> {
    let no_code = || {
        Failure::unusable(NO_CODE)
            .with_hint("for example: latch lua --eval 'return app.integrations.close.get_current_user()'")
    };
    let mut script = match (&lua.eval, lua.file.as_deref()) {
        (Some(code), _) => Script::new(code.clone()),
        (None, Some(file)) if file != Path::new("-") => {
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
            Script { name, ..Script::new(input::script_file(file)?) }
        }
        (None, given) => Script::new(input::script(given.is_some())?.ok_or_else(no_code)?),
    };
    if script.source.trim().is_empty() {
        return Err(no_code());
    }
    script.limits = lua.limits();
    Ok(script)
}
