//! Endpoints: signatures, secrets, turning off, trying.

use std::time::Duration;

use latch_vault::{VaultError, WebhookEvent};
use secrecy::ExposeSecret;

use super::{HOUR, Hooked};
use crate::receiver::{Manner, Received};
use crate::scene::{complaint, tenant};

const DAY: Duration = Duration::from_secs(24 * 3600);

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
