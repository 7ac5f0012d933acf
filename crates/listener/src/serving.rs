//! Serving a router on several ports until it is time to stop.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::DropGuard;

use crate::accept::Accepting;
use crate::application::Application;
use crate::certificate::Certificate;
use crate::limits::Limits;
use crate::meter::Meter;
use crate::shared::Shared;
use crate::tls::{Tls, server_config};
use crate::workers::Place;

/// How long what is cut off may take to be gone.
const CUTTING: Duration = Duration::from_secs(1);

/// An address to listen on, and what is spoken there.
#[derive(Debug)]
pub struct Port {
    socket: TcpListener,
    tls: Tls,
}

/// A router that is served. When this is dropped, everything ends at once.
#[derive(Debug)]
pub struct Serving {
    addresses: Vec<SocketAddr>,
    shared: Arc<Shared>,
    _cut: DropGuard,
}

/// How serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every request in flight got its answer.
    Finished,
    /// The time was over before; the rest was cut off.
    CutOff,
}

impl Port {
    /// A socket that is bound already.
    pub fn new(socket: TcpListener, tls: Tls) -> Self {
        Self { socket, tls }
    }
}

/// Starts to serve `application` on all `ports`. Has to be called within a Tokio runtime.
///
/// # Errors
///
/// If a socket has no address, or a certificate cannot be used for TLS.
pub fn serve(ports: Vec<Port>, application: &Application, limits: Limits) -> io::Result<Serving> {
    serve_at(ports, application, limits, &Place::Here)
}

/// The same with the connections at a place of their own.
pub(crate) fn serve_at(
    ports: Vec<Port>,
    application: &Application,
    limits: Limits,
    place: &Place,
) -> io::Result<Serving> {
    let shared = Shared::new(limits);
    let addresses = ports.iter().map(|port| port.socket.local_addr()).collect::<io::Result<Vec<_>>>()?;
    let mut watched: Vec<Certificate> = Vec::new();
    let mut accepting = Vec::new();
    for Port { socket, tls } in ports {
        let acceptor = match tls.certificate() {
            None => None,
            Some(certificate) => {
                if !watched.iter().any(|other| other.is(certificate)) {
                    watched.push(certificate.clone());
                }
                Some(TlsAcceptor::from(server_config(certificate).map_err(io::Error::other)?))
            }
        };
        accepting.push(Accepting {
            socket,
            tls: acceptor,
            application: application.clone(),
            place: place.clone(),
            shared: Arc::clone(&shared),
        });
    }
    for accepting in accepting {
        shared.tasks.spawn(accepting.run());
    }
    for certificate in watched {
        let stop = shared.stop.clone();
        shared.tasks.spawn(async move { stop.run_until_cancelled(certificate.watch()).await });
    }
    let cut = shared.cut.clone().drop_guard();
    Ok(Serving { addresses, shared, _cut: cut })
}

impl Serving {
    /// Where it listens, in the order in which the ports were given.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// What is going on, in numbers.
    pub fn meter(&self) -> Meter {
        self.shared.meter.clone()
    }

    /// Stops listening, tells clients so, and waits until requests in flight have been answered, but no longer
    /// than `grace`. What is left then is cut off.
    pub async fn shutdown(self, grace: Duration) -> Ended {
        self.shared.stop.cancel();
        self.shared.tasks.close();
        if tokio::time::timeout(grace, self.shared.tasks.wait()).await.is_ok() {
            return Ended::Finished;
        }
        self.shared.cut.cancel();
        // A request that never awaits cannot be ended from here; it must not hold up the end either.
        let _ = tokio::time::timeout(CUTTING, self.shared.tasks.wait()).await;
        Ended::CutOff
    }
}
