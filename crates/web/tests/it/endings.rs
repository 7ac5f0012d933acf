//! What people read when an account was not connected.

use latch_vault::{ConnectionSettings, Endpoints};
use url::Url;

use crate::markup::read;
use crate::visited::{Visited, agree, client, go_to_close, open};

#[tokio::test]
async fn a_person_refuses() {
    let visited = Visited::start().await;
    let mut browser = go_to_close(&visited.link().await).await;
    browser.press("decision", "refuse", None).await;
    assert_eq!(browser.status, 403);
    insta::assert_snapshot!("refused", read(&browser.page));
    assert_eq!(visited.status().await, "PENDING");
}

#[tokio::test]
async fn a_link_is_used_already() {
    let visited = Visited::start().await;
    let link = visited.link().await;
    agree(&link).await;
    let again = open(&link).await;
    assert_eq!(again.status, 410);
    insta::assert_snapshot!("used", read(&again.page));
    assert_eq!(visited.status().await, "ACTIVE");
}

#[tokio::test]
async fn a_link_is_too_old() {
    let visited = Visited::start().await;
    let link = visited.link().await;
    visited.wait_minutes(24 * 60);
    let late = open(&link).await;
    assert_eq!(late.status, 410);
    insta::assert_snapshot!("expired", read(&late.page));
    assert_eq!(client().post(&link).send().await.unwrap().status(), 410);
}

#[tokio::test]
async fn a_link_is_not_known() {
    let visited = Visited::start().await;
    let link = visited.link().await;
    let cut = &link[..link.len() - 1];
    let unknown = open(cut).await;
    assert_eq!(unknown.status, 404);
    insta::assert_snapshot!("unknown", read(&unknown.page));
    for rest in ["/connect", "/connect/", "/connect/%ff", "/connect/x%2Fy"] {
        let page = open(&format!("{}{rest}", visited.url)).await;
        assert_eq!(page.status, 404, "{rest}");
        assert!(page.page.contains("This link is not known"), "{rest}");
    }
    assert_eq!(client().post(cut).send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_page_is_not_opened_again() {
    let visited = Visited::start().await;
    let end = agree(&visited.link().await).await;
    let replayed = open(end.address.as_str()).await;
    assert_eq!(replayed.status, 410);
    insta::assert_snapshot!("replayed", read(&replayed.page));
    assert_eq!(visited.status().await, "ACTIVE");
}

#[tokio::test]
async fn a_visit_to_close_took_too_long() {
    let visited = Visited::start().await;
    let mut browser = go_to_close(&visited.link().await).await;
    visited.wait_minutes(24 * 60);
    browser.choose("Ann Reyes in Closer Inc");
    browser.press("decision", "approve", None).await;
    assert_eq!(browser.status, 410);
    assert!(browser.page.contains("took too long"), "{}", browser.page);
    assert_eq!(visited.status().await, "PENDING");
}

#[tokio::test]
async fn a_forged_answer_changes_nothing() {
    let visited = Visited::start().await;
    visited.link().await;
    for query in ["code=x&state=y", "state=a&state=b", "", "error=access_denied"] {
        let forged = open(&format!("{}/oauth/callback?{query}", visited.url)).await;
        assert_eq!(forged.status, 400, "{query}");
        assert!(forged.page.contains("This page was opened in the wrong way"), "{}", forged.page);
        read(&forged.page);
    }
    assert_eq!(visited.status().await, "PENDING");
}

#[tokio::test]
async fn close_does_not_hand_over_access() {
    let visited = Visited::start().await;
    let mut browser = go_to_close(&visited.link().await).await;
    let gone = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let nowhere = Endpoints::at(&Url::parse(&format!("http://{gone}/")).unwrap());
    visited.change(ConnectionSettings { endpoints: Some(nowhere), ..Default::default() }).await;
    browser.choose("Ann Reyes in Closer Inc");
    browser.press("decision", "approve", None).await;
    assert_eq!(browser.status, 502);
    insta::assert_snapshot!("exchange_failed", read(&browser.page));
    assert_eq!(visited.status().await, "PENDING");
}

#[tokio::test]
async fn the_program_is_in_trouble() {
    let visited = Visited::start().await;
    let link = visited.link().await;
    visited.house.vault.close().await;
    let page = open(&link).await;
    assert!(page.status >= 500, "{}", page.status);
    insta::assert_snapshot!("trouble", read(&page.page));
}
