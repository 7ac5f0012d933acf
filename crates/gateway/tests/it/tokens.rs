//! Tokens that run out, and grants that are taken away.

use latch_gateway::{AccountQuery, ErrorClass};
use latch_testkit::House;
use serde_json::json;

use crate::consent::consent;

const ANN: &str = "ann@closer.example.com";

#[tokio::test]
async fn a_token_that_close_refuses_is_refreshed_without_the_caller_noticing() {
    let house = House::start().await;
    consent(&house, "rep").await;
    house.twin.control().expire_access_tokens(ANN);
    let me = house.call("rep", "get_current_user", json!({})).await.expect("refreshed on the way");
    assert_eq!(me.data["first_name"], "Ann");
}

#[tokio::test]
async fn a_token_may_run_out_before_a_name_is_looked_up() {
    let house = House::start().await;
    consent(&house, "rep").await;
    house.twin.control().expire_access_tokens(ANN);
    let arguments = json!({"name": "Globex", "status_id": "Bad Fit"});
    let lead = house.call("rep", "create_lead", arguments).await.expect("refreshed on the way").data;
    assert_eq!(lead["status_label"], "Bad Fit");
}

#[tokio::test]
async fn many_calls_at_once_refresh_once() {
    let house = House::start().await;
    consent(&house, "rep").await;
    house.twin.control().expire_access_tokens(ANN);
    house.twin.control().clear_requests();
    let calls: Vec<_> = (0..20).map(|_| house.call("rep", "get_current_user", json!({}))).collect();
    for outcome in futures_util::future::join_all(calls).await {
        outcome.expect("every call is answered");
    }
    let refreshes = house
        .twin
        .control()
        .requests()
        .into_iter()
        .filter(|request| request.path == "/oauth2/token/")
        .count();
    assert_eq!(refreshes, 1);
}

#[tokio::test]
async fn access_that_was_taken_away_shows_as_revoked_with_a_way_back() {
    let house = House::start().await;
    consent(&house, "rep").await;
    house.twin.control().revoke_grants(ANN);

    let error = house.call("rep", "get_current_user", json!({})).await.expect_err("taken away");
    assert_eq!(error.class, ErrorClass::AccountNotActive);
    assert_eq!(error.account_status.as_deref(), Some("REVOKED"));
    assert!(error.link.is_some());

    consent(&house, "rep").await;
    house.call("rep", "get_current_user", json!({})).await.expect("authorized again");
}

#[tokio::test]
async fn no_token_is_ever_said() {
    let house = House::start().await;
    consent(&house, "rep").await;
    house.twin.control().revoke_grants(ANN);
    let error = house.call("rep", "get_current_user", json!({})).await.expect_err("taken away");
    let account = house.gateway.accounts(&house.caller, &AccountQuery::default()).await.expect("listed");
    let calls = house.gateway.calls(&house.caller, 10).await.expect("recorded");
    let said = format!("{error:?} {error} {account:?} {calls:?} {:?}", house.gateway);
    for request in house.twin.control().requests() {
        let words = request.body.split(['&', '=']).filter(|word| word.len() > 20);
        for secret in words {
            assert!(!said.contains(secret), "a secret was said");
        }
    }
}
