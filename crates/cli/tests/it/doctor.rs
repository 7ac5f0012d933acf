//! `latch doctor`: what is well, what is wrong, what to do.

use serde_json::json;

use crate::program::{Latch, ann, steady, twin};

#[tokio::test]
async fn all_is_well() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin);
    latch.run(&["connections", "set", "close", "--close-url", &twin.url()]).await;
    latch.run_with_input(&["accounts", "add", "us_team"], &ann(&twin)).await;
    let ran = latch.run(&["doctor"]).await;
    steady().bind(|| insta::assert_snapshot!("doctor_well", ran.told()));
}

#[tokio::test]
async fn a_problem_comes_with_its_cure_and_a_failing_exit_code() {
    let twin = twin().await;
    let latch = Latch::new();
    latch.run(&["connections", "set", "close", "--close-url", &twin.url()]).await;
    let add = ["accounts", "add", "us_team", "--no-check"];
    latch.run_with_input(&add, "api_gone.0000000000000000000000").await;
    let ran = latch.run(&["doctor"]).await;
    steady().bind(|| insta::assert_snapshot!("doctor_problem", ran.told()));
    let checks = latch.run(&["doctor", "--json"]).await;
    assert_eq!(checks.code, 1);
    assert_eq!((&checks.json()["success"], &checks.json()["problems"]), (&json!(false), &json!(1)));
}

#[tokio::test]
async fn an_unusable_data_folder_is_a_finding() {
    let latch = Latch::new().with("LATCH_HOME", "/dev/null/latch");
    let ran = latch.run(&["doctor"]).await;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("WRONG  data folder /dev/null/latch"), "{ran:?}");
}
