//! Accounts and connections from the command line.

use latch_testkit::Browser;
use latch_twin::Twin;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::program::{Latch, ann, steady, twin};

async fn leading_to(twin: &Twin) -> Latch {
    let latch = Latch::new();
    let ran = latch.run(&["connections", "set", "close", "--close-url", &twin.url()]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    latch
}

#[tokio::test]
async fn a_key_is_stored_checked_used_and_removed() {
    let twin = twin().await;
    let latch = leading_to(&twin).await;
    let added = latch.run_with_input(&["accounts", "add", "us_team"], &format!("{}\n", ann(&twin))).await;
    assert_eq!(added.code, 0, "{added:?}");
    assert!(added.err.contains("us_team is connected: Ann Reyes"), "{added:?}");

    let listed = latch.run(&["accounts"]).await;
    steady().bind(|| insta::assert_snapshot!("accounts_list", listed.told()));
    let shown = latch.json(&["accounts", "show", "us_team", "--json"]).await;
    assert_eq!(shown["account"]["status"], "ACTIVE");
    let tested = latch.run(&["accounts", "test", "us_team"]).await;
    assert!(tested.out.contains("Ann Reyes"), "{tested:?}");
    let me = latch.json(&["call", "get_current_user", "--account", "us_team"]).await;
    assert_eq!(me["first_name"], "Ann");

    let refused = latch.run(&["accounts", "remove", "us_team"]).await;
    assert_eq!(refused.code, 2, "without a terminal nobody can agree: {refused:?}");
    assert!(refused.err.contains("--yes"));
    assert_eq!(latch.run(&["accounts", "remove", "us_team", "--yes"]).await.code, 0);
    assert_eq!(latch.run(&["accounts", "show", "us_team"]).await.code, 3);
}

#[tokio::test]
async fn close_url_leads_an_empty_connection_and_never_a_stored_key() {
    let (twin, other) = (twin().await, twin().await);
    let latch = Latch::new().with("CLOSE_URL", &format!("{}/api/v1", twin.url()));
    let added = latch.run_with_input(&["accounts", "add", "us_team"], &ann(&twin)).await;
    assert!(added.err.contains("connection \"close\" leads to"), "{added:?}");
    assert_eq!(latch.json(&["call", "get_current_user", "--account", "us_team"]).await["first_name"], "Ann");

    let latch = latch.with("CLOSE_URL", &format!("{}/api/v1", other.url()));
    let added = latch.run_with_input(&["accounts", "add", "eu_team"], &ann(&twin)).await;
    assert!(added.err.contains("has accounts, so CLOSE_URL does not change it"), "{added:?}");
    assert_eq!(latch.json(&["call", "get_current_user", "--account", "us_team"]).await["first_name"], "Ann");
    assert!(other.control().requests().is_empty(), "nothing of ours went there");
}

#[tokio::test]
async fn a_key_that_close_refuses_is_not_stored() {
    let twin = twin().await;
    let latch = leading_to(&twin).await;
    let ran = latch.run_with_input(&["accounts", "add", "us_team"], "api_wrong.0000000000000000000000").await;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(!ran.told().contains("api_wrong"), "{ran:?}");
    assert_eq!(latch.json(&["accounts", "--json"]).await["accounts"], json!([]));
    let empty = latch.run_with_input(&["accounts", "add", "us_team"], "\n").await;
    assert_eq!(empty.code, 2, "{empty:?}");
}

#[tokio::test]
async fn a_disconnected_account_stays_and_says_so() {
    let twin = twin().await;
    let latch = leading_to(&twin).await;
    latch.run_with_input(&["accounts", "add", "ann"], &ann(&twin)).await;
    assert_eq!(latch.run(&["accounts", "disconnect", "ann"]).await.code, 0);
    let ran = latch.run(&["call", "get_current_user", "--account", "ann"]).await;
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains("DISCONNECTED") && ran.err.contains("latch accounts add ann"), "{ran:?}");
}

#[tokio::test]
async fn consent_at_close_connects_an_account() {
    let twin = twin().await;
    let latch = leading_to(&twin).await;
    let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let redirect = format!("http://127.0.0.1:{port}/oauth/callback");
    let app = twin.register_oauth_app("Sales Assistant", &redirect);
    let set = ["connections", "set", "close", "--client-id", &app.client_id, "--redirect-uri", &redirect];
    let ran = latch.run_with_input(&set, &app.client_secret).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!ran.told().contains(&app.client_secret));

    let mut child =
        latch.command(&["accounts", "connect", "user_1", "--no-browser", "--timeout", "60"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let link = loop {
        let line = lines.next_line().await.unwrap().expect("the link is printed");
        if line.trim().starts_with("http") {
            break line.trim().to_owned();
        }
    };
    let mut browser = Browser::open(&link, None).await;
    browser.press("continue", "", None).await;
    browser.press("decision", "approve", None).await;
    assert!(browser.page.contains("connected"), "{}", browser.page);
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
    let me = latch.json(&["call", "get_current_user", "--account", "user_1"]).await;
    assert!(me["id"].as_str().unwrap().starts_with("user_"));
}

#[tokio::test]
async fn connecting_without_an_app_says_how_to_get_one() {
    let latch = Latch::new();
    let ran = latch.run(&["accounts", "connect", "user_1"]).await;
    steady().bind(|| insta::assert_snapshot!("connect_without_app", ran.told()));
}

#[tokio::test]
async fn api_clients_are_made_listed_and_deleted() {
    let latch = Latch::new();
    let made = latch.json(&["clients", "create", "my-agent", "--json"]).await;
    let id = made["client_id"].as_str().unwrap();
    let listed = latch.run(&["clients"]).await;
    assert!(listed.out.contains(id) && listed.out.contains("my-agent"), "{listed:?}");
    assert!(!listed.out.contains(made["client_secret"].as_str().unwrap()), "the secret is shown once");
    assert_eq!(latch.run(&["clients", "delete", id]).await.code, 0);
    assert_eq!(latch.run(&["clients", "delete", id]).await.code, 3);
}
