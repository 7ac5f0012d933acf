//! Accounts: made once, found by name, listed in pages, disconnected without leftovers.

use std::time::Duration;

use latch_vault::{
    AccountFilter, AccountStatus, CloseIdentity, ConnectionSettings, CredentialKind, Endpoints, Page,
    VaultError,
};

use crate::scene::{MINUTE, Scene, complaint, shown, tenant};

#[tokio::test]
async fn of_many_calls_at_once_one_makes_the_account() {
    let scene = Scene::start().await;
    let calls = (0..20).map(|_| {
        let vault = scene.vault.clone();
        tokio::spawn(async move { vault.get_or_create_account(&tenant(), "close", "alice").await.unwrap() })
    });
    let made: Vec<_> = futures_util::future::join_all(calls).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(made.iter().filter(|(_, created)| *created).count(), 1);
    assert!(made.iter().all(|(account, _)| *account == made[0].0));
    let (alice, _) = &made[0];
    assert_eq!((alice.status, alice.credential_kind), (AccountStatus::Pending, CredentialKind::None));
    assert!(alice.id.as_str().starts_with("ca_") && alice.id.as_str().len() <= 32);
}

#[tokio::test]
async fn an_account_that_is_not_connected_yet_gives_no_credential() {
    let scene = Scene::start().await;
    let alice = scene.pending("alice").await;
    let error = scene.vault.credential(&alice).await.unwrap_err();
    assert!(matches!(error, VaultError::AccountNotActive { status: AccountStatus::Pending, .. }));
    assert!(error.to_string().contains("PENDING"), "{error}");
}

#[tokio::test]
async fn one_api_key_is_all_an_account_needs() {
    let scene = Scene::start().await;
    let who = CloseIdentity { user_id: Some("user_1".into()), ..CloseIdentity::default() };
    let key = " api_abc.def\n".into();
    let team = scene.vault.set_api_key(&tenant(), "close", "us_team", key, Some(who)).await.unwrap();
    assert_eq!((team.status, team.credential_kind), (AccountStatus::Active, CredentialKind::ApiKey));
    assert_eq!(team.identity.user_id.as_deref(), Some("user_1"));
    let credential = scene.vault.credential(&team).await.unwrap();
    assert!(!credential.is_bearer());
    assert_eq!(shown(&credential), "api_abc.def", "the line end it was pasted with is gone");
}

#[tokio::test]
async fn a_key_that_cannot_be_one_is_refused_without_being_repeated() {
    let scene = Scene::start().await;
    for key in ["", "   ", "two words", "user:pass", "ключ"] {
        let said = complaint(scene.vault.set_api_key(&tenant(), "close", "x", key.into(), None).await);
        assert!(said.starts_with("the API key ") && (key.trim().is_empty() || !said.contains(key)), "{said}");
    }
    let said = complaint(scene.vault.account(&tenant(), None, "x").await);
    assert!(said.contains("\"x\" was not found"), "no account was made: {said}");
}

#[tokio::test]
async fn a_refused_key_revokes_the_account_unless_it_was_replaced_meanwhile() {
    let scene = Scene::start().await;
    let vault = &scene.vault;
    let team = vault.set_api_key(&tenant(), "close", "team", "api_old".into(), None).await.unwrap();
    let old = vault.credential(&team).await.unwrap();
    vault.set_api_key(&tenant(), "close", "team", "api_new".into(), None).await.unwrap();

    let after = vault.mark_api_key_rejected(&team, old.generation()).await.unwrap();
    assert_eq!(after.status, AccountStatus::Active, "the news was about the old key");
    let new = vault.credential(&team).await.unwrap();
    assert_eq!(shown(&new), "api_new");
    assert!(
        complaint(vault.refresh_after_rejection(&team, new.generation()).await)
            .contains("cannot be refreshed")
    );
    let after = vault.mark_api_key_rejected(&team, new.generation()).await.unwrap();
    assert_eq!(after.status, AccountStatus::Revoked);
    assert!(complaint(vault.credential(&team).await).contains("Close refused the API key"));
}

