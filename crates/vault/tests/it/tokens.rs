//! Access tokens: for whoever shows a secret, for as long as that secret works.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latch_vault::{TenantId, Vault, VaultError};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::scene::{MINUTE, Scene, tenant};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn is_good(vault: &Vault, token: &SecretString) -> bool {
    match vault.verify_access_token(token).await {
        Ok(_) => true,
        Err(VaultError::TokenInvalid) => false,
        Err(other) => panic!("{other}"),
    }
}

/// One of the three parts of a token, decoded.
fn part(token: &SecretString, number: usize) -> Value {
    let text = token.expose_secret().split('.').nth(number).unwrap().to_owned();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
}

#[tokio::test]
async fn a_token_stands_for_its_client_and_runs_out_after_an_hour() {
    let scene = Scene::start().await;
    let vault = &scene.vault;
    let (client, secret) = vault.create_client(&tenant(), "agent").await.unwrap();
    let issued = vault.issue_access_token(&client.client_id, &secret).await.unwrap();
    assert_eq!(issued.lifetime, MINUTE * 60);
    let claims = part(&issued.token, 1);
    assert_eq!(claims["sub"], client.client_id.as_str());
    assert_eq!(claims["iss"], "https://latch.example/base");

    let holder = vault.verify_access_token(&issued.token).await.unwrap();
    assert_eq!((holder.tenant, holder.client_id), (tenant(), client.client_id.clone()));
    scene.clock.advance(MINUTE * 59);
    assert!(is_good(vault, &issued.token).await);
    scene.clock.advance(MINUTE);
    assert!(!is_good(vault, &issued.token).await);

    let refused = vault.issue_access_token(&client.client_id, &"guessed".into()).await;
    assert!(matches!(refused, Err(VaultError::ClientUnknown)));
}

#[tokio::test]
async fn a_token_that_was_changed_or_made_elsewhere_is_not_believed() {
    let (scene, elsewhere) = (Scene::start().await, Scene::start().await);
    let (client, secret) = scene.vault.create_client(&tenant(), "agent").await.unwrap();
    let token = scene.vault.issue_access_token(&client.client_id, &secret).await.unwrap().token;
    assert!(!is_good(&elsewhere.vault, &token).await);

    let text = token.expose_secret();
    let parts: Vec<&str> = text.split('.').collect();
    let mut claims = part(&token, 1);
    claims["environment"] = "other".into();
    let other_claims = URL_SAFE_NO_PAD.encode(claims.to_string());
    let unsigned = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    let mut header = part(&token, 0);
    header["alg"] = "HS256".into();
    let symmetric = URL_SAFE_NO_PAD.encode(header.to_string());
    for forged in [
        String::new(),
        "x".repeat(100_000),
        text[..text.len() - 4].to_owned(),
        format!("{}.{other_claims}.{}", parts[0], parts[2]),
        format!("{unsigned}.{}.", parts[1]),
        format!("{symmetric}.{}.{}", parts[1], parts[2]),
    ] {
        assert!(!is_good(&scene.vault, &forged.into()).await);
    }
    assert!(is_good(&scene.vault, &token).await);
}

#[tokio::test]
async fn a_secret_is_replaced_without_a_moment_in_which_neither_works() {
    let scene = Scene::start().await;
    let vault = &scene.vault;
    let (client, first) = vault.create_client(&tenant(), "agent").await.unwrap();
    let id = client.client_id.as_str();
    let old_token = vault.issue_access_token(id, &first).await.unwrap().token;

    let (same, second) = vault.rotate_client_secret(&tenant(), id, MINUTE * 10).await.unwrap();
    assert_eq!(same, client);
    for secret in [&first, &second] {
        assert_eq!(vault.authenticate_client(id, secret).await.unwrap(), client);
    }
    let secrets = vault.client_secrets(&tenant(), id).await.unwrap();
    assert_eq!(
        secrets.iter().map(|secret| secret.expires_at).collect::<Vec<_>>(),
        [Some(scene.clock.now() + MINUTE * 10), None]
    );

    let new_token = vault.issue_access_token(id, &second).await.unwrap().token;
    scene.clock.advance(MINUTE * 10);
    assert!(matches!(vault.authenticate_client(id, &first).await, Err(VaultError::ClientUnknown)));
    // Another program on the folder has not seen the old token before, and asks.
    let fresh = scene.another_vault().await;
    assert!(!is_good(&fresh, &old_token).await, "a token does not outlive its secret");
    assert!(is_good(&fresh, &new_token).await);
    assert_eq!(vault.client_secrets(&tenant(), id).await.unwrap().len(), 1);

    vault.rotate_client_secret(&tenant(), id, Duration::ZERO).await.unwrap();
    assert!(matches!(vault.authenticate_client(id, &second).await, Err(VaultError::ClientUnknown)));
    assert!(!is_good(vault, &new_token).await, "without overlap it ends at once");
}

