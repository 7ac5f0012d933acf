//! Serving a router on a free port for as long as a test needs it.

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// A router that answers on a free port of this machine until it is dropped.
#[derive(Debug)]
pub struct Served {
    /// `http://127.0.0.1:PORT`.
    pub url: String,
    task: JoinHandle<()>,
}

impl Served {
    /// Starts to serve.
    ///
    /// # Panics
    ///
    /// If no port is free.
    pub async fn start(router: Router) -> Self {
        Self::start_on(std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port"), router).await
    }

    /// Starts to serve on a port that was taken before, because something had to know its address.
    ///
    /// # Panics
    ///
    /// If the socket cannot be used.
    #[expect(clippy::unused_async, reason = "binding to the runtime needs one")]
    pub async fn start_on(listener: std::net::TcpListener, router: Router) -> Self {
        listener.set_nonblocking(true).expect("a usable socket");
        let listener = TcpListener::from_std(listener).expect("a usable socket");
        let address = listener.local_addr().expect("a bound socket has an address");
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("serving does not fail");
        });
        Self { url: format!("http://{address}"), task }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}
