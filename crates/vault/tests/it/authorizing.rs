//! Connecting an account: one link, one visit, one grant; and everything that can go wrong on the way.

use latch_vault::{
    Account, AccountStatus, CallbackQuery, CredentialKind, TenantId, Vault, VaultError, VaultOptions,
};
use secrecy::SecretString;

use crate::scene::{MINUTE, Scene, app, complaint, parameter, tenant};

/// The account is as it was before anybody tried.
async fn untouched(scene: &Scene, account: &Account) {
    assert_eq!(scene.reload(account).await, *account);
}

#[tokio::test]
async fn a_person_connects_an_account() {
    let scene = Scene::start().await;
    let alice = scene.pending("alice").await;
    let link = scene.vault.authorization_link(&tenant(), &alice.id).await.unwrap();
    assert!(link.url.as_str().starts_with("https://latch.example/base/connect/"), "{}", link.url);
    untouched(&scene, &alice).await;

    let token: SecretString = link.url.path_segments().unwrap().next_back().unwrap().into();
    let opened = scene.vault.open_link(&token).await.unwrap();
    assert_eq!((opened.account, opened.expires_at), (alice.clone(), link.expires_at));
    let visit = scene.vault.begin_authorization(&token).await.unwrap();
    assert!(visit.as_str().starts_with(&format!("{}oauth2/authorize/?", scene.provider.origin())));
    assert_eq!(parameter(&visit, "client_id"), "oa2client_test");
    assert_eq!(parameter(&visit, "response_type"), "code");
    assert_eq!(parameter(&visit, "redirect_uri"), "https://latch.example/connect/callback");
    assert_eq!(parameter(&visit, "scope"), "all.full_access offline_access");
    assert_eq!(parameter(&visit, "code_challenge_method"), "S256");
    untouched(&scene, &alice).await;

    let query = CallbackQuery {
        code: Some("good-code".into()),
        state: Some(parameter(&visit, "state").into()),
        ..CallbackQuery::default()
    };
    let connected = scene.vault.finish_authorization(query).await.unwrap().account;
    assert_eq!((connected.id.clone(), connected.status), (alice.id, AccountStatus::Active));
    assert_eq!(connected.credential_kind, CredentialKind::OAuth);
    assert_eq!(connected.identity.user_id.as_deref(), Some("user_test"));
    assert_eq!(connected.identity.organization_id.as_deref(), Some("orga_test"));
    assert_eq!(connected.token_expires_at, Some(scene.clock.now() + MINUTE * 60));
    assert_eq!(scene.bearer(&connected).await, "access-token-1");

    let sent = &scene.provider.exchanges()[0];
    assert_eq!(sent["redirect_uri"], "https://latch.example/connect/callback");
    assert_eq!(challenge(&sent["code_verifier"]), parameter(&visit, "code_challenge"));
}

fn challenge(verifier: &str) -> String {
    use base64::Engine;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest)
}

#[tokio::test]
async fn a_link_works_once() {
    let scene = Scene::start().await;
    let alice = scene.pending("alice").await;
    let token = scene.link_token(&alice).await;
    let visits = (0..10).map(|_| scene.vault.begin_authorization(&token));
    let outcomes = futures_util::future::join_all(visits).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Ok(_) | Err(VaultError::LinkUsed))));
    assert!(complaint(scene.vault.open_link(&token).await).contains("used already"));
}

#[tokio::test]
async fn a_link_stops_working_after_ten_minutes() {
    let scene = Scene::start().await;
    let alice = scene.pending("alice").await;
    let token = scene.link_token(&alice).await;
    scene.clock.advance(MINUTE * 10);
    for said in [
        complaint(scene.vault.open_link(&token).await),
        complaint(scene.vault.begin_authorization(&token).await),
    ] {
        assert!(said.contains("expired at 2026-03-02T09:10:00Z") && said.contains("new one"), "{said}");
    }
}

#[tokio::test]
async fn an_invented_link_is_not_known() {
    let scene = Scene::start().await;
    for token in ["", "x", &"y".repeat(100_000)] {
        assert!(matches!(scene.vault.begin_authorization(&token.into()).await, Err(VaultError::LinkUnknown)));
    }
}

#[tokio::test]
async fn a_replayed_callback_is_recognised_and_changes_nothing() {
    let scene = Scene::start().await;
    let (query, _) = scene.consent(&scene.pending("alice").await, "good-code").await;
    let alice = scene.vault.finish_authorization(query.clone()).await.unwrap().account;
    let said = complaint(scene.vault.finish_authorization(query).await);
    assert!(said.contains("used already"), "{said}");
    untouched(&scene, &alice).await;
    assert_eq!(scene.provider.exchanges().len(), 1);
}

#[tokio::test]
async fn a_forged_callback_never_reaches_close() {
    let scene = Scene::start().await;
    let alice = scene.pending("alice").await;
    let (honest, _) = scene.consent(&alice, "good-code").await;
    for state in [None, Some(SecretString::from("")), Some("invented".into())] {
        let forged = CallbackQuery { state, ..honest.clone() };
        assert!(matches!(scene.vault.finish_authorization(forged).await, Err(VaultError::StateUnknown)));
    }
    assert!(scene.provider.exchanges().is_empty());
    untouched(&scene, &alice).await;
}

#[tokio::test]
async fn a_state_connects_the_account_it_was_made_for() {
    let scene = Scene::start().await;
    let (alice, bob) = (scene.pending("alice").await, scene.pending("bob").await);
    let (for_alice, _) = scene.consent(&alice, "good-code-a").await;
    let (for_bob, _) = scene.consent(&bob, "good-code-b").await;
    let second = scene.vault.finish_authorization(for_bob).await.unwrap().account;
    assert_eq!(second.identifier, "bob");
    untouched(&scene, &alice).await;
    assert_eq!(scene.vault.finish_authorization(for_alice).await.unwrap().account.identifier, "alice");
}

