//! Tenants: what belongs to one does not exist for another.

use latch_vault::{AccountFilter, ConnectionSettings, Endpoints, Page, TenantId};

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
async fn a_new_tenant_leads_to_the_close_of_the_first_one_without_its_app() {
    let scene = Scene::start().await;
    let vault = &scene.vault;
    let model = vault.connection(&tenant(), "close").await.unwrap();
    let staging = TenantId::new("staging").unwrap();
    vault.create_tenant(&staging).await.unwrap();
    let theirs = vault.connection(&staging, "close").await.unwrap();
    assert_eq!(theirs.endpoints, Endpoints::at(scene.provider.origin()));
    assert_eq!(theirs.endpoints, model.endpoints);
    assert!(theirs.id != model.id && theirs.oauth_app.is_none(), "the app and its secret are not shared");

    let elsewhere = Endpoints::at(&"https://close.example".parse().unwrap());
    let settings = ConnectionSettings { endpoints: Some(elsewhere), ..ConnectionSettings::default() };
    vault.set_connection(&tenant(), "close", settings).await.unwrap();
    vault.create_tenant(&staging).await.unwrap();
    assert_eq!(vault.connection(&staging, "close").await.unwrap(), theirs, "it does not follow later");

    vault.delete_connection(&tenant(), &model.id).await.unwrap();
    let last = TenantId::new("last").unwrap();
    vault.create_tenant(&last).await.unwrap();
    assert_eq!(vault.connection(&last, "close").await.unwrap().endpoints, Endpoints::close());
}

#[tokio::test]
async fn a_tenant_that_was_never_made_has_nothing() {
    let scene = Scene::start().await;
    let nobody = TenantId::new("env_nobody").unwrap();
    assert!(complaint(scene.vault.connection(&nobody, "close").await).contains("not found"));
    assert!(
        complaint(scene.vault.set_connection(&nobody, "x", ConnectionSettings::default()).await)
            .contains("environment env_nobody")
    );
    assert!(complaint(scene.vault.create_client(&nobody, "x").await).contains("environment env_nobody"));
}
