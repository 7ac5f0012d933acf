//! One connection from its first byte to its end.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;

use crate::activity::{Activity, Watched};
use crate::application::Application;
use crate::entrance::Entrance;
use crate::executor::Executor;
use crate::limits::Limits;
use crate::shared::Shared;

/// Dead peers of HTTP/2 connections are noticed after this long, and this much more for the reply.
const PING: std::time::Duration = std::time::Duration::from_secs(60);
const PONG: std::time::Duration = std::time::Duration::from_secs(20);

/// The smallest buffer that HTTP/1.1 can be read with.
const SMALLEST_BUFFER: usize = 8 * 1024;

/// The answer to whoever speaks clear text where TLS is spoken.
const WANTS_TLS: &str = "HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 59\r\nconnection: close\r\n\r\nThis port speaks TLS: write https:// in place of http:// .\n";

/// A connection that was accepted.
pub(crate) struct Connection {
    pub(crate) stream: std::net::TcpStream,
    pub(crate) peer: SocketAddr,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) application: Application,
    pub(crate) shared: Arc<Shared>,
    /// Whether it is one too many.
    pub(crate) refused: bool,
}

/// Which versions of HTTP are possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Versions {
    Http1,
    Http2,
    Both,
}

impl Connection {
    /// Serves it until it ends.
    pub(crate) async fn serve(self) {
        let cut = self.shared.cut.clone();
        cut.run_until_cancelled(self.open()).await;
    }

    async fn open(self) {
        let Self { stream, peer, tls, application, shared, refused } = self;
        // Answers are small and awaited; waiting for more to send only delays them.
        let mut stream = match stream.set_nodelay(true).and_then(|()| TcpStream::from_std(stream)) {
            Ok(stream) => stream,
            Err(error) => {
                tracing::debug!(%error, "the connection has ended before it began");
                return;
            }
        };
        let Some(acceptor) = tls else {
            return talk(stream, Versions::Both, peer, application, shared, refused).await;
        };
        let handshake = async {
            let mut first = [0];
            // What begins with a letter is no TLS but most probably HTTP.
            if stream.peek(&mut first).await? == 1 && first[0].is_ascii_alphabetic() {
                stream.write_all(WANTS_TLS.as_bytes()).await?;
                stream.shutdown().await?;
                return Ok(None);
            }
            acceptor.accept(stream).await.map(Some)
        };
        let handshake = shared.stop.run_until_cancelled(timeout(shared.limits.handshake_timeout, handshake));
        match handshake.await {
            Some(Ok(Ok(Some(stream)))) => {
                let http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
                let versions = if http2 { Versions::Http2 } else { Versions::Http1 };
                talk(stream, versions, peer, application, shared, refused).await;
            }
            Some(Ok(Ok(None))) => tracing::debug!(%peer, "clear text where TLS is needed"),
            Some(Ok(Err(error))) => tracing::debug!(%peer, %error, "no TLS connection came about"),
            Some(Err(_)) => tracing::debug!(%peer, "the TLS handshake took too long"),
            None => tracing::debug!(%peer, "stopped during the TLS handshake"),
        }
    }
}

/// Speaks HTTP until one of the two sides has had enough.
async fn talk<S>(
    stream: S,
    versions: Versions,
    peer: SocketAddr,
    application: Application,
    shared: Arc<Shared>,
    refused: bool,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let multiplexed = match versions {
        Versions::Http1 => Some(false),
        Versions::Http2 => Some(true),
        Versions::Both => None,
    };
    let activity = Activity::new(multiplexed);
    let close = shared.stop.child_token();
    let builder = builder(versions, &shared);
    let stream = TokioIo::new(Watched { stream, activity: Arc::clone(&activity) });
    let refuse = refused.then(|| close.clone());
    let entrance =
        Entrance { application, shared: Arc::clone(&shared), activity: Arc::clone(&activity), peer, refuse };
    let mut http = pin!(builder.serve_connection(stream, entrance));
    let mut closing = None;
    loop {
        let deadline = activity.deadline(&shared.limits, closing);
        tokio::select! {
            ended = http.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%peer, %error, "a connection has ended badly");
                }
                return;
            }
            () = close.cancelled(), if closing.is_none() => {
                closing = Some(Instant::now());
                http.as_mut().graceful_shutdown();
            }
            () = sleep_until(wake(deadline, &shared.limits)) => {
                // The deadline may have moved since.
                if activity.deadline(&shared.limits, closing).is_none_or(|deadline| deadline > Instant::now()) {
                    continue;
                }
                if closing.is_some() {
                    tracing::debug!(%peer, "a connection that nobody closed was cut off");
                    return;
                }
                close.cancel();
            }
        }
    }
}

/// When to look at the deadline again: it may come nearer, but never nearer than this from now.
fn wake(deadline: Option<Instant>, limits: &Limits) -> Instant {
    let soonest = Instant::now() + limits.header_timeout.min(limits.idle_timeout);
    deadline.map_or(soonest, |deadline| deadline.min(soonest))
}

fn builder(versions: Versions, shared: &Shared) -> Builder<Executor> {
    let limits = &shared.limits;
    let executor = Executor { tasks: shared.tasks.clone(), cut: shared.cut.clone() };
    let mut builder = Builder::new(executor);
    let buffer = usize::try_from(limits.max_header_bytes).unwrap_or(usize::MAX).max(SMALLEST_BUFFER);
    // Times are kept by `Activity`, for both versions and for what comes before them.
    builder.http1().header_read_timeout(None).max_buf_size(buffer);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(limits.max_header_bytes)
        .max_concurrent_streams(limits.max_streams)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PONG);
    match versions {
        Versions::Both => builder,
        Versions::Http1 => builder.http1_only(),
        Versions::Http2 => builder.http2_only(),
    }
}
