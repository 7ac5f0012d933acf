//! Connections: how people connect on them, turning them off, and deleting them.

use latch_testkit::ACME;

use crate::program::{Latch, ann, steady, twin};

#[tokio::test]
async fn a_connection_is_turned_off_and_on_and_its_accounts_with_it() {
    let twin = twin().await;
    let latch = Latch::new();
    latch.run(&["connections", "set", "close", "--close-url", &twin.url()]).await;
    latch.run_with_input(&["accounts", "add", "ann"], &ann(&twin)).await;
    let off = latch.run(&["connections", "set", "close", "--disable"]).await;
    assert_eq!(off.code, 0, "{off:?}");
    assert!(off.err.contains("`latch connections set close --enable`"), "{off:?}");
    twin.control().clear_requests();
    let call = ["call", "get_lead", "--id", ACME, "--account", "ann"];
    let refused = latch.run(&call).await;
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(refused.err.contains("turned off"), "{refused:?}");
    assert!(twin.control().requests().is_empty());
    assert!(latch.run(&["status"]).await.out.contains("turned off"));

    assert_eq!(latch.run(&["connections", "set", "close", "--enable"]).await.code, 0);
    assert_eq!(latch.json(&call).await["id"], ACME);
    let both = latch.run(&["connections", "set", "close", "--enable", "--disable"]).await;
    assert_eq!(both.code, 2, "{both:?}");
}

#[tokio::test]
async fn connections_are_set_listed_shown_and_deleted() {
    let latch = Latch::new();
    let set = ["connections", "set", "keys", "--kind", "api-key", "--close-url", "http://127.0.0.1:9000"];
    let set = latch.json(&[&set[..], &["--disable", "--json"]].concat()).await;
    assert_eq!(set["connection"]["kind"], "API_KEY");
    assert_eq!(set["connection"]["enabled"], false);
    let listed = latch.run(&["connections"]).await;
    steady().bind(|| insta::assert_snapshot!("connections_list", listed.told()));
    let shown = latch.run(&["connections", "show", "keys"]).await;
    assert!(
        shown.out.contains("state      off\n") && shown.out.contains("kind       API_KEY\n"),
        "{shown:?}"
    );
    let set = latch.json(&["connections", "set", "keys", "--kind", "oauth", "--json"]).await;
    assert_eq!(set["connection"]["kind"], "OAUTH");
    assert_eq!(set["connection"]["enabled"], false, "what is not given stays as it is");

    let add = ["accounts", "add", "ann", "--connection", "keys", "--no-check"];
    assert_eq!(latch.run_with_input(&add, "api_ann.0000000000000000000000").await.code, 0);
    let refused = latch.run(&["connections", "delete", "keys"]).await;
    assert_ne!(refused.code, 0, "{refused:?}");
    assert!(refused.err.contains("has 1 connected account"), "{refused:?}");
    assert_eq!(latch.run(&["accounts", "remove", "ann", "--yes"]).await.code, 0);
    assert_eq!(latch.run(&["connections", "delete", "keys"]).await.code, 0);
    assert_eq!(latch.run(&["connections", "show", "keys"]).await.code, 3);
    assert_eq!(latch.run(&["connections", "delete", "keys"]).await.code, 3);
}

#[tokio::test]
async fn up_makes_a_deleted_connection_again() {
    let latch = Latch::new();
    let folder = latch.home.path().join("kept");
    let folder = ["--data-folder", folder.to_str().unwrap()];
    latch.run(&[&folder[..], &["connections", "delete", "close"]].concat()).await;
    assert!(latch.run(&[&folder[..], &["connections"]].concat()).await.err.contains("no connection"));
    let up = [&folder[..], &["up", "--leads", "0", "--json"]].concat();
    let (serving, served) = crate::serving::Serving::start(&latch, &up).await;
    assert!(served["twin_url"].is_string(), "{served}");
    serving.stop().await;
}
