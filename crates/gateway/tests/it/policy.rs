//! What an account may be used for, and what a refused caller is told.

use latch_gateway::{
    AccountSelector, CallError, CallOutcome, Caller, ErrorClass, Policy, ToolCall, WriteEffect,
};
use latch_testkit::{ACME, House, WILE};
use latch_vault::TenantId;
use serde_json::{Value, json};

/// One tool of each kind, with arguments that work.
fn calls() -> [(&'static str, &'static str, Value); 3] {
    [
        ("read", "get_lead", json!({"id": ACME})),
        ("write", "create_task", json!({"text": "Call back", "lead_id": ACME})),
        ("destructive", "delete_contact", json!({"id": WILE})),
    ]
}

async fn house(policy: &str) -> House {
    let house = House::start().await;
    house.connect_with_key("us_team").await;
    let set = house.gateway.set_policy(&house.caller, &us_team(), policy.parse().expect("a policy")).await;
    assert_eq!(set.expect("set").policy.to_string(), policy);
    house.twin.control().clear_requests();
    house
}

fn us_team() -> AccountSelector {
    AccountSelector::identifier("us_team")
}

async fn execute(house: &House, call: ToolCall) -> Result<CallOutcome, CallError> {
    house.gateway.execute(&house.caller, call.on(us_team())).await
}

fn narrowed(tool: &str, arguments: Value, policy: &str) -> ToolCall {
    ToolCall { policy: policy.parse().expect("a policy"), ..ToolCall::new(tool, arguments) }
}

#[tokio::test]
async fn what_is_denied_is_not_sent_and_says_how_to_enable_it() {
    let house = house("read:deny,write:deny,destructive:deny").await;
    for (kind, tool, arguments) in calls() {
        for call in [ToolCall::new(tool, arguments.clone()), ToolCall::new(tool, arguments).dry_run()] {
            let error = execute(&house, call).await.expect_err("denied");
            assert_eq!((error.class, error.effect), (ErrorClass::PermissionDenied, WriteEffect::None));
            assert_eq!(
                error.message,
                format!(
                    "Integration 'close' {kind} access denied. Enable it in /settings → Integrations; in Latch: latch accounts policy us_team --{kind} allow"
                )
            );
        }
    }
    assert!(house.twin.control().requests().is_empty(), "nothing reached Close");
    let recorded = house.gateway.calls(&house.caller, 10).await.expect("recorded");
    assert_eq!(recorded.len(), 6);
    assert!(recorded.iter().all(|call| call.error_class.as_deref() == Some("permission_denied")));
}

#[tokio::test]
async fn what_needs_approval_says_whom_to_ask() {
    let house = house("read:ask,write:ask,destructive:ask").await;
    for (kind, tool, arguments) in calls() {
        let error = execute(&house, ToolCall::new(tool, arguments)).await.expect_err("not without approval");
        assert_eq!(error.class, ErrorClass::ApprovalRequired);
        assert_eq!(
            error.message,
            format!(
                "Integration 'close' {kind} requires approval. Ask the user to change the permission in /settings → Integrations; in Latch: latch accounts policy us_team --{kind} allow"
            )
        );
    }
    assert!(house.twin.control().requests().is_empty(), "nothing reached Close");
}

#[tokio::test]
async fn deleting_counts_as_writing_until_it_is_set_apart() {
    let house = house("read:allow,write:deny").await;
    let [read, write, delete] = calls();
    execute(&house, ToolCall::new(read.1, read.2)).await.expect("reading is allowed");
    execute(&house, ToolCall::new(write.1, write.2.clone())).await.expect_err("writing is not");
    let error = execute(&house, ToolCall::new(delete.1, delete.2.clone())).await.expect_err("nor deleting");
    assert!(error.message.contains("'close' write access denied"), "{error}");

    let apart = "read:allow,write:allow,destructive:deny".parse().expect("a policy");
    house.gateway.set_policy(&house.caller, &us_team(), apart).await.expect("set");
    execute(&house, ToolCall::new(write.1, write.2)).await.expect("writing is allowed now");
    let error = execute(&house, ToolCall::new(delete.1, delete.2)).await.expect_err("deleting is not");
    assert!(error.message.contains("--destructive allow"), "{error}");
    assert_eq!(house.at_close(&format!("/contact/{WILE}/")).await["id"], WILE);
}

