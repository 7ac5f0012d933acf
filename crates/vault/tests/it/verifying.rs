//! An application that wants to know who came back from consent, before the grant counts.

use latch_vault::{
    Account, AccountStatus, CallbackQuery, ConnectionKind, ConnectionSettings, LinkOptions, NextStep,
    TenantId, VaultError,
};
use secrecy::SecretString;
use url::Url;

use crate::scene::{MINUTE, Scene, complaint, parameter, tenant};

fn wanted() -> LinkOptions {
    LinkOptions {
        user_verify_url: Some("https://app.example/verify?from=latch".parse().unwrap()),
        state: Some("their-session".to_owned()),
    }
}

async fn link_token(scene: &Scene, account: &Account, options: &LinkOptions) -> SecretString {
    let link = scene.vault.authorization_link_with(&tenant(), &account.id, options).await.unwrap();
    link.url.path_segments().unwrap().next_back().unwrap().into()
}

/// Goes through consent and returns where the browser is sent then.
async fn consent(scene: &Scene, account: &Account) -> Url {
    let token = link_token(scene, account, &wanted()).await;
    let visit = scene.vault.begin_authorization(&token).await.unwrap();
    let query = CallbackQuery {
        code: Some("good-code".into()),
        state: Some(parameter(&visit, "state").into()),
        ..CallbackQuery::default()
    };
    let authorized = scene.vault.finish_authorization(query).await.unwrap();
    match authorized.next {
        NextStep::Verify(url) => url,
        NextStep::Connected => panic!("it was not verified"),
    }
}

fn request(url: &Url) -> SecretString {
    parameter(url, "auth_request_id").into()
}

#[tokio::test]
async fn a_grant_counts_once_the_application_has_named_the_right_user() {
    let scene = Scene::start().await;
    let alice = scene.pending("alice").await;
    let back = consent(&scene, &alice).await;
    assert!(back.as_str().starts_with("https://app.example/verify?from=latch&auth_request_id="), "{back}");
    assert_eq!(parameter(&back, "state"), "their-session");
    assert_eq!(scene.reload(&alice).await.status, AccountStatus::PendingVerification);
    let said = complaint(scene.vault.credential(&alice).await);
    assert!(said.contains("PENDING_VERIFICATION"), "{said}");

    let verified = scene.vault.verify_user(&tenant(), &request(&back), "alice").await.unwrap();
    assert_eq!((verified.id, verified.status), (alice.id.clone(), AccountStatus::Active));
    assert_eq!(verified.identity.user_id.as_deref(), Some("user_test"));
    assert_eq!(scene.bearer(&alice).await, "access-token-1");
    let again = scene.vault.verify_user(&tenant(), &request(&back), "alice").await;
    assert!(matches!(again, Err(VaultError::NotFound { .. })), "a request is answered once");
}

#[tokio::test]
async fn a_link_that_was_passed_on_connects_nobody() {
    let scene = Scene::start().await;
    let alice = scene.pending("alice").await;
    let back = consent(&scene, &alice).await;
    let said = complaint(scene.vault.verify_user(&tenant(), &request(&back), "mallory").await);
    assert!(said.contains("another user than \"mallory\""), "{said}");
    assert_eq!(scene.reload(&alice).await.status, AccountStatus::PendingVerification);
    // The one who owns the account can still say so.
    scene.vault.verify_user(&tenant(), &request(&back), "alice").await.unwrap();
}

#[tokio::test]
async fn a_request_is_unknown_to_other_tenants_and_after_its_time() {
    let scene = Scene::start().await;
    let other = TenantId::new("env_other").unwrap();
    scene.vault.create_tenant(&other).await.unwrap();
    let back = consent(&scene, &scene.pending("alice").await).await;
    for (asking, id) in [(other, request(&back)), (tenant(), "invented".into())] {
        let outcome = scene.vault.verify_user(&asking, &id, "alice").await;
        assert!(matches!(outcome, Err(VaultError::NotFound { .. })));
    }
    scene.clock.advance(MINUTE * 10);
    let late = scene.vault.verify_user(&tenant(), &request(&back), "alice").await;
    assert!(matches!(late, Err(VaultError::NotFound { .. })));
    // Nobody will ever use the grant, so it is given back.
    assert!(scene.provider.revoked().is_empty());
    scene.another_vault().await;
    assert_eq!(scene.provider.revoked().len(), 1);
}

