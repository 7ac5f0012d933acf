//! The record of a run.

use std::time::Duration;

use latch_lua::{RunRequest, Script, WantedLimits};
use serde_json::{Value, json};

use crate::support::{Close, run, run_script};

#[tokio::test]
async fn the_record_has_every_member_of_the_contract() {
    let close = Close::start().await;
    let record = close
        .run("print('one') print('two') pcall(close.get_lead, 'lead_nope') close.create_lead{name = 'R'} return 42, { a = 1 }")
        .await;
    let mut json = serde_json::to_value(&record).expect("JSON");
    // What differs from run to run.
    json["id"] = json!("run_…");
    for time in ["execution_time_ms", "cpu_time_ms"] {
        assert!(json[time].is_f64(), "{time}");
        json[time] = json!(0.0);
    }
    assert!(json["memory_usage"].as_u64().is_some_and(|bytes| bytes > 100_000));
    json["memory_usage"] = json!(0);
    assert_eq!(json["integration_calls"], json["call_log"]);
    json["call_log"] = json!("as integration_calls");
    for call in json["integration_calls"].as_array_mut().into_iter().flatten() {
        assert!(call["durationMs"].is_f64());
        call["durationMs"] = json!(0.0);
        assert!(call["call_id"].as_str().is_some_and(|id| id.starts_with("call_")));
        call["call_id"] = json!("call_…");
        if call.get("request_id").is_some() {
            call["request_id"] = json!("…");
        }
    }
    insta::assert_json_snapshot!(json);
}

#[test]
fn output_that_is_too_long_is_cut_and_ends_the_run() {
    let limits = WantedLimits { output: Some(100), ..WantedLimits::default() };
    let record =
        run_script(Script { limits, ..Script::new("for i = 1, 1000 do pcall(print, ('é'):rep(20)) end") });
    assert_eq!(record.ended_by.as_deref(), Some("output_limit"));
    assert!(record.output_truncated);
    assert!(record.output.len() <= 100 && record.output.len() > 90, "{}", record.output.len());
}

#[test]
fn values_that_are_too_large_to_return_say_so() {
    let limits = WantedLimits { result: Some(1000), ..WantedLimits::default() };
    let record = run_script(Script { limits, ..Script::new("return ('x'):rep(2000)") });
    assert_eq!((record.success, record.error_class.as_deref()), (false, Some("result_limit")));
    assert!(record.result.is_none());
}

#[test]
fn values_without_json_are_returned_as_something_readable() {
    let record = run("local t = { 1 } t.t = t return print, t, 0/0, '\\255', json.null, function() end");
    assert_eq!(
        json!(record.result),
        json!(["<function>", {"1": 1, "t": "<circular>"}, "NaN", "\u{fffd}", null, "<function>"])
    );
}

#[test]
fn the_text_for_agents_has_a_line_for_each_part() {
    let text = run("print('hi') return 42, { a = 1 }").to_text();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[..3], ["Output:", "hi", "Return value: 42, {\"a\":1}"]);
    assert!(lines[3].starts_with("Execution time: ") && lines[3].ends_with("ms"), "{text}");
    assert!(lines[4].starts_with("Memory: ") && lines[4].ends_with(" KB"), "{text}");
    assert_eq!(lines[5], "Integration calls: 0");
    assert!(run("error('no')").to_text().starts_with("Error: script:1: no\n"));
}

#[test]
fn callers_lower_limits_and_never_raise_them() {
    let limits = WantedLimits {
        memory: Some(1 << 40),
        cpu: Some(Duration::from_secs(900)),
        calls: Some(5),
        ..WantedLimits::default()
    };
    let record = run_script(Script { limits, ..Script::new("return 1") });
    assert_eq!(record.meta.limits["memory_bytes"], 32 * 1024 * 1024);
    assert_eq!(record.meta.limits["cpu_seconds"], 30.0);
    assert_eq!(record.meta.limits["calls"], 5);
}

#[tokio::test]
async fn waiting_for_close_does_not_count_as_computing_but_counts_as_time() {
    let close = Close::start().await;
    let slow = json!({"path_prefix": "/api/v1/me/", "kind": {"delay_seconds": 0.3}});
    let slow = serde_json::from_value(slow).expect("a fault");
    close.house.twin.control().fail_next(slow).expect("a slow twin");
    let request = |limits| RunRequest {
        script: Script { limits, ..Script::new("print('a') close.get_current_user() print('b')") },
        ..RunRequest::default()
    };
    let record = close
        .request(request(WantedLimits { cpu: Some(Duration::from_millis(200)), ..WantedLimits::default() }))
        .await;
    assert!(record.success, "{:?}", record.error);
    let record = close
        .request(request(WantedLimits { wall: Some(Duration::from_millis(150)), ..WantedLimits::default() }))
        .await;
    assert_eq!(record.ended_by.as_deref(), Some("wall_limit"));
    assert_eq!(record.output, "a");
    assert_eq!(record.call_log[0].status, "ok", "the call under way was waited for: {:?}", record.call_log);
}

