//! Webhooks: an application hears what happens to its accounts, once it is reachable, and can tell who speaks.

mod delivery;
mod endpoints;
mod events;

use std::time::Duration;

use latch_vault::{Account, WebhookDelivery, WebhookEndpoint, WebhookEvent, WorkerHandle};
use secrecy::SecretString;

use crate::receiver::{Received, Receiver};
use crate::scene::{Scene, tenant};

const HOUR: Duration = Duration::from_secs(3600);

struct Hooked {
    scene: Scene,
    receiver: Receiver,
    endpoint: WebhookEndpoint,
    secret: SecretString,
    worker: WorkerHandle,
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
            let held_up = |one: &WebhookDelivery, earlier: &WebhookDelivery| {
                earlier.account_id == one.account_id
                    && earlier.next_attempt_at.is_some()
                    && earlier.attempts < 5
            };
            all.iter().enumerate().all(|(place, one)| {
                one.next_attempt_at.is_none_or(|at| at > now)
                    || all[place + 1..].iter().any(|earlier| held_up(one, earlier))
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
