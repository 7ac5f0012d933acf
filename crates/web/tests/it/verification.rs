//! The application says who the person is before the account counts.

use latch_vault::LinkOptions;
use secrecy::SecretString;
use url::Url;

use crate::markup::read;
use crate::visited::{REP, Visited, client, go_to_close, header, open};

/// The way back from Close, and the answer to it.
async fn come_back(visited: &Visited) -> reqwest::Response {
    let user_verify_url = Some(Url::parse("https://app.example/verify?tenant=7").expect("an address"));
    let link =
        visited.link_for(REP, LinkOptions { user_verify_url, state: Some("visit&1".to_owned()) }).await;
    let mut browser = go_to_close(&link).await;
    browser.choose("Ann Reyes in Closer Inc");
    let callback = format!("{}/oauth/callback", visited.url);
    browser.press("decision", "approve", Some(&callback)).await;
    client().get(browser.address).send().await.expect("an answer")
}

#[tokio::test]
async fn the_browser_goes_on_to_the_application() {
    let visited = Visited::start().await;
    let answer = come_back(&visited).await;
    assert_eq!(answer.status(), 303);
    let location = Url::parse(header(&answer, "location")).unwrap();
    assert_eq!(location.host_str(), Some("app.example"));
    let query: Vec<_> = location.query_pairs().into_owned().collect();
    assert_eq!(query[0], ("tenant".to_owned(), "7".to_owned()));
    assert_eq!(query[1].0, "auth_request_id");
    assert_eq!(query[2], ("state".to_owned(), "visit&1".to_owned()));
    insta::assert_snapshot!("waiting", read(&answer.text().await.unwrap()));
    assert_eq!(visited.status().await, "PENDING_VERIFICATION");

    let request = SecretString::from(query[1].1.clone());
    visited.house.gateway.verify_user(&visited.house.caller, &request, REP).await.expect("it is them");
    assert_eq!(visited.status().await, "ACTIVE");
}

#[tokio::test]
async fn the_application_sends_people_on_to_a_last_page() {
    let visited = Visited::start().await;
    let verified = open(&format!("{}/connect/verified", visited.url)).await;
    assert_eq!(verified.status, 200);
    insta::assert_snapshot!("verified", read(&verified.page));
    let unverified = open(&format!("{}/connect/unverified", visited.url)).await;
    assert_eq!(unverified.status, 403);
    insta::assert_snapshot!("unverified", read(&unverified.page));
}
