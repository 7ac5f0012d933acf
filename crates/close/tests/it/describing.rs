//! What goes over the wire, and that a dry run shows exactly that.

use insta::assert_json_snapshot;
use latch_close::{Effect, ErrorKind, Outcome, Request, WireRequest};
use proptest::prelude::*;
use serde_json::{Value, json};
use url::Url;

use crate::support::{Server, answer, client, in_a_minute, key, read, send, write};

fn api() -> Url {
    "https://api.close.com/api/v1".parse().unwrap()
}

fn shown(wire: &WireRequest) -> Value {
    let headers: Vec<_> = wire.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    json!({ "method": wire.method.as_str(), "url": wire.url.as_str(), "headers": headers, "body": wire.body })
}

#[test]
fn a_read_is_shown_as_it_would_be_sent() {
    let mut request =
        read().with_query("_fields", "id,name").with_query("query", "city:\"São Paulo\" & more");
    request.timezone_offset = Some(-2.5);
    assert_json_snapshot!(shown(&client().describe(&api(), &request).unwrap()), @r#"
    {
      "method": "GET",
      "url": "https://api.close.com/api/v1/lead/lead_x1/?_fields=id%2Cname&query=city%3A%22S%C3%A3o+Paulo%22+%26+more",
      "headers": [
        "accept: application/json",
        "user-agent: latch/0.1.0",
        "x-tz-offset: -2.5"
      ],
      "body": null
    }
    "#);
}

#[test]
fn a_write_is_shown_with_its_body() {
    assert_json_snapshot!(shown(&client().describe(&api(), &write()).unwrap()), @r#"
    {
      "method": "POST",
      "url": "https://api.close.com/api/v1/lead/",
      "headers": [
        "accept: application/json",
        "user-agent: latch/0.1.0",
        "content-type: application/json"
      ],
      "body": {
        "name": "Acme"
      }
    }
    "#);
}

#[test]
fn the_api_address_may_end_with_a_slash_or_not() {
    let with_slash = "https://api.close.com/api/v1/".parse().unwrap();
    let client = client();
    assert_eq!(client.describe(&with_slash, &read()), client.describe(&api(), &read()));
}

fn long_request() -> Request {
    let ids = vec!["lead_0123456789"; 150].join(",");
    read().with_query("_limit", "100").with_query("id__in", ids)
}

#[tokio::test]
async fn a_long_query_travels_in_the_body_of_a_post_that_says_it_is_a_get() {
    let server = Server::start(|_, _| answer(200, &[], r#"{"data": [], "has_more": false}"#)).await;
    send(&server.api, &long_request()).await.unwrap();

    let [seen] = &server.seen()[..] else { panic!("one request") };
    assert_eq!(seen.method, "POST");
    assert_eq!(seen.uri, "/api/v1/lead/lead_x1/");
    assert_eq!(seen.header("x-http-method-override"), Some("GET"));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(seen.json()["_params"]["_limit"], 100);
    assert!(seen.json()["_params"]["id__in"].as_str().unwrap().starts_with("lead_0123456789,lead_"));
}

#[tokio::test]
async fn a_long_query_is_still_a_read_and_repeated_like_one() {
    let server = Server::answering(vec![(502, &[], ""), (200, &[], r#"{"data": []}"#)]).await;
    let response = send(&server.api, &long_request()).await.unwrap();
    assert_eq!(response.attempts, 2);
}

#[test]
fn a_long_query_cannot_give_a_name_twice() {
    let request = long_request().with_query("id__in", "lead_again");
    let error = client().describe(&api(), &request).unwrap_err();
    assert_eq!(error.kind, ErrorKind::InvalidRequest);
    insta::assert_snapshot!(error, @"the query is too long for an address, and id__in stands in it more than once, which Close has no other form for: shorten the query or give id__in once");
}

#[tokio::test]
async fn what_is_described_is_what_is_sent() {
    let server = Server::start(|_, _| answer(200, &[], "{}")).await;
    let client = client();
    let mut tasks = Request::get("/task/").with_query("view", "inbox");
    tasks.timezone_offset = Some(5.5);
    for request in [read().with_query("query", "a b+c%20"), write(), long_request(), tasks] {
        let described = client.describe(&server.api, &request).unwrap();
        client.send(&server.api, &key(), &request, in_a_minute()).await.unwrap();

        let seen = server.seen().pop().unwrap();
        assert_eq!(seen.method, described.method);
        assert_eq!(seen.uri.path_and_query().unwrap().as_str(), &described.url[url::Position::BeforePath..]);
        for (name, value) in &described.headers {
            assert_eq!(seen.header(name), Some(value.as_str()));
        }
        // The rest is the credential and what belongs to the connection.
        let transport = ["authorization", "host", "content-length", "accept-encoding"];
        assert!(seen.headers.keys().all(|name| {
            transport.contains(&name.as_str())
                || described.headers.iter().any(|(described, _)| described == name)
        }));
        assert_eq!((!seen.body.is_empty()).then(|| seen.json()), described.body);
        assert_eq!(seen.header("transfer-encoding"), None, "Close refuses chunked bodies");
    }
}

#[test]
fn a_path_that_would_lead_elsewhere_is_not_sent() {
    let paths = [
        "lead/",
        "/lead",
        "/lead//",
        "/lead/../user/",
        "/lead/%2e%2e/",
        "/lead/a b/",
        "/lead/?x=1/",
        "/lead/#a/",
        "/lead\\a/",
        "//evil.example/",
        "/lead/\n/",
    ];
    for path in paths {
        let error = client().describe(&api(), &Request::get(path)).unwrap_err();
        assert_eq!(
            (error.kind, error.outcome),
            (ErrorKind::InvalidRequest, Outcome::NotSent),
            "{path}: {error}"
        );
    }
    assert!(client().describe(&api(), &Request::get("/lead/a%20b%2Fc/")).is_ok());
}

#[test]
fn a_request_that_makes_no_sense_in_http_is_not_sent() {
    let body = Request { body: Some(json!({})), ..read() };
    let far = Request { timezone_offset: Some(99.0), ..read() };
    let nan = Request { timezone_offset: Some(f32::NAN), ..read() };
    for request in [body, far, nan] {
        let error = client().describe(&api(), &request).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidRequest, "{error}");
    }
}

proptest! {
    #[test]
    fn a_query_arrives_as_it_was_given(query in proptest::collection::vec((".{1,12}", ".{0,24}"), 0..8)) {
        let request = Request { query: query.clone(), ..Request::new(http::Method::GET, "/lead/", Effect::Read) };
        let wire = client_for_properties().describe(&api(), &request).unwrap();
        let read: Vec<_> = wire.url.query_pairs().into_owned().collect();
        prop_assert_eq!(read, query);
        prop_assert!(wire.url.as_str().is_ascii());
    }
}

fn client_for_properties() -> latch_close::Client {
    static CLIENT: std::sync::LazyLock<latch_close::Client> = std::sync::LazyLock::new(client);
    CLIENT.clone()
}
