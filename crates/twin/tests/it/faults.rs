//! Faults a test asks for, as the client that meets them sees them.

use std::time::Duration;

use latch_twin::{FaultAnswer, FaultKind, FaultRule, NewUser};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::oauth::{App, error, tokens};
use crate::support::{ANN, BOB, CLOSER, House, LEAD, each};

fn rule(method: &str, kind: FaultKind) -> FaultRule {
    FaultRule {
        method: Some(method.to_owned()),
        path_prefix: "/api/v1/lead/".to_owned(),
        times: Some(1),
        kind,
        ..FaultRule::default()
    }
}

/// The status of each of so many requests for the list of leads.
async fn statuses(house: &House, count: usize) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..count {
        statuses.push(house.try_get("lead/?_limit=0").await.status.as_u16());
    }
    statuses
}

#[tokio::test]
async fn faults_happen_as_often_as_asked_or_until_they_are_cleared() {
    let house = House::new().await;
    let control = house.control();
    let twice = FaultRule { times: Some(2), ..rule("GET", FaultKind::Status(503)) };
    control.fail_next(twice).unwrap();
    assert_eq!(statuses(&house, 3).await, [503, 503, 200]);
    assert!(control.faults().is_empty());

    let id = control.fail_next(FaultRule { times: None, ..rule("GET", FaultKind::Status(500)) }).unwrap();
    let next = control.fail_next(rule("GET", FaultKind::Status(504))).unwrap();
    assert_eq!(statuses(&house, 3).await, [500, 500, 500]);
    assert_eq!(control.faults()[0].happened, 3);
    assert!(control.clear_fault(id) && !control.clear_fault(id));
    assert_eq!(control.faults()[0].id, next);
    assert_eq!(statuses(&house, 2).await, [504, 200]);
    control.fail_next(FaultRule::default()).unwrap();
    control.clear_faults();
    assert_eq!(statuses(&house, 1).await, [200]);
}

#[tokio::test]
async fn a_connection_dropped_before_or_after_acting_looks_the_same_to_the_client() {
    let house = House::new().await;
    house.control().fail_next(rule("POST", FaultKind::DropBefore)).unwrap();
    let request = house.request(Method::POST, "lead/").json(&json!({"name": "Lost"}));
    assert!(request.send().await.is_err());
    house.control().fail_next(rule("POST", FaultKind::DropAfter)).unwrap();
    let request = house.request(Method::POST, "lead/").json(&json!({"name": "Kept"}));
    assert!(request.send().await.is_err());
    let statuses: Vec<u16> = house.control().requests().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [0, 0]);
    let newest = house.get("lead/?_fields=name&_limit=2").await;
    assert_eq!(each(&newest, "name")[0], "Kept");
    assert_ne!(each(&newest, "name")[1], "Lost");
}

#[tokio::test]
async fn answers_can_be_anything() {
    let house = House::new().await;
    let answer = |status, headers: &[(&str, &str)], body| {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        FaultKind::Answer(FaultAnswer { status, headers, body })
    };
    house
        .control()
        .fail_next(rule("GET", answer(402, &[("x-plan", "base")], json!({"error": "Upgrade"}))))
        .unwrap();
    let upgrade = house.try_get("lead/").await;
    assert_eq!((upgrade.status.as_u16(), &upgrade.headers["x-plan"]), (402, &"base".parse().unwrap()));
    assert_eq!(upgrade.body, json!({"error": "Upgrade"}));

    let xml = answer(200, &[("content-type", "text/xml")], json!("<a/>"));
    house.control().fail_next(rule("GET", xml)).unwrap();
    let response = house.request(Method::GET, "lead/").send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/xml");
    assert_eq!(response.text().await.unwrap(), "<a/>");

    house.control().fail_next(rule("GET", FaultKind::RateLimited { reset_seconds: 3 })).unwrap();
    let limited = house.try_get("lead/").await;
    assert_eq!((limited.status.as_u16(), &limited.headers["retry-after"]), (429, &"3".parse().unwrap()));
    house.control().fail_next(rule("GET", FaultKind::Html)).unwrap();
    let page = house.request(Method::GET, "lead/").send().await.unwrap();
    assert_eq!(
        (page.status().as_u16(), page.headers()["content-type"].to_str().unwrap()),
        (502, "text/html")
    );
}