#[tokio::test]
async fn a_call_narrows_the_policy_and_never_widens_it() {
    let house = house("read:allow,write:ask").await;
    let task = json!({"text": "Call back", "lead_id": ACME});

    let error = execute(&house, narrowed("create_task", task.clone(), "write:deny")).await;
    let error = error.expect_err("the call itself denies");
    assert_eq!(error.class, ErrorClass::PermissionDenied);
    assert!(error.message.ends_with("; this call's own policy says write:deny"), "{error}");
    let of_a_run =
        ToolCall { run: Some("run_one".to_owned()), ..narrowed("create_task", task.clone(), "write:deny") };
    let error = execute(&house, of_a_run).await.expect_err("the run denies");
    assert!(error.message.ends_with("; this run's own policy says write:deny"), "{error}");

    let wider = narrowed("create_task", task, "read:allow,write:allow,destructive:allow");
    let error = execute(&house, wider).await.expect_err("the account still asks");
    assert!(error.message.contains("latch accounts policy us_team --write allow"), "{error}");
}

#[tokio::test]
async fn arguments_are_checked_before_the_policy_is_asked() {
    let house = house("read:deny,write:deny").await;
    let error = execute(&house, ToolCall::new("create_task", json!({}))).await.expect_err("no text");
    assert_eq!(error.class, ErrorClass::InvalidArguments);
}

#[tokio::test]
async fn only_the_command_line_may_force_and_it_shows_in_the_record() {
    let house = house("read:deny,write:deny").await;
    let forced = || {
        let task = json!({"text": "Call back", "lead_id": ACME});
        ToolCall { force: true, ..ToolCall::new("create_task", task).on(us_team()) }
    };
    let error = house.gateway.execute(&house.caller, forced()).await.expect_err("not this caller");
    assert_eq!(error.class, ErrorClass::PermissionDenied);
    assert!(error.message.contains("only the person at the command line"), "{error}");
    assert!(house.twin.control().requests().is_empty());

    let outcome = house.gateway.execute(&Caller::command_line(), forced()).await.expect("forced");
    assert!(outcome.forced);
    let recorded = house.gateway.calls(&house.caller, 10).await.expect("recorded");
    let told: Vec<_> = recorded.iter().map(|call| (call.outcome.as_str(), call.forced)).collect();
    assert_eq!(told, [("ok", true), ("error", true)]);
}

#[tokio::test]
async fn the_command_line_may_force_in_every_environment_and_is_told_its_name() {
    let house = house("read:allow,write:allow").await;
    let staging = TenantId::new("staging").expect("a name");
    house.vault.create_tenant(&staging).await.expect("made");
    let person = Caller::command_line_in(staging.clone());
    let key = house.twin.api_keys()[0].key.clone().into();
    house.gateway.add_api_key(&person, None, "us_team", key, true).await.expect("added");
    let policy = "read:allow,write:deny".parse().expect("a policy");
    house.gateway.set_policy(&person, &us_team(), policy).await.expect("set");
    let task = || ToolCall::new("create_task", json!({"text": "Call back", "lead_id": ACME})).on(us_team());

    let error = house.gateway.execute(&person, task()).await.expect_err("denied");
    assert!(
        error.message.ends_with("latch accounts policy us_team --write allow --environment staging"),
        "{error}"
    );
    let forced = ToolCall { force: true, ..task() };
    assert!(house.gateway.execute(&person, forced.clone()).await.expect("forced").forced);

    let (client, _) = house.vault.create_client(&staging, "cli").await.expect("made");
    let program = Caller { tenant: staging, name: client.client_id };
    let error = house.gateway.execute(&program, forced).await.expect_err("not a program");
    assert_eq!(error.class, ErrorClass::PermissionDenied);
    let unknown = AccountSelector::Identifier { connection: None, identifier: "eu_team".to_owned() };
    for (caller, told) in [(&person, true), (&program, false)] {
        let error = house.gateway.account(caller, &unknown).await.expect_err("not there");
        assert_eq!(error.hint.expect("a hint").contains("us_team"), told, "{}", caller.name);
    }
}

#[tokio::test]
async fn nobody_sets_the_policy_of_another_tenant() {
    let house = house("read:allow,write:deny").await;
    let account = house.gateway.account(&house.caller, &us_team()).await.expect("there");
    let tenant = TenantId::new("env_other").expect("a tenant id");
    house.vault.create_tenant(&tenant).await.expect("made");
    let stranger = Caller { tenant, name: "stranger".to_owned() };
    for selector in [us_team(), AccountSelector::Id(account.id.to_string())] {
        let error = house.gateway.set_policy(&stranger, &selector, Policy::ALLOW).await;
        assert_eq!(error.expect_err("not theirs").class, ErrorClass::NotFound);
    }
    let still = house.gateway.account(&house.caller, &us_team()).await.expect("there").policy;
    assert_eq!(still.to_string(), "read:allow,write:deny");
}
