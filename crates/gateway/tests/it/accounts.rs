//! Keeping accounts.

use latch_gateway::{AccountSelector, ErrorClass};
use latch_testkit::House;
use latch_vault::AccountStatus;
use secrecy::SecretString;

#[tokio::test]
async fn get_or_create_is_safe_to_call_at_every_start() {
    let house = House::start().await;
    let (first, new) = house.gateway.get_or_create_account(&house.caller, None, "rep").await.expect("made");
    let (second, again) =
        house.gateway.get_or_create_account(&house.caller, None, "rep").await.expect("found");
    assert!(new && !again);
    assert_eq!((first.id, first.status), (second.id, AccountStatus::Pending));
}

#[tokio::test]
async fn a_key_that_close_refuses_is_not_stored() {
    let house = House::start().await;
    let key = SecretString::from("api_nobodys.key");
    let error = house.gateway.add_api_key(&house.caller, None, "rep", key, true).await.expect_err("refused");
    assert_eq!((error.class, error.close_status), (ErrorClass::Api, Some(401)));
    assert!(!format!("{error:?}").contains("nobodys"));
    let missing = house.gateway.account(&house.caller, &AccountSelector::identifier("rep")).await;
    assert_eq!(missing.expect_err("nothing was stored").class, ErrorClass::NotFound);
}

#[tokio::test]
async fn a_disconnected_account_stays_and_a_removed_one_goes() {
    let house = House::start().await;
    house.connect_with_key("rep").await;
    let rep = AccountSelector::identifier("rep");
    let account = house.gateway.disconnect_account(&house.caller, &rep).await.expect("disconnected");
    assert_eq!(account.status, AccountStatus::Disconnected);
    house.gateway.remove_account(&house.caller, &rep).await.expect("removed");
    assert_eq!(
        house.gateway.account(&house.caller, &rep).await.expect_err("gone").class,
        ErrorClass::NotFound
    );
}
