//! `latch lua` and `latch runs` against a twin.

use serde_json::json;

use crate::program::{Latch, steady, twin};

#[tokio::test]
async fn a_script_comes_from_the_line_from_a_file_or_from_a_pipe() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    let source = "local me = app.integrations.close.get_current_user({}) print('I am ' .. me.first_name) return me.email, { n = 1 }";
    let file = latch.home.path().join("who.lua");
    std::fs::write(&file, source).unwrap();
    let expected = "I am Ann\n\"ann@closer.example.com\"\n{\n  \"n\": 1\n}\n";
    for ran in [
        latch.run(&["lua", "--eval", source]).await,
        latch.run(&["lua", file.to_str().unwrap()]).await,
        latch.run_with_input(&["lua"], source).await,
        latch.run_with_input(&["lua", "-"], source).await,
    ] {
        assert_eq!((ran.code, ran.out.as_str(), ran.err.as_str()), (0, expected, ""));
    }
}

#[tokio::test]
async fn exit_codes_tell_a_failed_script_from_one_that_is_not_there() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    let failed = latch.run(&["lua", "-e", "print('so far') close.get_lead('lead_nope')"]).await;
    let nothing = latch.run(&["lua"]).await;
    let no_file = latch.run(&["lua", "nowhere.lua"]).await;
    let wrong = latch.run(&["lua", "-e", "return 1", "--cpu-limit", "soon"]).await;
    assert_eq!((failed.code, nothing.code, no_file.code, wrong.code), (1, 2, 2, 2));
    steady().bind(|| {
        insta::assert_snapshot!("a_failed_script", failed.told());
        insta::assert_snapshot!("no_script", nothing.told());
    });
}

#[tokio::test]
async fn the_record_in_json_is_one_document_whatever_happens() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    let good =
        latch.json(&["lua", "-e", "print('hi') return close.get_current_user().id ~= nil", "--json"]).await;
    assert_eq!(
        (&good["success"], &good["output"], &good["result"]),
        (&json!(true), &json!("hi"), &json!([true]))
    );
    assert_eq!(good["integration_calls"][0]["path"], "integrations.close.get_current_user");
    let bad = latch.run(&["lua", "-e", "while true do end", "--cpu-limit", "0.2", "--json"]).await;
    assert_eq!(bad.code, 1);
    assert_eq!(bad.json()["error_class"], "cpu_limit");
    let none = latch.run(&["lua", "--json"]).await;
    assert_eq!((none.code, none.json()["success"].clone()), (2, json!(false)));
}

#[tokio::test]
async fn a_dry_run_shows_each_request_it_would_make() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    let source =
        "local lead = close.create_lead{name='New'} close.create_task{lead_id=lead.id, text='Call them'}";
    let ran = latch.run(&["lua", "-e", source, "--dry-run"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    steady().bind(|| insta::assert_snapshot!(ran.told()));
    let kept = latch.json(&["call", "list_leads", "--query", "New"]).await;
    assert_eq!(kept["total"], 0);
}

#[tokio::test]
async fn ceilings_come_from_the_environment_and_flags_only_lower_them() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin).with("LATCH_LUA_LIMITS", "cpu:2,calls:3");
    let record =
        latch.json(&["lua", "-e", "return 1", "--cpu-limit", "60", "--max-calls", "2", "--json"]).await;
    assert_eq!(record["meta"]["limits"]["cpu_seconds"], 2.0);
    assert_eq!(record["meta"]["limits"]["calls"], 2);
    let latch = Latch::with_key_of(&twin).with("LATCH_LUA_LIMITS", "speed:9");
    let ran = latch.run(&["lua", "-e", "return 1"]).await;
    assert_eq!(ran.code, 5);
    assert!(
        ran.err.contains("LATCH_LUA_LIMITS cannot be used: there is no limit called \"speed\""),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn runs_are_listed_and_shown_whole() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    let none = latch.run(&["runs"]).await;
    assert_eq!((none.code, none.out.as_str()), (0, ""));
    let first = latch
        .json(&["lua", "-e", "print('remember me') return close.get_current_user().first_name", "--json"])
        .await;
    latch.run(&["lua", "-e", "error('second')"]).await;
    let listed = latch.json(&["runs", "--json"]).await;
    assert_eq!(listed["runs"][0]["error_class"], "runtime");
    assert_eq!(listed["runs"][1]["id"], first["id"]);
    let id = first["id"].as_str().unwrap();
    let shown = latch.run(&["runs", &id[id.len() - 8..]]).await;
    assert_eq!(shown.code, 0, "{shown:?}");
    for part in [id, "outcome: ok", "remember me", "\"Ann\"", "get_current_user"] {
        assert!(shown.out.contains(part), "{part} is not in {}", shown.out);
    }
    let whole = latch.json(&["runs", id, "--json"]).await;
    assert_eq!(whole["output"], "remember me");
    let unknown = latch.run(&["runs", "run_0"]).await;
    assert_eq!(unknown.code, 3, "{unknown:?}");
}

#[tokio::test]
async fn a_session_keeps_what_is_defined_and_goes_on_after_errors() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    let typed = "local who = close.get_current_user()\nwho.first_name\nfor i = 1, 2 do\n  print(i)\nend\nnil .. 1\n{ n = 2 + 2 }\n:quit\nnever\n";
    let ran = latch.run_with_input(&["lua", "--repl"], typed).await;
    assert_eq!(ran.code, 0);
    assert_eq!(ran.out, "\"Ann\"\n1\n2\n{\n  n: 4\n}\n");
    assert!(
        ran.err.contains("error: input:1: attempt to concatenate nil with number [runtime]"),
        "{}",
        ran.err
    );
}

#[tokio::test]
async fn what_a_script_prints_cannot_control_the_terminal() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    let ran = latch.run(&["lua", "-e", "print('\\27[31mred') error('\\27]0;title\\7', 0)"]).await;
    assert!(!ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'), "{ran:?}");
}
