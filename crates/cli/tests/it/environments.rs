//! Environments: what is in one is not found from another.

use latch_testkit::ACME;
use serde_json::json;

use crate::program::{Latch, ann, steady, twin};
use crate::serving::{Serving, execute, text};

#[tokio::test]
async fn an_environment_keeps_its_accounts_clients_and_calls_to_itself() {
    let twin = twin().await;
    let latch = Latch::new();
    latch.run(&["connections", "set", "close", "--close-url", &twin.url()]).await;
    let made = latch.run(&["environments", "create", "staging"]).await;
    assert_eq!((made.code, made.out.as_str()), (0, ""), "{made:?}");
    assert!(made.err.contains(&format!("\"close\" leads to {}/api/v1", twin.url())), "{made:?}");

    let add = ["accounts", "add", "us_team", "--environment", "staging"];
    let added = latch.run_with_input(&add, &ann(&twin)).await;
    assert!(added.err.contains("us_team is connected: Ann Reyes"), "{added:?}");
    let call = ["call", "get_lead", "--id", ACME, "--account", "us_team"];
    let missing = latch.run(&call).await;
    assert_eq!(missing.code, 3, "the default environment has no such account: {missing:?}");

    let there = latch.with("LATCH_ENVIRONMENT", "staging");
    assert_eq!(there.json(&call).await["id"], ACME);
    assert_eq!(there.json(&["calls", "--json"]).await["calls"].as_array().unwrap().len(), 1);
    let back = ["--environment", "default"];
    let outside = there.json(&["calls", "--json", back[0], back[1]]).await;
    assert!(outside["calls"].as_array().unwrap().iter().all(|call| call["outcome"] == "error"), "{outside}");
    let script = ["lua", "-e", "return app.integrations.close.us_team.get_current_user().first_name"];
    assert_eq!(there.run(&script).await.out, "\"Ann\"\n");
    assert_eq!(there.json(&["runs", "--json"]).await["runs"].as_array().unwrap().len(), 1);
    assert!(there.json(&["runs", "--json", back[0], back[1]]).await["runs"].as_array().unwrap().is_empty());
    assert_eq!(there.run(&["doctor"]).await.code, 0);
    assert_eq!(there.json(&["status", "--json"]).await["environment"], "staging");

    there.run(&["clients", "create", "agent"]).await;
    let listed = there.run(&["environments"]).await;
    steady().bind(|| insta::assert_snapshot!("environments_list", listed.told()));
    let listed = there.json(&["environments", "--json"]).await;
    let staging = json!({"name": "staging", "clients": 1, "connections": 1, "accounts": 1});
    assert_eq!(listed["environments"][1], staging);
}

#[tokio::test]
async fn an_environment_that_does_not_exist_is_said_with_those_that_do() {
    let latch = Latch::new();
    latch.run(&["environments", "create", "staging"]).await;
    let ran = latch.run(&["accounts", "--environment", "stagign"]).await;
    steady().bind(|| insta::assert_snapshot!("environment_unknown", ran.told()));
    let checked = latch.run(&["doctor", "--environment", "stagign"]).await;
    assert_eq!(checked.code, 1, "{checked:?}");
    assert!(checked.out.contains("WRONG  environment"), "{checked:?}");
    let names = latch.json(&["environments", "--json"]).await;
    assert_eq!(names["environments"].as_array().unwrap().len(), 2, "asking for it does not make it");

    let again = latch.json(&["environments", "create", "staging", "--json"]).await;
    assert_eq!(again["created"], false);
    let malformed = latch.run(&["environments", "create", "a b"]).await;
    assert_eq!(malformed.code, 2, "{malformed:?}");
    let malformed = latch.with("LATCH_ENVIRONMENT", "a b").run(&["accounts"]).await;
    assert_eq!(malformed.code, 2, "{malformed:?}");
    assert!(malformed.err.contains("LATCH_ENVIRONMENT: the environment name may hold"), "{malformed:?}");
}

