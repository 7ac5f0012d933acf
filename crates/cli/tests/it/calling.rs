//! `latch call` against a twin, with nothing set up but a key in the environment.

use latch_testkit::ACME;
use serde_json::json;

use crate::program::{Latch, Ran, steady, twin};

#[tokio::test]
async fn one_key_is_all_that_is_needed() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    let ran = latch.run(&["call", "list_leads", "--query", "Acme", "--fields", "id,name"]).await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    assert_eq!(ran.json()["leads"][0]["id"], ACME);
}

#[tokio::test]
async fn flags_take_the_type_the_tool_declares() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    let lead = latch.json(&["call", "create_lead", "--name=007", "--description", "+1234567890"]).await;
    assert_eq!((&lead["name"], &lead["description"]), (&json!("007"), &json!("+1234567890")));
    let id = lead["id"].as_str().unwrap();
    let contact = latch
        .json(&[
            "call",
            "create_contact",
            "--lead-id",
            id,
            "--name",
            "Ada",
            "--emails",
            r#"[{"email": "ada@example.com"}]"#,
        ])
        .await;
    assert_eq!(contact["emails"][0]["email"], "ada@example.com");
    let kept = twin.control().get(id).unwrap();
    assert_eq!(kept["name"], "007");
}

#[tokio::test]
async fn the_payload_comes_from_the_line_or_from_a_pipe_and_flags_win() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    let given = latch.json(&["call", "create_lead", r#"{"name": "From the line"}"#]).await;
    assert_eq!(given["name"], "From the line");
    for arguments in [&["call", "create_lead", "-"][..], &["call", "create_lead"]] {
        let ran = latch.run_with_input(arguments, r#"{"name": "From a pipe"}"#).await;
        assert_eq!(ran.json()["name"], "From a pipe");
    }
    let ran =
        latch.run_with_input(&["call", "create_lead", "-", "--name", "Flag"], r#"{"name": "Pipe"}"#).await;
    assert_eq!(ran.json()["name"], "Flag");
    let pair = latch.json(&["call", "create_lead", "--arg", "name=A=B"]).await;
    assert_eq!(pair["name"], "A=B");
}

#[tokio::test]
async fn an_open_pipe_on_which_nothing_comes_does_not_hang() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    let mut command = latch.command(&["call", "get_lead", ACME, "--json"]);
    let mut child =
        command.arg("--").arg("--id").arg(ACME).stdin(std::process::Stdio::piped()).spawn().unwrap();
    let open = child.stdin.take();
    let output = child.wait_with_output().await.unwrap();
    drop(open);
    // The stray payload is refused at once; what matters is that the program ended with the pipe still open.
    assert_eq!(output.status.code(), Some(2));
    let mut child = latch
        .command(&["call", "get_lead", "--id", ACME])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let open = child.stdin.take();
    let ran = Ran::from(child.wait_with_output().await.unwrap());
    drop(open);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("was not waited for; give `-` to wait for it"), "{ran:?}");
}

#[tokio::test]
async fn a_program_that_keeps_a_pipe_open_can_write_and_is_told_of_it() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    let mut child = latch
        .command(&["call", "create_lead", "--name", "Globex"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let open = child.stdin.take();
    let ran = Ran::from(child.wait_with_output().await.unwrap());
    drop(open);
    assert_eq!(ran.json()["name"], "Globex");
    assert!(ran.err.contains("was not waited for; give `-` to wait for it"), "{ran:?}");
    // At its end there is nothing to wait for.
    let ran = latch.run_with_input(&["call", "create_lead", "--name", "Initech"], "").await;
    assert_eq!((ran.json()["name"].as_str(), ran.err.as_str()), (Some("Initech"), ""));
}

#[tokio::test]
async fn what_stands_in_close_does_not_control_the_terminal() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    let ran = latch.run(&["call", "get_lead", "--id", "lead_\u{1b}]0;owned\u{7}\u{9b}2J"]).await;
    assert_ne!(ran.code, 0);
    let loose = |text: &str| text.chars().any(|one| one.is_control() && one != '\n');
    assert!(!loose(&ran.out) && !loose(&ran.err), "{ran:?}");
    let name = "Acme\u{9b}2J\u{7f}";
    let ran = latch.run(&["call", "create_lead", "--name", name]).await;
    assert!(!loose(&ran.out), "{ran:?}");
    assert_eq!(ran.json()["name"], name, "what programs read is unchanged");
}

#[tokio::test]
async fn a_dry_run_shows_the_request_and_sends_nothing() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    let ran = latch.run(&["call", "create_lead", "--name", "Acme Corp", "--dry-run"]).await;
    steady().bind(|| insta::assert_snapshot!(ran.told()));
    let envelope = latch.json(&["call", "create_lead", "--name", "Acme Corp", "--dry-run", "--json"]).await;
    assert_eq!((&envelope["success"], &envelope["data"]), (&json!(true), &json!(null)));
    assert_eq!(envelope["request"]["body"], json!({"name": "Acme Corp"}));
    assert!(!envelope.to_string().to_lowercase().contains("authorization"));
    assert!(twin.control().requests().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn the_envelope_holds_every_outcome() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    let good = latch.run(&["call", "get_lead", "--id", ACME, "--fields", "id,name", "--json"]).await;
    let bad = latch.run(&["call", "create_task", "--text", "x", "--lead-id", "lead_nope", "--json"]).await;
    let missing = latch.run(&["call", "create_task", "--json"]).await;
    assert_eq!((good.code, bad.code, missing.code), (0, 1, 2), "{bad:?}");
    steady().bind(|| {
        insta::assert_snapshot!("envelope_success", good.out);
        insta::assert_snapshot!("envelope_refused", bad.out);
        insta::assert_snapshot!("envelope_missing", missing.out);
    });
}

#[tokio::test]
async fn calls_are_recorded_without_arguments_or_keys() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    latch.run(&["call", "create_lead", "--name", "Hush-hush"]).await;
    latch.run(&["call", "get_lead", "--id", "lead_nope"]).await;
    let record = latch.json(&["calls", "--json"]).await;
    let calls = record["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 2);
    assert_eq!((&calls[1]["tool"], &calls[1]["outcome"]), (&json!("close_lead_create"), &json!("ok")));
    assert_eq!(calls[0]["close_status"], 404);
    assert!(!record.to_string().contains("Hush"));
    let text = latch.run(&["status"]).await;
    assert!(text.out.contains("close_lead_create") && text.out.contains("CLOSE_API_KEY"), "{text:?}");
}
