//! What is told, and to whom.

use latch_vault::{AccountStatus, LinkOptions, Permission, Policy, TenantId, WebhookEvent};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{HOUR, Hooked, kinds};
use crate::provider::Mishap;
use crate::receiver::{Received, Receiver};
use crate::scene::{complaint, tenant};

#[tokio::test]
async fn an_application_hears_at_once_that_an_account_was_revoked() {
    let (hooked, alice) = Hooked::with_alice(&[WebhookEvent::StatusUpdated]).await;
    let scene = &hooked.scene;
    scene.provider.forget_all_grants();
    scene.clock.advance(HOUR);
    scene.vault.credential(&alice).await.unwrap_err();
    let received = hooked.receiver.has(1).await;
    let told = received[0].json();
    assert_eq!(
        told,
        json!({
            "spec_version": "1",
            "id": received[0].id,
            "type": "connected_account.status_updated",
            "occurred_at": scene.clock.now().to_string(),
            "environment_id": "default",
            "object": "ConnectedAccount",
            "data": {
                "id": alice.id.as_str(),
                "identifier": "alice",
                "connection_id": alice.connection_id.as_str(),
                "connection_name": "close",
                "provider": "CLOSE",
                "authorization_type": "OAUTH",
                "status": "EXPIRED",
                "old_status": "ACTIVE",
                "latch_status": "REVOKED",
                "reason": scene.reload(&alice).await.status_reason.unwrap(),
            },
        })
    );
    assert!(received[0].id.starts_with("evt_"));
    assert_eq!(received[0].timestamp, scene.clock.now().as_second().to_string());
    hooked.worker.shutdown().await;
}

#[tokio::test]
async fn an_accounts_life_is_told_from_its_first_day_to_its_last() {
    let hooked = Hooked::start(&[]).await;
    let scene = &hooked.scene;
    let alice = scene.connect("alice").await;
    assert_eq!(alice.status, AccountStatus::Active);
    // A jump of the clock ends leases: what is under way then may be sent again.
    hooked.settled().await;
    scene.clock.advance(HOUR);
    scene.bearer(&alice).await;
    let policy = Policy { write: Permission::Deny, ..Policy::ALLOW };
    scene.vault.set_policy(&tenant(), &alice.id, &policy).await.unwrap();
    scene.vault.set_policy(&tenant(), &alice.id, &policy).await.unwrap();
    scene.connect("alice").await;
    scene.vault.remove_account(&tenant(), &alice.id).await.unwrap();
    let told = hooked.receiver.has(10).await;
    assert_eq!(
        kinds(&told),
        [
            "created",
            "magic_link_generated",
            "oauth_succeeded",
            "status_updated",
            "token_refresh_succeeded",
            "updated",
            "magic_link_generated",
            "oauth_succeeded",
            "status_updated",
            "deleted",
        ]
    );
    let statuses: Vec<_> = told.iter().map(|one| one.json()["data"]["status"].clone()).collect();
    assert_eq!(statuses[..3], ["PENDING_AUTH", "PENDING_AUTH", "ACTIVE"]);
    assert_eq!(statuses[8..], ["DISCONNECTED", "DISCONNECTED"]);
    let refreshed = &told[4].json()["data"];
    assert_eq!(refreshed["token_expires_at"], "2026-03-02T11:00:00Z");
    assert!(told.iter().all(|one| one.is_signed_with(&hooked.secret)));
    let all = hooked.settled().await;
    assert_eq!(all.len(), 10, "each is told once: {all:#?}");
}

