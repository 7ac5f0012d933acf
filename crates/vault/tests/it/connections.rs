//! Turning connections off and removing them.

use latch_vault::{ConnectionSettings, TenantId, VaultError};

use crate::scene::{Scene, complaint, tenant};

#[tokio::test]
async fn a_connection_that_is_turned_off_makes_no_links_and_loses_nothing() {
    let (scene, alice) = Scene::with_alice().await;
    let turn = async |enabled| {
        let settings = ConnectionSettings { enabled: Some(enabled), ..Default::default() };
        scene.vault.set_connection(&tenant(), "close", settings).await.unwrap()
    };
    assert!(!turn(false).await.enabled);
    let said = complaint(scene.vault.authorization_link(&tenant(), &alice.id).await);
    assert!(said.contains("turned off"), "{said}");
    assert!(turn(true).await.enabled);
    scene.vault.authorization_link(&tenant(), &alice.id).await.unwrap();
    assert_eq!(scene.reload(&alice).await, alice);
}

#[tokio::test]
async fn a_connection_is_removed_once_it_has_no_accounts() {
    let (scene, alice) = Scene::with_alice().await;
    let vault = &scene.vault;
    let connection = vault.connection(&tenant(), "close").await.unwrap();
    assert_eq!(alice.connection_id, connection.id);
    let said = complaint(vault.delete_connection(&tenant(), &connection.id).await);
    assert!(said.contains("has 1 connected account(s)"), "{said}");

    let other = TenantId::new("env_other").unwrap();
    vault.create_tenant(&other).await.unwrap();
    assert!(complaint(vault.delete_connection(&other, &connection.id).await).contains("not found"));

    vault.remove_account(&tenant(), &alice.id).await.unwrap();
    vault.delete_connection(&tenant(), &connection.id).await.unwrap();
    assert!(matches!(vault.connection(&tenant(), "close").await, Err(VaultError::NotFound { .. })));
}
