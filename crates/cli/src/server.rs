//! Serving the gateway's doors over HTTP, and stopping without cutting anybody off.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use latch_api::{ApiOptions, Calls, Doors};
use latch_listener::{Application, Ended, Limits, Port, Serving, Tls, Workers};
use latch_telemetry::{ListenerNumbers, Metrics};
use latch_web::Branding;
use tokio::net::TcpListener;
use tower::Service as _;

use crate::failure::Failure;
use crate::open::House;

/// How long calls in flight may take to end after the program was asked to stop. Longer than a call may
/// take, so that each ends in its own way. Whoever cannot wait asks to stop again.
const GRACE: Duration = Duration::from_secs(55);

/// What whoever watches over the program asks for: answered however much there is to do.
const ALWAYS_ANSWERED: [&str; 3] = ["/livez", "/readyz", "/metrics"];

/// A listening server.
#[derive(Debug)]
pub(crate) struct Server {
    serving: Serving,
    workers: Workers,
}

/// Every door of the gateway that speaks HTTP, watched; `branding` says whose pages people see.
pub(crate) fn doors(house: &House, branding: Branding) -> Application {
    let Doors { router, calls } = latch_api::doors(house.gateway.clone(), ApiOptions::default());
    let router = router
        .merge(latch_web::router(house.gateway.clone(), branding))
        .merge(latch_telemetry::router(house.vault.clone()));
    let calls = latch_telemetry::observe_service(calls, Calls::ROUTE, &house.metrics, &house.request_log);
    let router = latch_telemetry::observe(router, &house.metrics, &house.request_log);
    Application::new(move |request| {
        if Calls::take(request.uri().path()) {
            calls.clone().call(request)
        } else {
            Box::pin(router.clone().call(request))
        }
    })
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

/// Where a socket listens.
pub(crate) fn address_of(listener: &TcpListener) -> Result<SocketAddr, Failure> {
    listener
        .local_addr()
        .map_err(|error| Failure::local(format!("the listening socket has no address: {error}")))
}

/// Limits of a server that is watched over.
pub(crate) fn limits() -> Limits {
    Limits {
        always_answered: ALWAYS_ANSWERED.iter().map(|&path| path.to_owned()).collect(),
        ..Limits::default()
    }
}

impl Server {
    /// Starts to answer on `ports`.
    pub(crate) fn start(
        ports: Vec<Port>,
        application: &Application,
        limits: Limits,
        metrics: &Metrics,
    ) -> Result<Self, Failure> {
        let failed = |error| Failure::local(format!("the server cannot start: {error}"));
        let workers = Workers::start().map_err(failed)?;
        let serving = workers.serve(ports, application, limits).map_err(failed)?;
        let meter = serving.meter();
        metrics.watch_listener(move || ListenerNumbers {
            open_connections: u64::try_from(meter.connections()).unwrap_or(u64::MAX),
            refused_connections: meter.refused_connections(),
            refused_requests: meter.refused_requests(),
        });
        Ok(Self { serving, workers })
    }

    /// Starts to answer on one socket in clear.
    pub(crate) fn in_clear(
        listener: TcpListener,
        application: &Application,
        metrics: &Metrics,
    ) -> Result<Self, Failure> {
        Self::start(vec![Port::new(listener, Tls::None)], application, limits(), metrics)
    }

    /// Stops listening and lets calls in flight end. Calls that go on without their clients need the threads that are
    /// returned until they have ended too.
    pub(crate) async fn shutdown(self) -> Workers {
        if self.serving.shutdown(GRACE).await == Ended::CutOff {
            tracing::warn!("calls that took too long were cut off");
        }
        self.workers
    }
}
