//! What callers are told when something is wrong.

use std::time::Duration;

use latch_gateway::{AccountSelector, Caller, ErrorClass, ToolCall, WriteEffect};
use latch_testkit::{ACME, House};
use latch_twin::{FaultKind, FaultRule};
use latch_vault::{ConnectionSettings, Endpoints};
use serde_json::json;

#[tokio::test]
async fn an_unknown_tool_is_answered_with_near_names() {
    let house = House::start().await;
    let error = house.call("rep", "create_leed", json!({})).await.expect_err("no such tool");
    assert_eq!(error.class, ErrorClass::UnknownFunction);
    assert_eq!(error.suggestions.first().map(String::as_str), Some("create_lead"));
}

#[tokio::test]
async fn wrong_arguments_never_leave_the_house() {
    let house = House::start().await;
    house.connect_with_key("rep").await;
    house.twin.control().clear_requests();
    let error = house.call("rep", "create_lead", json!({"nmae": "Acme"})).await.expect_err("wrong");
    assert_eq!(error.class, ErrorClass::InvalidArguments);
    assert!(error.message.contains("missing: name; unknown: nmae, did you mean name"), "{error}");
    assert!(error.message.contains("No external call was made."), "{error}");
    assert!(house.twin.control().requests().is_empty());
}

#[tokio::test]
async fn a_wrong_label_is_answered_with_the_right_ones() {
    let house = House::start().await;
    house.connect_with_key("rep").await;
    let error =
        house.call("rep", "update_lead", json!({"id": ACME, "status_id": "Hot"})).await.expect_err("wrong");
    assert_eq!(error.class, ErrorClass::InvalidArguments);
    assert!(error.message.contains("Potential") && error.message.contains("Bad Fit"), "{error}");
}

#[tokio::test]
async fn closes_own_field_errors_arrive_field_by_field() {
    let house = House::start().await;
    house.connect_with_key("rep").await;
    let arguments = json!({"text": "Call", "lead_id": "lead_wibble"});
    let error = house.call("rep", "create_task", arguments).await.expect_err("no such lead");
    assert_eq!((error.class, error.close_status), (ErrorClass::Api, Some(400)));
    let told: Vec<_> = error.field_errors.iter().map(|it| (it.field.as_str(), it.message.as_str())).collect();
    assert_eq!(told, [("lead", "Object does not exist.")]);
}

#[tokio::test]
async fn an_account_that_does_not_exist_is_answered_with_those_that_do() {
    let house = House::start().await;
    let error = house.call("rep", "get_current_user", json!({})).await.expect_err("nobody");
    assert_eq!(error.class, ErrorClass::NotFound);
    house.connect_with_key("us_team").await;
    let call = || ToolCall::new("get_current_user", json!({})).on(AccountSelector::identifier("rep"));
    let error = house.gateway.execute(&Caller::command_line(), call()).await.expect_err("not that one");
    assert_eq!(error.hint.as_deref(), Some("connected accounts: us_team"));
    let error = house.gateway.execute(&house.caller, call()).await.expect_err("not that one");
    assert!(!error.hint.expect("advice").contains("us_team"), "an application is not told of others");
    let default = ToolCall::new("get_current_user", json!({})).on(AccountSelector::identifier("default"));
    let error = house.gateway.execute(&house.caller, default).await.expect_err("nobody is called that");
    assert_eq!(error.class, ErrorClass::NotFound);
}

#[tokio::test]
async fn an_account_that_was_never_authorized_comes_with_the_link_to_do_it() {
    let house = House::start().await;
    house.gateway.get_or_create_account(&house.caller, None, "rep").await.expect("made");
    let error = house.call("rep", "get_current_user", json!({})).await.expect_err("not yet");
    assert_eq!(error.class, ErrorClass::AccountNotActive);
    assert_eq!(error.account_status.as_deref(), Some("PENDING"));
    assert!(error.link.expect("a link").contains("/connect/"));
}

#[tokio::test]
async fn a_lost_answer_to_a_write_is_not_guessed_at() {
    let house = House::start().await;
    house.connect_with_key("rep").await;
    house.twin.control().fail_next(fault("POST", "/api/v1/lead/", FaultKind::DropAfter, 1)).expect("a fault");

    let error = house.call("rep", "create_lead", json!({"name": "Globex"})).await.expect_err("no answer");
    assert_eq!((error.class, error.effect), (ErrorClass::Network, WriteEffect::Unknown));
    assert!(!error.is_safe_to_repeat());
    let found = house.at_close("/lead/?query=name:Globex").await;
    assert_eq!(found["total_results"], 1, "it was carried out, once");
}

