//! Connections that are kept between requests.
//!
//! A connection is taken out while a request uses it. The one used last is taken first, so that those which are not
//! needed grow old. Promises that none is kept longer than [`IDLE`] without being used.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use tokio::time::{Instant, sleep_until};
use url::{Position, Url};

use crate::connect::Connector;
use crate::exchange::{Incomplete, Link, Unanswered};
use crate::failure::Failure;

/// Shorter than servers and load balancers keep idle connections, so that a write is not sent into a
/// connection that the other side is just closing.
const IDLE: Duration = Duration::from_secs(30);

/// The connections of one runtime to a part of the world.
pub(crate) struct Pool {
    connector: Connector,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// The one used last is the last.
    idle: Vec<Idle>,
    /// Whether somebody looks after those that grow old.
    watched: bool,
}

struct Idle {
    /// Scheme, host and port.
    origin: String,
    link: Link,
    since: Instant,
}

impl Pool {
    pub(crate) fn new(connector: Connector) -> Arc<Self> {
        Arc::new(Self { connector, kept: Mutex::default() })
    }

    /// Sends a request to the host of `url` and waits for the head of its answer.
    pub(crate) async fn send(
        self: &Arc<Self>,
        url: &Url,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Incomplete, Failure> {
        let origin = &url[..Position::BeforePath];
        loop {
            let (origin, mut link, used) = match self.take(origin) {
                Some(idle) => (idle.origin, idle.link, true),
                None => (origin.to_owned(), Link::new(self.connector.connect(url).await?).await?, false),
            };
            if used && !link.is_ready().await {
                continue;
            }
            match link.send(request).await {
                Ok(answer) => return Ok(Incomplete::new(answer, link, origin, Arc::clone(self))),
                Err(Unanswered::Unsent(unsent)) if used => request = *unsent,
                Err(Unanswered::Unsent(_)) => {
                    let reason = "the connection was closed at once".to_owned();
                    return Err(Failure::NotConnected { reason, lasting: false });
                }
                Err(Unanswered::Lost(reason)) => return Err(Failure::Lost { status: None, reason }),
            }
        }
    }

    fn take(&self, origin: &str) -> Option<Idle> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let position = kept.idle.iter().rposition(|idle| idle.origin == origin)?;
        let idle = kept.idle.remove(position);
        // What is older than the youngest that is too old is too old as well: whoever watches takes it away.
        (idle.since.elapsed() < IDLE).then_some(idle)
    }

    /// Keeps a connection for the next request to the same origin.
    pub(crate) fn keep(self: &Arc<Self>, origin: String, link: Link) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.idle.push(Idle { origin, link, since: Instant::now() });
        if !kept.watched {
            kept.watched = true;
            drop(kept);
            tokio::spawn(watch(Arc::downgrade(self)));
        }
    }

    /// Closes what has grown old. Says when to look again, unless nothing is left.
    fn close_old(&self) -> Option<Instant> {
        let now = Instant::now();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = kept.idle.iter().position(|idle| idle.since + IDLE > now).unwrap_or(kept.idle.len());
        let old: Vec<Idle> = kept.idle.drain(..fresh).collect();
        let next = kept.idle.first().map(|idle| idle.since + IDLE);
        kept.watched = next.is_some();
        drop(kept);
        drop(old);
        next
    }
}

/// Closes connections that nobody uses, until there are none.
async fn watch(pool: Weak<Pool>) {
    let mut next = Instant::now() + IDLE;
    loop {
        sleep_until(next).await;
        match pool.upgrade().and_then(|pool| pool.close_old()) {
            Some(later) => next = later,
            None => return,
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pool").field("connector", &self.connector).finish_non_exhaustive()
    }
}