#[tokio::test]
async fn an_identifier_on_two_connections_has_to_be_made_clear() {
    let scene = Scene::start().await;
    let vault = &scene.vault;
    let settings = ConnectionSettings {
        endpoints: Some(Endpoints::at(scene.provider.origin())),
        ..ConnectionSettings::default()
    };
    vault.set_connection(&tenant(), "close-eu", settings).await.unwrap();
    let first = scene.pending("alice").await;
    assert_eq!(*vault.account(&tenant(), None, "alice").await.unwrap(), first);

    let (second, _) = vault.get_or_create_account(&tenant(), "close-eu", "alice").await.unwrap();
    let said = complaint(vault.account(&tenant(), None, "alice").await);
    assert!(said.contains("(close, close-eu)") && said.contains("name the connection"), "{said}");
    assert_eq!(*vault.account(&tenant(), Some("close-eu"), "alice").await.unwrap(), second);
    assert!(
        complaint(vault.account(&tenant(), Some("close"), "bob").await)
            .contains("\"bob\" on connection \"close\"")
    );
    assert!(complaint(vault.get_or_create_account(&tenant(), "nope", "bob").await).contains("\"nope\""));
}

#[tokio::test]
async fn lists_come_in_pages_and_can_be_narrowed() {
    let scene = Scene::start().await;
    let vault = &scene.vault;
    for number in 0..7 {
        scene.pending(&format!("rep_{number}%")).await;
    }
    vault.set_api_key(&tenant(), "close", "Team", "api_key".into(), None).await.unwrap();

    let mut names = Vec::new();
    let mut page = Page { limit: 3, ..Page::default() };
    loop {
        let found = vault.accounts(&tenant(), &AccountFilter::default(), &page).await.unwrap();
        assert_eq!(found.total, 8);
        names.extend(found.accounts.into_iter().map(|account| account.identifier));
        let Some(next) = found.next else { break };
        page.after = Some(next);
    }
    assert_eq!(names.len(), 8);
    assert_eq!((names[0].as_str(), names[7].as_str()), ("rep_0%", "Team"));

    // The same way back, from the last page to the first.
    let last = vault.accounts(&tenant(), &AccountFilter::default(), &page).await.unwrap();
    let mut backwards: Vec<String> = last.accounts.iter().map(|account| account.identifier.clone()).collect();
    let mut previous = last.previous;
    while let Some(before) = previous {
        let page = Page { limit: 3, before: Some(before), ..Page::default() };
        let found = vault.accounts(&tenant(), &AccountFilter::default(), &page).await.unwrap();
        assert!(found.next.is_some());
        backwards.splice(..0, found.accounts.into_iter().map(|account| account.identifier));
        previous = found.previous;
    }
    assert_eq!(backwards, names);

    let count = async |filter: AccountFilter| {
        vault.accounts(&tenant(), &filter, &Page::default()).await.unwrap().accounts.len()
    };
    let containing =
        |text: &str| AccountFilter { identifier_contains: Some(text.into()), ..AccountFilter::default() };
    assert_eq!(count(containing("_3%")).await, 1);
    assert_eq!(count(containing("%")).await, 7);
    assert_eq!(count(containing("tEAM")).await, 1);
    let active = AccountFilter { status: Some(AccountStatus::Active), ..AccountFilter::default() };
    assert_eq!(count(active).await, 1);
    let elsewhere = AccountFilter { connections: vec!["other".into()], ..AccountFilter::default() };
    assert_eq!(count(elsewhere).await, 0);

    vault.set_connection(&tenant(), "close2", latch_vault::ConnectionSettings::default()).await.unwrap();
    vault.get_or_create_account(&tenant(), "close2", "Team").await.unwrap();
    let of = |names: &[&str]| AccountFilter {
        connections: names.iter().map(|name| (*name).to_owned()).collect(),
        ..AccountFilter::default()
    };
    assert_eq!(count(of(&["close2"])).await, 1);
    assert_eq!(count(of(&["other", "close", "close2"])).await, 9);
    assert_eq!(count(of(&["clos"])).await, 0);
    let exactly = AccountFilter { identifier: Some("Team".into()), ..AccountFilter::default() };
    assert_eq!(count(exactly).await, 2);
    let anywhere = |text: &str| AccountFilter { contains: Some(text.into()), ..AccountFilter::default() };
    assert_eq!(count(anywhere("SE2")).await, 1, "in the connection's name");
    assert_eq!(count(anywhere("team")).await, 2, "in the identifier");
}

