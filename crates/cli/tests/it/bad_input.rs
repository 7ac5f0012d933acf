//! Everything that can be wrong with what people give the program: a clear sentence and a documented exit
//! code, and nothing lost.

use axum::Router;
use axum::response::Html;
use latch_testkit::Served;
use latch_vault::{TenantId, Vault, VaultOptions};
use tokio::net::TcpListener;

use crate::program::{Latch, Ran, steady, twin};

fn assert_told(name: &str, ran: &Ran) {
    steady().bind(|| insta::assert_snapshot!(name, ran.told()));
}

#[tokio::test]
async fn an_unknown_tool_is_answered_with_the_nearest() {
    assert_told("unknown_tool", &Latch::new().run(&["call", "create_leed"]).await);
}

#[tokio::test]
async fn an_unknown_account_is_answered_with_those_there_are() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    assert_told("unknown_account", &latch.run(&["call", "list_leads", "--account", "nobody"]).await);
}

#[tokio::test]
async fn without_any_account_it_says_how_to_get_one() {
    assert_told("no_account", &Latch::new().run(&["call", "list_leads"]).await);
}

#[tokio::test]
async fn an_account_that_is_not_active_says_what_to_do() {
    let latch = Latch::new();
    let vault = Vault::open(VaultOptions::new(latch.data_folder())).await.unwrap();
    vault.get_or_create_account(&TenantId::default(), "close", "ann").await.unwrap();
    vault.close().await;
    assert_told("account_not_active", &latch.run(&["call", "list_leads", "--account", "ann"]).await);
}

#[tokio::test]
async fn wrong_arguments_are_told_together() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    let ran = latch
        .run(&["call", "create_task", "--text", "Call back", "--is-complete", "perhaps", "--leed-id", "x"])
        .await;
    assert_told("wrong_arguments", &ran);
    assert!(twin.control().requests().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn payloads_that_are_no_objects_are_refused() {
    let latch = Latch::new();
    assert_told("payload_list", &latch.run(&["call", "create_lead", "[1]"]).await);
    assert_told("payload_not_json", &latch.run(&["call", "create_lead", "{name: Acme}"]).await);
    assert_told("pair_without_value", &latch.run(&["call", "create_lead", "--arg", "name"]).await);
    assert_told("flag_without_value", &latch.run(&["call", "create_lead", "--name"]).await);
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(1024 * 1024));
    assert_told("payload_too_large", &latch.run_with_input(&["call", "create_lead", "-"], &large).await);
}

#[tokio::test]
async fn a_data_folder_that_is_none_is_named() {
    let latch = Latch::new();
    let file = latch.home.path().join("file");
    std::fs::write(&file, "not a folder").unwrap();
    assert_told("data_folder", &latch.run(&["--data-folder", file.to_str().unwrap(), "status"]).await);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "not a folder");
}

#[tokio::test]
async fn a_wrong_master_key_is_said_and_nothing_is_overwritten() {
    let latch = Latch::new();
    assert_eq!(latch.run(&["status"]).await.code, 0);
    let database = latch.data_folder().join("latch.db");
    let before = std::fs::read(&database).unwrap();
    let other = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
    let latch = latch.with("LATCH_MASTER_KEY", other);
    let ran = latch.run(&["status"]).await;
    assert_told("wrong_master_key", &ran);
    assert_eq!(std::fs::read(&database).unwrap(), before);
    assert!(!ran.told().contains(other));
    let both = latch.with("LATCH_MASTER_KEY_FILE", "/nowhere");
    assert_told("two_master_keys", &both.run(&["status"]).await);
}

#[tokio::test]
async fn a_master_key_that_is_none_says_how_to_make_one() {
    let latch = Latch::new().with("LATCH_MASTER_KEY", "hunter2");
    let ran = latch.run(&["status"]).await;
    assert_told("malformed_master_key", &ran);
}

#[tokio::test]
async fn a_close_that_is_not_running_is_said() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    twin.shutdown().await;
    assert_told("twin_not_running", &latch.run(&["call", "get_current_user", "--deadline", "2"]).await);
}

#[tokio::test]
async fn html_instead_of_json_is_said_without_the_page() {
    let pages =
        Served::start(Router::new().fallback(async || Html("<h1>Welcome to the wrong place</h1>"))).await;
    let latch = Latch::new().with("CLOSE_API_KEY", "api_x").with("CLOSE_URL", &pages.url);
    let ran = latch.run(&["call", "get_current_user"]).await;
    assert!(!ran.told().contains("Welcome"), "{ran:?}");
    assert_told("html", &ran);
}

#[tokio::test]
async fn a_key_that_close_does_not_know_is_said_and_never_shown() {
    let twin = twin().await;
    let latch = Latch::new()
        .with("CLOSE_API_KEY", "api_wrong.secret")
        .with("CLOSE_URL", &format!("{}/api/v1", twin.url()));
    let ran = latch.run(&["call", "get_current_user"]).await;
    assert!(!ran.told().contains("api_wrong"), "{ran:?}");
    assert_told("wrong_key", &ran);
}

#[tokio::test]
async fn addresses_that_are_none_are_refused() {
    let latch = Latch::new().with("CLOSE_API_KEY", "api_x");
    assert_told(
        "close_url",
        &latch.with("CLOSE_URL", "not an address").run(&["call", "get_current_user"]).await,
    );
    let latch = Latch::new().with("CLOSE_API_KEY", "api_x");
    assert_told(
        "close_url_in_clear",
        &latch.with("CLOSE_URL", "http://close.example").run(&["call", "get_current_user"]).await,
    );
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let latch = Latch::new();
    assert_told("port_gateway", &latch.run(&["up", "--leads", "0", "--port", &port]).await);
    assert_told("port_twin", &latch.run(&["up", "--leads", "0", "--twin-port", &port]).await);
    assert_told("port_serve", &latch.run(&["serve", "--listen", &format!("127.0.0.1:{port}")]).await);
}

#[tokio::test]
async fn an_unusable_line_is_answered_in_json_if_that_was_asked_for() {
    let latch = Latch::new();
    assert_told("usage_json", &latch.run(&["tools", "--kind", "sideways", "--json"]).await);
    assert_told("usage_object", &latch.run(&["tools", "--object", "spaceship"]).await);
    assert_told("usage_flag", &latch.run(&["doctor", "--sideways"]).await);
}

#[cfg(unix)]
#[tokio::test]
async fn a_variable_that_is_not_text_is_named_and_not_passed_over() {
    use std::os::unix::ffi::OsStrExt;
    let garbled = std::ffi::OsStr::from_bytes(b"caf\xe9");
    let latch = Latch::new();
    for name in ["CLOSE_API_KEY", "LATCH_HOME", "LATCH_MASTER_KEY", "LATCH_LOG", "HOME"] {
        let ran: Ran = latch.command(&["status"]).env(name, garbled).output().await.unwrap().into();
        assert_eq!(ran.code, 5, "{ran:?}");
        assert!(ran.err.contains(&format!("{name} is not text in UTF-8")), "{ran:?}");
    }
}
