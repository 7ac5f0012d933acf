//! One request and its answer over one connection.
//!
//! Whoever waits for the answer drives the connection: it has no task of its own, and nothing is handed from one
//! thread to another on the way. Promises that a connection of which anything is left unread, or that broke, is never
//! used again, and neither is one whose request was abandoned.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1::{self, SendRequest};

use crate::connect::{Stream, deepest};
use crate::failure::Failure;
use crate::pool::Pool;

/// Room that is made for an answer before it comes, in bytes, if its length says that it will need it.
const USUAL_ANSWER: u64 = 64 * 1024;

/// What works on a connection.
type Driver = http1::Connection<Stream, Full<Bytes>>;

/// A connection that HTTP is spoken over.
pub(crate) struct Link {
    sender: SendRequest<Full<Bytes>>,
    /// None once it has ended.
    driver: Option<Pin<Box<Driver>>>,
}

/// What can be said of a request that brought no answer.
pub(crate) enum Unanswered {
    /// Nothing of it was sent: the connection had ended before.
    Unsent(Box<Request<Full<Bytes>>>),
    /// It may have been sent.
    Lost(String),
}

impl Link {
    pub(crate) async fn new(stream: Stream) -> Result<Self, Failure> {
        match http1::handshake(stream).await {
            Ok((sender, connection)) => Ok(Self { sender, driver: Some(Box::pin(connection)) }),
            Err(error) => Err(Failure::NotConnected { reason: deepest(&error), lasting: false }),
        }
    }

    /// Works on the connection while `work`, which waits for it, is not done.
    async fn drive<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|context| {
            if let Some(driver) = &mut self.driver
                && driver.as_mut().poll(context).is_ready()
            {
                // What went wrong is told to whoever waits for the answer.
                self.driver = None;
            }
            work.as_mut().poll(context)
        })
        .await
    }

    /// Whether another request can be sent, as far as is known now.
    pub(crate) async fn is_ready(&mut self) -> bool {
        self.drive(async {}).await;
        self.driver.is_some() && self.sender.is_ready()
    }

    /// Sends a request and waits for the head of its answer.
    pub(crate) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
    ) -> Result<http::Response<Incoming>, Unanswered> {
        let answer = self.sender.try_send_request(request);
        self.drive(answer).await.map_err(|mut error| match error.take_message() {
            Some(request) => Unanswered::Unsent(Box::new(request)),
            None => Unanswered::Lost(deepest(&error.into_error())),
        })
    }
}

/// An answer whose head has come.
pub(crate) struct Incomplete {
    pub(crate) status: StatusCode,
    /// What they say is true of the body as it is read.
    pub(crate) headers: HeaderMap,
    compressed: bool,
    body: Incoming,
    link: Link,
    origin: String,
    pool: Arc<Pool>,
}

/// Why a body could not be read.
#[derive(Debug)]
pub(crate) enum Unreadable {
    TooLarge,
    Lost(String),
}

impl Incomplete {
    pub(crate) fn new(answer: http::Response<Incoming>, link: Link, origin: String, pool: Arc<Pool>) -> Self {
        let (parts, body) = answer.into_parts();
        let (status, mut headers) = (parts.status, parts.headers);
        let compressed = is_compressed(&headers);
        if compressed {
            // They are wrong of what is read.
            headers.remove(CONTENT_ENCODING);
            headers.remove(CONTENT_LENGTH);
        }
        Self { status, headers, compressed, body, link, origin, pool }
    }

    /// Reads the body, decompressed, of at most `limit` bytes. The connection is kept for the next request.
    pub(crate) async fn read(mut self, limit: usize) -> Result<Vec<u8>, Unreadable> {
        let length = self.body.size_hint().exact();
        if length.is_some_and(|length| length > limit as u64) {
            return Err(Unreadable::TooLarge);
        }
        // What the length promises need not come.
        let expected = length.unwrap_or_default().min(USUAL_ANSWER);
        let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or_default());
        let (link, body) = (&mut self.link, &mut self.body);
        loop {
            let frame = match link.drive(body.frame()).await {
                None => break,
                Some(Ok(frame)) => frame,
                Some(Err(error)) => return Err(Unreadable::Lost(deepest(&error))),
            };
            let Some(piece) = frame.data_ref() else { continue };
            if piece.len() > limit - bytes.len() {
                return Err(Unreadable::TooLarge);
            }
            bytes.extend_from_slice(piece);
            if body.is_end_stream() {
                break;
            }
        }
        if self.link.is_ready().await {
            self.pool.keep(self.origin, self.link);
        }
        if self.compressed { decompressed(&bytes, limit) } else { Ok(bytes) }
    }
}

/// Whether a body comes compressed. Nothing but gzip was offered.
fn is_compressed(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_ENCODING).is_some_and(|coding| {
        let coding = coding.as_bytes().trim_ascii();
        coding.eq_ignore_ascii_case(b"gzip") || coding.eq_ignore_ascii_case(b"x-gzip")
    })
}

fn decompressed(bytes: &[u8], limit: usize) -> Result<Vec<u8>, Unreadable> {
    use std::io::Read as _;

    // An answer to HEAD, or one without content, says how it would be compressed.
    if bytes.is_empty() {
        return Ok(Vec::new());
    }
    let mut plain = Vec::with_capacity(bytes.len().saturating_mul(4).min(limit));
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    match GzDecoder::new(bytes).take(most).read_to_end(&mut plain) {
        Ok(_) if plain.len() > limit => Err(Unreadable::TooLarge),
        Ok(_) => Ok(plain),
        Err(error) => Err(Unreadable::Lost(format!("the compressed answer is damaged: {error}"))),
    }
}
