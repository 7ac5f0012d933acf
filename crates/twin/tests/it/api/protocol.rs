//! What holds for every request: keys, errors, pages, methods, limits, faults.

use std::time::Duration;

use latch_twin::{Clock, FaultKind, FaultRule, RateLimit, TwinOptions};
use reqwest::Method;
use serde_json::json;

use crate::support::{CLOSER, House, LEAD, NOW, each, id};

#[tokio::test]
async fn a_wrong_key_gets_the_recorded_answer() {
    let mut house = House::new().await;
    house.use_key("api_unknown");
    let answer = house.try_get("me/").await;
    let message = "The server could not verify that you are authorized to access the URL requested.  You either \
                   supplied the wrong credentials (e.g. a bad password), or your browser doesn't understand how to \
                   supply the credentials required.";
    assert_eq!(answer.refused(401), json!({ "error": message }));
    let token = house.request(Method::GET, "me/").bearer_auth("stale");
    assert!(house.send(token).await.status == 401);
}

#[tokio::test]
async fn unknown_objects_and_paths_are_not_found() {
    let house = House::new().await;
    let missing = house.try_get("lead/lead_missing/").await.refused(404);
    assert_eq!(missing, json!({"error": "Empty query: Lead matching query does not exist."}));
    let path = house.try_get("leads/").await.refused(404);
    assert!(path["error"].as_str().unwrap().starts_with("The requested URL was not found on the server."));
    house.try_get("lead").await.refused(404);
    let put = house.try_post(&format!("lead/{LEAD}/"), json!({})).await.refused(404);
    assert_eq!(put, json!({"error": "404 Not Found: Did you mean to use PUT?"}));
    house.try_put("pipeline/", json!({})).await.refused(405);
    house.try_delete("me/").await.refused(405);
}

#[tokio::test]
async fn bodies_must_be_json_objects() {
    let house = House::new().await;
    let plain = house.request(Method::POST, "lead/").body("name=Acme");
    house.send(plain).await.refused(415);
    let broken = house.request(Method::POST, "lead/").header("content-type", "application/json").body("{");
    let answer = house.send(broken).await.refused(400);
    assert_eq!(answer, json!({"error": "The request contains invalid JSON."}));
    let list = house.try_post("lead/", json!(["Acme"])).await.refused(400);
    assert_eq!(list, json!({"error": "JSON data must be a dict."}));
    let other = house.try_post("lead/", json!({"organization_id": "orga_other"})).await.refused(400);
    assert_eq!(other["field-errors"], json!({"organization": "Object does not exist."}));
}

#[tokio::test]
async fn pages_say_whether_there_is_more() {
    let house = House::new().await;
    let before = house.get("lead/?_limit=0").await["total_results"].as_u64().unwrap();
    for number in 1..=5 {
        house.post("lead/", json!({"name": format!("Number {number}")})).await;
    }
    let first = house.get("lead/?_limit=2&_fields=id,name").await;
    assert_eq!(each(&first, "name"), ["Number 5", "Number 4"]);
    assert_eq!((&first["has_more"], &first["total_results"]), (&json!(true), &json!(before + 5)));
    assert_eq!(first["data"][0].as_object().unwrap().len(), 2);
    let last = house.get(&format!("lead/?_limit=2&_skip={}", before + 3)).await;
    assert_eq!(last["has_more"], json!(false));
    assert_eq!(last["data"].as_array().unwrap().len(), 2);
    let counted = house.get("lead/?_limit=0").await;
    assert_eq!((&counted["data"], &counted["total_results"]), (&json!([]), &json!(before + 5)));

    for (parameters, message) in [
        (
            "_limit=101",
            "The limit you set is larger than the maximum limit for this resource (max_limit = 100).",
        ),
        ("_limit=x", "_limit must be an integer (got \"x\" instead)."),
        ("_skip=-1", "_skip must be a non-negative integer (got \"-1\" instead)."),
        (
            "_skip=250001",
            "The skip you set is larger than the maximum skip for this resource (max_skip = 250000).\nPlease refine \
             your search query.",
        ),
    ] {
        let answer = house.try_get(&format!("lead/?{parameters}")).await.refused(400);
        assert_eq!(answer, json!({ "error": message }));
    }
}

#[tokio::test]
async fn long_filters_travel_in_the_body() {
    let house = House::new().await;
    let body = json!({"_params": {"id__in": LEAD, "_fields": "id,display_name"}});
    let request = house.request(Method::POST, "lead/").header("x-http-method-override", "GET").json(&body);
    let list = house.send(request).await.fine();
    assert_eq!(list["data"], json!([{"id": LEAD, "display_name": "Acme Rockets"}]));
}

