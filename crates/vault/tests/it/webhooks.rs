//! Webhooks: an application hears what happens to its accounts, once it is reachable, and can tell who speaks.

use std::time::Duration;

use latch_vault::{
    Account, AccountStatus, LinkOptions, Permission, Policy, TenantId, VaultError, VaultOptions,
    WebhookDelivery, WebhookEndpoint, WebhookEvent, WebhooksHandle,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::provider::Mishap;
use crate::receiver::{Manner, Received, Receiver};
use crate::scene::{MINUTE, Scene, complaint, tenant};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

struct Hooked {
    scene: Scene,
    receiver: Receiver,
    endpoint: WebhookEndpoint,
    secret: SecretString,
    worker: WebhooksHandle,
}

impl Hooked {
    async fn start(events: &[WebhookEvent]) -> Self {
        Self::in_scene(Scene::start().await, events).await
    }

    async fn in_scene(scene: Scene, events: &[WebhookEvent]) -> Self {
        let receiver = Receiver::start(&scene.clock).await;
        let (endpoint, secret) =
            scene.vault.add_webhook_endpoint(&tenant(), receiver.url(), events).await.unwrap();
        let worker = scene.vault.spawn_webhooks();
        Self { scene, receiver, endpoint, secret, worker }
    }

    /// With a connected account whose connecting is not told.
    async fn with_alice(events: &[WebhookEvent]) -> (Self, Account) {
        let (scene, alice) = Scene::with_alice().await;
        (Self::in_scene(scene, events).await, alice)
    }

    /// The deliveries, newest first, once they are as they should be.
    async fn deliveries(&self, fit: impl Fn(&[WebhookDelivery]) -> bool) -> Vec<WebhookDelivery> {
        let found = async {
            loop {
                let found = self.scene.vault.webhook_deliveries(&tenant(), 100).await.unwrap();
                if fit(&found) {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), found)
            .await
            .expect("the deliveries are as they should be")
    }

    /// The deliveries once none is due: each is done, waits for its time, or waits behind an earlier one.
    async fn quiet(&self) -> Vec<WebhookDelivery> {
        let now = self.scene.clock.now();
        self.deliveries(|all| {
            let holds_up = |one: &WebhookDelivery| one.next_attempt_at.is_some() && one.attempts < 5;
            all.iter().enumerate().all(|(place, one)| {
                one.next_attempt_at.is_none_or(|at| at > now) || all[place + 1..].iter().any(holds_up)
            })
        })
        .await
    }

    async fn settled(&self) -> Vec<WebhookDelivery> {
        self.deliveries(|all| all.iter().all(|one| one.next_attempt_at.is_none())).await
    }
}

fn kinds(received: &[Received]) -> Vec<String> {
    received.iter().map(|one| one.kind().trim_start_matches("connected_account.").to_owned()).collect()
}

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
async fn a_receiver_that_was_down_for_hours_gets_everything_once_under_the_same_ids() {
    let hooked = Hooked::start(&[]).await;
    let (scene, receiver) = (&hooked.scene, &hooked.receiver);
    receiver.answers(503);
    scene.connect("alice").await;
    for _ in 0..6 * 6 {
        hooked.quiet().await;
        scene.clock.advance(10 * MINUTE);
    }
    let tried = hooked.quiet().await;
    assert_eq!(tried.len(), 4);
    assert!(tried.iter().all(|one| one.attempts > 1 && one.delivered_at.is_none()), "{tried:#?}");
    let while_down = receiver.received();

    receiver.answers(204);
    for _ in 0..8 {
        scene.clock.advance(HOUR);
        hooked.quiet().await;
    }
    let delivered = hooked.settled().await;
    assert!(delivered.iter().all(|one| one.delivered_at.is_some()), "{delivered:#?}");
    let taken = receiver.received().split_off(while_down.len());
    let mut ids: Vec<&String> = taken.iter().map(|one| &one.id).collect();
    ids.sort();
    let expected: Vec<&String> = delivered.iter().rev().map(|one| &one.event_id).collect();
    assert_eq!(ids, expected, "each was taken once");
    for one in &taken {
        let earlier = while_down.iter().find(|earlier| earlier.id == one.id).unwrap();
        assert_eq!(earlier.body, one.body);
        assert!(one.is_signed_with(&hooked.secret) && earlier.timestamp < one.timestamp);
    }
}

#[tokio::test]
async fn what_happened_to_one_account_waits_its_turn() {
    let (hooked, alice) = Hooked::with_alice(&[]).await;
    let (scene, receiver) = (&hooked.scene, &hooked.receiver);
    receiver.next_is(Manner::Status(500));
    scene.vault.remove_account(&tenant(), &alice.id).await.unwrap();
    scene.pending("bob").await;
    let first = receiver.has(2).await;
    let mut about: Vec<_> =
        first.iter().map(|one| one.json()["data"]["identifier"].as_str().unwrap().to_owned()).collect();
    about.sort();
    assert_eq!(about, ["alice", "bob"], "bob does not wait for alice");
    hooked.deliveries(|all| all.iter().any(|one| one.last_status == Some(500))).await;
    scene.clock.advance(MINUTE);
    let told = receiver.has(4).await;
    let about_alice: Vec<_> =
        told.iter().filter(|one| one.json()["data"]["identifier"] == "alice").cloned().collect();
    assert_eq!(kinds(&about_alice), ["status_updated", "status_updated", "deleted"]);
    assert_eq!(about_alice[0].id, about_alice[1].id);
    assert!(about_alice[1].at > about_alice[0].at);
}

#[tokio::test]
async fn a_receiver_that_never_answers_well_is_given_up_after_three_days() {
    let hooked = Hooked::start(&[WebhookEvent::Created]).await;
    let scene = &hooked.scene;
    hooked.receiver.answers(404);
    scene.pending("alice").await;
    for day in 0..4 {
        for _ in 0..8 {
            hooked.deliveries(|all| all[0].next_attempt_at.is_none_or(|at| at > scene.clock.now())).await;
            scene.clock.advance(3 * HOUR);
        }
        let waits =
            hooked.deliveries(|all| all[0].next_attempt_at.is_none_or(|at| at > scene.clock.now())).await;
        assert_eq!(waits[0].failed_at.is_some(), day >= 2, "{waits:?}");
    }
    let given_up = hooked.settled().await;
    assert!(given_up[0].last_error.as_deref().unwrap().contains("answered 404"), "{given_up:?}");
    let attempts = hooked.receiver.received().len();
    assert!((10..=20).contains(&attempts), "{attempts}");

    hooked.receiver.answers(200);
    let id = given_up[0].event_id.as_str();
    scene.vault.redeliver_webhook(&tenant(), id, None).await.unwrap();
    let told = hooked.receiver.has(attempts + 1).await;
    assert_eq!(told.last().unwrap().id, id);
    let now = hooked.settled().await;
    assert!(now[0].delivered_at.is_some() && now[0].failed_at.is_none(), "{now:?}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_silence_ends() {
    let scene = Scene::start().await;
    scene.vault.close().await;
    let options = VaultOptions { webhook_timeout: Duration::from_millis(300), ..scene.options() };
    let vault = latch_vault::Vault::open(options).await.unwrap();
    let hooked = Hooked::in_scene(Scene { vault, ..scene }, &[WebhookEvent::Created]).await;
    for (manner, said) in [
        (Manner::Redirect, "redirects are not followed"),
        (Manner::Silence, "did not answer within 0.3 seconds"),
    ] {
        hooked.receiver.next_is(manner);
        hooked.scene.pending(&format!("{manner:?}")).await;
        let tried = hooked.deliveries(|all| all[0].last_error.is_some()).await;
        assert!(tried[0].last_error.as_deref().unwrap().contains(said), "{tried:?}");
        assert!(tried[0].next_attempt_at.is_some());
    }
    assert_eq!(hooked.receiver.redirected(), 0);
}

#[tokio::test]
async fn a_tampered_delivery_is_recognised() {
    let hooked = Hooked::start(&[WebhookEvent::Created]).await;
    hooked.scene.pending("alice").await;
    let genuine = hooked.receiver.has(1).await.remove(0);
    assert!(genuine.is_signed_with(&hooked.secret));
    let forged = [
        Received { body: genuine.body.replace("alice", "mallory"), ..genuine.clone() },
        Received { id: "evt_other".to_owned(), ..genuine.clone() },
        Received { timestamp: "1".to_owned(), ..genuine.clone() },
        Received { signature: "v1,".to_owned(), ..genuine.clone() },
    ];
    assert!(forged.iter().all(|one| !one.is_signed_with(&hooked.secret)));
}

#[tokio::test]
async fn while_the_secret_is_rotated_both_sign() {
    let hooked = Hooked::start(&[WebhookEvent::Created]).await;
    let (scene, old) = (&hooked.scene, &hooked.secret);
    let (endpoint, new) =
        scene.vault.rotate_webhook_secret(&tenant(), &hooked.endpoint.id, HOUR).await.unwrap();
    assert_eq!(endpoint.old_secret_until, Some(scene.clock.now() + HOUR));
    scene.pending("alice").await;
    let both = hooked.receiver.has(1).await.remove(0);
    assert_eq!(both.signature.split(' ').count(), 2);
    assert!(both.is_signed_with(old) && both.is_signed_with(&new));
    hooked.settled().await;
    scene.clock.advance(HOUR);
    scene.pending("bob").await;
    let one = hooked.receiver.has(2).await.remove(1);
    assert!(!one.is_signed_with(old) && one.is_signed_with(&new));
}

#[tokio::test]
async fn an_endpoint_that_is_turned_off_misses_what_happens_meanwhile_and_nothing_else() {
    let hooked = Hooked::start(&[WebhookEvent::Created]).await;
    let (scene, id) = (&hooked.scene, &hooked.endpoint.id);
    hooked.receiver.next_is(Manner::Status(500));
    scene.pending("before").await;
    hooked.deliveries(|all| all[0].last_status == Some(500)).await;
    assert!(!scene.vault.enable_webhook_endpoint(&tenant(), id, false).await.unwrap().enabled);
    scene.pending("meanwhile").await;
    scene.clock.advance(HOUR);
    let error = scene.vault.test_webhook(&tenant(), id).await.unwrap_err();
    assert!(matches!(error, VaultError::WebhookDisabled { .. }), "{error:?}");
    scene.vault.enable_webhook_endpoint(&tenant(), id, true).await.unwrap();
    scene.pending("after").await;
    let told = hooked.receiver.has(3).await;
    let mut about: Vec<_> =
        told.iter().map(|one| one.json()["data"]["identifier"].as_str().unwrap().to_owned()).collect();
    about.sort();
    assert_eq!(about, ["after", "before", "before"]);
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

#[tokio::test]
async fn two_programs_on_one_folder_share_the_work() {
    let Hooked { scene, receiver, worker, .. } = Hooked::start(&[WebhookEvent::Created]).await;
    worker.shutdown().await;
    for number in 0..30 {
        scene.pending(&format!("user-{number}")).await;
    }
    receiver.next_is(Manner::Held);
    let another = scene.another_vault().await;
    let _workers = (scene.vault.spawn_webhooks(), another.spawn_webhooks());
    receiver.has(30).await;
    scene.clock.advance(Duration::from_secs(10));
    receiver.let_go();
    let done = async {
        while another
            .webhook_deliveries(&tenant(), 30)
            .await
            .unwrap()
            .iter()
            .any(|one| one.delivered_at.is_none())
        {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), done).await.expect("all are delivered");
    let received = receiver.received();
    let ids: std::collections::BTreeSet<_> = received.iter().map(|one| &one.id).collect();
    assert_eq!((received.len(), ids.len()), (30, 30), "nothing was sent twice");
    another.close().await;
}

#[tokio::test]
async fn an_endpoint_that_does_not_answer_keeps_no_other_waiting() {
    let hooked = Hooked::start(&[WebhookEvent::Created]).await;
    let scene = &hooked.scene;
    let quick = Receiver::start(&scene.clock).await;
    scene.vault.add_webhook_endpoint(&tenant(), quick.url(), &[WebhookEvent::Created]).await.unwrap();
    for _ in 0..40 {
        hooked.receiver.next_is(Manner::Held);
    }
    for number in 0..40 {
        scene.pending(&format!("user-{number}")).await;
    }
    // Sooner than the other's time is over.
    tokio::time::timeout(Duration::from_secs(9), quick.has(40)).await.expect("the quick one has all of it");
    assert_eq!(hooked.receiver.received().len(), 4, "few are under way to the slow one");
    for _ in 0..4 {
        hooked.receiver.let_go();
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_was_not_sent_before_the_end_is_sent_by_the_next_program() {
    let hooked = Hooked::start(&[WebhookEvent::Created]).await;
    hooked.worker.shutdown().await;
    hooked.scene.pending("alice").await;
    hooked.scene.vault.close().await;
    assert!(hooked.receiver.received().is_empty());
    let next = hooked.scene.another_vault().await;
    next.spawn_webhooks().until_closed();
    assert_eq!(kinds(&hooked.receiver.has(1).await), ["created"]);
    next.close().await;
}

#[tokio::test]
async fn signing_secrets_are_not_on_the_disk_in_clear_and_addresses_are_checked() {
    let hooked = Hooked::start(&[]).await;
    let scene = &hooked.scene;
    let (_, new) = scene.vault.rotate_webhook_secret(&tenant(), &hooked.endpoint.id, HOUR).await.unwrap();
    scene.connect("alice").await;
    hooked.receiver.has(4).await;
    let disk = scene.bytes_on_disk();
    let holds = |text: &str| disk.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(holds("/hooks"), "the search itself works");
    for secret in [&hooked.secret, &new] {
        assert!(!holds(secret.expose_secret()) && !holds(&secret.expose_secret()[6..]));
    }
    let said = complaint(
        scene.vault.add_webhook_endpoint(&tenant(), &"http://app.example/x".parse().unwrap(), &[]).await,
    );
    assert!(said.contains("webhook address must start with https://"), "{said}");
}

#[tokio::test]
async fn a_test_reaches_an_endpoint_that_wants_other_things_and_old_events_are_forgotten() {
    let hooked = Hooked::start(&[WebhookEvent::Deleted]).await;
    let scene = &hooked.scene;
    let sent = scene.vault.test_webhook(&tenant(), &hooked.endpoint.id).await.unwrap();
    let told = hooked.receiver.has(1).await.remove(0);
    assert_eq!((told.id.as_str(), told.kind().as_str()), (sent.event_id.as_str(), "latch.test"));
    assert!(told.is_signed_with(&hooked.secret));
    hooked.settled().await;
    scene.clock.advance(8 * DAY);
    scene.another_vault().await.close().await;
    assert_eq!(scene.vault.webhook_deliveries(&tenant(), 10).await.unwrap(), []);
    let said = complaint(scene.vault.webhook_event(&tenant(), &sent.event_id).await);
    assert!(said.contains("kept for seven days"), "{said}");
}
