//! Threads that serve connections, each for itself.
//!
//! A request that is handed from thread to thread pays at every step: another thread is woken, its cache knows nothing,
//! and memory goes back to where it did not come from. So each thread has a runtime of its own, a connection stays with
//! the thread that was given it, and a new one goes to the thread that has the fewest. It leaves it to the router that
//! no request keeps its thread busy for long without awaiting anything: the connections beside it would wait too.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::runtime::{Builder, Handle};
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

use crate::application::Application;
use crate::limits::Limits;
use crate::serving::{Port, Serving, serve_at};

/// Threads for connections. When it is dropped they end, and with them whatever still runs on them.
#[derive(Debug)]
pub struct Workers {
    each: Arc<[Worker]>,
    _stop: DropGuard,
}

/// One thread.
#[derive(Debug)]
pub(crate) struct Worker {
    runtime: Handle,
    connections: AtomicUsize,
}

/// Where connections are served.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// In the runtime that accepts them.
    Here,
    /// Each by one of these.
    Workers(Arc<[Worker]>),
}

/// The seat of one connection.
#[derive(Debug)]
pub(crate) struct Seat(Option<(Arc<[Worker]>, usize)>);

impl Workers {
    /// Starts one thread for each processor that the program may use.
    pub fn start() -> io::Result<Self> {
        Self::start_so_many(std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// Starts so many threads, at least one.
    pub fn start_so_many(count: usize) -> io::Result<Self> {
        let stop = CancellationToken::new();
        // Should one not start, those before it end too.
        let guard = stop.clone().drop_guard();
        let mut workers = Vec::new();
        for number in 0..count.max(1) {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            workers.push(Worker { runtime: runtime.handle().clone(), connections: AtomicUsize::new(0) });
            let stop = stop.clone();
            let thread = std::thread::Builder::new().name(format!("connections-{number}"));
            let run = move || {
                runtime.block_on(stop.cancelled());
                // Whatever blocks a thread of its own is not waited for.
                runtime.shutdown_background();
            };
            // Nobody waits for its end: a request that never awaits anything would hold up the program's.
            thread.spawn(run)?;
        }
        Ok(Self { each: workers.into(), _stop: guard })
    }

    /// Like [`serve`](crate::serve()), with the connections spread over these threads.
    pub fn serve(&self, ports: Vec<Port>, application: &Application, limits: Limits) -> io::Result<Serving> {
        serve_at(ports, application, limits, &Place::Workers(Arc::clone(&self.each)))
    }
}

impl Place {
    /// A seat for one more connection.
    pub(crate) fn seat(&self) -> Seat {
        let Self::Workers(workers) = self else { return Seat(None) };
        let open = |worker: &Worker| worker.connections.load(Ordering::Relaxed);
        let emptiest = workers.iter().enumerate().min_by_key(|(_, worker)| open(worker));
        let Some((index, worker)) = emptiest else { return Seat(None) };
        worker.connections.fetch_add(1, Ordering::Relaxed);
        Seat(Some((Arc::clone(workers), index)))
    }
}

impl Seat {
    /// Runs the connection at its seat, among `tasks`, until it ends.
    pub(crate) fn spawn(self, tasks: &TaskTracker, connection: impl Future<Output = ()> + Send + 'static) {
        let runtime = self.worker().map(|worker| worker.runtime.clone());
        let seated = async move {
            let _seat = self;
            connection.await;
        };
        match runtime {
            Some(runtime) => tasks.spawn_on(seated, &runtime),
            None => tasks.spawn(seated),
        };
    }

    fn worker(&self) -> Option<&Worker> {
        self.0.as_ref().and_then(|(workers, index)| workers.get(*index))
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(worker) = self.worker() {
            worker.connections.fetch_sub(1, Ordering::Relaxed);
        }
    }
}