#[tokio::test]
async fn bodies_can_arrive_broken_or_slowly() {
    let house = House::new().await;
    let get = || house.request(Method::GET, "lead/?_limit=1").send();
    let whole = get().await.unwrap().text().await.unwrap();

    house.control().fail_next(rule("GET", FaultKind::MalformedJson)).unwrap();
    let broken = get().await.unwrap();
    assert_eq!(broken.status(), 200);
    assert_eq!(broken.text().await.unwrap(), whole[..whole.len() - 1]);

    house.control().fail_next(rule("GET", FaultKind::Truncated)).unwrap();
    let cut = get().await.unwrap();
    assert_eq!(cut.content_length(), Some(whole.len() as u64));
    assert!(cut.text().await.is_err());

    let kind = FaultKind::Dribble { bytes: 100, pause: Duration::from_millis(1) };
    house.control().fail_next(rule("GET", kind)).unwrap();
    assert_eq!(get().await.unwrap().text().await.unwrap(), whole);

    house.control().fail_next(rule("GET", FaultKind::Delay(Duration::from_millis(1)))).unwrap();
    assert_eq!(get().await.unwrap().text().await.unwrap(), whole);
}

#[tokio::test]
async fn a_client_that_does_not_wait_is_left_not_knowing_whether_a_slow_write_happened() {
    let house = House::new().await;
    let long = Duration::from_secs(3600);
    for (name, kind) in [("Before", FaultKind::Delay(long)), ("After", FaultKind::DelayAnswer(long))] {
        house.control().fail_next(rule("POST", kind)).unwrap();
        let request = house.request(Method::POST, "lead/").json(&json!({"name": name}));
        assert!(request.timeout(Duration::from_millis(200)).send().await.unwrap_err().is_timeout());
    }
    let mut newest = Value::Null;
    while newest != "After" {
        newest = each(&house.get("lead/?_fields=name&_limit=1").await, "name")[0].clone();
    }
    let both = house.get("lead/?query=name:before").await;
    assert_eq!(both["total_results"], 0, "nothing is done for a client that went away before");
}

#[tokio::test]
async fn faults_are_aimed_by_path_and_account() {
    let mut house = House::new().await;
    let one_lead = FaultRule { path: Some("/api/v1/lead/*/".to_owned()), ..FaultRule::default() };
    let id = house.control().fail_next(one_lead).unwrap();
    house.try_get(&format!("lead/{LEAD}/")).await.refused(503);
    house.get("lead/").await;
    house.control().clear_fault(id);

    let bob = house.twin.api_keys().into_iter().find(|key| key.user_id == BOB).unwrap();
    for account in ["Bob@closer.example.com", BOB, &bob.key] {
        let rule = FaultRule { account: Some(account.to_owned()), ..FaultRule::default() };
        house.control().fail_next(rule).unwrap();
        house.become_user(ANN);
        house.get("lead/").await;
        house.become_user(BOB);
        house.try_get("lead/").await.refused(503);
        house.control().clear_faults();
        house.get("lead/").await;
    }
    for account in ["Closer Inc", CLOSER] {
        let rule = FaultRule { account: Some(account.to_owned()), times: Some(1), ..FaultRule::default() };
        house.control().fail_next(rule).unwrap();
        house.try_get("lead/").await.refused(503);
    }
}

#[tokio::test]
async fn faults_by_chance_are_the_same_for_the_same_seed() {
    let house = House::new().await;
    let mut seen = Vec::new();
    for seed in [11, 11, 12] {
        let rule = FaultRule {
            probability: 0.5,
            seed: Some(seed),
            times: None,
            ..rule("GET", FaultKind::Status(500))
        };
        house.control().fail_next(rule).unwrap();
        seen.push(statuses(&house, 32).await);
        house.control().clear_faults();
    }
    assert_eq!(seen[0], seen[1]);
    assert_ne!(seen[0], seen[2]);
    assert!(seen[0].contains(&200) && seen[0].contains(&500));
}