#[tokio::test]
async fn a_callback_that_comes_too_late_is_refused() {
    let scene = Scene::start().await;
    let alice = scene.pending("alice").await;
    let (query, _) = scene.consent(&alice, "good-code").await;
    scene.clock.advance(MINUTE * 10);
    assert!(matches!(scene.vault.finish_authorization(query.clone()).await, Err(VaultError::StateExpired)));
    assert!(matches!(scene.vault.finish_authorization(query).await, Err(VaultError::StateUsed)));
    assert!(scene.provider.exchanges().is_empty());
    untouched(&scene, &alice).await;
}

#[tokio::test]
async fn a_refusal_leaves_the_account_as_it_was() {
    let (scene, alice) = Scene::with_alice().await;
    let (consent, _) = scene.consent(&alice, "good-code").await;
    let refused = CallbackQuery { error: Some("access_denied".into()), code: None, ..consent.clone() };
    assert!(matches!(scene.vault.finish_authorization(refused).await, Err(VaultError::Refused)));
    untouched(&scene, &alice).await;
    assert_eq!(scene.bearer(&alice).await, "access-token-1");
    let said = complaint(scene.vault.finish_authorization(consent).await);
    assert!(said.contains("used already"), "the state went with the refusal: {said}");
}

#[tokio::test]
async fn other_errors_are_passed_on_in_few_words() {
    let scene = Scene::start().await;
    let alice = scene.pending("alice").await;
    let (consent, _) = scene.consent(&alice, "good-code").await;
    let broken = CallbackQuery {
        error: Some("server_error".into()),
        error_description: Some(format!("try\nlater {}", "x".repeat(5000))),
        ..consent
    };
    let said = complaint(scene.vault.finish_authorization(broken).await);
    assert!(said.contains("Close answered server_error: trylater") && said.len() < 400, "{said}");
    untouched(&scene, &alice).await;
}

#[tokio::test]
async fn a_code_that_close_does_not_take_leaves_the_account_as_it_was() {
    let (scene, alice) = Scene::with_alice().await;
    let (query, _) = scene.consent(&alice, "stale-code").await;
    let said = complaint(scene.vault.finish_authorization(query).await);
    assert!(said.contains("invalid_grant") && said.contains("new link"), "{said}");
    let (without_code, _) = scene.consent(&alice, "").await;
    assert!(complaint(scene.vault.finish_authorization(without_code).await).contains("without a code"));
    untouched(&scene, &alice).await;
    assert_eq!(scene.bearer(&alice).await, "access-token-1");
}

#[tokio::test]
async fn connecting_again_keeps_the_account_and_replaces_the_grant() {
    let (scene, alice) = Scene::with_alice().await;
    let again = scene.connect("alice").await;
    assert_eq!(again.id, alice.id);
    assert_eq!(scene.bearer(&alice).await, "access-token-2");
}

#[tokio::test]
async fn a_grant_stays_with_the_app_it_was_given_to() {
    let (scene, alice) = Scene::with_alice().await;
    let other = latch_vault::OAuthApp { client_id: "oa2client_other".into(), ..app("other-secret") };
    let settings = latch_vault::ConnectionSettings { oauth_app: Some(other), ..Default::default() };
    let changed = scene.vault.set_connection(&tenant(), "close", settings).await.unwrap();
    assert_eq!(changed.oauth_app.unwrap().client_id, "oa2client_other");

    scene.clock.advance(MINUTE * 61);
    assert_eq!(scene.bearer(&alice).await, "access-token-2", "refreshed with the first app's secret");
}

#[tokio::test]
async fn a_new_secret_for_the_same_app_counts_for_existing_grants_too() {
    let (scene, alice) = Scene::with_alice().await;
    let set_secret = async |secret: &str| {
        let settings = latch_vault::ConnectionSettings { oauth_app: Some(app(secret)), ..Default::default() };
        scene.vault.set_connection(&tenant(), "close", settings).await.unwrap();
    };
    scene.clock.advance(MINUTE * 61);
    set_secret("mistyped").await;
    let said = complaint(scene.vault.credential(&alice).await);
    assert!(said.contains("invalid_client") && said.contains("check its client id and secret"), "{said}");
    set_secret("app-secret").await;
    assert_eq!(scene.bearer(&alice).await, "access-token-2");
}

#[tokio::test]
async fn without_an_app_or_an_address_a_link_cannot_be_made_and_the_reason_says_what_to_set() {
    let scene = Scene::start().await;
    let other = TenantId::new("env_other").unwrap();
    scene.vault.create_tenant(&other).await.unwrap();
    let (account, _) = scene.vault.get_or_create_account(&other, "close", "bob").await.unwrap();
    let said = complaint(scene.vault.authorization_link(&other, &account.id).await);
    assert!(said.contains("client id, client secret and redirect address"), "{said}");

    let without_address = Vault::open(VaultOptions { public_url: None, ..scene.options() }).await.unwrap();
    let alice = scene.pending("alice").await;
    let said = complaint(without_address.authorization_link(&tenant(), &alice.id).await);
    assert!(said.contains("no public address"), "{said}");
}

#[tokio::test]
async fn only_the_newest_links_of_an_account_are_kept() {
    let scene = Scene::start().await;
    let alice = scene.pending("alice").await;
    let first = scene.link_token(&alice).await;
    for _ in 0..20 {
        scene.clock.advance(std::time::Duration::from_secs(1));
        scene.link_token(&alice).await;
    }
    assert!(matches!(scene.vault.open_link(&first).await, Err(VaultError::LinkUnknown)));
}
