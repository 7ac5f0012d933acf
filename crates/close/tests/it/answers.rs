//! What comes back: successes of every kind, and refusals explained.

use latch_close::{CloseError, ErrorKind, Outcome, RateLimit};
use serde_json::json;
use std::time::Duration;

use crate::support::{Server, raw_server, read, send, write};

async fn refused(status: u16, headers: &'static [(&str, &str)], body: &'static str) -> CloseError {
    let server = Server::answering(vec![(status, headers, body)]).await;
    let error = send(&server.api, &write()).await.unwrap_err();
    let message = error.message.replace(&format!(":{}", server.api.port().unwrap()), ":PORT");
    CloseError { message, ..error }
}

const HTML: &[(&str, &str)] = &[("content-type", "text/html; charset=utf-8")];

#[tokio::test]
async fn an_answer_brings_its_data_its_trace_and_the_budget_left() {
    let headers = &[("trace-id", "0af7651916cd43dd"), ("ratelimit", "limit=100, remaining=50, reset=1.5")];
    let server = Server::answering(vec![(200, headers, r#"{"id": "lead_x1", "name": "Acme"}"#)]).await;
    let response = send(&server.api, &read()).await.unwrap();

    assert_eq!((response.status, response.attempts, response.waited), (200, 1, Duration::ZERO));
    assert_eq!(response.data.to_value(), json!({"id": "lead_x1", "name": "Acme"}));
    assert_eq!(response.trace_id.as_deref(), Some("0af7651916cd43dd"));
    let budget = RateLimit { limit: 100, remaining: 50, reset: Duration::from_millis(1500) };
    assert_eq!(response.rate_limit(), Some(budget));
}

#[tokio::test]
async fn an_answer_without_a_body_is_an_empty_object() {
    for status in [200, 201, 204] {
        let server = Server::answering(vec![(status, &[], "")]).await;
        assert_eq!(send(&server.api, &write()).await.unwrap().data.to_value(), json!({}), "{status}");
    }
}

#[tokio::test]
async fn members_keep_the_order_close_gave_them() {
    let server = Server::answering(vec![(200, &[], r#"{"z": 1, "a": 2, "m": 3}"#)]).await;
    assert_eq!(
        send(&server.api, &read()).await.unwrap().data.to_value().to_string(),
        r#"{"z":1,"a":2,"m":3}"#
    );
}

#[tokio::test]
async fn refused_fields_are_told_one_by_one() {
    let body = r#"{"errors": ["One contact only."], "field-errors": {"lead": "Object does not exist.",
        "contacts": {"errors": {"0": {"field-errors": {"emails": "List is too long."}}}}}}"#;
    let error = refused(400, &[("trace-id", "abc")], body).await;

    assert_eq!(
        (error.kind, error.status, error.outcome),
        (ErrorKind::Invalid, Some(400), Outcome::NotApplied)
    );
    assert_eq!(error.trace_id.as_deref(), Some("abc"));
    let paths: Vec<_> = error.field_errors.iter().map(|field| field.path.as_str()).collect();
    assert_eq!(paths, ["lead", "contacts.0.emails"]);
    insta::assert_snapshot!(error, @"Close did not accept the request (400): One contact only. lead: Object does not exist. contacts.0.emails: List is too long.");
}

#[tokio::test]
async fn every_refusal_has_its_kind_and_its_sentence() {
    let cases: [(u16, &str, ErrorKind); 9] = [
        (400, r#"{"errors": [], "field-errors": {"lead": "This field is required."}}"#, ErrorKind::Invalid),
        (401, r#"{"error": "Unauthorized"}"#, ErrorKind::Unauthorized),
        (402, r#"{"error": "Upgrade your plan."}"#, ErrorKind::PaymentRequired),
        (403, r"{}", ErrorKind::Forbidden),
        (404, r#"{"error": "Empty query: Lead matching query does not exist."}"#, ErrorKind::NotFound),
        (404, r#"{"errors": ["Source lead does not exist."]}"#, ErrorKind::NotFound),
        (405, "", ErrorKind::Invalid),
        (415, r#"{"error": "Please send valid JSON."}"#, ErrorKind::Invalid),
        (500, "", ErrorKind::Server),
    ];
    let mut sentences = Vec::new();
    for (status, body, kind) in cases {
        let error = refused(status, &[], body).await;
        assert_eq!((error.kind, error.status), (kind, Some(status)));
        sentences.push(error.to_string());
    }
    insta::assert_snapshot!(sentences.join("\n"), @r"
    Close did not accept the request (400): lead: This field is required.
    Close did not accept the API key or token: it is wrong, expired or revoked (401): Unauthorized
    the plan of the Close organization does not allow this (402): Upgrade your plan.
    the Close user behind the credential may not do this (403)
    Close has nothing there (404): Empty query: Lead matching query does not exist.
    Close has nothing there (404): Source lead does not exist.
    Close did not accept the request (405)
    Close did not accept the request (415): Please send valid JSON.
    Close failed (500); it is not known whether Close carried it out: read the object before repeating the request
    ");
}

#[tokio::test]
async fn a_page_is_described_and_never_shown() {
    let page = "<html><h1>Secret page of somebody's proxy</h1></html>";
    let mut sentences = Vec::new();
    for (status, kind) in [
        (200, ErrorKind::NotJson),
        (403, ErrorKind::Forbidden),
        (404, ErrorKind::NotJson),
        (503, ErrorKind::Server),
    ] {
        let error = refused(status, HTML, page).await;
        assert_eq!(error.kind, kind);
        assert!(!format!("{error} {error:?}").contains("Secret page"));
        sentences.push(error.to_string());
    }
    insta::assert_snapshot!(sentences.join("\n"), @r"
    127.0.0.1:PORT did not answer as Close's API does (200); instead of JSON came text/html, which usually comes from a wrong API address, a proxy on the way, or maintenance; it is not known whether Close carried it out: read the object before repeating the request
    the Close user behind the credential may not do this (403); instead of JSON came text/html, which usually comes from a wrong API address, a proxy on the way, or maintenance
    127.0.0.1:PORT did not answer as Close's API does (404); instead of JSON came text/html, which usually comes from a wrong API address, a proxy on the way, or maintenance
    Close failed (503); instead of JSON came text/html, which usually comes from a wrong API address, a proxy on the way, or maintenance; it is not known whether Close carried it out: read the object before repeating the request
    ");
}

#[tokio::test]
async fn text_and_broken_json_are_not_answers_of_close() {
    for (headers, body) in [
        (&[("content-type", "text/plain")][..], "Forbidden"),
        (&[], r#"{"id": "lead_x1""#),
        (&[], "12"),
        (&[("content-type", "application/json")], "\u{feff}{}"),
    ] {
        let server = Server::answering(vec![(200, headers, body)]).await;
        let error = send(&server.api, &read()).await.unwrap_err();
        assert_eq!((error.kind, error.outcome), (ErrorKind::NotJson, Outcome::NotApplied), "{body}");
    }
}

#[tokio::test]
async fn a_successful_write_that_is_not_answered_in_json_may_have_happened() {
    let error = refused(200, HTML, "<html></html>").await;
    assert_eq!((error.kind, error.outcome), (ErrorKind::NotJson, Outcome::Unknown));
}

#[tokio::test]
async fn json_without_a_media_type_is_taken() {
    let (api, _) = raw_server(vec![
        "HTTP/1.1 200 OK\r\ncontent-length: 12\r\nconnection: close\r\n\r\n{\"id\": \"x1\"}",
    ])
    .await;
    assert_eq!(send(&api, &read()).await.unwrap().data.to_value(), json!({"id": "x1"}));
}
