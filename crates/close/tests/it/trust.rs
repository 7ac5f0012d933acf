//! Who gets to see a credential: Close, and nobody else.

use std::io::{Result, Write};
use std::sync::{Arc, Mutex};

use latch_close::{Credential, ErrorKind, Outcome, install_tls_provider};

use crate::support::{Server, answer, client, in_a_minute, key, read, send, text, write};

#[tokio::test]
async fn a_key_is_the_user_name_with_an_empty_password() {
    let server = Server::start(|_, _| answer(200, &[], "{}")).await;
    let credential = Credential::ApiKey("yourapikey".into());
    client().send(&server.api, &credential, &read(), in_a_minute()).await.unwrap();
    assert_eq!(server.seen()[0].header("authorization"), Some("Basic eW91cmFwaWtleTo="));
}

#[tokio::test]
async fn a_token_is_the_bearer() {
    let server = Server::start(|_, _| answer(200, &[], "{}")).await;
    let credential = Credential::Bearer("token-1".into());
    client().send(&server.api, &credential, &read(), in_a_minute()).await.unwrap();
    let seen = &server.seen()[0];
    assert_eq!(seen.headers.get_all("authorization").iter().count(), 1);
    assert_eq!(seen.header("authorization"), Some("Bearer token-1"));
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let elsewhere = Server::start(|_, _| answer(200, &[], "{}")).await;
    let target = format!("{}/stolen?token=x", elsewhere.api);
    let server = Server::start(move |_, _| answer(307, &[("location", &target)], "")).await;
    let error = send(&server.api, &write()).await.unwrap_err();

    assert_eq!((error.kind, error.outcome), (ErrorKind::Redirected, Outcome::NotApplied));
    assert!(elsewhere.seen().is_empty());
    insta::assert_snapshot!(text(&error, &server.api), @"127.0.0.1:PORT answered with a redirect (307) to 127.0.0.1, which is not followed, because the credential would go with it: check the address of the API");
}

#[tokio::test]
async fn plain_http_is_for_this_machine_alone() {
    for api in [
        "http://api.close.com/api/v1",
        "http://10.0.0.7/api/v1",
        "http://localhost.example.com/",
        "ftp://localhost/",
    ] {
        let error = send(&api.parse().unwrap(), &read()).await.unwrap_err();
        assert_eq!((error.kind, error.outcome), (ErrorKind::InvalidRequest, Outcome::NotSent), "{api}");
    }
    let error = send(&"http://api.close.com/api/v1".parse().unwrap(), &read()).await.unwrap_err();
    insta::assert_snapshot!(error, @"the Close address http://api.close.com is not encrypted, so the credential would travel in clear: use https (plain http is for this machine only)");
    for api in [
        "http://localhost:1/api/v1",
        "http://[::1]:1/api/v1",
        "http://127.8.9.1:1/",
        "https://api.close.com/",
    ] {
        assert!(client().describe(&api.parse().unwrap(), &read()).is_ok(), "{api}");
    }
}

#[test]
fn an_address_that_holds_a_secret_is_refused_without_repeating_it() {
    let api = "https://api_secret.key@api.close.com/api/v1".parse().unwrap();
    let error = client().describe(&api, &read()).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("api_secret"));
    insta::assert_snapshot!(error, @"the Close address on api.close.com must end with its path, for example https://api.close.com/api/v1: no user name, query or fragment");
}

#[tokio::test]
async fn a_credential_that_cannot_be_one_is_said_so_without_showing_it() {
    let server = Server::start(|_, _| answer(200, &[], "{}")).await;
    for credential in [
        Credential::ApiKey("".into()),
        Credential::ApiKey("pasted\n".into()),
        Credential::ApiKey("pasted:".into()),
        Credential::Bearer("pasted twice".into()),
        Credential::Bearer("pasté".into()),
    ] {
        let error = client().send(&server.api, &credential, &read(), in_a_minute()).await.unwrap_err();
        assert_eq!((error.kind, error.outcome), (ErrorKind::InvalidRequest, Outcome::NotSent));
        assert!(!format!("{error:?}").contains("past"), "{error}");
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_credential_that_is_echoed_is_taken_out_of_the_error() {
    let server = Server::start(|_, seen| {
        let echo = seen.header("authorization").unwrap().to_owned();
        let body =
            serde_json::json!({"error": format!("bad {echo} api_secret.key"), "field-errors": {"key": echo}});
        answer(400, &[("trace-id", "api_secret.key")], body.to_string())
    })
    .await;
    for credential in [key(), Credential::Bearer("api_secret.key".into())] {
        let error = client().send(&server.api, &credential, &read(), in_a_minute()).await.unwrap_err();
        let shown = format!("{error} {error:?} {credential:?}");
        assert!(shown.contains("[redacted]"), "{shown}");
        assert!(!shown.contains("api_secret") && !shown.contains("YXBpX3NlY3JldC5rZXk6"), "{shown}");
    }
}

#[test]
fn the_tls_provider_can_be_installed_more_than_once() {
    install_tls_provider();
    install_tls_provider();
}

#[tokio::test]
async fn log_lines_name_the_request_and_hold_neither_headers_nor_bodies() {
    let server = Server::start(|_, _| answer(200, &[], r#"{"private": "answer"}"#)).await;
    // A log statement asks once, when it is first reached, whether anybody listens. Reached here, before
    // the listener comes, it is not left to the tests that run beside this one.
    send(&server.api, &read()).await.unwrap();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let request = write().with_query("query", "private-search");
    let writer = Arc::clone(&lines);
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_ansi(false)
        .with_writer(move || Lines(Arc::clone(&writer)))
        .finish();
    let logged = tracing::subscriber::set_default(subscriber);
    send(&server.api, &request).await.unwrap();
    drop(logged);

    let lines = String::from_utf8(lines.lock().unwrap().clone()).unwrap();
    for part in ["method=POST", "path=\"/api/v1/lead/\"", "status=200", "attempt=1"] {
        assert!(lines.contains(part), "{part} in {lines}");
    }
    for private in ["secret", "YXBp", "Acme", "private"] {
        assert!(!lines.contains(private), "{private} in {lines}");
    }
}

/// Collects what is logged.
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