#[tokio::test]
async fn a_write_is_recorded_even_if_nobody_waits_for_it() {
    let house = House::start().await;
    house.connect_with_key("rep").await;
    house
        .twin
        .control()
        .fail_next(fault("POST", "/api/v1/lead/", FaultKind::Delay(Duration::from_millis(300)), 1))
        .expect("a fault");
    let impatient = house.call("rep", "create_lead", json!({"name": "Globex"}));
    tokio::time::timeout(Duration::from_millis(100), impatient).await.expect_err("nobody waits that long");

    let mut calls = Vec::new();
    while calls.is_empty() {
        tokio::task::yield_now().await;
        calls = house.gateway.calls(&house.caller, 10).await.expect("listed");
    }
    assert_eq!((calls[0].tool.as_str(), calls[0].outcome.as_str()), ("close_lead_create", "ok"));
}

#[tokio::test]
async fn a_lost_answer_to_a_read_is_asked_for_again() {
    let house = House::start().await;
    house.connect_with_key("rep").await;
    house.twin.control().fail_next(fault("GET", "/api/v1/lead/", FaultKind::DropBefore, 1)).expect("a fault");
    let outcome = house.call("rep", "get_lead", json!({"id": ACME})).await.expect("the second time");
    assert_eq!(outcome.attempts, 2);
}

#[tokio::test]
async fn a_rate_limit_is_waited_out_if_there_is_time_and_reported_if_not() {
    let house = House::start().await;
    house.connect_with_key("rep").await;
    let limited = |seconds| FaultKind::RateLimited { reset_seconds: seconds };
    house.twin.control().fail_next(fault("GET", "/api/v1/me/", limited(1), 1)).expect("a fault");
    let outcome = house.call("rep", "get_current_user", json!({})).await.expect("after a second");
    assert_eq!(outcome.attempts, 2);

    house.twin.control().fail_next(fault("GET", "/api/v1/me/", limited(600), 1)).expect("a fault");
    let error = house.call("rep", "get_current_user", json!({})).await.expect_err("ten minutes are too long");
    assert_eq!(error.class, ErrorClass::RateLimited);
    assert!(error.retry_after.expect("told how long") >= Duration::from_secs(590));
}

#[tokio::test]
async fn a_web_page_instead_of_an_answer_is_not_passed_on() {
    let house = House::start().await;
    house.connect_with_key("rep").await;
    house.twin.control().fail_next(fault("GET", "/api/v1/me/", FaultKind::Html, 10)).expect("a fault");
    let error = house.call("rep", "get_current_user", json!({})).await.expect_err("not JSON");
    assert!(!error.message.contains('<'), "{error}");
    assert!(error.hint.is_some(), "there is advice");
}

#[tokio::test]
async fn nobody_at_the_address_of_close_is_said_plainly() {
    let house = House::start().await;
    house.connect_with_key("rep").await;
    let call = ToolCall {
        deadline: Some(Duration::from_secs(3)),
        ..ToolCall::new("create_lead", json!({"name": "Globex"})).on(AccountSelector::identifier("rep"))
    };
    let nowhere = format!("http://127.0.0.1:{}", unused_port()).parse().expect("an address");
    let settings = ConnectionSettings { endpoints: Some(Endpoints::at(&nowhere)), ..Default::default() };
    house.vault.set_connection(&house.caller.tenant, "close", settings).await.expect("stored");
    let error = house.gateway.execute(&house.caller, call).await.expect_err("nobody there");
    assert_eq!((error.class, error.effect), (ErrorClass::Network, WriteEffect::None));
}

/// A port that nobody listens on: bound once and given back.
fn unused_port() -> u16 {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn fault(method: &str, path_prefix: &str, kind: FaultKind, times: u32) -> FaultRule {
    FaultRule {
        method: Some(method.to_owned()),
        path_prefix: path_prefix.to_owned(),
        times: Some(times),
        kind,
        ..FaultRule::default()
    }
}
