//! Delivering: receivers that are down, slow or wrong, and programs that share the work.

use std::time::Duration;

use latch_vault::{VaultOptions, WebhookEvent};

use super::{HOUR, Hooked, kinds};
use crate::receiver::{Manner, Receiver};
use crate::scene::{MINUTE, Scene, tenant};

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
    hooked.quiet().await;
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
