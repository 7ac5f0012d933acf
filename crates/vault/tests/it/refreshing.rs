//! Refreshing in one process: ahead of time, one at a time, and honest about every way it can fail.

use std::time::Duration;

use latch_vault::{AccountStatus, Credential, CredentialKind, VaultError};

use crate::provider::Mishap;
use crate::scene::{MINUTE, Scene, complaint, shown, tenant};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_token_is_used_until_it_is_about_to_run_out() {
    let (scene, alice) = Scene::with_alice().await;
    scene.clock.advance(Duration::from_secs(3600 - 31));
    assert_eq!(scene.bearer(&alice).await, "access-token-1");
    scene.clock.advance(Duration::from_secs(1));
    assert_eq!(scene.bearer(&alice).await, "access-token-2");
    assert_eq!(scene.reload(&alice).await.token_expires_at, Some(scene.clock.now() + HOUR));
    scene.clock.advance(HOUR);
    assert_eq!(scene.bearer(&alice).await, "access-token-3", "with the refresh token of the second pair");
}

#[tokio::test]
async fn fifty_calls_at_once_cause_one_refresh() {
    let (scene, alice) = Scene::with_alice().await;
    scene.clock.advance(HOUR);
    let calls = (0..50).map(|_| {
        let (vault, alice) = (scene.vault.clone(), alice.clone());
        tokio::spawn(async move { vault.credential(&alice).await.unwrap() })
    });
    for credential in futures_util::future::join_all(calls).await {
        let credential = credential.unwrap();
        assert_eq!(shown(&credential), "access-token-2");
    }
    assert_eq!(scene.provider.refreshes(), 1);
}

#[tokio::test]
async fn fifty_calls_at_once_share_one_failure() {
    let (scene, alice) = Scene::with_alice().await;
    scene.clock.advance(HOUR);
    scene.provider.next_refresh_is(Mishap::HeldOutage);
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let (vault, alice) = (scene.vault.clone(), alice.clone());
            tokio::spawn(async move { vault.credential(&alice).await })
        })
        .collect();
    scene.provider.asked_for(1).await;
    scene.settle(&alice).await;
    scene.provider.let_go();
    for outcome in futures_util::future::join_all(calls).await {
        let error = outcome.unwrap().unwrap_err();
        assert!(matches!(error, VaultError::RefreshFailed { transient: true, .. }), "{error:?}");
    }
    assert_eq!(scene.provider.refreshes(), 1, "nobody asked again for what had just failed");
    assert_eq!(scene.bearer(&alice).await, "access-token-2", "who comes later tries again");
}

#[tokio::test]
async fn a_grant_that_close_no_longer_accepts_is_revoked_with_the_reason() {
    let (scene, alice) = Scene::with_alice().await;
    scene.provider.forget_all_grants();
    scene.clock.advance(HOUR);
    let error = scene.vault.credential(&alice).await.unwrap_err();
    assert!(
        matches!(&error, VaultError::Revoked { reason } if reason.contains("invalid_grant")),
        "{error:?}"
    );
    assert!(!error.to_string().contains("refresh-token"), "{error}");

    let after = scene.reload(&alice).await;
    assert_eq!((after.status, after.credential_kind), (AccountStatus::Revoked, CredentialKind::OAuth));
    assert!(after.status_reason.unwrap().contains("invalid_grant"));
    let again = complaint(scene.vault.credential(&alice).await);
    assert!(again.contains("REVOKED") && again.contains("invalid_grant"), "{again}");
    assert_eq!(scene.provider.refreshes(), 1, "Close is not asked about it any more");
    assert_eq!(scene.connect("alice").await.status, AccountStatus::Active);
}

#[tokio::test]
async fn an_outage_is_survived_while_the_token_still_works() {
    let (scene, alice) = Scene::with_alice().await;
    scene.clock.advance(Duration::from_secs(3600 - 10));
    for mishap in [Mishap::Outage, Mishap::TooMany, Mishap::WrongApp] {
        scene.provider.next_refresh_is(mishap);
        assert_eq!(scene.bearer(&alice).await, "access-token-1", "{mishap:?}");
    }
    assert_eq!(scene.provider.refreshes(), 3);
    assert_eq!(scene.bearer(&alice).await, "access-token-2");
}

