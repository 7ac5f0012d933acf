//! A person connects an account with an API key.

use latch_vault::{ConnectionKind, ConnectionSettings, Endpoints, LinkOptions};
use url::Url;

use crate::markup::read;
use crate::visited::{REP, Visited, client, header, open};

/// Fills in the form of a link: status and page.
async fn paste(link: &str, key: &str) -> (u16, String) {
    let answer = client().post(link).form(&[("api_key", key)]).send().await.expect("an answer");
    (answer.status().as_u16(), answer.text().await.expect("a page"))
}

#[tokio::test]
async fn a_person_pastes_a_key() {
    let visited = Visited::with_keys().await;
    let link = visited.link().await;
    let form = open(&link).await;
    insta::assert_snapshot!("key_form", read(&form.page));

    let key = visited.house.ann_key();
    let (status, page) = paste(&link, &format!("  {key}\n")).await;
    assert_eq!(status, 200, "{page}");
    assert!(read(&page).contains("Ann Reyes"), "{page}");
    assert!(!page.contains(&key));
    assert_eq!(visited.status().await, "ACTIVE");

    let again = open(&link).await;
    assert_eq!(again.status, 410, "the link is used up");
}

#[tokio::test]
async fn a_wrong_key_is_told_beside_the_field_and_not_shown_again() {
    let visited = Visited::with_keys().await;
    let link = visited.link().await;
    let (status, page) = paste(&link, "api_mistyped").await;
    assert_eq!(status, 422);
    insta::assert_snapshot!("key_unknown", read(&page));
    assert!(!page.contains("api_mistyped"));

    let (status, page) = paste(&link, &visited.house.ann_key()).await;
    assert_eq!(status, 200, "the link can be used again: {page}");
}

#[tokio::test]
async fn what_cannot_be_a_key_is_refused() {
    let visited = Visited::with_keys().await;
    let link = visited.link().await;
    for (sent, told) in [(" ", "The field is empty"), ("schlüssel <b>", "This is not an API key")] {
        let (status, page) = paste(&link, sent).await;
        assert_eq!(status, 422, "{sent}");
        assert!(read(&page).contains(told), "{sent}: {page}");
    }
    let (status, page) = paste(&link, &"x".repeat(100_000)).await;
    assert_eq!(status, 422);
    assert!(read(&page).contains("This is not an API key"), "{page}");
    let without = client().post(&link).send().await.expect("an answer");
    assert_eq!(without.status(), 422);
    assert_eq!(visited.status().await, "PENDING");
}

#[tokio::test]
async fn a_key_is_not_stored_while_close_cannot_be_asked() {
    let visited = Visited::with_keys().await;
    let link = visited.link().await;
    let gone = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let nowhere = Endpoints::at(&Url::parse(&format!("http://{gone}/")).unwrap());
    visited.change(ConnectionSettings { endpoints: Some(nowhere), ..Default::default() }).await;
    let (status, page) = paste(&link, &visited.house.ann_key()).await;
    assert_eq!(status, 502);
    insta::assert_snapshot!("key_unchecked", read(&page));
    assert_eq!(visited.status().await, "PENDING");
    assert_eq!(open(&link).await.status, 200, "the link still works");
}

#[tokio::test]
async fn the_application_can_verify_whose_key_it_is() {
    let visited = Visited::with_keys().await;
    let user_verify_url = Some(Url::parse("https://app.example/verify").unwrap());
    let link = visited.link_for(REP, LinkOptions { user_verify_url, state: Some("s 1".to_owned()) }).await;
    let form = [("api_key", visited.house.ann_key())];
    let answer = client().post(&link).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 303);
    let location = header(&answer, "location");
    assert!(location.starts_with("https://app.example/verify?auth_request_id="), "{location}");
    assert!(location.ends_with("&state=s+1"), "{location}");
    assert_ne!(visited.status().await, "ACTIVE");
}

#[tokio::test]
async fn a_connection_that_changes_its_kind_changes_the_page_of_its_links() {
    let visited = Visited::start().await;
    let link = visited.link().await;
    assert!(open(&link).await.page.contains("Continue to Close"));
    visited.change(ConnectionSettings { kind: Some(ConnectionKind::ApiKey), ..Default::default() }).await;
    assert!(open(&link).await.page.contains("How to get an API key"));
}