#[tokio::test]
async fn a_run_nobody_waits_for_any_more_is_cancelled() {
    let close = Close::start().await;
    let forever = close.run("while true do end");
    assert!(tokio::time::timeout(Duration::from_millis(100), forever).await.is_err());
    // Its thread is free again: many more than there are threads can be cancelled and the engine still answers.
    for _ in 0..20 {
        let forever = close.run("while true do pcall(function() while true do end end) end");
        assert!(tokio::time::timeout(Duration::from_millis(20), forever).await.is_err());
    }
    let record = close.run("return 1").await;
    assert_eq!(json!(record.result), json!([1]));
}

#[tokio::test]
async fn a_dry_run_reads_and_plans_its_writes_in_order() {
    let close = Close::start().await;
    let source = "
local lead = close.create_lead{ name = 'Planned', url = 'https://example.com' }
local task = close.create_task{ lead_id = lead.id, text = 'Call ' .. lead.name }
local found = close.get_lead(lead.id)
close.update_lead{ id = 'lead_abc123XYZ', name = 'Renamed' }
local renamed = close.get_lead('lead_abc123XYZ').name
close.delete_lead(lead.id)
return found.name, task.text, renamed, #close.list_leads{ query = 'Acme' }.leads > 0
";
    let request = RunRequest { script: Script::new(source), dry_run: true, ..RunRequest::default() };
    let record = close.request(request).await;
    assert!(record.success, "{:?}", record.error);
    assert_eq!(json!(record.result), json!(["Planned", "Call Planned", "Renamed", true]));
    let plan: Value = json!(record.plan);
    let writes: Vec<(&str, &str)> = plan
        .as_array()
        .expect("a plan")
        .iter()
        .map(|write| {
            (
                write["tool"].as_str().unwrap_or_default(),
                write["request"]["method"].as_str().unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(
        writes,
        [("create_lead", "POST"), ("create_task", "POST"), ("update_lead", "PUT"), ("delete_lead", "DELETE")]
    );
    assert_eq!(plan[1]["request"]["body"]["text"], "Call Planned");
    assert!(record.meta.dry_run);
    assert!(record.call_log.iter().all(|call| call.operation == "read" || call.write_effect == "planned"));
    assert_eq!(close.house.at_close("/lead/?query=Planned").await["total_results"], 0);
    assert_ne!(close.house.at_close(&format!("/lead/{}/", latch_testkit::ACME)).await["name"], "Renamed");
}

#[tokio::test]
async fn in_a_dry_run_what_hangs_on_a_lead_goes_with_it_and_ids_keep_their_kind() {
    let close = Close::start().await;
    let source = "
local lead = close.create_lead{ name = 'Gone soon' }
local task = close.create_task{ lead_id = lead.id, text = 'Call' }
local wrong, why = pcall(close.get_contact, lead.id)
close.delete_lead(lead.id)
local there, gone = pcall(close.get_task, task.id)
return wrong, why.status, there, gone.status
";
    let request = RunRequest { script: Script::new(source), dry_run: true, ..RunRequest::default() };
    let record = close.request(request).await;
    assert_eq!(json!(record.result), json!([false, 404, false, 404]), "{:?}", record.error);
}

#[tokio::test]
async fn a_policy_of_the_run_narrows_and_its_refusals_have_the_known_words() {
    let close = Close::start().await;
    let with = |policy: &str, source: &str| RunRequest {
        script: Script::new(source),
        policy: policy.parse().expect("a policy"),
        ..RunRequest::default()
    };
    let record = close
        .request(with(
            "read:allow,write:deny",
            "print(#close.list_leads().leads > 0) close.create_lead{ name = 'No' }",
        ))
        .await;
    assert_eq!(record.output, "true");
    assert_eq!(record.error_class.as_deref(), Some("permission_denied"));
    assert!(record.error.expect("denied").contains("Integration 'close' write access denied."));
    assert_eq!(record.call_log[1].write_effect, "denied");
    let record = close.request(with("write:ask", "close.delete_lead('lead_abc123XYZ')")).await;
    assert_eq!(record.error_class.as_deref(), Some("approval_required"));
    assert!(record.error.expect("to be asked").contains("requires approval"));
    let caught = close
        .request(with(
            "write:deny",
            "local ok, err = pcall(close.create_lead, { name = 'No' }) return ok, err.class, err.retry_safe",
        ))
        .await;
    assert_eq!(json!(caught.result), json!([false, "permission_denied", true]));
}