#[tokio::test]
async fn an_account_that_works_goes_on_working_while_another_grant_waits() {
    let (scene, alice) = Scene::with_alice().await;
    let back = consent(&scene, &alice).await;
    assert_eq!(scene.reload(&alice).await.status, AccountStatus::Active);
    assert_eq!(scene.bearer(&alice).await, "access-token-1");
    scene.vault.verify_user(&tenant(), &request(&back), "alice").await.unwrap();
    assert_eq!(scene.bearer(&alice).await, "access-token-2");
}

#[tokio::test]
async fn disconnecting_ends_what_waits() {
    let scene = Scene::start().await;
    let alice = scene.pending("alice").await;
    let back = consent(&scene, &alice).await;
    scene.vault.disconnect_account(&tenant(), &alice.id).await.unwrap();
    let late = scene.vault.verify_user(&tenant(), &request(&back), "alice").await;
    assert!(matches!(late, Err(VaultError::NotFound { .. })));
}

#[tokio::test]
async fn a_browser_is_sent_to_web_pages_only() {
    let scene = Scene::start().await;
    let alice = scene.pending("alice").await;
    for address in ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x"] {
        let options = LinkOptions { user_verify_url: Some(address.parse().unwrap()), state: None };
        let said = complaint(scene.vault.authorization_link_with(&tenant(), &alice.id, &options).await);
        assert!(said.contains("must start with https://"), "{said}");
    }
}

#[tokio::test]
async fn a_key_from_a_page_connects_an_account_and_can_be_verified_too() {
    let scene = Scene::start().await;
    let settings = ConnectionSettings { kind: Some(ConnectionKind::ApiKey), ..Default::default() };
    let made = scene.vault.set_connection(&tenant(), "keys", settings).await.unwrap();
    assert_eq!((made.kind, made.oauth_app.is_none()), (ConnectionKind::ApiKey, true));
    let account =
        async |name: &str| scene.vault.get_or_create_account(&tenant(), "keys", name).await.unwrap().0;

    let ann = account("ann").await;
    let token = link_token(&scene, &ann, &LinkOptions::default()).await;
    assert_eq!(scene.vault.open_link(&token).await.unwrap().kind, ConnectionKind::ApiKey);
    assert!(matches!(scene.vault.begin_authorization(&token).await, Err(VaultError::OtherKind { .. })));
    let who = latch_vault::CloseIdentity { user_id: Some("user_ann".into()), ..Default::default() };
    let done = scene.vault.finish_with_api_key(&token, &"api_123".into(), who.clone()).await.unwrap();
    assert!(matches!(done.next, NextStep::Connected));
    assert_eq!(scene.bearer(&ann).await, "api_123");
    assert_eq!(done.account.identity.user_id.as_deref(), Some("user_ann"));
    let again = scene.vault.finish_with_api_key(&token, &"api_456".into(), who.clone()).await;
    assert!(matches!(again, Err(VaultError::LinkUsed)));

    let bob = account("bob").await;
    let token = link_token(&scene, &bob, &wanted()).await;
    let done = scene.vault.finish_with_api_key(&token, &"api_789".into(), who).await.unwrap();
    let NextStep::Verify(back) = done.next else { panic!("it was not verified") };
    assert_eq!(scene.reload(&bob).await.status, AccountStatus::PendingVerification);
    scene.vault.verify_user(&tenant(), &request(&back), "bob").await.unwrap();
    assert_eq!(scene.bearer(&bob).await, "api_789");
}

#[tokio::test]
async fn an_older_request_that_is_verified_leaves_the_newer_one_waiting() {
    let scene = Scene::start().await;
    let alice = scene.pending("alice").await;
    let older = consent(&scene, &alice).await;
    scene.clock.advance(MINUTE);
    let newer = consent(&scene, &alice).await;
    scene.vault.verify_user(&tenant(), &request(&older), "alice").await.unwrap();
    assert_eq!(scene.bearer(&alice).await, "access-token-1");
    scene.vault.verify_user(&tenant(), &request(&newer), "alice").await.unwrap();
    assert_eq!(scene.bearer(&alice).await, "access-token-2");
}