#[tokio::test]
async fn what_is_learned_about_a_person_adds_to_what_is_known() {
    let (scene, alice) = Scene::with_alice().await;
    let learned = CloseIdentity { user_name: Some("Alice Ng".into()), ..CloseIdentity::default() };
    let after = scene.vault.record_identity(&tenant(), &alice.id, learned).await.unwrap();
    assert_eq!(after.identity.user_name.as_deref(), Some("Alice Ng"));
    assert_eq!(after.identity.organization_id.as_deref(), Some("orga_test"), "known from the grant");
}

#[tokio::test]
async fn use_is_noted_to_the_minute() {
    let (scene, alice) = Scene::with_alice().await;
    scene.vault.touch(&alice).await.unwrap();
    let first = scene.reload(&alice).await;
    assert_eq!(first.last_used_at, Some(scene.clock.now()));
    scene.clock.advance(Duration::from_secs(10));
    scene.vault.touch(&first).await.unwrap();
    assert_eq!(scene.reload(&alice).await.last_used_at, first.last_used_at);
    scene.clock.advance(MINUTE);
    scene.vault.touch(&first).await.unwrap();
    assert_eq!(scene.reload(&alice).await.last_used_at, Some(scene.clock.now()));
}

#[tokio::test]
async fn disconnecting_tells_close_and_wipes_the_secrets() {
    let (scene, alice) = Scene::with_alice().await;
    let open_link = scene.link_token(&alice).await;
    let after = scene.vault.disconnect_account(&tenant(), &alice.id).await.unwrap();
    assert_eq!((after.status, after.credential_kind), (AccountStatus::Disconnected, CredentialKind::None));
    assert_eq!(after.status_reason, None);
    assert_eq!(scene.provider.revoked(), ["refresh-token-1"]);
    assert!(complaint(scene.vault.credential(&alice).await).contains("DISCONNECTED"));
    assert!(matches!(scene.vault.open_link(&open_link).await, Err(VaultError::LinkUnknown)));

    let again = scene.connect("alice").await;
    assert_eq!((again.id, again.status), (alice.id, AccountStatus::Active), "the same account comes back");
}

#[tokio::test]
async fn an_account_is_disconnected_even_if_close_cannot_be_told_and_says_so() {
    let (scene, alice) = Scene::with_alice().await;
    scene.provider.cannot_revoke();
    let after = scene.vault.disconnect_account(&tenant(), &alice.id).await.unwrap();
    assert_eq!(after.status, AccountStatus::Disconnected);
    let reason = after.status_reason.unwrap();
    assert!(reason.contains("503") && reason.contains("in Close's settings"), "{reason}");
}

#[tokio::test]
async fn a_removed_account_is_gone_with_all_it_held() {
    let (scene, alice) = Scene::with_alice().await;
    scene.vault.remove_account(&tenant(), &alice.id).await.unwrap();
    assert_eq!(scene.provider.revoked(), ["refresh-token-1"]);
    assert!(complaint(scene.vault.account_by_id(&tenant(), &alice.id).await).contains("was not found"));
    assert!(complaint(scene.vault.remove_account(&tenant(), &alice.id).await).contains("was not found"));
    assert_ne!(scene.pending("alice").await.id, alice.id);
}

#[tokio::test]
async fn an_api_key_takes_the_place_of_a_grant() {
    let (scene, alice) = Scene::with_alice().await;
    let after = scene.vault.set_api_key(&tenant(), "close", "alice", "api_key".into(), None).await.unwrap();
    assert_eq!((after.id, after.credential_kind), (alice.id.clone(), CredentialKind::ApiKey));
    assert_eq!(after.token_expires_at, None);
    assert_eq!(scene.provider.revoked(), ["refresh-token-1"], "the grant is given back");
    scene.clock.advance(MINUTE * 600);
    assert_eq!(shown(&scene.vault.credential(&alice).await.unwrap()), "api_key");
}
