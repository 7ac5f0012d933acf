//! The client: attempts, waits and one result.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tracing::Instrument;
use url::{Position, Url};

use crate::answer::Answer;
use crate::attempt::Attempts;
use crate::credential::Credential;
use crate::error::{CloseError, ErrorKind};
use crate::failure::Failure;
use crate::json_text::JsonText;
use crate::observer::{AttemptSummary, attempt_span, attempted};
use crate::options::ClientOptions;
use crate::pages::{PageLimits, Pages};
use crate::passage::{self, Passage, Passed};
use crate::request::Request;
use crate::response::Response;
use crate::transient::{Repeat, repeat};
use crate::transport::Transport;
use crate::wire::{self, WireRequest};

/// The most that is added by chance to a wait that Close asked for, so that callers who were refused
/// together do not come back in the same instant.
const JITTER: Duration = Duration::from_millis(100);

/// Speaks HTTP to Close. Cheap to clone; all clones share their connections.
///
/// A client belongs to nobody: the address and the credential come with each request.
#[derive(Debug, Clone)]
pub struct Client {
    options: Arc<ClientOptions>,
    transport: Transport,
}

impl Client {
    /// A client that works within these limits.
    pub fn new(options: ClientOptions) -> Self {
        let transport = Transport::new(&options);
        Self { options: Arc::new(options), transport }
    }

    /// What would be sent, without the credential: the same encoding that [`send`](Self::send) uses.
    /// Fails with [`InvalidRequest`](crate::ErrorKind::InvalidRequest) where sending would.
    pub fn describe(&self, api: &Url, request: &Request) -> Result<WireRequest, CloseError> {
        wire::encode(api, &self.options.user_agent, request)
    }

    /// Sends a request and waits for Close's answer, repeating what may be repeated, until the deadline.
    ///
    /// `api` is the address that the paths of Close's documentation stand below:
    /// `https://api.close.com/api/v1`. It must be https, except on this machine.
    ///
    /// The deadline covers everything: connecting, every attempt, every wait. A wait that does not fit
    /// before it is not begun; the failure that asked for it is returned instead.
    pub async fn send(
        &self,
        api: &Url,
        credential: &Credential,
        request: &Request,
        deadline: Instant,
    ) -> Result<Response, CloseError> {
        let wire = self.describe(api, request)?;
        let authorization = credential.authorization()?;
        if deadline <= Instant::now() {
            return Err(CloseError::out_of_time());
        }
        let attempts = Attempts {
            transport: &self.transport,
            options: &self.options,
            wire: &wire,
            authorization: &authorization,
            deadline,
        };
        let host = &wire.url[Position::BeforeHost..Position::AfterPort];
        let mut backoff = self.options.backoff.schedule();
        let mut waited = Duration::ZERO;
        let mut number = 1;
        loop {
            let failure = match attempts.make(number).await {
                Ok((answer, data)) => return Ok(response(answer, data, number, waited)),
                Err(failure) => failure,
            };
            let repeat = repeat(&failure, request.effect);
            let wait = match repeat {
                Repeat::Never => None,
                Repeat::AfterBackoff => backoff
                    .next()
                    .map(|wait| Wait { at_least: wait.max(asked_for(&failure)), extra: Duration::ZERO }),
                Repeat::AsTold => Some(Wait {
                    at_least: asked_for(&failure),
                    extra: rand::random_range(Duration::ZERO..=JITTER),
                }),
            };
            let left = deadline.saturating_duration_since(Instant::now());
            let may_repeat = number < self.options.max_attempts;
            let Some(wait) = wait.filter(|_| may_repeat).and_then(|wait| wait.within(left)) else {
                let error = failure.into_error(host, request.effect, number, waited);
                return Err(credential.redact(error));
            };
            sleep(wait).await;
            if let (Repeat::AsTold, Some(observer)) = (repeat, &self.options.observer) {
                observer.waited_for_rate_limit(wait);
            }
            waited += wait;
            number += 1;
        }
    }

    /// Passes a request on as it is, once; see [`Passage`]. Only an answer of 401 is an error: any other is the
    /// program's to read.
    pub async fn pass(
        &self,
        api: &Url,
        credential: &Credential,
        passage: &Passage,
        deadline: Instant,
    ) -> Result<Passed, CloseError> {
        let path = passage.target.split('?').next().unwrap_or_default();
        let span = attempt_span(&passage.method, api.host_str(), path, 1);
        let started = Instant::now();
        let passing = passage::pass(&self.transport, &self.options, api, credential, passage, deadline);
        let result = passing.instrument(span.clone()).await;
        let status = match &result {
            Ok(passed) => Some(passed.status.as_u16()),
            Err(error) => error.status,
        };
        // What was refused here was never sent.
        if !matches!(&result, Err(error) if error.kind == ErrorKind::InvalidRequest) {
            let attempt = AttemptSummary { number: 1, status, took: started.elapsed() };
            attempted(&self.options, &span, &attempt, status.is_none_or(|status| status >= 400));
        }
        result
    }

    /// Reads a list page by page; see [`Pages`].
    pub fn pages<'a>(
        &'a self,
        api: &'a Url,
        credential: &'a Credential,
        request: Request,
        limits: PageLimits,
        deadline: Instant,
    ) -> Pages<'a> {
        Pages::new(self, api, credential, request, limits, deadline)
    }
}

fn response(answer: Answer, data: JsonText, attempts: u32, waited: Duration) -> Response {
    Response {
        status: answer.status.as_u16(),
        data,
        headers: answer.headers,
        trace_id: answer.trace_id,
        attempts,
        waited,
    }
}

/// How long the answer asked to wait.
fn asked_for(failure: &Failure) -> Duration {
    match failure {
        Failure::Answered(answer) if answer.status == http::StatusCode::TOO_MANY_REQUESTS => {
            answer.told().wait()
        }
        Failure::Answered(answer) => answer.told().retry_after().unwrap_or_default(),
        _ => Duration::ZERO,
    }
}

/// A wait before the next attempt.
struct Wait {
    at_least: Duration,
    /// Added only where there is time for it.
    extra: Duration,
}

impl Wait {
    /// How long to wait if something is to be left of the time afterwards.
    fn within(&self, left: Duration) -> Option<Duration> {
        let wished = self.at_least.saturating_add(self.extra);
        if wished < left { Some(wished) } else { Some(self.at_least).filter(|at_least| *at_least < left) }
    }
}
