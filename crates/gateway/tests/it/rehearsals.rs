//! Dry runs of several calls that go on with each other's results.

use latch_gateway::{AccountSelector, CallError, CallOutcome, ErrorClass, Rehearsal, ToolCall};
use latch_testkit::{ACME, House, WILE};
use serde_json::{Value, json};

struct Stage {
    house: House,
    rehearsal: Option<Rehearsal>,
}

impl Stage {
    async fn start(rehearsal: Option<Rehearsal>) -> Self {
        let house = House::start().await;
        house.connect_with_key("rep").await;
        house.twin.control().clear_requests();
        Self { house, rehearsal }
    }

    async fn try_call(&self, tool: &str, arguments: Value) -> Result<CallOutcome, CallError> {
        let call = ToolCall { rehearsal: self.rehearsal.clone(), ..ToolCall::new(tool, arguments) };
        self.house.gateway.execute(&self.house.caller, call.on(AccountSelector::identifier("rep"))).await
    }

    async fn call(&self, tool: &str, arguments: Value) -> Value {
        self.try_call(tool, arguments).await.expect(tool).data
    }

    /// The story of a sale, told alike in a rehearsal and live. Returns the ids it was given, and what they
    /// are called in both.
    async fn sell(&self) -> Vec<(String, &'static str)> {
        let contacts =
            json!([{"name": "Ada", "emails": [{"email": "ada@globex.example.com", "type": "office"}]}]);
        let lead = self
            .call("create_lead", json!({"name": "Globex", "status_id": "Qualified", "contacts": contacts}))
            .await;
        let id = |object: &Value| object["id"].as_str().expect("an id").to_owned();
        let (lead_id, contact_id) = (id(&lead), id(&lead["contacts"][0]));
        assert_eq!((&lead["name"], &lead["contact_ids"][0]), (&json!("Globex"), &json!(contact_id)));

        let task = json!({"text": "Send the quote", "lead_id": lead_id, "due_date": "2030-04-15"});
        let task_id = id(&self.call("create_task", task).await);
        assert_eq!(self.call("get_task", json!({"id": task_id})).await["lead_id"], json!(lead_id));
        let tasks = self.call("list_tasks", json!({"lead_id": lead_id})).await;
        assert_eq!(tasks["data"][0]["text"], "Send the quote", "{tasks}");

        let done = self.call("update_task", json!({"id": task_id, "is_complete": true})).await;
        assert_eq!((&done["is_complete"], &done["text"]), (&json!(true), &json!("Send the quote")));
        assert_eq!(self.call("get_task", json!({"id": task_id})).await["is_complete"], true);
        let person = self.call("update_contact", json!({"id": contact_id, "title": "Buyer"})).await;
        assert_eq!((&person["title"], &person["lead_id"]), (&json!("Buyer"), &json!(lead_id)));

        let gone = self.call("delete_task", json!({"id": task_id})).await;
        assert_eq!((&gone["deleted"], &gone["id"]), (&json!(true), &json!(task_id)));
        let error = self.try_call("get_task", json!({"id": task_id})).await.expect_err("deleted");
        assert_eq!((error.class, error.close_status), (ErrorClass::Api, Some(404)));
        vec![(lead_id, "LEAD"), (contact_id, "CONTACT"), (task_id, "TASK")]
    }
}

