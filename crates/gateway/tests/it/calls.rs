//! Calls that go well.

use latch_gateway::{AccountSelector, Caller, EnvironmentAccount, GatewayOptions, Policy, ToolCall};
use latch_testkit::{ACME, House, HouseOptions};
use secrecy::SecretString;
use serde_json::json;
use url::Url;

#[tokio::test]
async fn an_agent_finds_a_lead_and_works_on_it() {
    let house = House::start().await;
    house.connect_with_key("rep").await;

    let found = house.call("rep", "list_leads", json!({"query": "Acme", "limit": 10})).await.expect("found");
    assert_eq!(found.data["leads"][0]["id"], ACME);
    assert_eq!(found.data["count"], 1);
    assert_eq!(found.list.as_deref(), Some("leads"));

    let raw = house.call("rep", "close_leads_list", json!({"query": "Acme"})).await.expect("found");
    assert_eq!(raw.data["data"][0]["id"], ACME);

    let task = json!({"text": "Send the quote", "lead_id": ACME, "due_date": "2030-04-15", "assignee_id": "ann@closer.example.com"});
    let task = house.call("rep", "create_task", task).await.expect("created");
    let id = task.data["id"].as_str().expect("an id");
    let stored = house.at_close(&format!("/task/{id}/")).await;
    assert_eq!(stored["text"], "Send the quote");
    assert_eq!(stored["date"], "2030-04-15");
    assert_eq!(stored["assigned_to_name"], "Ann Reyes");
}

#[tokio::test]
async fn labels_names_and_addresses_stand_for_ids() {
    let house = House::start().await;
    house.connect_with_key("rep").await;
    let changes = json!({"id": ACME, "status_id": "qualified", "custom": {"Industry": ["Software"]}});
    let lead = house.call("rep", "update_lead", changes).await.expect("changed").data;
    assert_eq!(lead["status_label"], "Qualified");
    assert_eq!(lead["custom"]["Industry"], json!(["Software"]));
}

#[tokio::test]
async fn a_dry_run_shows_the_request_and_sends_nothing() {
    let house = House::start().await;
    house.connect_with_key("rep").await;
    house.twin.control().clear_requests();

    let call = ToolCall::new("create_lead", json!({"name": "Globex", "status_id": "Qualified"}))
        .on(AccountSelector::identifier("rep"))
        .dry_run();
    let planned =
        house.gateway.execute(&house.caller, call).await.expect("planned").planned.expect("a request");

    assert_eq!(planned.method, "POST");
    assert_eq!(planned.url, format!("{}/api/v1/lead/", house.twin.url()));
    let body = planned.body.expect("a body");
    assert_eq!(body["name"], "Globex");
    assert!(body["status_id"].as_str().expect("an id").starts_with("stat_"), "the label was looked up");
    let shown = format!("{:?}", planned.headers).to_lowercase();
    assert!(!shown.contains("authorization") && !shown.contains(&house.ann_key().to_lowercase()), "{shown}");
    let writes =
        house.twin.control().requests().into_iter().filter(|request| request.method != "GET").count();
    assert_eq!(writes, 0);
}

#[tokio::test]
async fn one_person_with_one_key_needs_no_account() {
    let house = House::start().await;
    let environment = EnvironmentAccount {
        api: Url::parse(&format!("{}/api/v1", house.twin.url())).expect("an address"),
        api_key: SecretString::from(house.ann_key()),
        policy: Policy::ALLOW,
    };
    let options = GatewayOptions { environment_account: Some(environment), ..GatewayOptions::default() };
    let close = latch_close::Client::new(latch_close::ClientOptions::default());
    let gateway = latch_gateway::Gateway::new(close, house.vault.clone(), options);

    let me = gateway.execute(&Caller::command_line(), ToolCall::new("get_current_user", json!({}))).await;
    let me = me.expect("the key works");
    assert_eq!((&me.data["first_name"], me.account.as_str()), (&json!("Ann"), "default"));
}

#[tokio::test]
async fn the_only_account_is_the_default_one_and_of_two_none_is() {
    let house = House::start().await;
    house.connect_with_key("us_team").await;
    let call = || ToolCall::new("get_current_user", json!({}));
    assert_eq!(
        house.gateway.execute(&house.caller, call()).await.expect("no doubt which").account,
        "us_team"
    );

    house.connect_with_key("eu_team").await;
    let error = house.gateway.execute(&Caller::command_line(), call()).await.expect_err("which one?");
    assert_eq!(error.class.as_str(), "invalid_arguments");
    assert_eq!(error.hint.as_deref(), Some("connected accounts: us_team, eu_team"));
}

#[tokio::test]
async fn every_call_is_recorded_without_what_it_carried() {
    let house = House::start_with(HouseOptions::default()).await;
    house.connect_with_key("rep").await;
    house.call("rep", "list_leads", json!({"query": "confidential words"})).await.expect("answered");
    house.call("rep", "get_lead", json!({})).await.expect_err("no id");

    let calls = house.gateway.calls(&house.caller, 10).await.expect("recorded");
    let told: Vec<_> = calls
        .iter()
        .map(|call| {
            (call.tool.as_str(), call.outcome.as_str(), call.error_class.as_deref(), call.close_status)
        })
        .collect();
    assert_eq!(
        told,
        [
            ("close_lead_get", "error", Some("invalid_arguments"), None),
            ("close_leads_list", "ok", None, Some(200))
        ]
    );
    assert_eq!(calls[1].identifier.as_deref(), Some("rep"));
    assert_eq!(calls[1].request_id.as_ref().map(String::len), Some(32), "Close's own id for the request");
    assert!(!format!("{calls:?}").contains("confidential"));
}
