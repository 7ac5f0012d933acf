//! Measuring what a run uses, and stopping it.
//!
//! Promises that a run that has been stopped computes no further: every step it still tries fails, in
//! protected calls, coroutines and callbacks too. Computing is counted by the clock of the thread that does
//! it, so that a busy machine does not make scripts fail.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use mlua::VmState;
use rustix::time::{ClockId, clock_gettime};

use crate::limits::{Limit, Limits};

/// How long a script computes before others get their turn.
const SLICE: Duration = Duration::from_millis(1);
/// The exact clock is read at every so many ticks: reading it costs more than a tick.
const TICKS_PER_LOOK: u32 = 64;

/// The measures of one run.
#[derive(Debug)]
pub(crate) struct Meter {
    ticks: AtomicU32,
    /// One more than the place in [`Limit::ALL`]; 0 while the run may go on.
    stopped: AtomicU8,
    /// Whether the stop has been offered as a yield already, which works only in some places.
    yielded: AtomicBool,
    peak_memory: AtomicUsize,
    /// Nanoseconds from the start of the run at which the clock of the thread is read next.
    next_look: AtomicU64,
    /// Where the coarse clock stands when the exact one is due. It is read at every tick, because a single
    /// call of a library function can take milliseconds, and 64 of them would be far too late.
    next_coarse_look: AtomicU64,
    times: Mutex<Times>,
}

#[derive(Debug)]
struct Times {
    started: Instant,
    limits: Limits,
    /// Set by whoever no longer wants the run.
    cancelled: Arc<AtomicBool>,
    /// Computing in the slices that have ended.
    computed: Duration,
    /// Where the thread's clock stood when the present slice began.
    slice: Option<(Duration, Instant)>,
}

impl Meter {
    pub(crate) fn new() -> Self {
        Self {
            ticks: AtomicU32::new(0),
            stopped: AtomicU8::new(0),
            yielded: AtomicBool::new(false),
            peak_memory: AtomicUsize::new(0),
            next_look: AtomicU64::new(0),
            next_coarse_look: AtomicU64::new(0),
            times: Mutex::new(Times {
                started: Instant::now(),
                limits: Limits::default(),
                cancelled: Arc::default(),
                computed: Duration::ZERO,
                slice: None,
            }),
        }
    }

    /// Starts anew under these limits; the run ends at its next step once `cancelled` is set.
    pub(crate) fn begin(&self, limits: Limits, cancelled: Arc<AtomicBool>) {
        self.stopped.store(0, Ordering::Relaxed);
        self.yielded.store(false, Ordering::Relaxed);
        self.peak_memory.store(0, Ordering::Relaxed);
        self.next_look.store(0, Ordering::Relaxed);
        *self.times() =
            Times { started: Instant::now(), limits, cancelled, computed: Duration::ZERO, slice: None };
    }

    fn times(&self) -> MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn limits(&self) -> Limits {
        self.times().limits
    }

    /// The limit that stopped the run, if one has.
    pub(crate) fn stopped(&self) -> Option<Limit> {
        let place = usize::from(self.stopped.load(Ordering::Relaxed));
        Limit::ALL.get(place.checked_sub(1)?).copied()
    }

    /// Stops the run. The first limit counts.
    pub(crate) fn stop(&self, limit: Limit) {
        let place = Limit::ALL.iter().position(|other| *other == limit).unwrap_or_default();
        let mark = u8::try_from(place + 1).unwrap_or(u8::MAX);
        let _ = self.stopped.compare_exchange(0, mark, Ordering::Relaxed, Ordering::Relaxed);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.times().cancelled.load(Ordering::Relaxed)
    }

    /// The script goes on, on this thread.
    pub(crate) fn slice_begins(&self) {
        let mut times = self.times();
        times.slice = Some((thread_time(), Instant::now()));
        let look = nanoseconds(times.started.elapsed() + SLICE);
        drop(times);
        self.look_after(look);
    }

    /// The script waits, or has ended.
    pub(crate) fn slice_ends(&self, memory: usize) {
        self.peak_memory.fetch_max(memory, Ordering::Relaxed);
        let mut times = self.times();
        if let Some((began, _)) = times.slice.take() {
            times.computed += thread_time().saturating_sub(began);
        }
        if times.computed > times.limits.cpu {
            drop(times);
            self.stop(Limit::Cpu);
        }
    }

