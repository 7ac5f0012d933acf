//! One run: compile, drive, and write down what happened.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use mlua::{Function, MultiValue, Value};
use serde_json::{Value as Json, json};
use tokio::runtime::Handle;

use crate::ENGINE;
use crate::convert::arguments::{Failure, Text, ToJson};
use crate::convert::readable;
use crate::driver::{self, End};
use crate::engine::{Script, new_run_id};
use crate::host::Host;
use crate::interpreter::Interpreter;
use crate::limits::{Limit, Limits};
use crate::record::{Meta, RunRecord, milliseconds};
use crate::shared::cut;

/// Longer messages are cut: an error can hold whatever a script likes.
const LONGEST_ERROR: usize = 8 * 1024;
/// What messages call a script that has no name.
const UNNAMED: &str = "script";
/// What is said of no script at all, in the words that programs know.
const NO_CODE: &str = "Missing required parameter \"code\". Provide the Lua source code to execute.";

/// What a run is given besides its script.
pub(crate) struct Setting {
    pub(crate) limits: Limits,
    pub(crate) host: Arc<dyn Host>,
    /// The runtime on which calls are made.
    pub(crate) calls: Handle,
    /// Set by whoever no longer wants the run.
    pub(crate) cancelled: Arc<AtomicBool>,
}