#[tokio::test]
async fn faults_that_could_never_happen_are_refused() {
    let control = House::new().await.control();
    let refused = |rule: FaultRule| control.fail_next(rule).unwrap_err().to_string();
    let kind = |kind| FaultRule { kind, ..FaultRule::default() };
    for (rule, expected) in [
        (
            FaultRule { account: Some("nobody@example.com".to_owned()), ..FaultRule::default() },
            "No user, organization",
        ),
        (FaultRule { probability: 1.5, ..FaultRule::default() }, "probability is 1.5"),
        (FaultRule { probability: f64::NAN, ..FaultRule::default() }, "probability is NaN"),
        (FaultRule { times: Some(0), ..FaultRule::default() }, "times is 0"),
        (FaultRule { path: Some("api/v1/".to_owned()), ..FaultRule::default() }, "The path \"api/v1/\""),
        (kind(FaultKind::Status(99)), "status is 99"),
        (kind(FaultKind::Status(101)), "status is 101"),
        (kind(FaultKind::Dribble { bytes: 0, pause: Duration::ZERO }), "bytes must be"),
    ] {
        let message = refused(rule);
        assert!(message.starts_with(expected), "{message}");
    }
    assert!(control.faults().is_empty());
}

#[tokio::test]
async fn the_token_endpoint_can_lose_its_answer_after_rotating() {
    let app = App::new().await;
    let (_, refresh) = app.connect().await;
    let token = |kind| FaultRule {
        path_prefix: "/oauth2/token/".to_owned(),
        times: Some(1),
        kind,
        ..FaultRule::default()
    };
    let control = app.house.control();
    let form = [
        ("client_id", app.info.client_id.as_str()),
        ("client_secret", &app.info.client_secret),
        ("grant_type", "refresh_token"),
        ("refresh_token", &refresh),
    ];
    let send = || app.browser.post(app.url("/oauth2/token/")).form(&form).send();

    control.fail_next(token(FaultKind::Status(503))).unwrap();
    assert_eq!(send().await.unwrap().status(), StatusCode::SERVICE_UNAVAILABLE);
    control.fail_next(token(FaultKind::DropBefore)).unwrap();
    assert!(send().await.is_err());
    let answer = send().await.unwrap();
    assert_eq!(answer.status(), 200, "neither of them used the token");
    let (_, refresh) = tokens(&answer.json::<Value>().await.unwrap());

    control.fail_next(token(FaultKind::DropAfter)).unwrap();
    let request = app.browser.post(app.url("/oauth2/token/"));
    let form = [&form[..3], &[("refresh_token", refresh.as_str())]].concat();
    assert!(request.form(&form).send().await.is_err());
    assert_eq!(
        error(&app.refresh(&refresh).await),
        (400, "invalid_grant"),
        "it was rotated, and the answer is lost"
    );
}

#[tokio::test]
async fn requests_for_tokens_belong_to_whoever_the_token_stands_for() {
    let app = App::new().await;
    let (_, refresh) = app.connect().await;
    let control = app.house.control();
    let new = NewUser {
        email: "max@closer.example.com".to_owned(),
        organization: CLOSER.to_owned(),
        ..NewUser::default()
    };
    let max = control.create_user(&new).unwrap();
    let aimed = |account: &str| FaultRule {
        path_prefix: "/oauth2/".to_owned(),
        account: Some(account.to_owned()),
        ..FaultRule::default()
    };
    control.fail_next(aimed(&max.user_email)).unwrap();
    let (status, pair) = app.refresh(&refresh).await;
    assert_eq!(status, 200);
    control.fail_next(aimed(ANN)).unwrap();
    let form = [("refresh_token", pair["refresh_token"].as_str().unwrap())];
    let refused = app.browser.post(app.url("/oauth2/token/")).form(&form).send().await.unwrap();
    assert_eq!(refused.status(), 503);
}