#[tokio::test]
async fn nobody_rotates_the_secret_of_another_tenants_client() {
    let scene = Scene::start().await;
    let (client, secret) = scene.vault.create_client(&tenant(), "agent").await.unwrap();
    let other = TenantId::new("env_other").unwrap();
    scene.vault.create_tenant(&other).await.unwrap();
    for outcome in [
        scene.vault.rotate_client_secret(&other, &client.client_id, Duration::ZERO).await.map(|_| ()),
        scene.vault.client_secrets(&other, &client.client_id).await.map(|_| ()),
    ] {
        assert!(matches!(outcome, Err(VaultError::NotFound { .. })));
    }
    assert!(scene.vault.authenticate_client(&client.client_id, &secret).await.is_ok());
}

#[tokio::test]
async fn a_removed_client_has_no_tokens_left() {
    let scene = Scene::start().await;
    let (client, secret) = scene.vault.create_client(&tenant(), "agent").await.unwrap();
    let token = scene.vault.issue_access_token(&client.client_id, &secret).await.unwrap().token;
    assert!(is_good(&scene.vault, &token).await);
    scene.vault.remove_client(&tenant(), &client.client_id).await.unwrap();
    assert!(!is_good(&scene.vault, &token).await);
}

#[tokio::test]
async fn keys_change_and_tokens_of_the_one_before_go_on_working() {
    let scene = Scene::start().await;
    let vault = &scene.vault;
    let (client, secret) = vault.create_client(&tenant(), "agent").await.unwrap();
    let issue = async || vault.issue_access_token(&client.client_id, &secret).await.unwrap().token;
    let first = issue().await;
    let published = vault.signing_keys().await.unwrap();
    assert_eq!(published.len(), 1);
    assert_eq!(published[0].jwk["kid"], part(&first, 0)["kid"]);
    assert_eq!(published[0].jwk["kty"], "RSA");
    assert!(published[0].jwk.get("d").is_none(), "the private half stays here");

    scene.clock.advance(DAY);
    let made = vault.rotate_signing_key().await.unwrap();
    let second = issue().await;
    assert_eq!(part(&second, 0)["kid"], made.id.as_str());

    scene.clock.advance(DAY * 31);
    let third = issue().await;
    assert_ne!(part(&third, 0)["kid"], made.id.as_str(), "a key of thirty days is replaced by itself");
    assert_eq!(vault.signing_keys().await.unwrap().len(), 3);

    scene.clock.advance(MINUTE * 59);
    assert!(is_good(&scene.another_vault().await, &third).await, "keys are found by other programs");
    scene.clock.advance(DAY * 2);
    let reopened = scene.another_vault().await;
    assert_eq!(reopened.signing_keys().await.unwrap().len(), 1, "old keys are forgotten");
}

#[tokio::test]
async fn a_key_that_another_program_makes_signs_here_within_a_minute() {
    let scene = Scene::start().await;
    let vault = &scene.vault;
    let (client, secret) = vault.create_client(&tenant(), "agent").await.unwrap();
    let issue = async || vault.issue_access_token(&client.client_id, &secret).await.unwrap().token;
    let first = issue().await;
    scene.clock.advance(MINUTE);
    let made = scene.another_vault().await.rotate_signing_key().await.unwrap();
    scene.clock.advance(MINUTE);
    let second = issue().await;
    assert_eq!(part(&second, 0)["kid"], made.id.as_str());
    let published = vault.signing_keys().await.unwrap();
    assert_eq!(published.len(), 2, "whoever checks the first token still finds its key");
    assert!(is_good(vault, &first).await && is_good(vault, &second).await);
}

#[tokio::test]
async fn private_keys_and_tokens_are_nowhere_on_disk() {
    let scene = Scene::start().await;
    let (client, secret) = scene.vault.create_client(&tenant(), "agent").await.unwrap();
    let token = scene.vault.issue_access_token(&client.client_id, &secret).await.unwrap().token;
    scene.vault.close().await;
    let disk = scene.bytes_on_disk();
    for needle in ["PRIVATE KEY", secret.expose_secret(), token.expose_secret()] {
        assert!(!disk.windows(needle.len()).any(|window| window == needle.as_bytes()));
    }
}
