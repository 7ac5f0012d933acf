//! `latch call`: one tool, once.

use std::time::{Duration, Instant};

use latch_catalog::catalog;
use latch_gateway::{CallError, CallOutcome, ToolCall};
use serde_json::Value;

use crate::arguments::{CallArguments, GlobalOptions};
use crate::coerce::{self, BadFlag};
use crate::console::Console;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Told, envelope, planned_text};
use crate::{input, open};

pub(crate) async fn run(
    global: &GlobalOptions,
    call: &CallArguments,
    console: &Console,
) -> Result<(), Failure> {
    let started = Instant::now();
    let result = match arguments(call, console) {
        Ok(arguments) => Box::pin(execute(global, call, arguments)).await,
        Err(error) => Err(error),
    };
    let result = match result {
        Ok(outcome) => Ok(outcome),
        Err(failure) => Err(failure.into_error()?),
    };
    let told = Told {
        tool: &call.tool,
        account: call.account.as_deref().unwrap_or("default"),
        dry_run: call.dry_run,
        force: call.force,
        duration: started.elapsed(),
    };
    if console.json() {
        console.json_document(&envelope(&told, &result))?;
        return result.map(drop).map_err(|error| Failure::told(Exit::of(error.class)));
    }
    show(&result?, console)
}

/// The arguments: the payload, with the flags over it.
fn arguments(call: &CallArguments, console: &Console) -> Result<Value, Failure> {
    // A tool that does not exist is said before anything is read.
    let tool = catalog().find(&call.tool).map_err(CallError::from)?.tool();
    let unusable = |BadFlag(message): BadFlag| {
        let message =
            if message.ends_with('.') { message } else { format!("{message}. No external call was made.") };
        Failure::unusable(message)
            .with_hint(format!("`latch docs {}` shows the tool's parameters", call.tool))
    };
    let mut flags = coerce::pairs(&call.pairs).map_err(unusable)?;
    flags.extend(coerce::flags(Some(tool), &call.parameters).map_err(unusable)?);
    let mut arguments = input::payload(call.payload.as_deref(), console)?;
    coerce::merge(Some(tool), &mut arguments, flags).map_err(unusable)?;
    Ok(Value::Object(arguments))
}

async fn execute(
    global: &GlobalOptions,
    call: &CallArguments,
    arguments: Value,
) -> Result<CallOutcome, Failure> {
    let house = open::house(global).await?;
    let wanted = ToolCall {
        account: call.selector(),
        dry_run: call.dry_run,
        deadline: call.deadline.map(Duration::from_secs),
        timezone_offset: timezone_offset(),
        policy: call.policy.unwrap_or_default(),
        force: call.force,
        ..ToolCall::new(call.tool.clone(), arguments)
    };
    let result = Box::pin(house.gateway.execute(&house.caller, wanted)).await;
    house.close().await;
    Ok(result?)
}

/// Hours from UTC of this machine's clock, now.
pub(crate) fn timezone_offset() -> Option<f32> {
    const SECONDS_PER_QUARTER: i32 = 15 * 60;
    let quarters = jiff::Zoned::now().offset().seconds() / SECONDS_PER_QUARTER;
    Some(f32::from(i16::try_from(quarters).ok()?) / 4.0)
}

fn show(outcome: &CallOutcome, console: &Console) -> Result<(), Failure> {
    if let Some(planned) = &outcome.planned {
        console.talk("dry run: this request would be made, with the account's credential; the call itself was not made");
        return console.data(&planned_text(planned));
    }
    match &outcome.data {
        Value::String(text) => console.data(text),
        data => console.json_document(data),
    }
}

impl Failure {
    /// The error to tell; the failure itself if it has been told.
    fn into_error(self) -> Result<CallError, Self> {
        self.error().cloned().ok_or(self)
    }
}

#[cfg(test)]
mod tests {
    use latch_gateway::ErrorClass;

    use super::*;

    #[test]
    fn classes_of_unusable_input_are_told_in_the_envelope_too() {
        let failure = Failure::unusable("no");
        assert_eq!(failure.into_error().unwrap().class, ErrorClass::InvalidArguments);
    }
}
