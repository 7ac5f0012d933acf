//! Calling Close from a script: names, arguments, results, errors.

use latch_lua::{RunRequest, Script, WantedLimits};
use latch_testkit::{ACME, ANN};
use serde_json::json;

use crate::support::{Close, account};

#[tokio::test]
async fn a_function_answers_to_every_name_that_a_user_has_met() {
    let close = Close::start().await;
    for name in [
        "app.integrations.close.list_leads",
        "app.integrations.close.close_list_leads",
        "app.integrations.close['close.list_leads']",
        "app.integrations.close['close.close_list_leads']",
        "app.integrations.close.default.list_leads",
        "app.integrations.close.close_leads_list",
        "close.list_leads",
    ] {
        let record = close.succeed(&format!("return {name}({{limit = 1}}).data[1].id")).await;
        assert_eq!(json!(record.result), json!([ACME]), "{name}");
    }
}

#[tokio::test]
async fn bare_values_are_taken_in_the_order_of_the_signature() {
    let close = Close::start().await;
    let record = close.succeed("return close.get_lead('lead_abc123XYZ').id").await;
    assert_eq!(json!(record.result), json!([ACME]));
    let record = close.succeed("return close.update_lead('lead_abc123XYZ', 'Acme Two').name").await;
    assert_eq!(json!(record.result), json!(["Acme Two"]));
    let record = close.run("close.get_lead('lead_abc123XYZ', 'id', 'too', 'many')").await;
    assert_eq!(record.error_class.as_deref(), Some("invalid_arguments"), "{:?}", record.error);
}

#[tokio::test]
async fn everything_that_is_wrong_is_said_before_anything_is_sent() {
    let close = Close::start().await;
    let record =
        close.run("app.integrations.close.create_task({limit = 'ten', is_complete = 'maybe'})").await;
    let error = record.error.expect("it is refused");
    assert!(
        error.starts_with("script:1: Invalid arguments for app.integrations.close.create_task ("),
        "{error}"
    );
    for part in
        ["missing: text", "is_complete must be true or false", "unknown: limit", "No external call was made."]
    {
        assert!(error.contains(part), "{part} is not in {error}");
    }
    assert_eq!(record.call_log[0].http_status, None);
    assert!(record.call_log[0].retry_safe);
}

#[tokio::test]
async fn an_unknown_function_is_named_with_its_neighbours_and_logged() {
    let close = Close::start().await;
    let record = close.run("app.integrations.close.list_leeds()").await;
    let error = record.error.expect("there is no such function");
    assert!(
        error.starts_with(
            "script:1: Unknown function: app.integrations.close.list_leeds. Did you mean: list_leads"
        ),
        "{error}"
    );
    assert!(error.matches(',').count() <= 4, "{error}");
    assert_eq!(record.error_class.as_deref(), Some("unknown_function"));
    assert_eq!(record.call_log[0].path, "integrations.close.list_leeds");
    for path in
        ["app.mcp.server.tool", "app.integrations.hubspot.list_contacts", "app.integrations.close.xyzzy"]
    {
        let record = close.run(&format!("{path}()")).await;
        let error = record.error.expect("there is no such function");
        assert!(error.contains(&format!("Unknown function: {path}")), "{error}");
    }
}

#[tokio::test]
async fn a_caught_error_is_an_object_and_a_text_at_once() {
    let close = Close::start().await;
    let record = close
        .succeed(
            r"
local ok, err = pcall(close.create_lead, { name = 'X', status_id = 'stat_nope' })
print(ok, err.class, err.status, err.retry_safe, err.field_errors[1].field)
print(err.field_errors[1].message)
print('Error: ' .. err)
print(err:find('Not a valid choice') ~= nil, string.find(err, 'Close API error %(400%)') ~= nil)
print(tostring(err) == err.text, string.format('%s', err) == err.text)
err2 = select(2, pcall(error, err))
print(rawequal(err, err2), pcall(function() err.class = 'api2' end))
",
        )
        .await;
    let lines: Vec<&str> = record.output.lines().collect();
    assert_eq!(lines[0], "false\tapi\t400\ttrue\tstatus");
    assert!(lines[1].starts_with("Not a valid choice"), "{}", record.output);
    assert!(lines[2].starts_with("Error: script:2: Close API error (400): "), "{}", record.output);
    assert_eq!(lines[3], "true\ttrue");
    assert_eq!(lines[4], "true\ttrue");
    assert!(lines[5].starts_with("true\tfalse"), "{}", record.output);
}

