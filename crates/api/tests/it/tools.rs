//! Executing and listing tools.

use latch_gateway::AccountSelector;
use latch_testkit::ACME;
use serde_json::json;

use crate::door::Door;

#[tokio::test]
async fn a_tool_is_executed_for_one_of_the_applications_users() {
    let door = Door::open().await;
    door.house.connect_with_key("user_close_123").await;
    for arguments in ["params", "tool_input"] {
        let body = json!({
            "tool_name": "close_leads_list",
            "identifier": "user_close_123",
            arguments: {"query": "Acme Rockets", "_limit": 10, "_order_by": "-date_updated"},
        });
        let (status, answer) = door.post("/api/v1/execute_tool", body).await;
        assert_eq!(status, 200, "{answer}");
        assert_eq!(answer["data"]["data"][0]["id"], ACME);
        assert!(answer["execution_id"].as_str().is_some_and(|id| id.starts_with("call_")));
    }
}

#[tokio::test]
async fn a_dry_run_answers_with_the_request() {
    let door = Door::open().await;
    door.house.connect_with_key("rep").await;
    let body = json!({
        "tool_name": "delete_lead", "identifier": "rep", "params": {"id": ACME}, "dry_run": true,
    });
    let (status, answer) = door.post("/api/v1/execute_tool", body).await;
    assert_eq!((status, &answer["request"]["method"]), (200, &json!("DELETE")));
    assert!(
        door.house.at_close(&format!("/lead/{ACME}/")).await["id"].is_string(),
        "the lead is still there"
    );
}

#[tokio::test]
async fn what_the_policy_stops_is_forbidden_and_says_why() {
    let door = Door::open().await;
    door.house.connect_with_key("rep").await;
    let (gateway, caller) = (&door.house.gateway, &door.house.caller);
    for (policy, class) in [("write:deny", "permission_denied"), ("write:ask", "approval_required")] {
        let rep = AccountSelector::identifier("rep");
        gateway.set_policy(caller, &rep, policy.parse().expect("a policy")).await.expect("set");
        let body = json!({"tool_name": "delete_lead", "identifier": "rep", "params": {"id": ACME}});
        let (status, answer) = door.post("/api/v1/execute_tool", body).await;
        assert_eq!((status, &answer["error"]["class"]), (403, &json!(class)));
        let message = answer["error"]["message"].as_str().expect("a message");
        assert!(message.contains("latch accounts policy rep --write allow"), "{message}");
    }
}

#[tokio::test]
async fn the_list_holds_every_tool_on_one_page_and_can_be_paged() {
    let door = Door::open().await;
    let (_, all) = door.get("/api/v1/tools").await;
    let total = all["total_size"].as_u64().expect("a number");
    assert!(total >= 110);
    assert_eq!(all["tools"].as_array().map(Vec::len), usize::try_from(total).ok());
    assert_eq!(all["next_page_token"], "");

    let (_, page) = door.get("/api/v1/tools?page_size=2&filter.query=lead").await;
    let next = page["next_page_token"].as_str().expect("a token");
    let (_, following) =
        door.get(&format!("/api/v1/tools?page_size=2&filter.query=lead&page_token={next}")).await;
    assert_ne!(page["tools"], following["tools"]);
    for tool in page["tools"].as_array().into_iter().flatten() {
        let definition = &tool["definition"];
        assert!(definition["name"].as_str().is_some_and(|name| name.contains("lead")));
        assert_eq!(definition["input_schema"]["type"], "object");
    }
}

#[tokio::test]
async fn one_tool_comes_with_its_page_under_any_of_its_names() {
    let door = Door::open().await;
    for name in ["create_lead", "close_create_lead", "close.create_lead"] {
        let (status, tool) = door.get(&format!("/api/v1/tools/{name}")).await;
        assert_eq!((status, &tool["name"]), (200, &json!("create_lead")), "{name}");
        assert!(tool["documentation"].as_str().is_some_and(|page| page.starts_with("# create_lead({name")));
    }
}
