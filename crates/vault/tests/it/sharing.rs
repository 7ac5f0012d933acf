//! Two programs on one data folder, and programs that stop half-way.

use std::time::Duration;

use latch_vault::AccountStatus;
use sqlx::sqlite::SqliteConnectOptions;

use crate::provider::Mishap;
use crate::scene::{MINUTE, Scene, complaint, shown, tenant};

const HOUR: Duration = Duration::from_secs(3600);

/// What another program would write into the database.
async fn by_hand(scene: &Scene, statement: &'static str) {
    let options = SqliteConnectOptions::new().filename(scene.folder.path().join("latch.db"));
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    assert_eq!(sqlx::query(statement).execute(&pool).await.unwrap().rows_affected(), 1);
    pool.close().await;
}

#[tokio::test]
async fn two_programs_cause_one_refresh() {
    let (scene, alice) = Scene::with_alice().await;
    let other = scene.another_vault().await;
    scene.clock.advance(HOUR);
    let calls = (0..20).map(|number| {
        let vault = if number % 2 == 0 { scene.vault.clone() } else { other.clone() };
        let alice = alice.clone();
        tokio::spawn(async move { vault.credential(&alice).await.unwrap() })
    });
    for credential in futures_util::future::join_all(calls).await {
        assert_eq!(shown(&credential.unwrap()), "access-token-2");
    }
    assert_eq!(scene.provider.refreshes(), 1);
}

#[tokio::test]
async fn a_second_program_waits_for_the_first_and_uses_what_it_got() {
    let (scene, alice) = Scene::with_alice().await;
    let other = scene.another_vault().await;
    scene.clock.advance(HOUR);
    scene.provider.next_refresh_is(Mishap::Held);
    let call = |vault: latch_vault::Vault| {
        let alice = alice.clone();
        tokio::spawn(async move { vault.credential(&alice).await })
    };
    let first = call(scene.vault.clone());
    scene.provider.asked_for(1).await;
    let second = call(other);
    scene.provider.let_go();
    assert_eq!(shown(&first.await.unwrap().unwrap()), "access-token-2");
    assert_eq!(shown(&second.await.unwrap().unwrap()), "access-token-2");
    assert_eq!(scene.provider.refreshes(), 1);
}

#[tokio::test]
async fn what_one_program_does_the_other_sees() {
    let (scene, alice) = Scene::with_alice().await;
    let other = scene.another_vault().await;
    other.disconnect_account(&alice.tenant, &alice.id).await.unwrap();
    assert!(complaint(scene.vault.credential(&alice).await).contains("DISCONNECTED"));
}

#[tokio::test]
async fn the_lease_of_a_program_that_died_runs_out() {
    let (scene, alice) = Scene::with_alice().await;
    scene.clock.advance(HOUR);
    by_hand(
        &scene,
        "UPDATE accounts SET lease_owner = 'one that died', unsettled = TRUE, \
         lease_until = token_expires_at + 60000000",
    )
    .await;
    scene.clock.advance(MINUTE);
    assert_eq!(scene.bearer(&alice).await, "access-token-2", "it had not asked Close yet");
}

#[tokio::test]
async fn a_program_that_died_between_close_and_the_store_is_named_as_the_cause() {
    let (scene, alice) = Scene::with_alice().await;
    scene.clock.advance(HOUR);
    by_hand(&scene, "UPDATE accounts SET lease_owner = 'one that died', unsettled = TRUE, lease_until = 1")
        .await;
    scene.provider.forget_all_grants();
    let said = complaint(scene.vault.credential(&alice).await);
    assert!(
        said.contains("the refresh token was used up by it") && said.contains("connect the account again"),
        "{said}"
    );
    assert_eq!(scene.reload(&alice).await.status, AccountStatus::Revoked);
}

#[tokio::test]
async fn a_pair_that_arrives_after_another_program_disconnected_the_account_is_given_back() {
    let (scene, alice) = Scene::with_alice().await;
    let other = scene.another_vault().await;
    scene.clock.advance(HOUR);
    scene.provider.next_refresh_is(Mishap::Held);
    let (vault, account) = (scene.vault.clone(), alice.clone());
    let call = tokio::spawn(async move { vault.credential(&account).await });
    scene.provider.asked_for(1).await;
    scene.provider.cannot_revoke();
    other.disconnect_account(&alice.tenant, &alice.id).await.unwrap();
    scene.provider.can_revoke();
    scene.provider.let_go();
    assert!(complaint(call.await.unwrap()).contains("DISCONNECTED"));
    assert_eq!(scene.provider.revoked(), ["refresh-token-2"], "no grant is left that nobody knows of");
}

#[tokio::test]
async fn a_late_success_outweighs_the_refusal_it_caused() {
    let (scene, alice) = Scene::with_alice().await;
    let other = scene.another_vault().await;
    scene.clock.advance(HOUR);
    scene.provider.next_refresh_is(Mishap::HeldAnswer);
    let (vault, account) = (scene.vault.clone(), alice.clone());
    let slow = tokio::spawn(async move { vault.credential(&account).await });
    scene.provider.asked_for(1).await;
    // The first program's answer is so slow that its lease runs out and another one asks with the same token.
    scene.clock.advance(MINUTE * 2);
    assert!(complaint(other.credential(&alice).await).contains("invalid_grant"));
    assert_eq!(scene.reload(&alice).await.status, AccountStatus::Revoked);
    scene.provider.let_go();
    assert_eq!(shown(&slow.await.unwrap().unwrap()), "access-token-2");
    assert_eq!(scene.reload(&alice).await.status, AccountStatus::Active);
}

#[tokio::test]
async fn a_server_that_remembers_sees_its_own_changes_at_once() {
    let (scene, alice) = Scene::with_alice().await;
    let options = latch_vault::VaultOptions { remember_for: MINUTE, ..scene.options() };
    let vault = latch_vault::Vault::open(options).await.unwrap();
    let found = async || vault.account(&tenant(), None, "alice").await.unwrap();
    assert_eq!(*found().await, alice);
    vault.set_policy(&tenant(), &alice.id, &"write:deny".parse().unwrap()).await.unwrap();
    assert_eq!(found().await.policy.to_string(), "read:allow,write:deny");
    vault.credential(&alice).await.unwrap();
    vault.disconnect_account(&tenant(), &alice.id).await.unwrap();
    assert!(complaint(vault.credential(&alice).await).contains("DISCONNECTED"));
    vault.remove_account(&tenant(), &alice.id).await.unwrap();
    assert!(complaint(vault.account(&tenant(), None, "alice").await).contains("not found"));
}

#[tokio::test]
async fn calls_that_are_recorded_in_groups_are_all_there_in_order_once_it_is_closed() {
    let scene = Scene::start().await;
    for number in 0..1000 {
        scene.clock.advance(std::time::Duration::from_millis(1));
        scene.vault.record_call_soon(crate::clients::call(&scene, number)).await;
    }
    scene.vault.close().await;
    let reopened = scene.another_vault().await;
    let newest = reopened.calls(&tenant(), 500, None).await.unwrap();
    assert_eq!(newest.len(), 500);
    assert_eq!((newest[0].id.as_str(), newest[499].id.as_str()), ("call_999", "call_500"));
    let older = reopened.calls(&tenant(), 500, Some("call_500")).await.unwrap();
    assert_eq!((older.len(), older[499].id.as_str()), (500, "call_0"));
}