/// How a run ended: the script's way, or with class and message of why it could not begin.
pub(crate) type Ended = Result<End, (&'static str, String)>;

/// Runs a script in `interpreter` from its compiling to its record.
pub(crate) async fn run(interpreter: &Interpreter, script: Script, setting: Setting) -> RunRecord {
    let name = script.name.clone().unwrap_or_else(|| UNNAMED.to_owned());
    interpreter.shared.begin(&setting);
    let meter = &interpreter.shared.meter;
    meter.slice_begins();
    let compiled = if script.source.trim().is_empty() {
        Err(("invalid_arguments", NO_CODE.to_owned()))
    } else {
        interpreter.compile(&script.source, &name).map_err(|message| ("syntax", message))
    };
    meter.slice_ends(interpreter.lua.used_memory());
    let ended = execute(interpreter, compiled, &setting.limits).await;
    finish(interpreter, &script, &setting, ended)
}

/// Drives what was compiled to its end.
pub(crate) async fn execute(
    interpreter: &Interpreter,
    compiled: Result<Function, (&'static str, String)>,
    limits: &Limits,
) -> Ended {
    let function = compiled?;
    Ok(match interpreter.limit_memory(limits) {
        Ok(()) => driver::drive(interpreter, function).await,
        Err(error) => End::Broken(error.to_string()),
    })
}

/// Writes the record.
pub(crate) fn finish(
    interpreter: &Interpreter,
    script: &Script,
    setting: &Setting,
    ended: Ended,
) -> RunRecord {
    let (limits, host) = (&setting.limits, &setting.host);
    let meter = &interpreter.shared.meter;
    let mut record = empty(script, limits);
    match ended {
        Err((class, message)) => record.fail(class, message),
        Ok(End::Returned(values)) => match results(interpreter, &values, limits) {
            Ok(values) => {
                record.success = true;
                record.result = Some(values);
                record.memory_usage = Some(meter.peak_memory().max(interpreter.lua.used_memory()));
            }
            Err(limit) => record.stop(limit, limits),
        },
        Ok(End::Raised(value)) => raised(interpreter, &value, &mut record),
        Ok(End::Stopped(limit)) => record.stop(limit, limits),
        Ok(End::Broken(message)) => record.fail("internal", message),
    }
    // Writing down what it returned or raised was on its account.
    record.execution_time_ms = milliseconds(meter.elapsed());
    record.cpu_time_ms = milliseconds(meter.computed());
    let mut state = interpreter.shared.state();
    record.output = std::mem::take(&mut state.output);
    record.output_truncated = state.output_cut;
    record.integration_calls.clone_from(&state.calls);
    record.call_log = std::mem::take(&mut state.calls);
    drop(state);
    record.plan = host.plan();
    record.meta.dry_run = record.plan.is_some();
    record.meta.permission_bypassed = host.forced();
    record
}

/// The returned values as JSON.
fn results(interpreter: &Interpreter, values: &MultiValue, limits: &Limits) -> Result<Vec<Json>, Limit> {
    let meter = &interpreter.shared.meter;
    // The script has ended; writing its values down is still on its account.
    meter.slice_begins();
    let mut convert = ToJson::new(&interpreter.marks, meter, Text::Lossy, limits.result);
    let converted: Result<Vec<Json>, Failure> = values.iter().map(|value| convert.convert(value)).collect();
    meter.slice_ends(0);
    converted.map_err(|failure| match failure {
        Failure::Stopped => meter.stopped().unwrap_or(Limit::Cpu),
        Failure::TooLarge | Failure::Value { .. } => Limit::Result,
    })
}

fn raised(interpreter: &Interpreter, value: &Value, record: &mut RunRecord) {
    let meter = &interpreter.shared.meter;
    match value {
        Value::Table(table) if interpreter.marks.is_failure(table) => {
            let text = |name: &str| table.raw_get::<Option<String>>(name).ok().flatten();
            let class = text("class").unwrap_or_else(|| "runtime".to_owned());
            record.fail(&class, text("text").unwrap_or_default());
            record.hint = text("hint");
            if let Ok(Some(fields)) = table.raw_get::<Option<mlua::Table>>("field_errors") {
                record.field_errors = fields
                    .sequence_values::<mlua::Table>()
                    .filter_map(Result::ok)
                    .map(|field| {
                        let text = |name: &str| field.raw_get::<String>(name).unwrap_or_default();
                        json!({"field": text("field"), "message": text("message")})
                    })
                    .collect();
            }
        }
        Value::String(text) => record.fail("runtime", text.to_string_lossy()),
        Value::Error(error) => record.fail("runtime", first_line(&error.to_string())),
        Value::Nil => record.fail("runtime", "the script raised nil".to_owned()),
        other => {
            meter.slice_begins();
            let text = readable::text(other, &interpreter.marks, meter);
            meter.slice_ends(0);
            record.fail(
                "runtime",
                text.unwrap_or_else(|_| "an error value that is too large to show".to_owned()),
            );
        }
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim_start_matches("runtime error: ").to_owned()
}

/// The record of a run that could not begin because the engine had ended.
pub(crate) fn never_began(script: &Script, limits: &Limits) -> RunRecord {
    broken(script, limits, "the run broke off within Latch; its log says why")
}

/// The record of a run that broke off within Latch.
pub(crate) fn broken(script: &Script, limits: &Limits, message: &str) -> RunRecord {
    let mut record = empty(script, limits);
    record.fail("internal", message.to_owned());
    record
}

fn empty(script: &Script, limits: &Limits) -> RunRecord {
    RunRecord {
        id: script.id.clone().unwrap_or_else(new_run_id),
        name: script.name.clone().unwrap_or_else(|| UNNAMED.to_owned()),
        success: false,
        output: String::new(),
        output_truncated: false,
        error: None,
        error_class: None,
        hint: None,
        field_errors: Vec::new(),
        ended_by: None,
        result: None,
        execution_time_ms: 0.0,
        cpu_time_ms: 0.0,
        memory_usage: None,
        integration_calls: Vec::new(),
        call_log: Vec::new(),
        plan: None,
        meta: Meta {
            permission_bypassed: false,
            dry_run: false,
            engine: ENGINE,
            limits: Meta::limits(limits),
        },
    }
}

impl RunRecord {
    fn fail(&mut self, class: &str, message: String) {
        self.success = false;
        self.error_class = Some(class.to_owned());
        self.error = Some(if message.len() > LONGEST_ERROR {
            format!("{}…", cut(&message, LONGEST_ERROR))
        } else {
            message
        });
    }

    fn stop(&mut self, limit: Limit, limits: &Limits) {
        self.fail(limit.class(), limit.sentence(limits));
        self.ended_by = Some(limit.class().to_owned());
    }
}
