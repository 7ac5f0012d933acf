//! One delivery: the body, its signature, and the request that carries it.
//!
//! The signature is HMAC-SHA256 over the timestamp header followed by the body, with the decoded signature key, in
//! lower-case hexadecimal (documented). The timestamp is Unix seconds of the twin's clock (its unit is chosen).

use std::fmt::Write;

use aws_lc_rs::hmac;
use http::header;
use jiff::Timestamp;
use reqwest::{Client, redirect};
use url::Url;

use super::WebhookLimits;
use super::python_json;
use crate::store::Object;

/// What an attempt needs to know of its subscription.
#[derive(Debug)]
pub(super) struct Destination {
    pub(super) url: String,
    pub(super) verify_ssl: bool,
    pub(super) signature_key: String,
}

/// The two clients deliveries go out by: redirects are not followed (chosen), and no proxy stands in between.
#[derive(Clone, Debug)]
pub(super) struct Postman {
    /// Checks certificates; missing where the machine has no authorities to check by.
    strict: Option<Client>,
    /// Takes any certificate.
    lenient: Option<Client>,
}

impl Postman {
    pub(super) fn new(limits: WebhookLimits) -> Self {
        install_tls_provider();
        let build = |lenient: bool| {
            let client = Client::builder()
                .timeout(limits.timeout)
                .redirect(redirect::Policy::none())
                .no_proxy()
                .danger_accept_invalid_certs(lenient)
                .build();
            client.inspect_err(|error| tracing::warn!(%error, "webhooks: no TLS client")).ok()
        };
        Self { strict: build(false), lenient: build(true) }
    }

    /// Posts an event. The status of the answer, or why there was none.
    pub(super) async fn post(
        &self,
        destination: &Destination,
        subscription_id: &str,
        event: &Object,
        now: Timestamp,
    ) -> Result<u16, String> {
        // Without TLS there is no certificate to check, so that a machine without authorities can still deliver.
        let checked = destination.verify_ssl && destination.url.starts_with("https:");
        let client = if checked { &self.strict } else { &self.lenient };
        let client = client.as_ref().ok_or("no certificate authorities on this machine")?;
        let body = body(subscription_id, event);
        let timestamp = now.as_second().to_string();
        let hash = signature(&destination.signature_key, &timestamp, &body);
        let request = client
            .post(&destination.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("close-sig-timestamp", timestamp)
            .header("close-sig-hash", hash)
            .body(body);
        match request.send().await {
            Ok(response) => Ok(response.status().as_u16()),
            Err(error) => Err(reason(&error)),
        }
    }
}

/// Whether an address is at a host whose name is reserved for examples (RFC 2606): nobody can live there, and asking
/// for it would send a machine without network looking for one.
pub(crate) fn is_reserved(url: &str) -> bool {
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(Url::domain).unwrap_or_default();
    ["example.com", "example.net", "example.org", "example", "invalid"]
        .iter()
        .any(|name| host.strip_suffix(name).is_some_and(|before| before.is_empty() || before.ends_with('.')))
}

/// The body Close sends: the subscription and the event, in the bytes of Python's `json.dumps`.
fn body(subscription_id: &str, event: &Object) -> String {
    let mut body =
        format!("{{\"subscription_id\": {}, \"event\": ", python_json::dumps(&subscription_id.into()));
    python_json::write_object(event, &mut body);
    body.push('}');
    body
}

fn signature(key: &str, timestamp: &str, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &decode_hex(key));
    let mut context = hmac::Context::with_key(&key);
    context.update(timestamp.as_bytes());
    context.update(body.as_bytes());
    let mut hash = String::with_capacity(64);
    for byte in context.sign().as_ref() {
        // Writing to a String cannot fail.
        let _ = write!(hash, "{byte:02x}");
    }
    hash
}

/// The bytes of a hexadecimal text; what is not one has none.
fn decode_hex(text: &str) -> Vec<u8> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let pairs = digits.unwrap_or_default();
    pairs.chunks_exact(2).filter_map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok()).collect()
}

/// What went wrong, from the outside in, without the address.
fn reason(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "the receiver did not answer in time".to_owned();
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// Makes aws-lc-rs the TLS provider of the process, unless there is one.
fn install_tls_provider() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Losing the race against another thread leaves a provider installed, which is all that is wanted.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn example_names_are_nobodys() {
        assert!(is_reserved("https://hooks.closer.example.com/close"));
        assert!(is_reserved("http://EXAMPLE.org:8080"));
        assert!(!is_reserved("http://anexample.com/"));
        assert!(!is_reserved("http://127.0.0.1:9000/"));
    }

    #[test]
    fn the_signature_covers_timestamp_and_body() {
        let key = "058bfb6a3d8cfdc4da7c3be5901b16ae11da982b46a25fb2cd7016e97a140a1c";
        let Value::Object(event) = json!({"id": "ev_1", "data": {"name": "Zoë"}}) else {
            panic!("no object")
        };
        let body = body("whsub_1", &event);
        assert_eq!(
            body,
            r#"{"subscription_id": "whsub_1", "event": {"id": "ev_1", "data": {"name": "Zo\u00eb"}}}"#
        );
        // Worked out with Python's hmac module.
        let expected = "c9367522580e4b31d0ae9a6a56cdfcef5de329b4b2377db2df978c7f23e63b2d";
        assert_eq!(signature(key, "1709647651", &body), expected);
    }
}
