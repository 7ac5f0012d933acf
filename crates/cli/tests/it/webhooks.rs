//! Webhooks from the command line: added, tried, looked at, turned off, removed.

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use latch_listener::{Limits, LocalAuthority, Port, Tls};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::program::{Latch, twin};

/// An address of the operator's own that takes what comes to `/hooks` and refuses what comes to `/broken`.
async fn receiver() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new()
        .route("/hooks", post(|| async { StatusCode::NO_CONTENT }))
        .route("/broken", post(|| async { StatusCode::INTERNAL_SERVER_ERROR }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    origin
}

async fn add(latch: &Latch, url: &str, more: &[&str]) -> Value {
    let added = latch.json(&[&["webhooks", "add", url, "--json"], more].concat()).await;
    added["endpoint"].clone()
}

#[tokio::test]
async fn an_endpoint_is_added_tried_and_told_of_an_account() {
    let (latch, origin) = (Latch::new(), receiver().await);
    let empty = latch.run(&["webhooks"]).await;
    assert!(empty.err.contains("latch webhooks add URL"), "{empty:?}");
    let endpoint = add(&latch, &format!("{origin}/hooks"), &["--event", "created"]).await;
    let (id, secret) = (endpoint["id"].as_str().unwrap(), endpoint["signing_secret"].as_str().unwrap());
    assert_eq!(endpoint["events"], json!(["connected_account.created"]));
    assert!(secret.starts_with("whsec_"));
    let listed = latch.run(&["webhooks", "list"]).await;
    assert!(
        listed.out.contains(id) && listed.out.contains("created") && !listed.out.contains(secret),
        "{listed:?}"
    );

    let tested = latch.run(&["webhooks", "test", id]).await;
    assert_eq!(tested.code, 0, "{tested:?}");
    assert!(tested.out.contains("was taken (204)"), "{tested:?}");

    let twin = twin().await;
    latch.run(&["connections", "set", "close", "--close-url", &twin.url()]).await;
    let key = crate::program::ann(&twin);
    assert_eq!(latch.run_with_input(&["accounts", "add", "us_team"], &key).await.code, 0);
    let told = latch.json(&["webhooks", "deliveries", "--json"]).await;
    let (created, test) = (&told["deliveries"][0], &told["deliveries"][1]);
    assert_eq!((&created["state"], &test["state"]), (&json!("waiting"), &json!("delivered")));
    assert_eq!(created["payload"]["data"]["identifier"], "us_team");
    let event = created["event_id"].as_str().unwrap();
    let sent = latch.run(&["webhooks", "redeliver", event]).await;
    assert!(sent.code == 0 && sent.out.contains(event), "{sent:?}");
    let table = latch.run(&["webhooks", "deliveries"]).await;
    assert!(table.out.contains("delivered") && !table.out.contains("waiting"), "{table:?}");
}

#[tokio::test]
async fn what_an_endpoint_refuses_is_said_and_kept_for_later() {
    let (latch, origin) = (Latch::new(), receiver().await);
    let endpoint = add(&latch, &format!("{origin}/broken"), &[]).await;
    let id = endpoint["id"].as_str().unwrap();
    let tested = latch.run(&["webhooks", "test", id, "--json"]).await;
    assert_eq!(tested.code, 1, "{tested:?}");
    let delivery = &tested.json()["deliveries"][0];
    assert_eq!((&delivery["state"], &delivery["last_status"]), (&json!("waiting"), &json!(500)));

    let rotated = latch.run(&["webhooks", "rotate", id]).await;
    assert!(
        rotated.out.contains("signing_secret  whsec_") && rotated.err.contains("old one too until"),
        "{rotated:?}"
    );
    assert_eq!(latch.run(&["webhooks", "disable", id]).await.code, 0);
    let refused = latch.run(&["webhooks", "test", id]).await;
    assert!(refused.code != 0 && refused.err.contains("is turned off"), "{refused:?}");
    assert_eq!(latch.json(&["webhooks", "enable", id, "--json"]).await["endpoint"]["enabled"], true);
    assert_eq!(latch.run(&["webhooks", "remove", id]).await.code, 0);
    let gone = latch.run(&["webhooks", "test", id]).await;
    assert!(gone.code == 3 && gone.err.contains("was not found"), "{gone:?}");
}

#[tokio::test]
async fn what_cannot_be_an_endpoint_is_refused_with_the_reason() {
    let latch = Latch::new();
    for (arguments, said) in [
        (&["webhooks", "add", "http://app.example/hooks"][..], "must start with https://"),
        (
            &["webhooks", "add", "https://app.example/hooks", "--event", "renamed"][..],
            "connected_account.status_updated",
        ),
    ] {
        let ran = latch.run(arguments).await;
        assert!(ran.code == 2 && ran.err.contains(said), "{ran:?}");
    }
}

#[tokio::test]
async fn over_tls_only_an_authority_that_the_machine_trusts_will_do() {
    let folder = tempfile::tempdir().unwrap();
    let authority = LocalAuthority::of_data_folder(folder.path());
    let certificate = authority.certificate().unwrap();
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/hooks", socket.local_addr().unwrap().port());
    let router = Router::new().route("/hooks", post(|| async { StatusCode::NO_CONTENT }));
    let ports = vec![Port::new(socket, Tls::Required(certificate))];
    let _serving = latch_listener::serve(ports, &router.into(), Limits::default()).unwrap();

    let stranger = Latch::new();
    let id = add(&stranger, &url, &[]).await["id"].as_str().unwrap().to_owned();
    let refused = stranger.run(&["webhooks", "test", &id]).await;
    let why = "localhost shows a certificate that this machine does not trust";
    assert!(refused.code == 1 && refused.out.contains(why), "{refused:?}");

    let trusting = Latch::new().with("SSL_CERT_FILE", authority.ca_file().to_str().unwrap());
    let id = add(&trusting, &url, &[]).await["id"].as_str().unwrap().to_owned();
    let taken = trusting.run(&["webhooks", "test", &id]).await;
    assert!(taken.code == 0 && taken.out.contains("was taken (204)"), "{taken:?}");
}
