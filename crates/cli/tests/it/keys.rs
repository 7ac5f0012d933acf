//! Secrets of API clients and the keys that sign access tokens: replaced without anybody being turned away.

use serde_json::{Value, json};

use crate::program::{Latch, steady};
use crate::serving::{Serving, text};

/// Whether the gateway lets a program in that has these credentials.
async fn is_let_in(served: &Value, client_id: &str, secret: &str) -> bool {
    let answer = reqwest::Client::new()
        .post(format!("{}/api/v1/connected_accounts:get_or_create", text(served, "gateway_url")))
        .basic_auth(client_id, Some(secret))
        .json(&json!({"connector": "close", "identifier": "user_1"}))
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success() || answer.status().as_u16() == 401, "{}", answer.status());
    answer.status().is_success()
}

#[tokio::test]
async fn a_secret_is_replaced_while_the_old_one_works_on_and_then_ended() {
    let latch = Latch::new();
    let first = latch.json(&["clients", "create", "agent", "--json"]).await;
    let (id, first) = (text(&first, "client_id"), text(&first, "client_secret"));
    let (serving, served) = Serving::start(&latch, &["serve", "--listen", "127.0.0.1:0", "--json"]).await;

    let rotated = latch.run(&["clients", "rotate", id]).await;
    assert_eq!(rotated.code, 0, "{rotated:?}");
    assert!(rotated.err.contains("What it had before works until 20"), "{rotated:?}");
    let second = rotated.out.lines().last().unwrap().split_whitespace().last().unwrap();
    for secret in [first, second] {
        assert!(is_let_in(&served, id, secret).await);
    }
    let listed = latch.run(&["clients"]).await;
    steady().bind(|| insta::assert_snapshot!("clients_with_two_secrets", listed.told()));
    let listed = latch.json(&["clients", "--json"]).await;
    let secrets = &listed["clients"][0]["secrets"];
    assert!(secrets[0]["expires_at"].is_string() && secrets[1]["expires_at"].is_null(), "{listed}");
    for secret in [first, second] {
        assert!(!listed.to_string().contains(secret), "secrets are shown once");
    }

    let last = latch.json(&["clients", "rotate", id, "--overlap", "0", "--json"]).await;
    assert!(last["old_secrets_until"].is_null(), "{last}");
    for secret in [first, second] {
        assert!(!is_let_in(&served, id, secret).await);
    }
    assert!(is_let_in(&served, id, text(&last, "client_secret")).await);
    serving.stop().await;
}

#[tokio::test]
async fn a_secret_is_not_replaced_from_another_environment_or_for_ever() {
    let latch = Latch::new();
    let client = latch.json(&["clients", "create", "agent", "--environment", "staging", "--json"]).await;
    let rotate = ["clients", "rotate", text(&client, "client_id")];
    assert_eq!(latch.run(&rotate).await.code, 3);
    let latch = latch.with("LATCH_ENVIRONMENT", "staging");
    let ran = latch.run(&[&rotate[..], &["--overlap", "2y"]].concat()).await;
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("24h, 30m or 7d"), "{ran:?}");
    let listed = latch.json(&["clients", "--json"]).await;
    assert_eq!(listed["clients"][0]["secrets"].as_array().unwrap().len(), 1, "nothing was changed");
    assert_eq!(latch.run(&rotate).await.code, 0);
}

#[tokio::test]
async fn a_new_key_signs_and_the_one_before_is_still_published() {
    let latch = Latch::new();
    let before = latch.json(&["keys", "--json"]).await;
    let rotated = latch.run(&["keys", "rotate"]).await;
    assert_eq!(rotated.code, 0, "{rotated:?}");
    let after = latch.json(&["keys", "--json"]).await;
    assert!(rotated.err.starts_with(text(&after["keys"][0], "id")), "{rotated:?}");
    assert_eq!((&after["keys"][0]["signs"], &after["keys"][1]["signs"]), (&json!(true), &json!(false)));
    assert_eq!(after["keys"][1]["id"], before["keys"][0]["id"]);
    let listed = latch.run(&["keys"]).await;
    steady().bind(|| insta::assert_snapshot!("keys_list", listed.told()));

    let client = latch.json(&["clients", "create", "agent", "--json"]).await;
    let (serving, served) = Serving::start(&latch, &["serve", "--listen", "127.0.0.1:0", "--json"]).await;
    let url = text(&served, "gateway_url");
    let published: Value = reqwest::get(format!("{url}/keys")).await.unwrap().json().await.unwrap();
    let ids: Vec<_> = published["keys"].as_array().unwrap().iter().map(|key| &key["kid"]).collect();
    assert_eq!(ids, [&after["keys"][0]["id"], &after["keys"][1]["id"]]);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", text(&client, "client_id")),
        ("client_secret", text(&client, "client_secret")),
    ];
    let token = reqwest::Client::new().post(format!("{url}/oauth/token")).form(&form).send().await.unwrap();
    assert_eq!(token.status().as_u16(), 200);
    serving.stop().await;
}
