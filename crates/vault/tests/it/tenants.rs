//! Tenants: what belongs to one does not exist for another.

use latch_vault::{AccountFilter, ConnectionSettings, Page, TenantId};

use crate::scene::{Scene, complaint, tenant};

#[tokio::test]
async fn nothing_of_one_tenant_can_be_found_by_another() {
    let (scene, alice) = Scene::with_alice().await;
    let vault = &scene.vault;
    let other = TenantId::new("env_other").unwrap();
    vault.create_tenant(&other).await.unwrap();
    vault.create_tenant(&other).await.unwrap();
    assert_eq!(vault.tenants().await.unwrap(), [tenant(), other.clone()]);

    for said in [
        complaint(vault.account_by_id(&other, &alice.id).await),
        complaint(vault.account(&other, None, "alice").await),
        complaint(vault.account(&other, Some("close"), "alice").await),
        complaint(vault.authorization_link(&other, &alice.id).await),
        complaint(vault.disconnect_account(&other, &alice.id).await),
        complaint(vault.remove_account(&other, &alice.id).await),
        complaint(vault.record_identity(&other, &alice.id, latch_vault::CloseIdentity::default()).await),
    ] {
        assert!(said.contains("was not found"), "{said}");
    }
    let listed = vault.accounts(&other, &AccountFilter::default(), &Page::default()).await.unwrap();
    assert_eq!((listed.accounts.len(), listed.total), (0, 0));
    let mut pretended = alice.clone();
    pretended.tenant = other.clone();
    assert!(complaint(vault.credential(&pretended).await).contains("was not found"));
    assert!(complaint(vault.mark_revoked(&pretended, 1, "x").await).contains("was not found"));
    assert_eq!(scene.reload(&alice).await, alice);

    let (theirs, created) = vault.get_or_create_account(&other, "close", "alice").await.unwrap();
    assert!(created && theirs.id != alice.id, "the same name is another account there");
}

#[tokio::test]
async fn a_tenant_that_was_never_made_has_nothing() {
    let scene = Scene::start().await;
    let nobody = TenantId::new("env_nobody").unwrap();
    assert!(complaint(scene.vault.connection(&nobody, "close").await).contains("not found"));
    assert!(
        complaint(scene.vault.set_connection(&nobody, "x", ConnectionSettings::default()).await)
            .contains("tenant env_nobody")
    );
    assert!(complaint(scene.vault.create_client(&nobody, "x").await).contains("environment env_nobody"));
}
