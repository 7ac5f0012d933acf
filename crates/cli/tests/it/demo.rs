//! `latch demo`: the whole story.

use crate::program::{Latch, steady};

#[tokio::test]
async fn every_step_happens_and_is_read_back() {
    let latch = Latch::new();
    let ran = latch.run(&["demo", "--leads", "5"]).await;
    assert_eq!(ran.code, 0, "{}", ran.told());
    steady().bind(|| insta::assert_snapshot!(ran.told()));
    assert!(!ran.told().contains('\u{1b}'), "no colour where there is no terminal");
    assert_eq!(std::fs::read_dir(latch.home.path()).unwrap().count(), 0, "nothing is left behind");
}

#[tokio::test]
async fn programs_get_the_steps_as_json() {
    let demo = Latch::new().json(&["demo", "--leads", "0", "--json"]).await;
    assert_eq!(demo["success"], true);
    assert_eq!(demo["summary"].as_array().unwrap().len(), 6);
}

#[tokio::test]
async fn a_data_folder_that_is_given_is_kept() {
    let latch = Latch::new();
    let folder = latch.home.path().join("kept");
    let folder = folder.to_str().unwrap();
    let ran = latch.run(&["demo", "--leads", "0", "--data-folder", folder]).await;
    assert!(ran.out.contains(&format!("The data folder is kept: {folder}")), "{ran:?}");
    let accounts = latch.json(&["accounts", "--data-folder", folder, "--json"]).await;
    assert_eq!(accounts["accounts"][0]["identifier"], "user_close_123");
}