#[tokio::test]
async fn limits_are_told_and_kept() {
    let rate_limit = RateLimit { requests: 2, window: Duration::from_secs(8) };
    let clock = Clock::fixed(NOW.parse().unwrap());
    let house = House::with(TwinOptions { leads: 0, clock, rate_limit, ..TwinOptions::default() }).await;
    let first = house.try_get("me/").await;
    assert_eq!(first.headers["ratelimit"], "limit=2, remaining=1, reset=8");
    house.get("me/").await;
    let third = house.try_get("me/").await;
    assert_eq!(third.status, 429);
    assert_eq!(third.headers["ratelimit"], "limit=2, remaining=0, reset=8");
    assert_eq!(third.headers["retry-after"], "8");
    house.get("user/").await;
    house.control().advance_clock(Duration::from_secs(8));
    house.get("me/").await;
}

#[tokio::test]
async fn faults_happen_as_often_as_asked() {
    let house = House::new().await;
    let rule = |method: &str, kind| FaultRule {
        method: Some(method.to_owned()),
        path_prefix: "/api/v1/lead/".to_owned(),
        times: 1,
        kind,
    };
    house.control().fail_next(rule("GET", FaultKind::Status(503)));
    house.try_get("lead/").await.refused(503);
    house.get("lead/").await;

    house.control().fail_next(rule("POST", FaultKind::DropBefore));
    let request = house.request(Method::POST, "lead/").json(&json!({"name": "Lost"}));
    assert!(request.send().await.is_err());
    house.control().fail_next(rule("POST", FaultKind::DropAfter));
    let request = house.request(Method::POST, "lead/").json(&json!({"name": "Kept"}));
    assert!(request.send().await.is_err());
    assert_eq!(each(&house.get("lead/?_fields=name&_limit=1").await, "name"), ["Kept"]);

    house.control().fail_next(rule("GET", FaultKind::RateLimited { reset_seconds: 3 }));
    assert_eq!(house.try_get("lead/").await.headers["retry-after"], "3");
    house.control().fail_next(rule("GET", FaultKind::Html));
    let page = house.request(Method::GET, "lead/").send().await.unwrap();
    assert_eq!(
        (page.status().as_u16(), page.headers()["content-type"].to_str().unwrap()),
        (502, "text/html")
    );
}

#[tokio::test]
async fn requests_are_remembered_without_credentials() {
    let house = House::new().await;
    let before = house.control().count("lead");
    let made = house.post("lead/?_fields=id", json!({"name": "Acme"})).await;
    let request = house.control().requests().pop().unwrap();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/api/v1/lead/"));
    assert_eq!((request.query.as_str(), request.body.as_str()), ("_fields=id", "{\"name\":\"Acme\"}"));
    assert_eq!((request.authorization_kind.as_str(), request.status), ("basic", 200));
    assert_eq!(house.control().get(&id(&made)).unwrap()["name"], "Acme");
    assert_eq!(house.control().count("lead"), before + 1);
    house.control().clear_requests();
    assert!(house.control().requests().is_empty());
}

#[tokio::test]
async fn levers_answer_over_http_only_when_enabled() {
    let house = House::new().await;
    let url = format!("{}/_twin/requests", house.twin.url());
    assert_eq!(reqwest::get(&url).await.unwrap().status(), 404);

    let clock = Clock::fixed(NOW.parse().unwrap());
    let house = House::with(TwinOptions { leads: 0, clock, control: true, ..TwinOptions::default() }).await;
    let before = house.control().count("lead");
    house.post("lead/", json!({"name": "Soon gone"})).await;
    let client = reqwest::Client::new();
    let lever = |path: &str| client.post(format!("{}/_twin/{path}", house.twin.url()));
    let fault = json!({"path_prefix": "/api/v1/me/", "times": 1, "kind": {"status": 500}});
    assert_eq!(lever("faults").json(&fault).send().await.unwrap().status(), 200);
    house.try_get("me/").await.refused(500);
    lever("clock/advance").json(&json!({"seconds": 60})).send().await.unwrap();
    lever("reset").send().await.unwrap();
    assert_eq!(house.control().count("lead"), before);
    let gone =
        lever("grants/revoke").json(&json!({"user_email": "nobody@example.com"})).send().await.unwrap();
    assert_eq!(gone.status(), 404);
}

#[tokio::test]
async fn organizations_cannot_see_each_other() {
    let mut house = House::new().await;
    let keys = house.twin.api_keys();
    let stranger = keys.iter().find(|key| key.organization_id != CLOSER).unwrap();
    house.use_key(&stranger.key);
    house.try_get(&format!("lead/{LEAD}/")).await.refused(404);
    house.try_get(&format!("organization/{CLOSER}/")).await.refused(404);
    let answer = house.try_post("task/", json!({"lead_id": LEAD, "text": "Spy"})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"lead": "Object does not exist."}));
}