/// A request with the ids by which a story knows its objects.
fn told(mut line: String, base: &str, names: &[(String, &'static str)]) -> String {
    for (id, name) in names {
        line = line.replace(id, name);
    }
    line.replace(base, "")
}

#[tokio::test]
async fn a_rehearsal_plans_exactly_what_a_live_run_sends() {
    let rehearsal = Rehearsal::new();
    let rehearsed = Stage::start(Some(rehearsal.clone())).await;
    let names = rehearsed.sell().await;
    assert!(names.iter().all(|(id, _)| id.contains("dryrun")), "{names:?}");
    let requests = rehearsed.house.twin.control().requests();
    assert!(requests.iter().all(|request| request.method == "GET"), "only reads reached Close");
    let base = rehearsed.house.twin.url();
    let plan: Vec<String> = rehearsal
        .plan()
        .into_iter()
        .map(|write| {
            let body = write.request.body.map_or_else(String::new, |body| format!(" {body}"));
            told(format!("{} {}{body}", write.request.method, write.request.url), &base, &names)
        })
        .collect();

    let live = Stage::start(None).await;
    let names = live.sell().await;
    let sent: Vec<String> = live
        .house
        .twin
        .control()
        .requests()
        .into_iter()
        .filter(|request| request.method != "GET")
        .map(|request| {
            let request = format!("{} {} {}", request.method, request.path, request.body);
            told(request.trim_end().to_owned(), "", &names)
        })
        .collect();
    assert_eq!(plan, sent);
}

#[tokio::test]
async fn nothing_is_changed_and_the_record_says_so() {
    let rehearsal = Rehearsal::new();
    let stage = Stage::start(Some(rehearsal.clone())).await;
    let before = stage.house.at_close(&format!("/lead/{ACME}/")).await;
    let changed = stage.call("update_lead", json!({"id": ACME, "name": "Acme Moon Rockets"})).await;
    assert_eq!(changed["name"], "Acme Moon Rockets");
    assert_eq!(changed["contacts"], before["contacts"], "the rest is as it is at Close");
    assert_eq!(stage.call("get_lead", json!({"id": ACME})).await["name"], "Acme Moon Rockets");
    let found = stage.call("list_leads", json!({"query": "Acme"})).await;
    assert_eq!(found["leads"][0]["name"], "Acme Moon Rockets");
    stage.call("delete_contact", json!({"id": WILE})).await;
    let contacts = stage.call("list_contacts", json!({"lead_id": ACME})).await;
    let shown = contacts.to_string();
    assert!(!shown.contains(WILE), "{shown}");

    assert_eq!(stage.house.at_close(&format!("/lead/{ACME}/")).await, before);
    let calls = stage.house.gateway.calls(&stage.house.caller, 10).await.expect("recorded");
    let told: Vec<_> = calls.iter().rev().map(|call| (call.kind.as_str(), call.dry_run)).collect();
    assert_eq!(
        told,
        [("write", true), ("read", false), ("read", false), ("destructive", true), ("read", false)]
    );
    let places: Vec<_> = rehearsal.plan().iter().map(|write| (write.index, write.tool.clone())).collect();
    assert_eq!(places, [(1, "update_lead".to_owned()), (2, "delete_contact".to_owned())]);
}

#[tokio::test]
async fn what_close_would_refuse_is_not_planned() {
    let rehearsal = Rehearsal::new();
    let stage = Stage::start(Some(rehearsal.clone())).await;
    let nobody = "lead_000000000000000000000000000000000000000000";
    let error = stage.try_call("update_lead", json!({"id": nobody, "name": "X"})).await.expect_err("no such");
    assert_eq!(error.close_status, Some(404));
    let error = stage.try_call("create_lead", json!({"name": "X", "status_id": "Lukewarm"})).await;
    assert_eq!(error.expect_err("no such status").class, ErrorClass::InvalidArguments);
    stage.try_call("create_task", json!({})).await.expect_err("no text");
    stage.call("delete_contact", json!({"id": WILE})).await;
    stage.try_call("update_contact", json!({"id": WILE, "title": "X"})).await.expect_err("gone by then");
    assert_eq!(rehearsal.plan().len(), 1, "{:?}", rehearsal.plan());
}

#[tokio::test]
async fn a_made_up_status_can_be_named_like_a_real_one() {
    let rehearsal = Rehearsal::new();
    let stage = Stage::start(Some(rehearsal.clone())).await;
    let status = stage.call("create_lead_status", json!({"label": "Lukewarm"})).await;
    let lead = stage.call("update_lead", json!({"id": ACME, "status_id": "lukewarm"})).await;
    assert_eq!(lead["status_id"], status["id"]);
    assert_eq!(lead["status_label"], Value::Null, "not the label of the status before");
}

#[tokio::test]
async fn what_needs_approval_is_planned_and_marked_but_what_is_denied_stops() {
    let rehearsal = Rehearsal::new();
    let stage = Stage::start(Some(rehearsal.clone())).await;
    let rep = AccountSelector::identifier("rep");
    let policy = "read:allow,write:ask,destructive:deny".parse().expect("a policy");
    stage.house.gateway.set_policy(&stage.house.caller, &rep, policy).await.expect("set");
    stage.call("create_lead", json!({"name": "Globex"})).await;
    let error = stage.try_call("delete_lead", json!({"id": ACME})).await.expect_err("denied");
    assert_eq!(error.class, ErrorClass::PermissionDenied);
    let plan = rehearsal.plan();
    assert_eq!((plan.len(), plan[0].approval), (1, true));

    let policy = "read:ask,write:allow".parse().expect("a policy");
    stage.house.gateway.set_policy(&stage.house.caller, &rep, policy).await.expect("set");
    let error = stage.try_call("get_lead", json!({"id": ACME})).await.expect_err("a read would be sent");
    assert_eq!(error.class, ErrorClass::ApprovalRequired);
    stage.house.twin.control().clear_requests();
    let lead = stage.call("update_lead", json!({"id": ACME, "name": "Acme Moon Rockets"})).await;
    assert_eq!((&lead["id"], &lead["status_id"]), (&json!(ACME), &Value::Null));
    assert!(stage.house.twin.control().requests().is_empty(), "what may not be read was not read");
}