#[tokio::test]
async fn advice_is_for_the_environment_it_was_given_in() {
    let latch = Latch::new().with("LATCH_ENVIRONMENT", "staging");
    latch.run(&["environments", "create", "staging"]).await;
    for arguments in [
        ["accounts", "list"].as_slice(),
        &["call", "get_current_user"],
        &["accounts", "connect", "user_1"],
        &["clients", "list"],
    ] {
        let ran = latch.run(arguments).await;
        assert!(ran.err.contains(" --environment staging"), "{ran:?}");
    }
}

#[tokio::test]
async fn the_key_of_the_shell_is_for_the_default_environment_alone() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    latch.run(&["environments", "create", "staging"]).await;
    assert_eq!(latch.json(&["call", "get_current_user"]).await["first_name"], "Ann");
    twin.control().clear_requests();
    let ran = latch.run(&["call", "get_current_user", "--environment", "staging"]).await;
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(!ran.err.contains("CLOSE_API_KEY"), "it is set, and no help here: {ran:?}");
    assert!(twin.control().requests().is_empty());
}

#[tokio::test]
async fn a_client_of_a_new_environment_is_served_what_is_there() {
    let latch = Latch::new();
    let folder = latch.home.path().join("kept");
    let folder = folder.to_str().unwrap();
    let up = ["--data-folder", folder, "up", "--leads", "0", "--json"];
    let in_staging = ["--data-folder", folder, "--environment", "staging"];
    let (serving, served) = Serving::start(&latch, &up).await;

    let refused = latch.run(&[&in_staging[..], &["clients", "create", ""]].concat()).await;
    assert_eq!(refused.code, 2, "{refused:?}");
    assert_eq!(latch.run(&[&in_staging[..], &["clients"]].concat()).await.code, 3, "nothing was made");
    let client = latch.run(&[&in_staging[..], &["clients", "create", "agent", "--json"]].concat()).await;
    let mut client = client.json();
    assert_eq!((&client["environment"], &client["environment_created"]), (&json!("staging"), &json!(true)));
    client["gateway_url"] = served["cleartext_url"].clone();
    let call = json!({"identifier": "default", "tool_name": "close_lead_get", "params": {"lead_id": ACME}});
    let answer = execute(&client, &call).await;
    assert!(!answer.to_string().contains("Acme"), "the account is one of the default environment: {answer}");

    let key = text(&served["twin_api_keys"][0], "key");
    let add = [&in_staging[..], &["accounts", "add", "default"]].concat();
    assert_eq!(latch.run_with_input(&add, key).await.code, 0);
    assert_eq!(execute(&client, &call).await["data"]["id"], ACME);
    serving.stop().await;

    // The next twin is elsewhere; whoever led to the one before leads there.
    let (serving, served) = Serving::start(&latch, &up).await;
    let connection =
        latch.json(&[&in_staging[..], &["connections", "show", "close", "--json"]].concat()).await;
    let api = format!("{}/api/v1", text(&served, "twin_url"));
    assert_eq!(connection["connection"]["api_url"], api);
    assert_eq!(connection["connection"]["oauth_app"]["client_id"], served["oauth_app"]["client_id"]);
    client["gateway_url"] = served["cleartext_url"].clone();
    assert_eq!(execute(&client, &call).await["data"]["id"], ACME);
    serving.stop().await;
}

#[tokio::test]
async fn servers_refuse_an_environment_and_do_not_mind_the_variable() {
    let latch = Latch::new().with("LATCH_ENVIRONMENT", "staging");
    for command in ["serve", "up", "demo"] {
        let ran = latch.run(&[command, "--environment", "staging"]).await;
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains("latch clients create NAME --environment staging"), "{ran:?}");
    }
    let (serving, _) = Serving::start(&latch, &["serve", "--listen", "127.0.0.1:0", "--json"]).await;
    serving.stop().await;
}