#[tokio::test]
async fn an_uncaught_error_ends_the_run_and_keeps_what_was_printed() {
    let close = Close::start().await;
    let record = close.run("print('before')\nclose.get_lead({id = 'lead_nope'})\nprint('after')").await;
    assert!(!record.success);
    assert_eq!(record.output, "before");
    assert_eq!(record.error_class.as_deref(), Some("api"));
    assert_eq!(record.call_log[0].http_status, Some(404));
    assert!(record.result.is_none() && record.memory_usage.is_none());
}

#[tokio::test]
async fn results_are_tables_in_which_null_is_nil_and_both_names_of_a_list_are_one_table() {
    let close = Close::start().await;
    let record = close
        .succeed(
            r"
local result = close.list_leads({ query = 'Acme', limit = 1 })
local lead = result.leads[1]
print(rawequal(result.leads, result.data), result.count, result.has_more, result._skip, type(result.total))
print(lead.created_by_name == nil or type(lead.created_by_name), #lead.contacts > 0)
local raw = close.list_opportunities({ _limit = 1 })
print(rawequal(raw.data, raw.opportunities), #raw.data)
lead.name = 'changed here only'
print(close.get_lead(lead.id).name)
",
        )
        .await;
    let lines: Vec<&str> = record.output.lines().collect();
    assert!(lines[0].starts_with("true\t1\t"), "{}", record.output);
    assert!(lines[2].starts_with("true\t"), "{}", record.output);
    assert_eq!(lines[3], "Acme Rockets");
}

#[tokio::test]
async fn names_are_taken_where_close_wants_ids_and_wrong_ones_are_answered_with_the_right_ones() {
    let close = Close::start().await;
    let record = close
        .succeed(
            r"
local lead = close.create_lead({ name = 'By name', status_id = 'Qualified', custom = { Industry = 'SaaS' } })
local task = close.create_task({ text = 'Call', lead_id = lead.id, assignee_id = 'ann@example.com' })
return lead.status_label, lead.custom.Industry[1], task.assigned_to
"
            .replace(
                "ann@example.com",
                close.house.at_close("/me/").await["email"].as_str().unwrap_or_default(),
            )
            .as_str(),
        )
        .await;
    assert_eq!(json!(record.result), json!(["Qualified", "SaaS", ANN]));
    let record = close.run("close.create_lead({ name = 'X', status_id = 'Quantified' })").await;
    let error = record.error.expect("no such status");
    assert!(error.contains("allowed: ") && error.contains("Qualified"), "{error}");
}

#[tokio::test]
async fn json_null_clears_a_field_and_an_empty_table_takes_the_declared_shape() {
    let close = Close::start().await;
    let record = close
        .succeed(
            r"
local lead = close.create_lead({ name = 'Shapes', contacts = {}, custom = {}, url = 'https://example.com' })
local cleared = close.update_lead({ id = lead.id, url = json.null })
return lead.url, cleared.url
",
        )
        .await;
    assert_eq!(json!(record.result), json!(["https://example.com", null]));
}

#[tokio::test]
async fn iterators_walk_all_pages_and_fetch_them_one_by_one() {
    let close = Close::start().await;
    let record = close
        .succeed(
            r"
for i = 1, 7 do close.create_lead({ name = 'Paged ' .. i }) end
local seen = {}
for lead in close.each_lead({ query = 'Paged', limit = 3 }) do table.insert(seen, lead.name) end
local first
for lead in close.each_lead({ query = 'Paged', limit = 3 }) do first = lead.name break end
local statuses = 0
for status in close.each_lead_status() do statuses = statuses + 1 end
local events = 0
for event in close.each_event({ limit = 3 }) do events = events + 1 end
return #seen, first ~= nil, statuses > 2, events >= 7
",
        )
        .await;
    assert_eq!(json!(record.result), json!([7, true, true, true]));
    let lists = record.call_log.iter().filter(|call| call.function == "list_leads").count();
    assert_eq!(lists, 4, "three pages, then one");
}

#[tokio::test]
async fn pairs_lists_functions_and_accounts() {
    let close = Close::start().await;
    close.house.connect_with_key("us_team").await;
    let record = close
        .succeed(
            r"
local functions, accounts = 0, {}
for name, value in pairs(app.integrations.close) do
  if type(value) == 'function' then functions = functions + 1 else table.insert(accounts, name) end
end
table.sort(accounts)
return functions >= 110, accounts
",
        )
        .await;
    assert_eq!(json!(record.result), json!([true, ["default", "us_team"]]));
    assert_eq!(record.call_log.len(), 0, "asking what exists is no call");
}

#[tokio::test]
async fn calls_and_writes_are_capped_and_the_record_says_which_cap_ended_the_run() {
    let close = Close::start().await;
    let limited = |source: &str, limits: WantedLimits| RunRequest {
        script: Script { limits, ..Script::new(source) },
        ..RunRequest::default()
    };
    let record = close
        .request(limited(
            "for i = 1, 10 do print(i, pcall(close.get_current_user)) end print('never')",
            WantedLimits { calls: Some(3), ..WantedLimits::default() },
        ))
        .await;
    assert_eq!(record.ended_by.as_deref(), Some("call_limit"));
    assert_eq!(
        (record.call_log.len(), record.output.lines().count()),
        (3, 3 * record.output.lines().count() / 3)
    );
    assert!(!record.output.contains("never"));
    let record = close
        .request(limited(
            "for i = 1, 10 do pcall(close.create_lead, {name = 'Capped ' .. i}) end",
            WantedLimits { writes: Some(2), ..WantedLimits::default() },
        ))
        .await;
    assert_eq!(record.error_class.as_deref(), Some("write_limit"));
    let written = close.succeed("return close.list_leads({query = 'name:Capped'}).count").await;
    assert_eq!(json!(written.result), json!([2]));
}

#[tokio::test]
async fn parallel_runs_reads_at_once_keeps_order_and_refuses_writes() {
    let close = Close::start().await;
    let record = close
        .succeed(
            r"
local jobs = {}
for i = 1, 20 do jobs[i] = function() return i .. ':' .. close.get_lead('lead_abc123XYZ').name end end
local results = app.parallel(jobs)
local keyed = app.parallel({
  me = function() return close.get_current_user().first_name end,
  nested = function() return app.parallel({ function() return close.get_lead('lead_abc123XYZ').id end })[1] end,
})
local ok, err = pcall(app.parallel, { function() return close.create_lead({ name = 'No' }) end })
return results[1], results[20], #results, keyed.nested, ok, err.class
",
        )
        .await;
    let expected = json!(["1:Acme Rockets", "20:Acme Rockets", 20, ACME, false, "invalid_arguments"]);
    assert_eq!(json!(record.result), expected);
}

#[tokio::test]
async fn calls_work_within_coroutines_and_protected_calls_and_say_so_where_they_cannot() {
    let close = Close::start().await;
    let record = close
        .succeed(
            r"
local generator = coroutine.wrap(function()
  for lead in close.each_lead({ limit = 1 }) do coroutine.yield(lead.name) end
end)
print(generator())
local co = coroutine.create(function(a) local b = coroutine.yield(close.get_lead('lead_abc123XYZ').name) return a, b end)
print(coroutine.resume(co, 1))
print(coroutine.resume(co, 2))
print(coroutine.status(co))
local ok, err = pcall(table.sort, { 3, 1, 2 }, function(a, b) close.get_current_user() return a < b end)
print(ok, tostring(err):find('cannot be called here') ~= nil)
print(xpcall(function() return close.get_lead('lead_abc123XYZ').name end, print))
",
        )
        .await;
    let lines: Vec<&str> = record.output.lines().collect();
    assert_eq!(lines[1..], ["true\tAcme Rockets", "true\t1\t2", "dead", "false\ttrue", "true\tAcme Rockets"]);
}

#[tokio::test]
async fn a_run_is_kept_and_belongs_to_its_tenant() {
    let close = Close::start().await;
    let record = close.succeed("print('kept') return close.get_current_user().email").await;
    let caller = &close.house.caller;
    let runs = close.house.gateway.runs(caller, 10).await.expect("the list");
    assert_eq!((runs[0].id.as_str(), runs[0].calls, runs[0].outcome.as_str()), (record.id.as_str(), 1, "ok"));
    let kept = close.house.gateway.run(caller, &record.id).await.expect("the run");
    assert_eq!(kept.record["output"], "kept");
    assert_eq!(kept.record["integration_calls"][0]["path"], "integrations.close.get_current_user");
    let calls = close.house.gateway.calls(caller, 1).await.expect("the calls");
    assert_eq!(calls[0].run_id.as_deref(), Some(record.id.as_str()));
}

#[tokio::test]
async fn an_account_that_is_chosen_for_the_run_is_the_default_within_it() {
    let close = Close::start().await;
    close.house.connect_with_key("us_team").await;
    let request = RunRequest {
        script: Script::new("close.get_current_user() close.default.get_current_user()"),
        account: account("us_team"),
        ..RunRequest::default()
    };
    let record = close.request(request).await;
    let accounts: Vec<&str> = record.call_log.iter().map(|call| call.account.as_str()).collect();
    assert_eq!(accounts, ["us_team", "us_team"]);
}
