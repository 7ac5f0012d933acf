//! What an account may be used for, from the command line.

use latch_testkit::ACME;
use serde_json::{Value, json};

use crate::program::{Latch, Ran, ann, steady, twin};

const TASK: [&str; 6] = ["call", "create_task", "--text", "Call back", "--lead-id", ACME];

async fn with(latch: &Latch, more: &[&str]) -> Ran {
    latch.run(&[&TASK[..], more].concat()).await
}

#[tokio::test]
async fn a_policy_is_set_shown_kept_and_lifted() {
    let twin = twin().await;
    let latch = Latch::new();
    latch.run(&["connections", "set", "close", "--close-url", &twin.url()]).await;
    latch.run_with_input(&["accounts", "add", "us_team"], &ann(&twin)).await;
    let fresh = latch.run(&["accounts", "policy", "us_team"]).await;
    assert_eq!(fresh.out, "read         allow\nwrite        allow\ndestructive  allow (as write)\n");
    assert!(latch.json(&["accounts", "show", "us_team", "--json"]).await["account"].get("policy").is_none());

    let set = ["accounts", "policy", "us_team", "--write", "ask", "--destructive", "deny", "--json"];
    let policy =
        json!({"read": "allow", "write": "ask", "destructive": "deny", "destructive_set_apart": true});
    assert_eq!(latch.json(&set).await, json!({"success": true, "account": "us_team", "policy": policy}));
    let listed = latch.run(&["accounts"]).await;
    assert!(listed.out.contains("POLICY"), "{listed:?}");
    assert!(listed.out.contains("read:allow,write:ask,destructive:deny"), "{listed:?}");
    let listed = latch.json(&["accounts", "list", "--json"]).await;
    assert_eq!(listed["accounts"][0]["policy"], policy);

    twin.control().clear_requests();
    let refused = with(&latch, &["--account", "us_team"]).await;
    steady().bind(|| insta::assert_snapshot!(refused.told()));
    let deleted = latch.run(&["call", "delete_lead", "--id", ACME]).await;
    assert_eq!(deleted.code, 6, "{deleted:?}");
    assert!(twin.control().requests().is_empty(), "nothing was sent");

    // The command that the refusal names is the way out.
    assert!(refused.err.contains("latch accounts policy us_team --write allow"), "{refused:?}");
    let loosened = latch.run(&["accounts", "policy", "us_team", "--write", "allow"]).await;
    assert_eq!(loosened.out, "read         allow\nwrite        allow\ndestructive  deny\n");
    assert_eq!(with(&latch, &[]).await.code, 0);
    let as_write = latch.run(&["accounts", "policy", "us_team", "--destructive", "write"]).await;
    assert!(as_write.out.ends_with("destructive  allow (as write)\n"), "{as_write:?}");
}

#[tokio::test]
async fn a_call_may_narrow_the_policy_and_force_passes_it_by() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin).with("LATCH_POLICY", "write:deny");
    let refused = with(&latch, &["--json"]).await;
    assert_eq!(refused.code, 6);
    let told = refused.json();
    assert_eq!((&told["success"], &told["error_class"]), (&json!(false), &json!("permission_denied")));
    let error = told["error"].as_str().unwrap();
    assert!(error.contains("set LATCH_POLICY to a policy with write:allow"), "{error}");
    assert_eq!(told["meta"]["permission_bypassed"], false);

    let forced = with(&latch, &["--force", "--json"]).await.json();
    assert_eq!((&forced["success"], &forced["meta"]["permission_bypassed"]), (&json!(true), &json!(true)));
    let narrowed = latch.run(&["call", "get_lead", "--id", ACME, "--policy", "read:ask"]).await;
    assert_eq!(narrowed.code, 6);
    assert!(narrowed.err.contains("this call's own policy says read:ask"), "{narrowed:?}");

    let record = latch.json(&["calls", "--json"]).await;
    let calls = record["calls"].as_array().unwrap();
    let told: Vec<(&Value, &Value, &Value)> =
        calls.iter().map(|call| (&call["error_class"], &call["forced"], &call["run_id"])).collect();
    let (null, yes, no) = (json!(null), json!(true), json!(false));
    let (ask, deny) = (json!("approval_required"), json!("permission_denied"));
    assert_eq!(told, [(&ask, &no, &null), (&null, &yes, &null), (&deny, &no, &null)]);
    let listed = latch.run(&["accounts"]).await;
    assert!(listed.out.contains("read:allow,write:deny"), "{listed:?}");
}

#[tokio::test]
async fn a_policy_that_cannot_be_read_stops_everything() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin).with("LATCH_POLICY", "write:maybe");
    let said = "Invalid permission 'write:maybe'. Use read/write with allow, ask, or deny.";
    let ran = with(&latch, &[]).await;
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains(said) && ran.err.contains("LATCH_POLICY"), "{ran:?}");
    let ran = with(&Latch::with_key_of(&twin), &["--policy", "write:maybe"]).await;
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains(said), "{ran:?}");
    assert!(twin.control().requests().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn names_that_would_mislead_are_refused() {
    let twin = twin().await;
    let latch = Latch::new();
    let taken = latch.run_with_input(&["accounts", "add", "list_leads"], "key").await;
    assert_eq!(taken.code, 2, "{taken:?}");
    assert!(taken.err.contains("that is a function of Close; nothing was stored"), "{taken:?}");
    // Whoever sets a policy for the key in the environment must not believe that it holds.
    let latch = Latch::with_key_of(&twin);
    let default = latch.run(&["accounts", "policy", "default", "--write", "deny"]).await;
    assert_eq!(default.code, 2, "{default:?}");
    assert!(default.err.contains("LATCH_POLICY"), "{default:?}");
}
