//! Nothing secret in clear: not on disk, not in anything that can be printed; and seals that stay in their place.

use latch_vault::{CallbackQuery, MasterKeySource, OAuthApp, VaultError, VaultOptions};
use secrecy::ExposeSecret;
use sqlx::sqlite::SqliteConnectOptions;

use crate::scene::{MINUTE, Scene, app, complaint, tenant};

fn holds(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

#[tokio::test]
async fn nothing_secret_reaches_the_disk_in_clear() {
    let (scene, alice) = Scene::with_alice().await;
    scene.clock.advance(MINUTE * 61);
    scene.bearer(&alice).await;
    scene.vault.set_api_key(&tenant(), "close", "team", "api_visible_key".into(), None).await.unwrap();
    let (_, client_secret) = scene.vault.create_client(&tenant(), "agent").await.unwrap();
    let link = scene.link_token(&alice).await;
    let (query, _) = scene.consent(&alice, "good-code").await;
    let state = query.state.clone().unwrap();
    scene.vault.finish_authorization(query).await.unwrap();
    let verifier = scene.provider.exchanges().last().unwrap()["code_verifier"].clone();

    let before_closing = scene.bytes_on_disk();
    scene.vault.close().await;
    let after_closing = scene.bytes_on_disk();
    for disk in [before_closing, after_closing] {
        assert!(holds(&disk, "alice"), "the search itself works");
        let secrets = [
            "access-token-",
            "refresh-token-",
            "app-secret",
            "api_visible_key",
            "good-code",
            client_secret.expose_secret(),
            link.expose_secret(),
            state.expose_secret(),
            &verifier,
        ];
        for secret in secrets {
            assert!(!holds(&disk, secret), "{secret} is on the disk in clear");
        }
    }
}

#[tokio::test]
async fn nothing_that_can_be_printed_shows_a_secret() {
    let (scene, alice) = Scene::with_alice().await;
    let team =
        scene.vault.set_api_key(&tenant(), "close", "team", "api_visible_key".into(), None).await.unwrap();
    let link = scene.vault.authorization_link(&tenant(), &alice.id).await.unwrap();
    let token = link.url.path_segments().unwrap().next_back().unwrap();
    let (query, _) = scene.consent(&alice, "good-code").await;
    let options = VaultOptions {
        master_key: MasterKeySource::Environment("master-in-clear".into()),
        ..scene.options()
    };
    let printed = [
        format!("{:?}", scene.vault),
        format!("{options:?}"),
        format!("{:?}", scene.vault.connection(&tenant(), "close").await.unwrap()),
        format!("{alice:?} {team:?}"),
        format!("{link:?} {query:?}"),
        format!("{:?}", scene.vault.credential(&alice).await.unwrap()),
        format!("{:?}", scene.vault.credential(&team).await.unwrap()),
        format!("{:?}", app("app-secret")),
        format!("{:?}", scene.vault.create_client(&tenant(), "agent").await.unwrap()),
    ];
    for text in printed {
        for secret in [
            "access-token",
            "refresh-token",
            "app-secret",
            "api_visible_key",
            "good-code",
            "master-in-clear",
            token,
        ] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[tokio::test]
async fn errors_do_not_repeat_what_was_secret_in_the_question() {
    let scene = Scene::start().await;
    let forged = CallbackQuery {
        code: Some("code-in-clear".into()),
        state: Some("state-in-clear".into()),
        ..CallbackQuery::default()
    };
    let error = scene.vault.finish_authorization(forged).await.unwrap_err();
    for text in [format!("{error}"), format!("{error:?}")] {
        assert!(!text.contains("in-clear"), "{text}");
    }
}

/// Copies one sealed column from alice's row to bob's, as somebody with the database but not the key would.
async fn copy_to_bob(scene: &Scene, statement: &'static str) {
    let options = SqliteConnectOptions::new().filename(scene.folder.path().join("latch.db"));
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    assert_eq!(sqlx::query(statement).execute(&pool).await.unwrap().rows_affected(), 1);
    pool.close().await;
}

#[tokio::test]
async fn a_sealed_token_does_not_open_in_another_row_or_field() {
    let moves = [
        "UPDATE accounts SET access_token = (SELECT access_token FROM accounts WHERE identifier = 'alice') \
         WHERE identifier = 'bob'",
        "UPDATE accounts SET (access_token, data_key) = \
         (SELECT access_token, data_key FROM accounts WHERE identifier = 'alice') WHERE identifier = 'bob'",
        "UPDATE accounts SET access_token = refresh_token WHERE identifier = 'bob'",
    ];
    for statement in moves {
        let (scene, alice) = Scene::with_alice().await;
        let bob = scene.connect("bob").await;
        copy_to_bob(&scene, statement).await;
        let error = scene.vault.credential(&bob).await.unwrap_err();
        assert!(matches!(error, VaultError::Sealed { .. }), "{error:?}");
        assert!(error.to_string().contains("does not open"), "{error}");
        assert_eq!(scene.bearer(&alice).await, "access-token-1");
    }
}

#[tokio::test]
async fn a_sealed_token_does_not_open_in_another_tenant() {
    let (scene, alice) = Scene::with_alice().await;
    let other = latch_vault::TenantId::new("env_other").unwrap();
    scene.vault.create_tenant(&other).await.unwrap();
    copy_to_bob(&scene, "UPDATE accounts SET tenant = 'env_other' WHERE identifier = 'alice'").await;
    let moved = scene.vault.account_by_id(&other, &alice.id).await.unwrap();
    let error = scene.vault.credential(&moved).await.unwrap_err();
    assert!(matches!(error, VaultError::Sealed { .. }), "{error:?}");
}

#[tokio::test]
async fn secrets_do_not_go_where_they_would_travel_in_clear() {
    let scene = Scene::start().await;
    let elsewhere = latch_vault::Endpoints::at(&"http://close.example".parse().unwrap());
    let settings = latch_vault::ConnectionSettings { endpoints: Some(elsewhere), ..Default::default() };
    let said = complaint(scene.vault.set_connection(&tenant(), "new", settings).await);
    assert!(said.contains("https://") && said.contains("in clear"), "{said}");
    assert!(
        complaint(scene.vault.connection(&tenant(), "new").await).contains("not found"),
        "nothing was made"
    );

    let back = OAuthApp { redirect_uri: "http://latch.example/back".parse().unwrap(), ..app("s") };
    let settings = latch_vault::ConnectionSettings { oauth_app: Some(back), ..Default::default() };
    let said = complaint(scene.vault.set_connection(&tenant(), "close", settings).await);
    assert!(said.contains("redirect address"), "{said}");
}
