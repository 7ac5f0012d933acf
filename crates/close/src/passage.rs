//! Passing a request on as it is, for programs that speak to Close themselves and have no credential.
//!
//! Promises that the credential goes to the API's own address and to no other, that it is sent once (whether to
//! repeat is the program's to decide), and that nothing of the answer is changed but the headers that belong to
//! the connection.

use bytes::Bytes;
use http::header::{
    ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST,
    PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, SET_COOKIE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, USER_AGENT,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::answer::Answer;
use crate::credential::Credential;
use crate::error::CloseError;
use crate::exchange::Unreadable;
use crate::failure::Failure;
use crate::options::ClientOptions;
use crate::request::Effect;
use crate::transport::Transport;
use crate::wire::{check_api, outgoing};

/// Headers of a program that go on to Close. Everything else is the connection's, or tells who the program is.
const PASSED_ON: [HeaderName; 4] =
    [ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, HeaderName::from_static("x-tz-offset")];
/// Headers of the answer that belong to the connection, or to a browser.
const KEPT_BACK: [HeaderName; 10] = [
    CONNECTION,
    CONTENT_LENGTH,
    TRANSFER_ENCODING,
    TE,
    TRAILER,
    UPGRADE,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    SET_COOKIE,
    HOST,
];

/// A request to pass on.
#[derive(Debug, Clone)]
pub struct Passage {
    /// The method.
    pub method: Method,
    /// The path at Close with its query: `/api/v1/lead/?_limit=1`. It must lie below the API's own.
    pub target: String,
    /// The program's headers; only some go on.
    pub headers: HeaderMap,
    /// The body, as it is.
    pub body: Bytes,
}

/// What Close answered, as it is.
#[derive(Debug, Clone)]
pub struct Passed {
    /// The status.
    pub status: StatusCode,
    /// The headers, without those of the connection.
    pub headers: HeaderMap,
    /// The body, decompressed.
    pub body: Bytes,
    /// Close's id for the request, if it gave one.
    pub trace_id: Option<String>,
}

impl Passage {
    /// Whether it may change something at Close.
    pub fn effect(&self) -> Effect {
        if matches!(self.method, Method::GET | Method::HEAD | Method::OPTIONS) {
            Effect::Read
        } else {
            Effect::Write
        }
    }

    fn address(&self, api: &Url) -> Result<Url, CloseError> {
        let refuse =
            |why: &str| Err(CloseError::invalid_request(format!("the path cannot be passed on: {why}")));
        let (path, query) = match self.target.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (self.target.as_str(), None),
        };
        let below = format!("{}/", api.path().trim_end_matches('/'));
        if !path.starts_with(&below) {
            return refuse(&format!("it must begin with {below}"));
        }
        let mut url = api.clone();
        url.set_path(path);
        url.set_query(query);
        // The parser resolves `..` and `.`: whatever it had to change would have meant another address.
        if url.path() != path || path.contains("//") || path.contains("%2f") || path.contains("%2F") {
            return refuse("a part of it is empty, points elsewhere or is not percent-encoded");
        }
        Ok(url)
    }
}

/// Sends it once.
pub(crate) async fn pass(
    transport: &Transport,
    options: &ClientOptions,
    api: &Url,
    credential: &Credential,
    passage: &Passage,
    deadline: Instant,
) -> Result<Passed, CloseError> {
    check_api(api)?;
    let url = passage.address(api)?;
    let authorization = credential.authorization()?;
    let effect = passage.effect();
    let host = url.host_str().unwrap_or_default().to_owned();
    let failed = |failure: Failure| {
        let attempts =
            u32::from(!matches!(failure, Failure::NotConnected { .. } | Failure::Unsendable { .. }));
        credential.redact(failure.into_error(&host, effect, attempts, std::time::Duration::ZERO))
    };
    let mut headers = HeaderMap::new();
    for name in PASSED_ON {
        for value in passage.headers.get_all(&name) {
            headers.append(&name, value.clone());
        }
    }
    if !headers.contains_key(ACCEPT) {
        headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    }
    if !passage.body.is_empty() && !headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    let user_agent = HeaderValue::from_str(&options.user_agent);
    headers.insert(
        USER_AGENT,
        user_agent.map_err(|error| failed(Failure::Unsendable { reason: error.to_string() }))?,
    );
    headers.insert(AUTHORIZATION, authorization);
    let request = outgoing(passage.method.clone(), &url, headers, passage.body.clone()).map_err(failed)?;
    let pool = transport.pool(&url);
    let started = Instant::now();
    let limit = started.checked_add(options.attempt_timeout).map_or(deadline, |end| end.min(deadline));
    let late = |status| Failure::TimedOut {
        status,
        after: limit.duration_since(started),
        by_deadline: limit == deadline,
    };
    let sent = timeout_at(limit, pool.send(&url, request)).await.map_err(|_| failed(late(None)))?;
    let mut response = sent.map_err(failed)?;
    let status = response.status;
    let head = Answer::head(status, &url, std::mem::take(&mut response.headers));
    if status == StatusCode::UNAUTHORIZED {
        return Err(failed(Failure::Answered(Box::new(head))));
    }
    let Answer { trace_id, mut headers, .. } = head;
    let body = match timeout_at(limit, response.read(options.max_response_bytes)).await {
        Ok(Ok(bytes)) => Bytes::from(bytes),
        Ok(Err(Unreadable::TooLarge)) => {
            return Err(failed(Failure::TooLarge { status, limit: options.max_response_bytes }));
        }
        Ok(Err(Unreadable::Lost(reason))) => {
            return Err(failed(Failure::Lost { status: Some(status), reason }));
        }
        Err(_) => return Err(failed(late(Some(status)))),
    };
    for name in KEPT_BACK {
        headers.remove(name);
    }
    Ok(Passed { status, headers, body, trace_id })
}
