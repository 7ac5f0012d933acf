//! One id from the client through to the answer.

use crate::office::Office;

/// The id that the handler saw, and the one in the answer.
async fn ids(office: &Office, given: Option<&[u8]>) -> (String, String) {
    let mut request = office.client.get(format!("{}/api/v1/whoami", office.front.url));
    if let Some(given) = given {
        request = request.header("x-request-id", given);
    }
    let answer = request.send().await.expect("an answer");
    let told = answer.headers()["x-request-id"].to_str().expect("text").to_owned();
    (answer.text().await.expect("text"), told)
}

#[tokio::test]
async fn a_client_finds_its_own_id_again() {
    let office = Office::open().await;
    for own in ["order-17", "0190a6b2-7c3e-7d11-8000-2f1d5d6c9a10", "A_b.c:1", &"x".repeat(128)] {
        assert_eq!(ids(&office, Some(own.as_bytes())).await, (own.to_owned(), own.to_owned()));
    }
}

#[tokio::test]
async fn without_an_id_or_with_junk_each_request_gets_a_new_one() {
    let office = Office::open().await;
    let mut seen = std::collections::HashSet::new();
    let long = "x".repeat(129);
    let junk: [Option<&[u8]>; 7] = [
        None,
        Some(b""),
        Some(b"a b"),
        Some(b"a\"b"),
        Some(b"{evil}"),
        Some(b"\xff\xfe"),
        Some(long.as_bytes()),
    ];
    for given in junk {
        let (handler, told) = ids(&office, given).await;
        assert_eq!(handler, told);
        assert_eq!((told.len(), &told[14..15]), (36, "7"), "{told} is a UUID of version 7");
        assert!(seen.insert(told), "ids are not repeated");
    }
}

#[tokio::test]
async fn answers_to_unknown_addresses_have_one_too() {
    let office = Office::open().await;
    assert!(office.get("/nowhere").await.headers().contains_key("x-request-id"));
}
