//! The engine: threads for scripts, and interpreters made ready before they are asked for.
//!
//! Scripts have threads of their own, so that one that computes without a pause delays other scripts for a
//! slice and nothing else at all.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{Semaphore, oneshot};

use crate::host::Host;
use crate::interpreter::Interpreter;
use crate::limits::{Limits, WantedLimits};
use crate::record::RunRecord;
use crate::run::{self, Setting};
use crate::session::Session;

/// Deeply nested data is handled by functions that call themselves.
const STACK: usize = 8 * 1024 * 1024;
/// Fewer threads than this would let a few endless scripts delay all others.
const FEWEST_THREADS: usize = 4;

/// How an engine is set up.
#[derive(Debug, Clone, Copy)]
pub struct EngineOptions {
    /// What one run may use at most, whatever it asks for.
    pub limits: Limits,
    /// Interpreters kept ready. Each takes about 800 KB; without any, every run waits for its own to be made.
    pub ready: usize,
    /// Runs at the same time; more wait for their turn, in the order in which they came. Together they use at
    /// most so many times the memory limit.
    pub concurrent: usize,
    /// Threads that run scripts; by default two for each core, and four at least.
    pub threads: Option<usize>,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self { limits: Limits::default(), ready: 16, concurrent: 64, threads: None }
    }
}

/// A script to run.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// Its source text.
    pub source: String,
    /// What messages call it, for example the name of its file; `script` without one.
    pub name: Option<String>,
    /// The id of the run; a new one without it.
    pub id: Option<String>,
    /// The limits it asks for; they lower the engine's.
    pub limits: WantedLimits,
}

impl Script {
    /// A script with nothing but its text.
    pub fn new(source: impl Into<String>) -> Self {
        Self { source: source.into(), ..Self::default() }
    }
}

/// An id for a run, `run_…`; ids of later runs sort after those of earlier ones.
pub fn new_run_id() -> String {
    format!("run_{}", uuid::Uuid::now_v7().simple())
}

/// Runs scripts. Cheap to clone; the threads end when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    options: EngineOptions,
    pool: Arc<Pool>,
    turns: Arc<Semaphore>,
    /// Taken when it is dropped: a runtime must not be dropped where it is waited in.
    runtime: Option<Runtime>,
}

impl Engine {
    /// Starts the threads and begins to make interpreters ready.
    ///
    /// # Errors
    ///
    /// If the machine gives no threads.
    pub fn start(options: EngineOptions) -> std::io::Result<Self> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let threads = options.threads.unwrap_or((2 * cores).max(FEWEST_THREADS)).max(1);
        let runtime = Builder::new_multi_thread()
            .worker_threads(threads)
            .thread_name("latch-lua")
            .thread_stack_size(STACK)
            .enable_time()
            .build()?;
        let turns = Arc::new(Semaphore::new(options.concurrent.max(1)));
        let pool = Arc::new(Pool::new(options.ready));
        if options.ready > 0 {
            let filled = Arc::clone(&pool);
            thread::Builder::new().name("latch-lua-ready".to_owned()).spawn(move || filled.fill())?;
        }
        Ok(Self { inner: Arc::new(Inner { options, pool, turns, runtime: Some(runtime) }) })
    }

    /// The ceilings that hold for every run.
    pub fn limits(&self) -> &Limits {
        &self.inner.options.limits
    }

    /// Runs one script in an interpreter that no run has used before. Calls are made on the runtime that this
    /// is called from. If the returned future is dropped, the script is cancelled at its next step.
    pub async fn run(&self, script: Script, host: Arc<dyn Host>) -> RunRecord {
        let limits = self.inner.options.limits.lowered_to(&script.limits);
        let pool = Arc::clone(&self.inner.pool);
        // The engine never closes it.
        let turn = Arc::clone(&self.inner.turns).acquire_owned().await;
        let waiter = Waiter::default();
        let setting = Setting { limits, host, calls: Handle::current(), cancelled: waiter.flag() };
        // Kept for the case that the run breaks off and nobody else is left to say so.
        let named = Script { name: script.name.clone(), id: script.id.clone(), ..Script::default() };
        let Some(runtime) = &self.inner.runtime else { return run::never_began(&named, &limits) };
        let (told, ended) = oneshot::channel();
        runtime.spawn(async move {
            let interpreter = match pool.take() {
                Ok(interpreter) => interpreter,
                Err(error) => {
                    let _ = told.send(run::broken(&script, &limits, &error.to_string()));
                    return;
                }
            };
            let _turn = turn;
            let record = run::run(&interpreter, script, setting).await;
            // Whoever waits need not wait for the interpreter to be taken apart.
            let _ = told.send(record);
        });
        ended.await.unwrap_or_else(|_| run::never_began(&named, &limits))
    }

    /// Begins a session, in which what one entry defines is there for the next.
    ///
    /// # Errors
    ///
    /// If no interpreter can be made.
    pub fn session(&self, wanted: &WantedLimits) -> Result<Session, String> {
        let limits = self.inner.options.limits.lowered_to(wanted);
        let interpreter = self.inner.pool.take().map_err(|error| error.to_string())?;
        let Some(runtime) = &self.inner.runtime else { return Err("the engine has ended".to_owned()) };
        Ok(Session::new(interpreter, limits, runtime.handle().clone()))
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.pool.close();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Cancels a run when it is dropped: whoever waited for the run is gone. Nothing happens to one that has ended.
#[derive(Debug, Default)]
pub(crate) struct Waiter {
    cancelled: Arc<AtomicBool>,
}

impl Waiter {
    /// The flag that the run looks at.
    pub(crate) fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.cancelled)
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

/// Interpreters that are ready.
#[derive(Debug)]
struct Pool {
    wanted: usize,
    ready: Mutex<Ready>,
    taken: Condvar,
}

#[derive(Debug, Default)]
struct Ready {
    interpreters: Vec<Interpreter>,
    closed: bool,
}

impl Pool {
    fn new(wanted: usize) -> Self {
        Self { wanted, ready: Mutex::default(), taken: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Ready> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One that is ready, else a new one.
    fn take(&self) -> mlua::Result<Interpreter> {
        let mut ready = self.lock();
        let taken = ready.interpreters.pop();
        // Made in bulk once half of them are gone: making one beside every run would slow that run down.
        let few = ready.interpreters.len() <= self.wanted / 2;
        drop(ready);
        match taken {
            Some(interpreter) => {
                if few {
                    self.taken.notify_one();
                }
                Ok(interpreter)
            }
            None => Interpreter::new(),
        }
    }

    /// Keeps as many ready as are wanted, until the pool is closed.
    fn fill(&self) {
        loop {
            let mut ready = self.lock();
            while ready.interpreters.len() > self.wanted / 2 && !ready.closed {
                ready = self.taken.wait(ready).unwrap_or_else(PoisonError::into_inner);
            }
            let missing = self.wanted.saturating_sub(ready.interpreters.len());
            if ready.closed {
                return;
            }
            drop(ready);
            for _ in 0..missing {
                match Interpreter::new() {
                    Ok(interpreter) => self.lock().interpreters.push(interpreter),
                    Err(error) => {
                        tracing::error!(%error, "no interpreter can be made ready");
                        return;
                    }
                }
            }
        }
    }

    fn close(&self) {
        let mut ready = self.lock();
        ready.closed = true;
        ready.interpreters.clear();
        drop(ready);
        self.taken.notify_all();
    }
}