    /// Called by the interpreter at every loop, call and return.
    pub(crate) fn tick(&self, memory: impl FnOnce() -> usize) -> Result<VmState, Stopped> {
        if self.stopped.load(Ordering::Relaxed) != 0 {
            return self.refuse();
        }
        let is_due = self.ticks.fetch_add(1, Ordering::Relaxed).is_multiple_of(TICKS_PER_LOOK)
            || coarse_time() >= self.next_coarse_look.load(Ordering::Relaxed);
        if is_due { self.look(memory) } else { Ok(VmState::Continue) }
    }

    /// Sets both clocks for the next look, a slice from now.
    fn look_after(&self, nanoseconds_from_start: u64) {
        self.next_look.store(nanoseconds_from_start, Ordering::Relaxed);
        self.next_coarse_look.store(coarse_time() + nanoseconds(SLICE), Ordering::Relaxed);
    }

    /// Looks at the clocks, for work outside the interpreter that takes long.
    pub(crate) fn check(&self) -> Result<(), Stopped> {
        if self.stopped().is_none() {
            let _ = self.look(|| 0);
        }
        if self.stopped().is_some() { Err(Stopped) } else { Ok(()) }
    }

    fn look(&self, memory: impl FnOnce() -> usize) -> Result<VmState, Stopped> {
        let times = self.times();
        let elapsed = times.started.elapsed();
        if nanoseconds(elapsed) < self.next_look.load(Ordering::Relaxed) {
            return Ok(VmState::Continue);
        }
        let (began, since) = times.slice.unwrap_or_else(|| (thread_time(), Instant::now()));
        let computed = times.computed + thread_time().saturating_sub(began);
        let (limits, slice_is_over) = (times.limits, since.elapsed() >= SLICE);
        drop(times);
        self.peak_memory.fetch_max(memory(), Ordering::Relaxed);
        self.look_after(nanoseconds(elapsed + SLICE));
        if computed > limits.cpu {
            self.stop(Limit::Cpu);
        } else if elapsed > limits.wall {
            self.stop(Limit::Wall);
        } else if self.is_cancelled() {
            self.stop(Limit::Cancelled);
        } else {
            return Ok(if slice_is_over { VmState::Yield } else { VmState::Continue });
        }
        self.refuse()
    }

    /// A yield ends a run at once, where the interpreter can yield. Where it cannot, it goes on, and meets an
    /// error at its next step and at every one after.
    fn refuse(&self) -> Result<VmState, Stopped> {
        if self.yielded.swap(true, Ordering::Relaxed) { Err(Stopped) } else { Ok(VmState::Yield) }
    }

    /// How long the run has computed.
    pub(crate) fn computed(&self) -> Duration {
        let times = self.times();
        let present = times.slice.map_or(Duration::ZERO, |(began, _)| thread_time().saturating_sub(began));
        times.computed + present
    }

    /// How long ago it began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.times().started.elapsed()
    }

    /// What is left of the time it may take in all.
    pub(crate) fn remaining(&self) -> Duration {
        let times = self.times();
        times.limits.wall.saturating_sub(times.started.elapsed())
    }

    pub(crate) fn peak_memory(&self) -> usize {
        self.peak_memory.load(Ordering::Relaxed)
    }
}

/// The run has been stopped; see [`Meter::stopped`] for why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the script was stopped")]
pub(crate) struct Stopped;

impl From<Stopped> for mlua::Error {
    fn from(stopped: Stopped) -> Self {
        Self::RuntimeError(stopped.to_string())
    }
}

fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let (seconds, nanoseconds) = (u64::try_from(time.tv_sec), u32::try_from(time.tv_nsec));
    Duration::new(seconds.unwrap_or_default(), nanoseconds.unwrap_or_default())
}

/// Costs next to nothing to read and moves every few milliseconds.
#[cfg(any(target_os = "linux", target_os = "android"))]
const COARSE: ClockId = ClockId::MonotonicCoarse;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const COARSE: ClockId = ClockId::Monotonic;

fn coarse_time() -> u64 {
    let time = clock_gettime(COARSE);
    let (seconds, part) = (u64::try_from(time.tv_sec), u64::try_from(time.tv_nsec));
    seconds.unwrap_or_default().saturating_mul(1_000_000_000).saturating_add(part.unwrap_or_default())
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
