//! Driving a script from its start to its end: a slice of computing, then waiting for Close or letting others
//! compute, then the next slice.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use mlua::thread::ThreadStatus;
use mlua::{Function, IntoLuaMulti, MultiValue, Value};
use tokio::time::{Instant, sleep, timeout_at};

use crate::interpreter::Interpreter;
use crate::limits::Limit;
use crate::native::calls::note;
use crate::shared::Shared;

/// How long a stopped run waits for calls under way, so that its record can say how they ended.
const GRACE: Duration = Duration::from_secs(5);
/// How often a waiting run looks whether it was cancelled.
const LOOK: Duration = Duration::from_millis(50);

/// How a script ended.
#[derive(Debug)]
pub(crate) enum End {
    /// It returned.
    Returned(MultiValue),
    /// It raised something and did not catch it.
    Raised(Value),
    /// A limit ended it.
    Stopped(Limit),
    /// The interpreter gave up.
    Broken(String),
}

/// Runs `script` to its end, whatever that is, and waits for its calls.
pub(crate) async fn drive(interpreter: &Interpreter, script: Function) -> End {
    let end = advance(interpreter, script).await;
    let deadline = Instant::now() + GRACE;
    while let Ok(true) = timeout_at(deadline, one_more(&interpreter.shared)).await {}
    end
}

async fn advance(interpreter: &Interpreter, script: Function) -> End {
    let Interpreter { lua, shared, start, .. } = interpreter;
    let meter = &shared.meter;
    let thread = match lua.create_thread(start.clone()) {
        Ok(thread) => thread,
        Err(error) => return broken(&error),
    };
    let mut given = match script.into_lua_multi(lua) {
        Ok(given) => given,
        Err(error) => return broken(&error),
    };
    loop {
        meter.slice_begins();
        let resumed = thread.resume::<MultiValue>(given);
        meter.slice_ends(lua.used_memory());
        if let Some(limit) = meter.stopped() {
            return End::Stopped(limit);
        }
        let values = match resumed {
            Ok(values) => values,
            Err(mlua::Error::MemoryError(_)) => return End::Stopped(Limit::Memory),
            Err(error) => return broken(&error),
        };
        if thread.status() == ThreadStatus::Finished {
            return ended(values);
        }
        given = MultiValue::new();
        if values.is_empty() {
            // The slice is over.
            tokio::task::yield_now().await;
            continue;
        }
        match wait_for_any(shared, &ids(&values)).await {
            Ok(id) => given.push_front(Value::Number(id)),
            Err(limit) => return End::Stopped(limit),
        }
    }
}

/// What the protected call says: whether it went well, then the values or the error.
fn ended(mut values: MultiValue) -> End {
    match values.pop_front() {
        Some(Value::Boolean(true)) => End::Returned(values),
        _ => match values.pop_front().unwrap_or(Value::Nil) {
            Value::Error(error) if matches!(*error, mlua::Error::MemoryError(_)) => {
                End::Stopped(Limit::Memory)
            }
            Value::String(text) if *text.as_bytes() == *b"not enough memory" => End::Stopped(Limit::Memory),
            error => End::Raised(error),
        },
    }
}

fn broken(error: &mlua::Error) -> End {
    End::Broken(error.to_string())
}

/// The calls that a script waits for: what it yields after the mark.
fn ids(values: &MultiValue) -> Vec<f64> {
    values.iter().skip(1).filter_map(crate::convert::number_of).collect()
}

/// Waits until one of the calls `ids` has ended.
async fn wait_for_any(shared: &Arc<Shared>, ids: &[f64]) -> Result<f64, Limit> {
    loop {
        {
            let state = shared.state();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "ids that were given out"
            )]
            if let Some(id) = ids.iter().find(|id| state.finished.contains_key(&(**id as u64))) {
                return Ok(*id);
            }
        }
        let remaining = shared.meter.remaining();
        if remaining.is_zero() {
            shared.meter.stop(Limit::Wall);
            return Err(Limit::Wall);
        }
        if shared.meter.is_cancelled() {
            shared.meter.stop(Limit::Cancelled);
            return Err(Limit::Cancelled);
        }
        tokio::select! {
            more = one_more(shared) => if !more {
                // Nothing is under way that the script could be waiting for.
                sleep(LOOK.min(remaining)).await;
            },
            () = sleep(LOOK.min(remaining)) => {}
        }
    }
}

/// Waits for the next call to end and notes it. False if none is under way.
async fn one_more(shared: &Arc<Shared>) -> bool {
    // Taken out while it is waited for, so that nobody waits under the lock; whatever happens, it goes back.
    let mut guard = Borrowed { shared, waiting: std::mem::take(&mut shared.state().waiting) };
    match guard.waiting.next().await {
        Some(finished) => {
            note(&mut shared.state(), finished);
            true
        }
        None => false,
    }
}

struct Borrowed<'s> {
    shared: &'s Arc<Shared>,
    waiting: crate::shared::Waiting,
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        let added = std::mem::replace(&mut state.waiting, std::mem::take(&mut self.waiting));
        state.waiting.extend(added);
    }
}
