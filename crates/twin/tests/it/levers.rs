//! The control address, states, and people made for a test.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use latch_twin::{Clock, DEMO, EMPTY, NewUser, TwinOptions};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::oauth::App;
use crate::support::{ANN, CLOSER, House, LEAD, NOW, id};

/// A twin whose levers answer over HTTP.
async fn house() -> House {
    let clock = Clock::fixed(NOW.parse().unwrap());
    let control = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    House::with(TwinOptions { leads: 0, clock, control, ..TwinOptions::default() }).await
}

async fn pull(house: &House, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
    let url = format!("{}{path}", house.twin.control_url().unwrap());
    let mut request = reqwest::Client::new().request(method, url);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

async fn post(house: &House, path: &str, body: Value) -> Value {
    let (status, answer) = pull(house, Method::POST, path, Some(body)).await;
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

async fn get(house: &House, path: &str) -> Value {
    let (status, answer) = pull(house, Method::GET, path, None).await;
    assert_eq!(status, 200, "{path}: {answer}");
    answer
}

#[tokio::test]
async fn levers_have_an_address_of_their_own_and_only_when_asked_for() {
    let plain = House::new().await;
    assert_eq!(plain.twin.control_url(), None);
    let house = house().await;
    for at in [&plain, &house] {
        for path in ["/_twin/requests", "/requests", "/reset", "/faults"] {
            let url = format!("{}{path}", at.twin.url());
            assert_eq!(reqwest::Client::new().post(url).send().await.unwrap().status(), 404, "{path}");
        }
        let ready = reqwest::get(format!("{}/_twin/ready", at.twin.url())).await.unwrap();
        assert_eq!(ready.status(), 200);
    }
    assert!(house.control().requests().iter().all(|request| request.path != "/_twin/ready"));
    assert_eq!(get(&house, "/ready").await, json!({"ready": true}));
    let (status, answer) = pull(&house, Method::GET, "/lever", None).await;
    assert_eq!(
        (status.as_u16(), &answer["error"]),
        (404, &json!("There is no such lever; GET / lists them."))
    );
}

#[tokio::test]
async fn the_list_of_levers_is_complete_and_its_examples_work() {
    let house = house().await;
    let list = get(&house, "/").await;
    insta::assert_json_snapshot!(list);
    for lever in list["levers"].as_array().unwrap() {
        let (method, path) = lever["request"].as_str().unwrap().split_once(' ').unwrap();
        if path.contains('{') {
            continue;
        }
        let body = (!lever["body"].is_null()).then(|| lever["body"].clone());
        let (status, answer) = pull(&house, method.parse().unwrap(), path, body).await;
        assert_eq!(status, 200, "{method} {path}: {answer}");
    }
}

#[tokio::test]
async fn bad_input_is_told_plainly() {
    let house = house().await;
    for (path, body, expected) in [
        ("/faults", json!({"kind": "explode"}), "unknown variant `explode`"),
        ("/faults", json!({"kind": "html", "prob": 1}), "unknown field `prob`"),
        ("/faults", json!({"times": 1}), "missing field `kind`"),
        ("/faults", json!({"kind": {"delay_seconds": -1}}), "-1 is not a number of seconds"),
        ("/faults", json!({"kind": {"status": 700}}), "status is 700"),
        ("/clock/advance", json!({"seconds": -1}), "invalid value"),
        ("/clock/skew", json!({"seconds": "1"}), "invalid type"),
        ("/clock/skew", json!({"seconds": 1e300}), "The clock cannot be set"),
        ("/tokens/expire", json!({}), "Give either an account or a token."),
        ("/rate_limits", json!({"groups": {"x": {"requests": 1, "seconds": 1}}}), "There is no group \"x\""),
        ("/rate_limits", json!({"organization_factor": 0}), "organization_factor must be at least 1."),
        ("/reset", json!({"state": "missing"}), "No state is called \"missing\"; there are demo, empty."),
        ("/states", json!({"name": "demo"}), "The state \"demo\" is always the same"),
        ("/states", json!({"name": " "}), "A name of a state"),
        ("/users", json!({"email": "x", "organization": CLOSER}), "\"x\" is not an e-mail address."),
        ("/users", json!({"email": "x@y.z", "organization": "Nowhere"}), "No organization has"),
        (
            "/users",
            json!({"email": "x@y.z", "organization": CLOSER, "role_id": "king"}),
            "The organization has no role",
        ),
        (
            "/users",
            json!({"email": "ann@closer.example.com", "organization": CLOSER}),
            "ann@closer.example.com is in",
        ),
        ("/api_keys", json!({"user": "x@y.z", "organization": CLOSER}), "No user has"),
        ("/organizations", json!({"name": "Closer Inc", "admin_email": "x@y.z"}), "There is an organization"),
        ("/oauth_apps", json!({"name": "None", "redirect_uris": []}), "An app needs at least one"),
    ] {
        let (status, answer) = pull(&house, Method::POST, path, Some(body.clone())).await;
        let message = answer["error"].as_str().unwrap();
        assert!(status == 400 && message.contains(expected), "{path} {body}: {status} {message}");
    }
    for path in ["/tokens/expire", "/grants/revoke"] {
        let nobody = json!({"account": "nobody@example.com"});
        assert_eq!(pull(&house, Method::POST, path, Some(nobody)).await.0, 404);
    }
    for path in ["/faults/1", "/faults/x", "/states/missing"] {
        assert_eq!(pull(&house, Method::DELETE, path, None).await.0, 404);
    }
    let url = format!("{}/faults", house.twin.control_url().unwrap());
    let broken = reqwest::Client::new().post(url).body("{").send().await.unwrap();
    assert_eq!(broken.status(), 400);
    assert_eq!(house.control().count("user"), 3, "nobody was made on the way");
}

#[tokio::test]
async fn faults_and_tokens_are_led_from_another_program() {
    let app = App::at(house().await);
    let house = &app.house;
    let fault = json!({"path_prefix": "/api/v1/me/", "times": 1, "kind": {"status": 500}});
    let id = post(house, "/faults", fault).await["id"].clone();
    assert_eq!(get(house, "/faults").await["faults"][0]["id"], id);
    house.try_get("me/").await.refused(500);
    assert_eq!(get(house, "/faults").await, json!({"faults": []}));
    assert_eq!(get(house, "/requests").await["requests"].as_array().unwrap().len(), 1);

    let (access, _) = app.connect().await;
    post(house, "/tokens/expire", json!({"account": "ann@closer.example.com"})).await;
    assert_eq!(app.me(&access).await, 401);
    let (access, refresh) = app.connect().await;
    post(house, "/grants/revoke", json!({"token": refresh})).await;
    assert_eq!(app.me(&access).await, 401);

    let lifetimes = post(house, "/token_lifetimes", json!({"access_seconds": 1.5})).await;
    assert_eq!(lifetimes, json!({"access_seconds": 1.5, "refresh_seconds": null, "code_seconds": 60}));
    let limits = post(house, "/rate_limits", json!({"default": {"requests": 1, "seconds": 1}})).await;
    assert_eq!(limits["organization_factor"], 3);
    house.get("me/").await;
    house.try_get("me/").await.refused(429);
    post(house, "/reset", json!({"state": "demo"})).await;
    house.get("me/").await;
    house.get("me/").await;
    assert_eq!(get(house, "/token_lifetimes").await["access_seconds"], 3600);
}

#[tokio::test]
async fn the_clock_can_be_wrong() {
    let house = house().await;
    let dated = async || {
        let answer = house.try_post("lead/", json!({"name": "When?"})).await;
        (answer.headers["date"].to_str().unwrap().to_owned(), answer.body["date_created"].clone())
    };
    assert_eq!(
        dated().await,
        ("Tue, 24 Nov 2026 15:00:00 GMT".to_owned(), json!("2026-11-24T15:00:00+00:00"))
    );
    post(&house, "/clock/skew", json!({"seconds": -120})).await;
    assert_eq!(
        dated().await,
        ("Tue, 24 Nov 2026 14:58:00 GMT".to_owned(), json!("2026-11-24T14:58:00+00:00"))
    );
    let clock = post(&house, "/clock/advance", json!({"seconds": 60})).await;
    assert_eq!(clock, json!({"now": "2026-11-24T14:59:00Z", "skew_seconds": -120.0}));
    post(&house, "/reset", json!({"state": "demo"})).await;
    assert_eq!(dated().await.0, "Tue, 24 Nov 2026 15:01:00 GMT", "the time that was let pass stays");
    house.control().advance_clock(Duration::MAX);
    house.control().advance_clock(Duration::MAX);
    house.post("lead/", json!({"name": "In the year 9000"})).await;
    post(&house, "/clock/skew", json!({"seconds": -9e15})).await;
    house.post("lead/", json!({"name": "In the year 1970"})).await;
}

#[tokio::test]
async fn the_world_goes_back_to_a_state_by_name() {
    let house = house().await;
    let control = house.control();
    let first = house.post("lead/", json!({"name": "First"})).await;
    post(&house, "/states", json!({"name": "one lead more"})).await;
    assert_eq!(get(&house, "/states").await, json!({"states": ["demo", "empty", "one lead more"]}));
    house.delete(&format!("lead/{}/", id(&first))).await;
    house.post("lead/", json!({"name": "Second"})).await;

    control.reset("one lead more").unwrap();
    house.get(&format!("lead/{}/", id(&first))).await;
    assert_eq!(house.get("lead/?query=name:second").await["total_results"], 0);
    house.delete(&format!("lead/{}/", id(&first))).await;
    control.reset("one lead more").unwrap();
    house.get(&format!("lead/{}/", id(&first))).await;

    control.reset(EMPTY).unwrap();
    house.try_get(&format!("lead/{LEAD}/")).await.refused(404);
    for path in ["lead", "contact", "activity", "task", "opportunity"] {
        assert_eq!(house.get(&format!("{path}/")).await["data"], json!([]), "{path}");
    }
    assert_eq!(house.get("event/").await["data"], json!([]));
    let lead = house.post("lead/", json!({"name": "New", "contacts": [{"name": "Somebody"}]})).await;
    assert_eq!(lead["status_label"], "Potential", "settings are there");

    control.reset(DEMO).unwrap();
    house.get(&format!("lead/{LEAD}/")).await;
    assert!(control.forget_state("one lead more") && !control.forget_state("one lead more"));
    assert!(control.reset("one lead more").is_err());
}

#[tokio::test]
async fn tests_make_people_of_their_own() {
    let mut house = house().await;
    let body = json!({"name": "North Ltd", "admin_email": "nora@north.example.com"});
    let nora = post(&house, "/organizations", body).await;
    assert_eq!((&nora["user_name"], &nora["organization_name"]), (&json!("nora"), &json!("North Ltd")));
    house.use_key(nora["key"].as_str().unwrap());
    let me = house.get("me/").await;
    assert_eq!((&me["id"], &me["email"]), (&nora["user_id"], &json!("nora@north.example.com")));
    assert_eq!(house.get("lead/").await["data"], json!([]), "nothing of the others is seen");
    let lead = house.post("lead/", json!({"name": "Fjord Bakery"})).await;
    assert_eq!(lead["status_label"], "Potential");
    let deal = house.post("opportunity/", json!({"lead_id": id(&lead)})).await;
    assert_eq!(deal["status_label"], "Active");
    let won = house.get("status/opportunity/").await;
    let won = won["data"].as_array().unwrap().iter().find(|status| status["type"] == "won").unwrap().clone();
    let deal = house.put(&format!("opportunity/{}/", id(&deal)), json!({"status_id": id(&won)})).await;
    assert_eq!(deal["date_won"], "2026-11-24");

    let body = json!({"email": "olaf@north.example.com", "first_name": "Olaf", "organization": "North Ltd", "role_id": "restricteduser"});
    let olaf = post(&house, "/users", body).await;
    house.use_key(olaf["key"].as_str().unwrap());
    house.get(&format!("lead/{}/", id(&lead))).await;
    house.try_delete(&format!("lead/{}/", id(&lead))).await.refused(403);
    assert_eq!(house.get("user/").await["data"].as_array().unwrap().len(), 2);

    let ann = NewUser {
        email: "ANN@closer.example.com".to_owned(),
        organization: "North Ltd".to_owned(),
        ..NewUser::default()
    };
    let ann = house.control().create_user(&ann).unwrap();
    assert_eq!((ann.user_id.as_str(), ann.user_name.as_str()), (ANN, "Ann Reyes"));
    let further =
        post(&house, "/api_keys", json!({"user": "olaf@north.example.com", "organization": "North Ltd"}))
            .await;
    assert_ne!(further["key"], olaf["key"]);
    house.use_key(further["key"].as_str().unwrap());
    assert_eq!(house.get("me/").await["first_name"], "Olaf");
    assert_eq!(house.twin.api_keys().len(), 8);

    house.control().reset(DEMO).unwrap();
    house.try_get("me/").await.refused(401);
}

#[tokio::test]
async fn tokens_of_people_who_are_gone_open_nothing() {
    let app = App::new().await;
    let control = app.house.control();
    let new = NewUser {
        email: "max@closer.example.com".to_owned(),
        organization: CLOSER.to_owned(),
        ..NewUser::default()
    };
    let max = control.create_user(&new).unwrap();
    let membership = format!("{}|{CLOSER}", max.user_id);
    let form = app.request(&[("membership", membership.as_str()), ("decision", "approve")]);
    let answer = app.browser.post(app.url("/oauth2/authorize/")).form(&form).send().await.unwrap();
    let code = crate::oauth::sent_back(&answer)[0].1.clone();
    let (_, pair) = app.exchange(&code).await;
    let (access, _) = crate::oauth::tokens(&pair);
    assert_eq!(app.me(&access).await, 200);
    control.reset(DEMO).unwrap();
    assert_eq!(app.me(&access).await, 401);
}
