//! Reading lists to their end, or to the limit.

use std::collections::HashMap;

use latch_close::{ErrorKind, PageLimits, Request};
use serde_json::{Value, json};

use crate::support::{Server, answer, client, in_a_minute, key};

/// A list of so many objects that pages as Close does.
async fn list_of(length: usize) -> Server {
    Server::start(move |_, seen| {
        let query: HashMap<_, _> =
            url::form_urlencoded::parse(seen.uri.query().unwrap().as_bytes()).into_owned().collect();
        let (skip, limit): (usize, usize) =
            (query["_skip"].parse().unwrap(), query["_limit"].parse().unwrap());
        let end = length.min(skip + limit);
        let data: Vec<_> = (skip..end).map(|number| json!({ "id": number })).collect();
        answer(200, &[], json!({"data": data, "has_more": end < length, "total_results": length}).to_string())
    })
    .await
}

fn ids(items: &[Value]) -> Vec<u64> {
    items.iter().map(|item| item["id"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_list_is_read_to_its_end_in_order() {
    let server = list_of(25).await;
    let (client, credential) = (client(), key());
    let request = Request::get("/lead/").with_query("query", "Acme").with_query("_skip", "7");
    let limits = PageLimits { page_size: 10, ..PageLimits::default() };
    let mut pages = client.pages(&server.api, &credential, request, limits, in_a_minute());

    let first = pages.next_page().await.unwrap().unwrap();
    assert_eq!((first.items.len(), first.total_results), (10, Some(25)));
    assert_eq!(ids(&pages.all().await.unwrap()), (10..25).collect::<Vec<_>>());
    assert!(!pages.is_truncated());
    assert_eq!(pages.next_page().await.unwrap(), None);

    let seen = server.seen();
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|seen| seen.uri.query().unwrap().contains("query=Acme")));
}

#[tokio::test]
async fn a_list_longer_than_the_limit_of_pages_is_said_to_be_cut_short() {
    let server = list_of(25).await;
    let (client, credential) = (client(), key());
    let limits = PageLimits { page_size: 10, max_pages: 2 };
    let mut pages = client.pages(&server.api, &credential, Request::get("/user/"), limits, in_a_minute());
    assert_eq!(pages.all().await.unwrap().len(), 20);
    assert!(pages.is_truncated());
}

#[tokio::test]
async fn a_small_collection_that_does_not_say_has_more_is_one_page() {
    let server = Server::answering(vec![(200, &[], r#"{"data": [{"id": 1}]}"#)]).await;
    let (client, credential) = (client(), key());
    let mut pages = client.pages(
        &server.api,
        &credential,
        Request::get("/pipeline/"),
        PageLimits::default(),
        in_a_minute(),
    );
    assert_eq!(pages.all().await.unwrap().len(), 1);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn empty_pages_that_promise_more_end_the_list() {
    let server = Server::answering(vec![(200, &[], r#"{"data": [], "has_more": true}"#)]).await;
    let (client, credential) = (client(), key());
    let mut pages =
        client.pages(&server.api, &credential, Request::get("/lead/"), PageLimits::default(), in_a_minute());
    assert!(pages.all().await.unwrap().is_empty());
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_not_a_list_is_an_error() {
    let server = Server::answering(vec![(200, &[], r#"{"id": "lead_x1"}"#)]).await;
    let (client, credential) = (client(), key());
    let mut pages = client.pages(
        &server.api,
        &credential,
        Request::get("/lead/lead_x1/"),
        PageLimits::default(),
        in_a_minute(),
    );
    let error = pages.all().await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotJson);
    insta::assert_snapshot!(error, @"the answer to GET /lead/lead_x1/ is not a list");
}
