//! API clients and the record of calls.

use std::time::Duration;

use latch_vault::{CallRecord, TenantId, Vault, VaultError};

use crate::scene::{Scene, complaint, tenant};

#[tokio::test]
async fn a_client_is_known_by_its_secret_and_nothing_else() {
    let scene = Scene::start().await;
    let vault = &scene.vault;
    let (client, secret) = vault.create_client(&tenant(), "sales agent").await.unwrap();
    let (other, other_secret) = vault.create_client(&tenant(), "another").await.unwrap();
    assert!(client.client_id.starts_with("latch_"));
    assert_eq!(vault.authenticate_client(&client.client_id, &secret).await.unwrap(), client);
    for (id, secret) in [
        (client.client_id.as_str(), &other_secret),
        (client.client_id.as_str(), &"".into()),
        ("latch_nobody", &secret),
        ("", &secret),
    ] {
        assert!(matches!(vault.authenticate_client(id, secret).await, Err(VaultError::ClientUnknown)));
    }
    assert_eq!(vault.clients(&tenant()).await.unwrap(), [client.clone(), other]);

    let elsewhere = TenantId::new("env_other").unwrap();
    assert!(complaint(vault.remove_client(&elsewhere, &client.client_id).await).contains("not found"));
    vault.remove_client(&tenant(), &client.client_id).await.unwrap();
    assert!(matches!(
        vault.authenticate_client(&client.client_id, &secret).await,
        Err(VaultError::ClientUnknown)
    ));
    assert!(complaint(vault.create_client(&tenant(), "").await).contains("client name is empty"));
}

pub(crate) fn call(scene: &Scene, number: u32) -> CallRecord {
    CallRecord {
        id: format!("call_{number}"),
        tenant: tenant(),
        caller: "cli".into(),
        account_id: None,
        connection: Some("close".into()),
        identifier: Some("alice".into()),
        tool: "close_lead_create".into(),
        kind: "write".into(),
        outcome: "failed".into(),
        error_class: Some("invalid".into()),
        close_status: Some(400),
        duration_ms: 12,
        attempts: 1,
        request_id: None,
        dry_run: false,
        forced: false,
        run_id: None,
        started_at: scene.clock.now(),
    }
}

#[tokio::test]
async fn calls_are_listed_newest_first_and_page_by_page() {
    let scene = Scene::start().await;
    for number in 0..5 {
        scene.clock.advance(Duration::from_secs(1));
        scene.vault.record_call(&call(&scene, number)).await.unwrap();
    }
    let first = scene.vault.calls(&tenant(), 2, None).await.unwrap();
    assert_eq!(first[0], call(&scene, 4));
    let ids = |calls: Vec<CallRecord>| calls.into_iter().map(|call| call.id).collect::<Vec<_>>();
    assert_eq!(ids(first), ["call_4", "call_3"]);
    assert_eq!(
        ids(scene.vault.calls(&tenant(), 9, Some("call_3")).await.unwrap()),
        ["call_2", "call_1", "call_0"]
    );
    let elsewhere = TenantId::new("env_other").unwrap();
    assert!(scene.vault.calls(&elsewhere, 9, None).await.unwrap().is_empty());
}

#[tokio::test]
async fn old_calls_are_forgotten() {
    let scene = Scene::start().await;
    scene.vault.record_call(&call(&scene, 1)).await.unwrap();
    scene.clock.advance(Duration::from_secs(91 * 24 * 60 * 60));
    scene.vault.record_call(&call(&scene, 2)).await.unwrap();
    scene.vault.close().await;
    let vault = Vault::open(scene.options()).await.unwrap();
    assert_eq!(vault.calls(&tenant(), 9, None).await.unwrap(), [call(&scene, 2)]);
}
