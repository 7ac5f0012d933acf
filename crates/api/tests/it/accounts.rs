//! Connected accounts over REST.

use serde_json::json;

use crate::door::Door;

#[tokio::test]
async fn an_application_makes_finds_and_removes_an_account() {
    let door = Door::open().await;
    let rep = json!({"connector": "close", "identifier": "user_close_123"});

    let (status, made) = door.post("/api/v1/connected_accounts:get_or_create", rep.clone()).await;
    assert_eq!((status, &made["connected_account"]["status"]), (201, &json!("PENDING_AUTH")));
    assert_eq!(made["connected_account"]["latch"]["status"], "PENDING");
    let (status, again) = door.post("/api/v1/connected_accounts:get_or_create", rep.clone()).await;
    assert_eq!((status, &again["connected_account"]["id"]), (200, &made["connected_account"]["id"]));

    let (_, listed) = door.get("/api/v1/connected_accounts?status=pending").await;
    assert_eq!(
        (&listed["total_size"], &listed["connected_accounts"][0]),
        (&json!(1), &again["connected_account"])
    );
    let id = made["connected_account"]["id"].as_str().expect("an id");
    let (status, one) = door.get(&format!("/api/v1/connected_accounts/{id}")).await;
    assert_eq!((status, &one["connected_account"]["identifier"]), (200, &json!("user_close_123")));

    let (status, _) = door.post("/api/v1/connected_accounts:delete", json!({"id": id})).await;
    assert_eq!(status, 200);
    let (status, gone) = door.get(&format!("/api/v1/connected_accounts/{id}")).await;
    assert_eq!((status, &gone["error"]["class"]), (404, &json!("not_found")));
}

#[tokio::test]
async fn each_link_is_new_and_expires() {
    let door = Door::open().await;
    let rep = json!({"identifier": "rep"});
    door.post("/api/v1/connected_accounts:get_or_create", rep.clone()).await;
    let (_, first) = door.post("/api/v1/connected_accounts/magic_link", rep.clone()).await;
    let (_, second) = door.post("/api/v1/connected_accounts/magic_link", rep).await;
    assert!(first["link"].as_str().is_some_and(|link| link.contains("/connect/")));
    assert_ne!(first["link"], second["link"]);
    assert!(first["expiry"].as_str().is_some_and(|at| at.ends_with('Z')));
}

#[tokio::test]
async fn an_account_that_is_not_active_is_refused_with_its_link() {
    let door = Door::open().await;
    door.post("/api/v1/connected_accounts:get_or_create", json!({"identifier": "rep"})).await;
    let body = json!({"tool_name": "close_me_get", "identifier": "rep"});
    let (status, answer) = door.post("/api/v1/execute_tool", body).await;
    assert_eq!((status, &answer["error"]["class"]), (400, &json!("account_not_active")));
    assert_eq!(answer["error"]["account_status"], "PENDING");
    assert!(answer["error"]["link"].as_str().is_some_and(|link| link.contains("/connect/")));
}