#[tokio::test]
async fn an_outage_after_the_token_ran_out_is_an_error_that_may_pass() {
    let (scene, alice) = Scene::with_alice().await;
    scene.clock.advance(HOUR);
    for (mishap, passes) in [(Mishap::Outage, true), (Mishap::TooMany, true), (Mishap::WrongApp, false)] {
        scene.provider.next_refresh_is(mishap);
        let error = scene.vault.credential(&alice).await.unwrap_err();
        assert!(
            matches!(error, VaultError::RefreshFailed { transient, .. } if transient == passes),
            "{error:?}"
        );
        assert!(!error.to_string().contains("html"), "{error}");
        assert_eq!(scene.reload(&alice).await.status, AccountStatus::Active);
    }
    assert_eq!(scene.bearer(&alice).await, "access-token-2");
}

#[tokio::test]
async fn a_lost_answer_is_told_apart_from_a_revoked_grant() {
    for mishap in [Mishap::LostAnswer, Mishap::Gibberish] {
        let (scene, alice) = Scene::with_alice().await;
        scene.clock.advance(HOUR);
        scene.provider.next_refresh_is(mishap);
        let error = scene.vault.credential(&alice).await.unwrap_err();
        assert!(matches!(error, VaultError::RefreshFailed { transient: true, .. }), "{error:?}");
        assert_eq!(scene.reload(&alice).await.status, AccountStatus::Active);

        let said = complaint(scene.vault.credential(&alice).await);
        assert!(said.contains("an earlier refresh whose answer was lost"), "{said}");
        assert_eq!(scene.reload(&alice).await.status, AccountStatus::Revoked);
    }
}

#[tokio::test]
async fn a_grant_without_a_refresh_token_is_used_to_its_end_and_then_expires() {
    let scene = Scene::start().await;
    scene.provider.gives_no_refresh_tokens();
    let alice = scene.connect("alice").await;
    scene.clock.advance(Duration::from_secs(3600 - 1));
    assert_eq!(scene.bearer(&alice).await, "access-token-1");
    scene.clock.advance(Duration::from_secs(1));
    let said = complaint(scene.vault.credential(&alice).await);
    assert!(said.contains("EXPIRED") && said.contains("without a refresh token"), "{said}");
    assert_eq!(scene.reload(&alice).await.status, AccountStatus::Expired);
    assert_eq!(scene.provider.refreshes(), 0);
}

#[tokio::test]
async fn a_token_close_rejects_early_is_refreshed_once_for_all_who_noticed() {
    let (scene, alice) = Scene::with_alice().await;
    let rejected = scene.vault.credential(&alice).await.unwrap();
    let notices = (0..10).map(|_| scene.vault.refresh_after_rejection(&alice, rejected.generation()));
    let newer: Vec<Credential> =
        futures_util::future::join_all(notices).await.into_iter().map(Result::unwrap).collect();
    assert!(newer.iter().all(|credential| shown(credential) == "access-token-2"));
    assert_eq!(scene.provider.refreshes(), 1);

    let generation = newer[0].generation();
    let after = scene.vault.mark_revoked(&alice, rejected.generation(), "old news").await.unwrap();
    assert_eq!(after.status, AccountStatus::Active);
    let after = scene.vault.mark_revoked(&alice, generation, "Close refused a fresh token").await.unwrap();
    assert_eq!(after.status, AccountStatus::Revoked);
    assert_eq!(after.status_reason.as_deref(), Some("Close refused a fresh token"));
}

#[tokio::test]
async fn a_refresh_goes_on_when_the_caller_gives_up() {
    let (scene, alice) = Scene::with_alice().await;
    scene.clock.advance(HOUR);
    scene.provider.next_refresh_is(Mishap::Held);
    let (vault, account) = (scene.vault.clone(), alice.clone());
    let caller = tokio::spawn(async move { vault.credential(&account).await });
    scene.provider.asked_for(1).await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    scene.provider.let_go();

    scene.vault.close().await;
    let reopened = scene.another_vault().await;
    assert_eq!(shown(&reopened.credential(&alice).await.unwrap()), "access-token-2");
    assert_eq!(scene.provider.refreshes(), 1, "the pair that Close gave was not lost");
}