#[tokio::test]
async fn a_grant_that_waits_for_verification_is_told_step_by_step() {
    let hooked = Hooked::start(&[WebhookEvent::OAuthSucceeded, WebhookEvent::StatusUpdated]).await;
    let scene = &hooked.scene;
    let alice = scene.pending("alice").await;
    let options = LinkOptions {
        user_verify_url: Some("https://app.example/verify".parse().unwrap()),
        ..LinkOptions::default()
    };
    let link = scene.vault.authorization_link_with(&tenant(), &alice.id, &options).await.unwrap();
    let token = link.url.path_segments().unwrap().next_back().unwrap().into();
    let visit = scene.vault.begin_authorization(&token).await.unwrap();
    let query = latch_vault::CallbackQuery {
        code: Some("good-code".into()),
        state: Some(crate::scene::parameter(&visit, "state").into()),
        ..Default::default()
    };
    let latch_vault::NextStep::Verify(url) = scene.vault.finish_authorization(query).await.unwrap().next
    else {
        panic!("it has to be verified")
    };
    let request = crate::scene::parameter(&url, "auth_request_id").into();
    scene.vault.verify_user(&tenant(), &request, "alice").await.unwrap();
    let told = hooked.receiver.has(3).await;
    let status = |one: &Received| one.json()["data"]["status"].as_str().unwrap().to_owned();
    assert_eq!(kinds(&told), ["oauth_succeeded", "status_updated", "status_updated"]);
    assert_eq!(
        (status(&told[1]), status(&told[2])),
        ("PENDING_VERIFICATION".to_owned(), "ACTIVE".to_owned())
    );
    for one in &told {
        assert!(!one.body.contains(request.expose_secret()) && !one.body.contains("access-token"), "{one:?}");
    }
}

#[tokio::test]
async fn of_many_failed_refreshes_the_first_is_told_and_the_recovery() {
    let events = [WebhookEvent::TokenRefreshFailed, WebhookEvent::TokenRefreshSucceeded];
    let (hooked, alice) = Hooked::with_alice(&events).await;
    let scene = &hooked.scene;
    scene.clock.advance(HOUR);
    for _ in 0..3 {
        scene.provider.next_refresh_is(Mishap::Outage);
        scene.vault.credential(&alice).await.unwrap_err();
    }
    scene.bearer(&alice).await;
    let told = hooked.receiver.has(2).await;
    assert_eq!(kinds(&told), ["token_refresh_failed", "token_refresh_succeeded"]);
    let failed = &told[0].json()["data"];
    assert_eq!((&failed["status"], &failed["latch_status"]), (&json!("ACTIVE"), &json!("ACTIVE")));
    assert!(failed["reason"].as_str().unwrap().contains("502"), "{failed}");
    assert_eq!(hooked.settled().await.len(), 2);
}

#[tokio::test]
async fn a_tenant_hears_of_its_own_accounts_only() {
    let hooked = Hooked::start(&[]).await;
    let (scene, other) = (&hooked.scene, TenantId::new("other").unwrap());
    scene.vault.create_tenant(&other).await.unwrap();
    let theirs = Receiver::start(&scene.clock).await;
    let (endpoint, secret) = scene.vault.add_webhook_endpoint(&other, theirs.url(), &[]).await.unwrap();
    scene.vault.get_or_create_account(&other, "close", "bob").await.unwrap();
    scene.pending("alice").await;
    let (told, ours) = (theirs.has(1).await, hooked.receiver.has(1).await);
    assert_eq!(
        (&told[0].json()["environment_id"], &told[0].json()["data"]["identifier"]),
        (&json!("other"), &json!("bob"))
    );
    assert_eq!(ours[0].json()["data"]["identifier"], "alice");
    assert!(told[0].is_signed_with(&secret) && !told[0].is_signed_with(&hooked.secret));
    hooked.settled().await;
    assert_eq!((theirs.received().len(), hooked.receiver.received().len()), (1, 1));

    let vault = &scene.vault;
    let said = complaint(vault.rotate_webhook_secret(&tenant(), &endpoint.id, HOUR).await);
    assert!(said.contains("was not found"), "{said}");
    complaint(vault.remove_webhook_endpoint(&tenant(), &endpoint.id).await);
    complaint(vault.test_webhook(&tenant(), &endpoint.id).await);
    complaint(vault.redeliver_webhook(&tenant(), &told[0].id, None).await);
    assert_eq!(vault.webhook_endpoints(&other).await.unwrap(), [endpoint]);
}
