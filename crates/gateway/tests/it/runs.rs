//! What is remembered of script runs.

use jiff::Timestamp;
use latch_gateway::{Caller, ErrorClass, RunRecord, RunSummary};
use latch_testkit::House;
use latch_vault::TenantId;
use serde_json::json;

fn run(id: &str, started_at: &str) -> RunRecord {
    RunRecord {
        summary: RunSummary {
            id: id.to_owned(),
            caller: "somebody else".to_owned(),
            account: Some("rep".to_owned()),
            name: "script".to_owned(),
            outcome: "ok".to_owned(),
            error_class: None,
            dry_run: false,
            calls: 3,
            writes: 1,
            duration_ms: 42,
            started_at: started_at.parse::<Timestamp>().expect("a moment"),
        },
        record: json!({"output": "Ada Lovelace owes 5", "result": [1, null, {"a": 1.5}]}),
    }
}

#[tokio::test]
async fn runs_are_listed_newest_first_and_read_whole() {
    let house = House::start().await;
    for (id, at) in [
        ("run_b", "2026-03-02T09:00:01Z"),
        ("run_c", "2026-03-02T09:00:02Z"),
        ("run_a", "2026-03-02T09:00:00Z"),
    ] {
        house.gateway.record_run(&house.caller, run(id, at)).await.expect("kept");
    }
    let listed = house.gateway.runs(&house.caller, 2).await.expect("listed");
    assert_eq!(listed.iter().map(|run| run.id.as_str()).collect::<Vec<_>>(), ["run_c", "run_b"]);
    let found = house.gateway.run(&house.caller, "run_b").await.expect("there");
    assert_eq!(found.record, run("run_b", "2026-03-02T09:00:01Z").record);
    assert_eq!(found.summary.caller, "test", "the caller is recorded, whatever the summary says");
    assert_eq!((found.summary.calls, found.summary.writes, found.summary.duration_ms), (3, 1, 42));
}

#[tokio::test]
async fn what_another_tenant_ran_is_not_found() {
    let house = House::start().await;
    house.gateway.record_run(&house.caller, run("run_a", "2026-03-02T09:00:00Z")).await.expect("kept");
    let tenant = TenantId::new("env_other").expect("a tenant id");
    house.vault.create_tenant(&tenant).await.expect("made");
    let stranger = Caller { tenant, name: "stranger".to_owned() };
    let error = house.gateway.run(&stranger, "run_a").await.expect_err("not theirs");
    assert_eq!(error.class, ErrorClass::NotFound);
    assert_eq!(error.message, house.gateway.run(&stranger, "run_a").await.expect_err("nor now").message);
    assert!(house.gateway.runs(&stranger, 10).await.expect("listed").is_empty());
}
