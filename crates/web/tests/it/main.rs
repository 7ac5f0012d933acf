//! The pages, as people see them.

use latch_gateway::AccountSelector;
use latch_testkit::{Browser, House, HouseOptions, Served};
use url::Url;

/// A gateway whose pages can be visited.
struct Visited {
    house: House,
    _served: Served,
}

impl Visited {
    async fn start() -> Self {
        // The pages' address must be known before the OAuth app is registered, so a port is taken first.
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let public_url = Url::parse(&format!("http://{address}/")).expect("an address");
        let house = House::start_with(HouseOptions { public_url, ..HouseOptions::default() }).await;
        let served = Served::start_on(listener, latch_web::router(house.gateway.clone())).await;
        Self { house, _served: served }
    }

    async fn link(&self) -> String {
        self.house.gateway.get_or_create_account(&self.house.caller, None, "rep").await.expect("an account");
        let selector = AccountSelector::identifier("rep");
        self.house
            .gateway
            .authorization_link(&self.house.caller, &selector)
            .await
            .expect("a link")
            .url
            .to_string()
    }

    async fn status(&self) -> &'static str {
        let selector = AccountSelector::identifier("rep");
        self.house.gateway.account(&self.house.caller, &selector).await.expect("an account").status.as_str()
    }
}

#[tokio::test]
async fn a_person_connects_an_account() {
    let visited = Visited::start().await;
    let mut browser = Browser::open(&visited.link().await, None).await;
    assert!(browser.page.contains("Sales Assistant"), "{}", browser.page);
    browser.choose("Ann Reyes in Closer Inc");
    browser.press("decision", "approve", None).await;
    assert_eq!(browser.status, 200);
    assert!(browser.page.contains("You are connected as Ann Reyes of Closer Inc."), "{}", browser.page);
    assert_eq!(visited.status().await, "ACTIVE");
    insta::assert_snapshot!("connected", browser.page);
}

#[tokio::test]
async fn a_person_refuses() {
    let visited = Visited::start().await;
    let mut browser = Browser::open(&visited.link().await, None).await;
    browser.press("decision", "refuse", None).await;
    assert!(browser.page.contains("You did not connect your account"), "{}", browser.page);
    assert_eq!(visited.status().await, "PENDING");
}

#[tokio::test]
async fn a_link_works_once_and_a_page_is_not_opened_again() {
    let visited = Visited::start().await;
    let link = visited.link().await;
    let mut browser = Browser::open(&link, None).await;
    let again = Browser::open(&link, None).await;
    assert_eq!(again.status, 410);
    assert!(again.page.contains("This link has been used already"), "{}", again.page);

    browser.choose("Ann Reyes in Closer Inc");
    browser.press("decision", "approve", None).await;
    let replayed = Browser::open(browser.address.as_str(), None).await;
    assert_eq!(replayed.status, 400);
    assert!(replayed.page.contains("This page cannot be opened again"), "{}", replayed.page);
    assert_eq!(visited.status().await, "ACTIVE");
}

#[tokio::test]
async fn a_forged_answer_changes_nothing() {
    let visited = Visited::start().await;
    visited.link().await;
    let callback =
        visited.house.vault.connection(&visited.house.caller.tenant, "close").await.expect("there");
    let callback = callback.oauth_app.expect("an app").redirect_uri;
    let forged = Browser::open(&format!("{callback}?code=x&state=y"), None).await;
    assert_eq!(forged.status, 400);
    let doubled = Browser::open(&format!("{callback}?state=a&state=b"), None).await;
    assert_eq!(doubled.status, 400);
    assert!(doubled.page.contains("This page cannot be opened again"), "{}", doubled.page);
    assert_eq!(visited.status().await, "PENDING");
}
