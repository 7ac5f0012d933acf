//! What the server bears, and for how long it waits.

use std::time::Duration;

/// What the server bears, and for how long it waits. All limits are for all ports together.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How many connections may be open at once. A connection beyond it is told so and closed.
    pub max_connections: usize,
    /// How many requests may be in flight at once. A request beyond it is refused at once.
    pub max_requests: usize,
    /// Paths that are answered however many requests are in flight: somebody has to be able to see that the
    /// server is busy, and not dead.
    pub always_answered: Vec<String>,
    /// How many bytes the headers of one request may have, its first line included. At least 8 KiB.
    pub max_header_bytes: u32,
    /// How many requests may be in flight on one HTTP/2 connection. Clients wait before they send more.
    pub max_streams: u32,
    /// How long a TLS handshake may take.
    pub handshake_timeout: Duration,
    /// How long the headers of a request may take to arrive, counted from their first byte; on a new connection
    /// from its start.
    pub header_timeout: Duration,
    /// How long a request may stop in the middle of its body.
    pub body_timeout: Duration,
    /// How long a connection is kept that nobody uses.
    pub idle_timeout: Duration,
}

impl Default for Limits {
    /// For a machine of ordinary size: many systems give a program 1,024 open files, of which calls to others
    /// and the database need some.
    fn default() -> Self {
        Self {
            max_connections: 800,
            max_requests: 512,
            always_answered: Vec::new(),
            max_header_bytes: 64 * 1024,
            max_streams: 256,
            handshake_timeout: Duration::from_secs(10),
            header_timeout: Duration::from_secs(15),
            body_timeout: Duration::from_secs(30),
            // gRPC's Python client drops idle connections after 240 seconds by itself.
            idle_timeout: Duration::from_secs(300),
        }
    }
}
