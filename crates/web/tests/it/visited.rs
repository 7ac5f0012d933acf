//! A gateway whose pages can be visited, and somebody who visits them.

use std::time::Duration;

use latch_gateway::AccountSelector;
use latch_testkit::{Browser, House, HouseOptions, Served};
use latch_vault::{Clock, ConnectionKind, ConnectionSettings, LinkOptions, TenantId};
use latch_web::Branding;
use reqwest::Response;
use reqwest::redirect::Policy;
use url::Url;

use crate::markup::read;

/// The identifier for which accounts are connected here.
pub(crate) const REP: &str = "rep";

/// The pages of a house, and the house behind them.
pub(crate) struct Visited {
    pub(crate) house: House,
    pub(crate) clock: Clock,
    pub(crate) url: String,
    _served: Served,
}

impl Visited {
    /// Pages that name nobody.
    pub(crate) async fn start() -> Self {
        Self::branded(Branding::default()).await
    }

    /// Pages in somebody's name. It is noon there.
    pub(crate) async fn branded(branding: Branding) -> Self {
        let clock = Clock::fixed("2026-03-02T12:00:00Z".parse().expect("a time"));
        // The pages' address must be known before the OAuth app is registered, so a port is taken first.
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let public_url = Url::parse(&format!("http://{address}/")).expect("an address");
        let options = HouseOptions { public_url, clock: clock.clone(), ..HouseOptions::default() };
        let house = House::start_with(options).await;
        let served = Served::start_on(listener, latch_web::router(house.gateway.clone(), branding)).await;
        Self { house, clock, url: served.url.clone(), _served: served }
    }

    /// The same, where people connect with API keys.
    pub(crate) async fn with_keys() -> Self {
        let visited = Self::start().await;
        visited.change(ConnectionSettings { kind: Some(ConnectionKind::ApiKey), ..Default::default() }).await;
        visited
    }

    /// Changes the connection.
    pub(crate) async fn change(&self, settings: ConnectionSettings) {
        self.house.vault.set_connection(&TenantId::default(), "close", settings).await.expect("changed");
    }

    /// A link for `REP`.
    pub(crate) async fn link(&self) -> String {
        self.link_for(REP, LinkOptions::default()).await
    }

    /// A link for somebody, with what the application asks for.
    pub(crate) async fn link_for(&self, identifier: &str, options: LinkOptions) -> String {
        let House { gateway, caller, .. } = &self.house;
        gateway.get_or_create_account(caller, None, identifier).await.expect("an account");
        let selector = AccountSelector::identifier(identifier);
        let link = gateway.authorization_link_with(caller, &selector, &options).await.expect("a link");
        link.url.to_string()
    }

    /// Where the account of `REP` stands.
    pub(crate) async fn status(&self) -> &'static str {
        let selector = AccountSelector::identifier(REP);
        self.house.gateway.account(&self.house.caller, &selector).await.expect("an account").status.as_str()
    }

    /// Lets time pass.
    pub(crate) fn wait_minutes(&self, minutes: u64) {
        self.clock.advance(Duration::from_secs(60 * minutes));
    }
}

/// Opens a page of ours, and checks that everybody can use it.
pub(crate) async fn open(address: &str) -> Browser {
    let browser = Browser::open(address, None).await;
    read(&browser.page);
    browser
}

/// Opens a link and goes on to Close's consent page.
pub(crate) async fn go_to_close(link: &str) -> Browser {
    let mut browser = open(link).await;
    assert_eq!(browser.status, 200, "{}", browser.page);
    browser.press("go", "on", None).await;
    assert!(browser.page.contains("Sales Assistant"), "Close names the app: {}", browser.page);
    browser
}

/// Opens a link, agrees at Close, and comes back.
pub(crate) async fn agree(link: &str) -> Browser {
    let mut browser = go_to_close(link).await;
    browser.choose("Ann Reyes in Closer Inc");
    browser.press("decision", "approve", None).await;
    browser
}

/// A client that shows redirects instead of following them.
pub(crate) fn client() -> reqwest::Client {
    reqwest::Client::builder().redirect(Policy::none()).build().expect("a client")
}

/// A header of an answer, as text.
pub(crate) fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().expect("in ASCII"))
}
