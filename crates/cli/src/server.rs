//! Serving the gateway's doors over HTTP, and stopping without cutting anybody off.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use axum::Router;
use latch_api::ApiOptions;
use latch_gateway::Gateway;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;

/// How long calls in flight may take to end after the program was asked to stop. Longer than a call may
/// take, so that each ends in its own way. Whoever cannot wait asks to stop again.
const GRACE: Duration = Duration::from_secs(55);

/// A listening server.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    stop: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

/// Every door of the gateway that speaks HTTP.
pub(crate) fn doors(gateway: &Gateway) -> Router {
    latch_api::router(gateway.clone(), ApiOptions::default()).merge(latch_web::router(gateway.clone()))
}

/// This machine and no other.
pub(crate) fn loopback(port: u16) -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port)
}

/// Takes an address to listen on.
///
/// # Errors
///
/// If it is taken or cannot be had; `option` is the one to name in the advice.
pub(crate) async fn listen(address: SocketAddr, option: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| cannot_listen(address, option, &error))
}

/// Why an address could not be had.
pub(crate) fn cannot_listen(address: SocketAddr, option: &str, error: &std::io::Error) -> Failure {
    let port = address.port();
    let (message, hint) = match error.kind() {
        ErrorKind::AddrInUse => (
            format!("port {port} on {} is in use by another program", address.ip()),
            format!("choose another with {option}, or stop the program that uses it"),
        ),
        ErrorKind::PermissionDenied => (
            format!("port {port} may not be used: the system keeps it for others"),
            format!("choose one above 1023 with {option}"),
        ),
        _ => {
            (format!("cannot listen on {address}: {error}"), format!("choose another address with {option}"))
        }
    };
    Failure::local(message).with_hint(hint)
}

impl Server {
    /// Starts to answer on `listener`.
    pub(crate) fn start(listener: TcpListener, router: Router) -> Result<Self, Failure> {
        let address = listener
            .local_addr()
            .map_err(|error| Failure::local(format!("the listening socket has no address: {error}")))?;
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let task =
            tokio::spawn(async move { axum::serve(listener, router).with_graceful_shutdown(stopped).await });
        Ok(Self { address, stop, task })
    }

    /// `http://127.0.0.1:PORT`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops listening and lets calls in flight end.
    pub(crate) async fn shutdown(mut self) {
        self.stop.cancel();
        if tokio::time::timeout(GRACE, &mut self.task).await.is_err() {
            tracing::warn!("calls that took too long were cut off");
            self.task.abort();
        }
    }
}
