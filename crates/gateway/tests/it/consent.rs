//! Connecting an account the way a person does.

use latch_gateway::AccountSelector;
use latch_testkit::{Browser, House};
use latch_vault::{AccountStatus, CallbackQuery, VaultError};
use secrecy::SecretString;
use serde_json::json;

/// Opens a fresh link, approves the consent and hands the answer back to the gateway.
pub(crate) async fn consent(house: &House, identifier: &str) {
    let callback = visit(house, identifier, "approve").await;
    let account = house.gateway.finish_authorization(callback).await.expect("connected").account;
    assert_eq!(account.status, AccountStatus::Active);
}

async fn visit(house: &House, identifier: &str, decision: &str) -> CallbackQuery {
    house.gateway.get_or_create_account(&house.caller, None, identifier).await.expect("an account");
    let selector = AccountSelector::identifier(identifier);
    let link = house.gateway.authorization_link(&house.caller, &selector).await.expect("a link");
    let token = link.url.path_segments().and_then(|mut parts| parts.next_back()).expect("a token").to_owned();
    let address = house.gateway.begin_authorization(&SecretString::from(token)).await.expect("a fresh link");
    let callback = "http://127.0.0.1:9/oauth/callback";
    let mut browser = Browser::open(address.as_str(), Some(callback)).await;
    assert!(browser.page.contains("Sales Assistant"), "the consent page names the app");
    browser.choose("Ann Reyes in Closer Inc");
    browser.press("decision", decision, Some(callback)).await;
    CallbackQuery {
        code: browser.parameter("code").map(SecretString::from),
        state: browser.parameter("state").map(SecretString::from),
        error: browser.parameter("error"),
        error_description: browser.parameter("error_description"),
    }
}

#[tokio::test]
async fn an_approved_visit_makes_the_account_active_and_known_by_name() {
    let house = House::start().await;
    consent(&house, "rep").await;
    let account =
        house.gateway.account(&house.caller, &AccountSelector::identifier("rep")).await.expect("there");
    assert_eq!(account.identity.user_name.as_deref(), Some("Ann Reyes"));
    assert_eq!(account.identity.organization_name.as_deref(), Some("Closer Inc"));
    house.call("rep", "list_leads", json!({})).await.expect("usable");
}

#[tokio::test]
async fn a_refused_visit_changes_nothing() {
    let house = House::start().await;
    let callback = visit(&house, "rep", "refuse").await;
    let error = house.gateway.finish_authorization(callback).await.expect_err("refused");
    assert!(matches!(error, VaultError::Refused), "{error}");
    let account =
        house.gateway.account(&house.caller, &AccountSelector::identifier("rep")).await.expect("there");
    assert_eq!(account.status, AccountStatus::Pending);
}

#[tokio::test]
async fn an_answer_from_close_counts_once() {
    let house = House::start().await;
    let callback = visit(&house, "rep", "approve").await;
    house.gateway.finish_authorization(callback.clone()).await.expect("the first time");
    house.gateway.finish_authorization(callback).await.expect_err("not the second time");
    let account =
        house.gateway.account(&house.caller, &AccountSelector::identifier("rep")).await.expect("there");
    assert_eq!(account.status, AccountStatus::Active, "a replay takes nothing away");
}
