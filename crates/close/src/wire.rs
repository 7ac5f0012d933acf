//! Putting a request into HTTP: the address, the query, the headers and the body.
//!
//! Promises that what [`Client::describe`](crate::Client::describe) shows is what is sent, because both
//! come from here, and that a credential can neither travel in clear nor end up below another address.

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method};
use http_body_util::Full;
use serde_json::{Map, Value, json};
use url::{Host, Position, Url};

use crate::error::CloseError;
use crate::failure::Failure;
use crate::request::Request;

/// A request as it goes over the wire, without the credential.
#[derive(Debug, Clone, PartialEq)]
pub struct WireRequest {
    /// The method that is sent, which is `POST` for a `GET` whose query is too long for an address.
    pub method: Method,
    /// The whole address, percent-encoded.
    pub url: Url,
    /// Every header that is set, in lower case, except `authorization`.
    pub headers: Vec<(&'static str, String)>,
    /// The JSON body.
    pub body: Option<Value>,
}

/// Addresses should stay under about 2,000 characters; a longer `GET` travels as a `POST` that says it is
/// a `GET` (documented).
const LONGEST_URL: usize = 2_000;

/// The header by which a `POST` says which method it stands for.
const METHOD_OVERRIDE: &str = "x-http-method-override";

/// The widest offsets in use are UTC-12 and UTC+14.
const TIMEZONE_OFFSETS: std::ops::RangeInclusive<f32> = -12.0..=14.0;

/// A request as it goes over a connection to the host of `url`, the credential among its headers.
pub(crate) fn outgoing(
    method: Method,
    url: &Url,
    mut headers: HeaderMap,
    body: Bytes,
) -> Result<http::Request<Full<Bytes>>, Failure> {
    let unsendable = |error: http::Error| Failure::Unsendable { reason: error.to_string() };
    let host = HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort]);
    headers.insert(HOST, host.map_err(|error| unsendable(error.into()))?);
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    // Some servers want to be told that a body which they expect is empty.
    if body.is_empty() && matches!(method, Method::POST | Method::PUT | Method::PATCH) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    let target = &url[Position::BeforePath..Position::AfterQuery];
    let mut request =
        http::Request::builder().method(method).uri(target).body(body.into()).map_err(unsendable)?;
    *request.headers_mut() = headers;
    Ok(request)
}

pub(crate) fn encode(api: &Url, user_agent: &str, request: &Request) -> Result<WireRequest, CloseError> {
    check_api(api)?;
    let mut url = address(api, &request.path)?;
    if !request.query.is_empty() {
        url.query_pairs_mut().extend_pairs(&request.query);
    }
    if request.method == Method::GET && request.body.is_some() {
        return Err(CloseError::invalid_request(format!("GET {} cannot carry a body", request.path)));
    }

    let mut headers =
        vec![(ACCEPT.as_str(), "application/json".to_owned()), (USER_AGENT.as_str(), user_agent.to_owned())];
    if let Some(offset) = request.timezone_offset {
        if !TIMEZONE_OFFSETS.contains(&offset) {
            return Err(CloseError::invalid_request(format!(
                "the time zone offset {offset} is not a number of hours from -12 to 14"
            )));
        }
        headers.push(("x-tz-offset", offset.to_string()));
    }

    let (method, body) = if request.method == Method::GET && url.as_str().len() > LONGEST_URL {
        url.set_query(None);
        headers.push((METHOD_OVERRIDE, "GET".to_owned()));
        (Method::POST, Some(json!({ "_params": parameters(&request.query)? })))
    } else {
        (request.method.clone(), request.body.clone())
    };
    if body.is_some() {
        headers.push((CONTENT_TYPE.as_str(), "application/json".to_owned()));
    }
    Ok(WireRequest { method, url, headers, body })
}

/// Whether the address is this machine's own, where clear text and no proxy are right.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

pub(crate) fn check_api(api: &Url) -> Result<(), CloseError> {
    let host = api.host_str().unwrap_or_default();
    let complaint = match api.scheme() {
        "https" => None,
        "http" if is_loopback(api) => None,
        "http" => Some(format!(
            "the Close address http://{host} is not encrypted, so the credential would travel in clear: use https \
             (plain http is for this machine only)"
        )),
        scheme => Some(format!("the Close address must start with https, not {scheme}")),
    };
    let complaint = complaint.or_else(|| {
        let login = !api.username().is_empty() || api.password().is_some();
        let extra = api.query().is_some() || api.fragment().is_some();
        // The address is not quoted: what stands before the @ may be a key.
        (login || extra).then(|| {
            format!(
                "the Close address on {host} must end with its path, for example https://api.close.com/api/v1: \
                 no user name, query or fragment"
            )
        })
    });
    complaint.map_or(Ok(()), |message| Err(CloseError::invalid_request(message)))
}

fn address(api: &Url, path: &str) -> Result<Url, CloseError> {
    let refuse =
        |why: &str| Err(CloseError::invalid_request(format!("the path {path:?} cannot be sent: {why}")));
    if !path.starts_with('/') || !path.ends_with('/') {
        return refuse("every path of Close starts and ends with a slash");
    }
    if path.contains("//") {
        // `/lead//` is what an empty id makes of `/lead/{id}/`; Close could take it for the list of leads.
        return refuse("a part of it is empty");
    }
    let whole = format!("{}{path}", api.path().trim_end_matches('/'));
    let mut url = api.clone();
    url.set_path(&whole);
    // The parser escapes what may not stand in a path and resolves `..`; whatever it had to change
    // would have meant another address than the one that was asked for.
    if url.path() != whole {
        return refuse("a part of it is not percent-encoded");
    }
    Ok(url)
}

/// The query as the members of `_params`.
fn parameters(query: &[(String, String)]) -> Result<Map<String, Value>, CloseError> {
    let mut parameters = Map::new();
    for (name, value) in query {
        // Close documents the paging parameters as numbers here and everything else as in a query.
        let number = matches!(name.as_str(), "_limit" | "_skip").then(|| value.parse::<u64>().ok()).flatten();
        let value = number.map_or_else(|| Value::from(value.as_str()), Value::from);
        if parameters.insert(name.clone(), value).is_some() {
            return Err(CloseError::invalid_request(format!(
                "the query is too long for an address, and {name} stands in it more than once, which Close has no \
                 other form for: shorten the query or give {name} once"
            )));
        }
    }
    Ok(parameters)
}
