//! What happens on one connection, and until when something has to happen.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use crate::limits::Limits;

/// How long a connection may take to end after it was asked to, while no request is in flight on it.
const CLOSING: Duration = Duration::from_secs(2);

/// What HTTP/2 connections begin with, and no others.
const HTTP2: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// What happens on one connection.
#[derive(Debug)]
pub(crate) struct Activity(Mutex<State>);

#[derive(Debug)]
struct State {
    /// Requests whose answer has not been given to the connection as a whole.
    in_flight: usize,
    /// Since when none has been in flight.
    since: Instant,
    /// When the first bytes of the next request came.
    begun: Option<Instant>,
    /// Whether there has been a request at all.
    used: bool,
    /// Whether it is HTTP/2, where bytes do not mean that a request has begun.
    multiplexed: Option<bool>,
    /// How many bytes of the beginning of HTTP/2 have come, while it is not known yet.
    alike: usize,
}

/// A request that is in flight until this is dropped.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<Activity>);

impl Activity {
    /// A connection that is opened now; `multiplexed` if it is known to be HTTP/2 or not.
    pub(crate) fn new(multiplexed: Option<bool>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State {
            in_flight: 0,
            since: Instant::now(),
            begun: None,
            used: false,
            multiplexed,
            alike: 0,
        })))
    }

    pub(crate) fn request(self: &Arc<Self>) -> InFlight {
        let mut state = self.state();
        state.in_flight += 1;
        state.begun = None;
        state.used = true;
        InFlight(Arc::clone(self))
    }

    /// The moment at which the connection is given up if nothing happens; nothing while a request is in flight.
    pub(crate) fn deadline(&self, limits: &Limits, closing: Option<Instant>) -> Option<Instant> {
        let state = self.state();
        if state.in_flight > 0 {
            return None;
        }
        if let Some(asked) = closing {
            return Some(asked.max(state.since) + CLOSING);
        }
        Some(match state.begun {
            Some(begun) => begun + limits.header_timeout,
            None if state.used => state.since + limits.idle_timeout,
            // Also with HTTP/2: whoever connects has something to ask.
            None => state.since + limits.header_timeout,
        })
    }

    fn read(&self, bytes: &[u8]) {
        let mut state = self.state();
        for byte in bytes {
            if state.multiplexed.is_some() {
                break;
            }
            if HTTP2.get(state.alike) == Some(byte) {
                state.alike += 1;
                state.multiplexed = (state.alike == HTTP2.len()).then_some(true);
            } else {
                state.multiplexed = Some(false);
            }
        }
        if state.in_flight == 0 && state.multiplexed == Some(false) && state.begun.is_none() {
            state.begun = Some(Instant::now());
        }
    }

    fn written(&self) {
        let mut state = self.state();
        // The rest of an answer is on its way. Frames of HTTP/2 may be mere replies to pings.
        if state.in_flight == 0 && state.multiplexed == Some(false) {
            state.since = Instant::now();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.in_flight -= 1;
        state.since = Instant::now();
        state.begun = None;
    }
}

/// A stream that tells an [`Activity`] what passes.
#[derive(Debug)]
pub(crate) struct Watched<S> {
    pub(crate) stream: S,
    pub(crate) activity: Arc<Activity>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if let Some(bytes) = buffer.filled().get(before..)
            && !bytes.is_empty()
        {
            self.activity.read(bytes);
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.told(polled)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.told(polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S> Watched<S> {
    fn told(&self, polled: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if matches!(polled, Poll::Ready(Ok(1..))) {
            self.activity.written();
        }
        polled
    }
}
