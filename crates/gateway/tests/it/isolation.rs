//! Tenants do not exist for each other.

use latch_gateway::{AccountQuery, AccountSelector, Caller, ErrorClass, ToolCall};
use latch_testkit::House;
use latch_vault::TenantId;
use serde_json::json;

#[tokio::test]
async fn what_another_tenant_has_is_not_found() {
    let house = House::start().await;
    house.connect_with_key("rep").await;
    let account =
        house.gateway.account(&house.caller, &AccountSelector::identifier("rep")).await.expect("there");

    let stranger = TenantId::new("env_other").expect("a tenant id");
    house.vault.create_tenant(&stranger).await.expect("made");
    let stranger = Caller { tenant: stranger, name: "stranger".to_owned() };
    for selector in [AccountSelector::identifier("rep"), AccountSelector::Id(account.id.to_string())] {
        let call = ToolCall::new("get_current_user", json!({})).on(selector.clone());
        let error = house.gateway.execute(&stranger, call).await.expect_err("not theirs");
        assert_eq!(error.class, ErrorClass::NotFound);
        assert!(!format!("{error:?}").contains("Ann"), "nothing of the account shows");
        house.gateway.remove_account(&stranger, &selector).await.expect_err("not theirs to remove");
    }
    assert!(
        house
            .gateway
            .accounts(&stranger, &AccountQuery::default())
            .await
            .expect("listed")
            .accounts
            .is_empty()
    );
    assert!(
        house
            .gateway
            .calls(&stranger, 10)
            .await
            .expect("listed")
            .iter()
            .all(|call| call.caller == "stranger")
    );
}
