//! A twin with a folder goes on where it stopped.

use std::path::Path;

use latch_twin::{Clock, TwinError, TwinOptions};
use serde_json::json;

use crate::support::{House, LEAD, NOW, POTENTIAL, QUALIFIED, each, id};

async fn house_in(folder: &Path) -> House {
    let clock = Clock::fixed(NOW.parse().unwrap());
    let data = Some(folder.to_owned());
    House::with(TwinOptions { leads: 3, clock, data, ..TwinOptions::default() }).await
}

#[tokio::test]
async fn what_was_written_is_there_after_a_restart_and_what_was_deleted_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let house = house_in(folder.path()).await;
    let leads = house.get("lead/?_limit=0").await["total_results"].clone();
    let note = house.post("activity/note/", json!({"lead_id": LEAD, "note": "Kept."})).await;
    let gone = house.post("lead/", json!({"name": "Soon gone", "contacts": [{"name": "Nobody"}]})).await;
    house.delete(&format!("lead/{}/", id(&gone))).await;
    house.put(&format!("lead/{LEAD}/"), json!({"status_id": QUALIFIED})).await;
    let events = house.get("event/?_limit=5").await;
    house.twin.shutdown().await;

    let house = house_in(folder.path()).await;
    assert_eq!(house.get("lead/?_limit=0").await["total_results"], leads, "the demo data is not made twice");
    assert_eq!(house.get(&format!("activity/note/{}/", id(&note))).await["note"], "Kept.");
    house.try_get(&format!("lead/{}/", id(&gone))).await.refused(404);
    assert_eq!(house.get(&format!("lead/{LEAD}/")).await["status_id"], QUALIFIED);
    assert_eq!(house.get("event/?_limit=5").await, events);
    let notes = house.get(&format!("activity/note/?lead_id={LEAD}")).await;
    assert_eq!(each(&notes, "id")[0], note["id"], "lists keep their order");
    let fresh = house.post("lead/", json!({"name": "New after the restart"})).await;
    assert_ne!(id(&fresh), id(&gone), "ids are not given twice");
    let potential = house.get(&format!("lead/?status_id={POTENTIAL}&_limit=1")).await;
    assert_eq!(each(&potential, "id"), [fresh["id"].clone()]);
}

#[tokio::test]
async fn a_refused_write_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let house = house_in(folder.path()).await;
    house
        .try_post("lead/", json!({"name": "Half", "contacts": [{"emails": [{"email": "no"}]}]}))
        .await
        .refused(400);
    let leads = house.control().count("lead");
    house.twin.shutdown().await;
    assert_eq!(house_in(folder.path()).await.control().count("lead"), leads);
}

#[tokio::test]
async fn one_folder_belongs_to_one_twin() {
    let folder = tempfile::tempdir().unwrap();
    let _first = house_in(folder.path()).await;
    let options = TwinOptions { leads: 0, data: Some(folder.path().to_owned()), ..TwinOptions::default() };
    let refused = latch_twin::Twin::start(options).await.unwrap_err();
    assert!(matches!(refused, TwinError::Data { .. }), "{refused}");
    assert!(refused.to_string().contains("cannot keep data in"), "{refused}");
}

#[tokio::test]
async fn apps_and_tokens_are_kept_and_a_new_folder_has_only_the_demo_app() {
    let folder = tempfile::tempdir().unwrap();
    let mut house = house_in(folder.path()).await;
    let app = house.connect_app("Kept", crate::support::ANN).await;
    let token = house.swap_token(None).unwrap();
    let demo = house.twin.oauth_app();
    house.twin.shutdown().await;

    let mut house = house_in(folder.path()).await;
    assert_eq!(house.twin.oauth_app(), demo);
    house.swap_token(Some(token.clone()));
    assert_eq!(house.get("me/").await["id"], crate::support::ANN);
    let again = house.connect_app("Another", crate::support::ANN).await;
    assert_ne!(again.client_id, app.client_id);
    assert_ne!(house.swap_token(None), Some(token), "tokens are not given twice");
}
