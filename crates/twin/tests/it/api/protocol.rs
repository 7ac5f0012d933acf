//! What holds for every request: keys, errors, pages, methods.

use std::time::Duration;

use latch_twin::{Clock, RateLimit, TwinOptions};
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
    let put = house.try_post(&format!("lead/{LEAD}/"), json!({})).await.refused(404);
    assert_eq!(put, json!({"error": "404 Not Found: Did you mean to use PUT?"}));
    let refused = house.try_put("pipeline/", json!({})).await;
    assert_eq!(refused.headers["allow"], "GET, POST");
    refused.refused(405);
    // Whether there is anything to do is settled before the body is looked at.
    house.send(house.request(Method::PUT, "pipeline/").body("not JSON")).await.refused(405);
    house.send(house.request(Method::POST, "leads/").body("not JSON")).await.refused(404);
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
            "_limit=201",
            "The limit you set is larger than the maximum limit for this resource (max_limit = 200).",
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

/// `airbyte-source-close-com` calls `/api/v1/me` and `/api/v1//custom_field/lead/`.
#[tokio::test]
async fn a_path_with_a_slash_too_few_or_too_many_is_redirected() {
    let house = House::new().await;
    let me = house.get("me/").await;
    assert_eq!(house.get("me").await, me);
    assert_eq!(house.get("/custom_field//lead/").await, house.get("custom_field/lead/").await);
    let named = house.get(&format!("lead?id={LEAD}&_fields=id")).await;
    assert_eq!(named["data"], json!([{"id": LEAD}]));
    let written = house.post("lead", json!({"name": "Without a slash"})).await;
    assert_eq!(written["name"], "Without a slash");
    house.try_get("leads").await.refused(404);

    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let answer = client.get(format!("{}/api/v1/me?_fields=id", house.twin.url())).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["location"]),
        (308, &"/api/v1/me/?_fields=id".parse().unwrap())
    );
}

/// `tap-closeio` sleeps for `rate_reset`; `airbyte-source-close-com` looks for it under `error`.
#[tokio::test]
async fn the_body_of_a_429_is_one_that_old_clients_can_read() {
    let rate_limit = RateLimit { requests: 1, window: Duration::from_secs(8) };
    let clock = Clock::fixed(NOW.parse().unwrap());
    let rate_limits = rate_limit.into();
    let house = House::with(TwinOptions { leads: 0, clock, rate_limits, ..TwinOptions::default() }).await;
    house.get("me/").await;
    let body = house.try_get("me/").await.refused(429);
    assert_eq!((&body["rate_reset"], &body["error"]["rate_reset"]), (&json!(8.0), &json!(8.0)));
    assert_eq!(body["message"], "API call count exceeded for this period");
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
