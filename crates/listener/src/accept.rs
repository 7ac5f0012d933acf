//! Taking connections, whatever happens to single ones.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::application::Application;
use crate::connection::Connection;
use crate::meter::Kind;
use crate::shared::{Admission, Shared};
use crate::workers::Place;

/// How long nothing is accepted after the system could not give a connection: it needs something to be freed.
const PAUSE: Duration = Duration::from_millis(200);

/// A port that takes connections.
pub(crate) struct Accepting {
    pub(crate) socket: TcpListener,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) application: Application,
    pub(crate) place: Place,
    pub(crate) shared: Arc<Shared>,
}

impl Accepting {
    /// Takes connections until it is time to stop.
    pub(crate) async fn run(self) {
        let stop = self.shared.stop.clone();
        stop.run_until_cancelled(self.take()).await;
    }

    async fn take(self) {
        let mut well = true;
        loop {
            match self.socket.accept().await {
                Ok((stream, peer)) => {
                    well = true;
                    self.admit(stream, peer);
                }
                Err(error) if is_of_one_connection(error.kind()) => {
                    tracing::debug!(%error, "a connection ended before it was accepted");
                }
                Err(error) => {
                    if std::mem::replace(&mut well, false) {
                        tracing::error!(%error, "no connections can be accepted for now");
                    }
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    fn admit(&self, stream: TcpStream, peer: std::net::SocketAddr) {
        let (permit, refused) = match self.shared.connection() {
            Admission::Served(permit) => (permit, false),
            Admission::Refused(permit) => (permit, true),
            Admission::Dropped => return,
        };
        let counted = self.shared.meter.count(Kind::Connection);
        // A socket belongs to the runtime that it was opened in: this one is taken along to its seat.
        let stream = match stream.into_std() {
            Ok(stream) => stream,
            Err(error) => return tracing::debug!(%error, "the connection has ended before it began"),
        };
        let connection = Connection {
            stream,
            peer,
            tls: self.tls.clone(),
            application: self.application.clone(),
            shared: Arc::clone(&self.shared),
            refused,
        };
        // In a task of its own: a panic ends this one connection.
        self.place.seat().spawn(&self.shared.tasks, async move {
            let _held = (permit, counted);
            connection.serve().await;
        });
    }
}

/// Errors that say something about one connection, not about the system.
fn is_of_one_connection(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}
