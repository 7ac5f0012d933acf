//! Each kind of bad input gets a status and a sentence.

use serde_json::{Value, json};

use crate::door::Door;

fn told(answer: &(u16, Value)) -> (u16, &str, &str) {
    let error = &answer.1["error"];
    (answer.0, error["class"].as_str().unwrap_or_default(), error["message"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn callers_without_the_right_secret_learn_nothing() {
    let door = Door::open().await;
    let http = reqwest::Client::new();
    for request in [
        http.get(door.url("/api/v1/tools")),
        http.get(door.url("/api/v1/tools")).bearer_auth("x"),
        http.get(door.url("/api/v1/tools")).basic_auth(&door.client_id, Some("wrong")),
        http.get(door.url("/api/v1/tools")).basic_auth("nobody", Some(&door.client_secret)),
    ] {
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.status(), 401);
        assert!(answer.headers().contains_key("www-authenticate"));
        let body: Value = answer.json().await.expect("in JSON");
        assert_eq!(body["error"]["class"], "unauthenticated");
    }
}

#[tokio::test]
async fn each_mistake_is_answered_with_what_to_do() {
    let door = Door::open().await;
    door.house.connect_with_key("rep").await;
    let execute = "/api/v1/execute_tool";

    let answer = door.post(execute, json!({"tool_name": "create_leed", "identifier": "rep"})).await;
    assert_eq!(told(&answer).0, 404);
    assert_eq!(answer.1["error"]["suggestions"][0], "create_lead");

    let answer = door
        .post(execute, json!({"tool_name": "create_lead", "identifier": "rep", "params": {"nmae": 1}}))
        .await;
    assert_eq!(told(&answer).1, "invalid_arguments");
    assert_eq!(
        answer.1["error"]["problems"][1],
        json!({"kind": "missing", "parameter": "name", "detail": "name"})
    );

    let answer = door.post(execute, json!({"tool_name": "close_me_get"})).await;
    assert_eq!(answer.1["details"][0]["validation_error_info"]["field_violations"][0]["field"], "identifier");
    assert!(told(&answer).2.contains("say whose account it is"), "{answer:?}");

    let answer = door.post(execute, json!({"tool_name": "close_me_get", "identifier": "nobody"})).await;
    assert_eq!((told(&answer).0, told(&answer).1), (404, "not_found"));

    let answer = door.post(execute, json!({"tool": "close_me_get"})).await;
    assert!(told(&answer).2.contains("unknown field `tool`"), "{answer:?}");

    for address in [
        "/api/v1/tools?page_size=abc",
        "/api/v1/tools?nonsense=1",
        "/api/v1/connected_accounts?page_token=zzz",
    ] {
        let answer = door.get(address).await;
        assert_eq!((told(&answer).0, told(&answer).1), (400, "invalid_arguments"), "{address}: {answer:?}");
    }

    let answer = door.get("/api/v1/nothing/here").await;
    assert_eq!(told(&answer), (404, "not_found", "there is no route /api/v1/nothing/here"));

    let answer = door.get(execute).await;
    assert_eq!((told(&answer).0, told(&answer).2), (405, "this route takes another method: POST"));
}

#[tokio::test]
async fn bodies_that_are_not_json_or_too_large_are_refused() {
    let door = Door::open().await;
    let http = reqwest::Client::new();
    let bare = |body: String| http.post(door.url("/api/v1/execute_tool")).body(body);
    let post = |body: String| bare(body).header("content-type", "application/json");

    let answer = door.send(bare("{}".to_owned())).await;
    assert_eq!(told(&answer), (415, "invalid_arguments", "the request body must be JSON; nothing was done"));

    let answer = door.send(post("{\"tool_name\": ".to_owned())).await;
    assert_eq!(told(&answer).0, 400);
    assert!(told(&answer).2.starts_with("the request body is not valid JSON"), "{answer:?}");

    let answer = door.send(post("x".repeat(2 * 1024 * 1024))).await;
    assert_eq!(
        told(&answer),
        (413, "invalid_arguments", "the request body is larger than 1 MiB; nothing was done")
    );
}

#[tokio::test]
async fn what_close_says_about_fields_arrives_whole() {
    let door = Door::open().await;
    door.house.connect_with_key("rep").await;
    let params = json!({"text": "Call", "lead_id": "lead_wibble"});
    let body = json!({"tool_name": "create_task", "identifier": "rep", "params": params});
    let (status, answer) = door.post("/api/v1/execute_tool", body).await;
    assert_eq!(status, 400);
    assert_eq!(
        answer["error"]["field_errors"],
        json!([{"field": "lead", "message": "Object does not exist."}])
    );
    assert_eq!(answer["error"]["effect"], "none");
}