#[tokio::test]
async fn disconnecting_waits_for_a_refresh_and_gives_back_the_newest_token() {
    let (scene, alice) = Scene::with_alice().await;
    scene.clock.advance(HOUR);
    scene.provider.next_refresh_is(Mishap::Held);
    let (vault, account) = (scene.vault.clone(), alice.clone());
    let caller = tokio::spawn(async move { vault.credential(&account).await });
    scene.provider.asked_for(1).await;
    let (vault, id) = (scene.vault.clone(), alice.id.clone());
    let leaving = tokio::spawn(async move { vault.disconnect_account(&tenant(), &id).await });
    scene.provider.let_go();
    assert_eq!(leaving.await.unwrap().unwrap().status, AccountStatus::Disconnected);
    caller.await.unwrap().ok();
    assert_eq!(scene.provider.revoked(), ["refresh-token-2"]);
}

#[tokio::test]
async fn the_background_task_refreshes_each_grant_ahead_of_its_time() {
    let (scene, alice) = Scene::with_alice().await;
    scene.provider.tokens_live_for(55 * 60);
    let bob = scene.connect("bob").await;
    let connected = scene.clock.now();
    let refresher = scene.vault.spawn_refresher();

    scene.clock.advance(MINUTE * 53);
    scene.provider.asked_for(1).await;
    // Once bob's new token is stored, the task has been through all that was due.
    while scene.reload(&bob).await.token_expires_at == bob.token_expires_at {
        scene.settle(&bob).await;
    }
    assert_eq!(scene.reload(&alice).await.token_expires_at, alice.token_expires_at, "not yet");
    scene.clock.advance(MINUTE * 2);
    scene.provider.asked_for(2).await;
    refresher.shutdown().await;

    assert_eq!(scene.provider.asked_at(), [connected + MINUTE * 53, connected + MINUTE * 55]);
    assert_eq!(scene.reload(&alice).await.token_expires_at, Some(scene.clock.now() + MINUTE * 55));
    assert_eq!(scene.bearer(&alice).await, "access-token-4");
    assert_eq!(scene.provider.refreshes(), 2);
}

#[tokio::test]
async fn the_background_task_learns_of_accounts_connected_after_it_started() {
    let scene = Scene::start().await;
    scene.provider.tokens_live_for(60);
    let refresher = scene.vault.spawn_refresher();
    scene.connect("alice").await;
    scene.clock.advance(Duration::from_secs(30));
    scene.provider.asked_for(1).await;
    refresher.shutdown().await;
}

#[tokio::test]
async fn the_background_task_goes_on_trying_through_an_outage() {
    let (scene, alice) = Scene::with_alice().await;
    for _ in 0..4 {
        scene.provider.next_refresh_is(Mishap::Outage);
    }
    let started = scene.clock.now();
    let refresher = scene.vault.spawn_refresher();
    scene.clock.advance(MINUTE * 53);
    // Twenty minutes in small steps: far more than four failures and a success take.
    for _ in 0..1200 {
        if scene.provider.refreshes() == 5 {
            break;
        }
        scene.clock.advance(Duration::from_secs(1));
        scene.settle(&alice).await;
    }
    refresher.shutdown().await;
    let at = scene.provider.asked_at();
    assert!(at[0] > started + MINUTE * 53, "not before its time");
    assert!(at.is_sorted_by(|one, next| *next >= *one + Duration::from_secs(5)), "never at once: {at:?}");
    assert_eq!(scene.reload(&alice).await.status, AccountStatus::Active);
    assert_eq!(scene.bearer(&alice).await, "access-token-2");
}

#[tokio::test]
async fn closing_the_vault_stops_the_background_task() {
    let (scene, _) = Scene::with_alice().await;
    let refresher = scene.vault.spawn_refresher();
    scene.vault.close().await;
    refresher.shutdown().await;
}
