//! What the interpreter's functions and the driver of a run share.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use latch_gateway::{CallError, CallOutcome};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::host::Host;
use crate::limits::Limit;
use crate::meter::{Meter, Stopped};
use crate::record::CallEntry;
use crate::run::Setting;

/// The state of the run that an interpreter is busy with.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) meter: Meter,
    ids: AtomicU64,
    state: Mutex<State>,
}

/// Calls under way.
pub(crate) type Waiting = FuturesUnordered<BoxFuture<'static, Finished>>;

/// A future of another runtime than the one it is waited for in: its timers and tasks belong to that one.
struct Within<F> {
    handle: Handle,
    future: F,
}

impl<F: Future + Unpin> Future for Within<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        let _entered = this.handle.enter();
        Pin::new(&mut this.future).poll(context)
    }
}

impl Stage {
    /// `future`, to be waited for on a thread of scripts.
    pub(crate) fn within(
        &self,
        future: impl Future<Output = Finished> + Send + 'static,
    ) -> BoxFuture<'static, Finished> {
        Box::pin(Within { handle: self.handle.clone(), future: Box::pin(future) })
    }
}

/// The part that changes under a lock.
#[derive(Default)]
pub(crate) struct State {
    /// Where calls go; none before the first run.
    pub(crate) stage: Option<Stage>,
    /// What was printed.
    pub(crate) output: String,
    /// Whether anything was: an empty line is a line.
    pub(crate) printed: bool,
    /// Whether some of it had to be cut.
    pub(crate) output_cut: bool,
    /// The log of calls, in the order in which they began.
    pub(crate) calls: Vec<CallEntry>,
    /// How many of them write.
    pub(crate) writes: u32,
    /// Calls under way.
    pub(crate) waiting: Waiting,
    /// Calls that have ended and whose answer the script has not taken yet.
    pub(crate) finished: HashMap<u64, Answer>,
}

/// What a run is connected to.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) host: Arc<dyn Host>,
    /// The runtime on which calls are made; scripts have threads of their own.
    pub(crate) handle: Handle,
    pub(crate) permits: Arc<Semaphore>,
}

/// How a call or question ended.
pub(crate) enum Answer {
    /// A call, with its place in the log.
    Call { place: usize, took: Duration, result: Box<Result<CallOutcome, CallError>> },
    /// The names of the accounts.
    Accounts(Vec<String>),
}

/// A call that has ended.
pub(crate) struct Finished {
    pub(crate) id: u64,
    pub(crate) answer: Answer,
}

impl std::fmt::Debug for State {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("State")
    }
}

impl Shared {
    pub(crate) fn new() -> Self {
        Self { meter: Meter::new(), ids: AtomicU64::new(1), state: Mutex::default() }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a run.
    pub(crate) fn begin(&self, setting: &Setting) {
        self.meter.begin(setting.limits, Arc::clone(&setting.cancelled));
        let at_once = usize::try_from(setting.limits.parallel.max(1)).unwrap_or(1);
        let stage = Stage {
            host: Arc::clone(&setting.host),
            handle: setting.calls.clone(),
            permits: Arc::new(Semaphore::new(at_once)),
        };
        *self.state() = State { stage: Some(stage), ..State::default() };
    }

    pub(crate) fn next_id(&self) -> u64 {
        self.ids.fetch_add(1, Ordering::Relaxed)
    }

    /// Adds a line to the output.
    pub(crate) fn print(&self, line: &str) -> Result<(), Stopped> {
        let most = self.meter.limits().output;
        let mut state = self.state();
        let separator = usize::from(state.printed);
        let room = most.saturating_sub(state.output.len());
        if line.len() + separator > room {
            if !state.output_cut {
                if separator > 0 && room > 0 {
                    state.output.push('\n');
                }
                state.output.push_str(cut(line, room.saturating_sub(separator)));
                state.output_cut = true;
            }
            drop(state);
            self.meter.stop(Limit::Output);
            return Err(Stopped);
        }
        if separator > 0 {
            state.output.push('\n');
        }
        state.output.push_str(line);
        state.printed = true;
        Ok(())
    }
}

/// The longest beginning of `text` of at most `most` bytes that ends between characters.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
