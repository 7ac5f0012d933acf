//! What to send to each operation, so that it succeeds.

use serde_json::{Value, json};

use super::Walk;
use crate::support::{
    ACTIVITY_TYPE, ANN, BOB, CLOSER, CONTACT, INDUSTRY, LEAD, PIPELINE, POTENTIAL, PROPOSAL_SENT, QUALIFIED,
    SEQUENCE, TEMPLATE, WON,
};

const ACCOUNT: &str = "emailacct_T4VitWqoCmRvdRfU7vmK8A0C1l0jZ79S3wwZsM9mHlA";
const SHARED: &str = "cf_dt14oEtCW35sMyBLSc92GM5HwJZ4Uucf3n82bK6lJkl";

/// Collections in the order they are made: what others need comes first.
const FIRST: &[&str] = &[
    "/lead/",
    "/contact/",
    "/pipeline/",
    "/status/lead/",
    "/status/opportunity/",
    "/opportunity/",
    "/custom_activity/",
    "/custom_object_type/",
    "/custom_field/shared/",
    "/activity/note/",
    "/group/",
    "/scheduling_link/",
    "/shared_scheduling_link/",
    "/shared_scheduling_link_association/",
];

/// Where a collection stands in that order.
pub(super) fn rank(path: &str) -> usize {
    FIRST.iter().position(|first| *first == path).unwrap_or(FIRST.len())
}

/// Objects that only Close makes, and a lead to merge away.
pub(super) async fn prepare(walk: &mut Walk) {
    let merged = walk.house.post("lead/", json!({"name": "Merged away"})).await;
    walk.ids.insert("merged".to_owned(), merged["id"].as_str().unwrap().to_owned());
    let task = walk.house.post("task/", json!({"lead_id": LEAD, "text": "Done", "is_complete": true})).await;
    assert_eq!(task["is_complete"], true);
    let meetings = walk.house.get("activity/meeting/").await;
    let threads = walk.house.get("activity/emailthread/").await;
    let thread = threads["data"][0]["id"].as_str().unwrap().to_owned();
    walk.ids.insert("/activity/emailthread/".to_owned(), thread);
    let meeting = meetings["data"][0]["id"].as_str().unwrap().to_owned();
    walk.ids.insert("/activity/meeting/".to_owned(), meeting);
}

/// What must be there again for an operation: both ways of ending an association need one.
pub(super) async fn before(walk: &Walk, method: &str, path: &str) {
    if (method, path) == ("DELETE", "/send_as/") {
        walk.house.post("send_as/", json!({"allowing_user_id": ANN, "allowed_user_id": BOB})).await;
    }
}

/// The path of an operation, with the ids of what was made.
pub(super) fn path(walk: &Walk, method: &str, template: &str) -> String {
    let note = walk.id("/activity/note/");
    match (method, template) {
        ("GET", "/comment/") => return format!("/comment/?object_id={note}"),
        ("GET", "/comment_thread/") => return format!("/comment_thread/?object_ids={note}"),
        ("GET", "/custom_object/") => return format!("/custom_object/?lead_id={LEAD}"),
        ("GET", "/sequence_subscription/") => return format!("/sequence_subscription/?lead_id={LEAD}"),
        ("DELETE", "/send_as/") => {
            return format!("/send_as/?allowing_user_id={ANN}&allowed_user_id={BOB}");
        }
        ("GET", "/email_template/{id}/render/") => {
            return format!("/email_template/{TEMPLATE}/render/?lead_id={LEAD}&contact_id={CONTACT}");
        }
        ("PUT", "/task/") => return format!("/task/?lead_id={LEAD}&is_complete=false&_type=lead"),
        (_, "/custom_field_schema/{object_type}/") => return "/custom_field_schema/lead/".to_owned(),
        (_, "/unsubscribe/email/{email_address}/") => {
            return "/unsubscribe/email/gone@example.com/".to_owned();
        }
        (_, "/scheduling_link/integration/{source_id}/") => {
            return "/scheduling_link/integration/walk-1/".to_owned();
        }
        (_, "/user/{id}/") => return format!("/user/{ANN}/"),
        (_, "/group/{group_id}/member/") => return format!("/group/{}/member/", walk.id("/group/")),
        (_, "/group/{group_id}/member/{user_id}/") => {
            return format!("/group/{}/member/{ANN}/", walk.id("/group/"));
        }
        _ => {}
    }
    if template.starts_with("/report/") {
        return template.replace("{org_id}", CLOSER);
    }
    if template.contains("{scf_id}") {
        let shared = walk.id("/custom_field/shared/");
        return template.replace("{scf_id}", shared).replace("{object_type}", "contact");
    }
    let Some((collection, _)) = template.split_once('{') else { return template.to_owned() };
    let collection = if collection == "/phone_number/" && method != "GET" {
        "/phone_number/request/internal/"
    } else if collection == "/export/" {
        "/export/lead/"
    } else {
        collection
    };
    template.replace("{id}", walk.id(collection))
}

/// The body of an operation; nothing where none is needed.
pub(super) fn body(walk: &Walk, method: &str, path: &str) -> Option<Value> {
    match method {
        "POST" => Some(posted(walk, path)),
        "PUT" => Some(put(walk, path)),
        _ => None,
    }
}

#[expect(clippy::too_many_lines, reason = "a table")]
fn posted(walk: &Walk, path: &str) -> Value {
    let everything = json!({"type": "match_all"});
    let day = json!({"start": "2026-11-01T00:00:00Z", "end": "2026-12-01T00:00:00Z"});
    let nobody = json!({"type": "id", "value": "lead_nobody"});
    match path {
        "/lead/" => json!({"name": "Walked", "contacts": [{"name": "Wanda"}]}),
        "/contact/" => {
            json!({"lead_id": LEAD, "name": "Walter", "emails": [{"email": "walter@example.com"}]})
        }
        "/opportunity/" => json!({"lead_id": LEAD, "value": 100, "status_id": PROPOSAL_SENT}),
        "/task/" => json!({"lead_id": LEAD, "text": "Walk"}),
        "/activity/note/" => json!({"lead_id": LEAD, "note": "Walked"}),
        "/activity/call/" => json!({"lead_id": LEAD, "duration": 5}),
        "/activity/email/" => json!({"lead_id": LEAD, "status": "draft", "subject": "Walk"}),
        "/activity/sms/" => json!({"lead_id": LEAD, "status": "draft", "text": "Walk"}),
        "/activity/whatsapp_message/" => json!({
            "lead_id": LEAD, "contact_id": CONTACT, "direction": "incoming", "external_whatsapp_message_id": "1",
            "message_markdown": "Hi", "local_phone": "+15125550100", "remote_phone": "+15125550123",
            "activity_at": "2026-11-24T10:00:00Z",
        }),
        "/activity/custom/" => {
            json!({"lead_id": LEAD, "custom_activity_type_id": ACTIVITY_TYPE, "status": "draft"})
        }
        "/activity/status_change/lead/" => {
            json!({"lead_id": LEAD, "old_status_id": POTENTIAL, "new_status_id": QUALIFIED})
        }
        "/activity/status_change/opportunity/" => json!({
            "lead_id": LEAD, "opportunity_id": walk.id("/opportunity/"), "old_status_id": PROPOSAL_SENT,
            "new_status_id": WON,
        }),
        "/activity/meeting/{id}/integration/" => json!({"title": "Walk", "url": "https://example.com/tab"}),
        "/blocked_phone_number/" => json!({"phone": "+15125559999", "reason": "Robocaller"}),
        "/bulk_action/delete/" => json!({"s_query": nobody}),
        "/bulk_action/edit/" => {
            json!({"s_query": nobody, "type": "set_lead_status", "lead_status_id": QUALIFIED})
        }
        "/bulk_action/email/" => json!({"s_query": nobody, "template_id": TEMPLATE}),
        "/bulk_action/sequence_subscription/" => json!({"s_query": nobody, "action_type": "pause"}),
        "/comment/" => json!({"object_id": walk.id("/activity/note/"), "body": "<body><p>Hm</p></body>"}),
        "/custom_activity/" => json!({"name": "Walked"}),
        "/custom_object_type/" => json!({"name": "Walk", "name_plural": "Walks"}),
        "/custom_object/" => {
            json!({"lead_id": LEAD, "custom_object_type_id": walk.id("/custom_object_type/"), "name": "W"})
        }
        "/custom_field/activity/" => json!({
            "name": "Walked", "type": "text", "custom_activity_type_id": walk.id("/custom_activity/"),
        }),
        "/custom_field/custom_object_type/" => json!({
            "name": "Walked", "type": "text", "custom_object_type_id": walk.id("/custom_object_type/"),
        }),
        "/custom_field/shared/{scf_id}/association/" => json!({"object_type": "contact"}),
        path if path.starts_with("/custom_field/") => json!({"name": "Walked", "type": "text"}),
        "/data/search/" => {
            json!({"query": {"type": "object_type", "object_type": "lead"}, "include_counts": true})
        }
        "/email_template/" | "/sms_template/" | "/outcome/" | "/playbook/" => json!({"name": "Walked"}),
        "/enrich_field/" => {
            json!({"organization_id": CLOSER, "object_type": "lead", "object_id": LEAD, "field_id": INDUSTRY})
        }
        "/export/lead/" => json!({"format": "json", "s_query": nobody}),
        "/export/opportunity/" => json!({"format": "csv"}),
        "/files/upload/" => json!({"filename": "walk.txt", "content_type": "text/plain"}),
        "/group/" | "/pipeline/" => json!({"name": "Walkers"}),
        "/group/{group_id}/member/" => json!({"user_id": ANN}),
        "/integration_link/" => {
            json!({"name": "Walk", "type": "lead", "url": "https://example.com/?q={{lead.name}}"})
        }
        "/lead/merge/" => json!({"source": walk.id("merged"), "destination": walk.id("/lead/")}),
        "/membership/" => json!({"email": "walker@closer.example.com", "role_id": "user"}),
        "/phone_number/request/internal/" => json!({"country": "US", "sharing": "personal"}),
        "/report/activity/" => {
            json!({"type": "overview", "relative_range": "today", "metrics": ["calls.all.all.count"]})
        }
        "/report/funnel/opportunity/stages/" | "/report/funnel/opportunity/totals/" => {
            json!({"pipeline": PIPELINE, "type": "active-stage-cohort", "report_datetime_range": day})
        }
        "/role/" => json!({"name": "Walker", "permissions": ["calling"]}),
        "/saved_search/" => json!({"name": "Walk", "s_query": {"query": {
            "type": "and", "queries": [{"type": "object_type", "object_type": "lead"}, everything],
        }}}),
        "/scheduling_link/" => json!({"name": "Walk", "url": "https://cal.example.com/walk"}),
        "/scheduling_link/integration/" => {
            json!({"source_id": "walk-1", "name": "Walk", "url": "https://cal.example.com/walk"})
        }
        "/shared_scheduling_link/" => json!({"name": "Shared walk"}),
        "/shared_scheduling_link_association/" => json!({
            "organization_id": CLOSER, "shared_scheduling_link_id": walk.id("/shared_scheduling_link/"),
            "user_id": ANN, "user_scheduling_link_id": walk.id("/scheduling_link/"),
        }),
        "/shared_scheduling_link_association/unmap/" => json!({
            "organization_id": CLOSER, "shared_scheduling_link_id": walk.id("/shared_scheduling_link/"),
            "user_id": ANN,
        }),
        "/send_as/" => json!({"allowing_user_id": ANN, "allowed_user_id": BOB}),
        "/send_as/bulk/" => json!({"allowed_user_ids": [BOB]}),
        "/sequence/" => {
            json!({"name": "Walk", "timezone": "UTC", "steps": [{"step_type": "call", "delay": 0}]})
        }
        "/sequence_subscription/" => json!({
            "sequence_id": SEQUENCE, "contact_id": CONTACT, "contact_email": "wile@acme-rockets.example.com",
            "sender_account_id": ACCOUNT, "sender_name": "Ann Reyes", "sender_email": "ann@closer.example.com",
        }),
        "/status/lead/" => json!({"label": "Walked"}),
        "/status/opportunity/" => json!({"label": "Walked", "type": "active", "pipeline_id": PIPELINE}),
        "/unsubscribe/email/" => json!({"email": "gone@example.com"}),
        "/webhook/" => {
            let event = json!({"object_type": "lead", "action": "created"});
            json!({"url": "https://hooks.example.com/", "events": [event]})
        }
        _ => json!({}),
    }
}

fn put(walk: &Walk, path: &str) -> Value {
    match path {
        "/membership/" => json!({"_params": {"id__in": walk.id("/membership/")}, "role_id": "user"}),
        "/membership/{id}/" => json!({"track_email_opens": false}),
        "/membership/{id}/pinned_views/" => json!({"saved_view_ids": [walk.id("/saved_search/")]}),
        "/blocked_phone_number/settings/" => json!({"reject_anonymous_inbound_calls": true}),
        "/blocked_phone_number/{id}/" => json!({"reason": "Walked"}),
        "/comment/{id}/" => json!({"body": "<body><p>Changed</p></body>"}),
        "/custom_field_schema/{object_type}/" => json!({"fields": [{"id": INDUSTRY}, {"id": SHARED}]}),
        "/custom_field/shared/{scf_id}/association/{object_type}/" => json!({"required": false}),
        "/task/" => json!({"date": "2026-12-24"}),
        _ => json!({}),
    }
}

/// A value for a parameter of a list, if it makes sense for all lists.
pub(super) fn parameter(_: &Walk, path: &str, name: &str) -> Option<String> {
    let base = name.split("__").next().unwrap_or(name);
    let dated =
        base.starts_with("date") || matches!(base, "activity_at" | "due_date" | "created_at" | "starts_at");
    let value = match base {
        "_limit" | "_skip" => "1",
        "_fields" => "id",
        "_order_by" if path == "/task/" => "-date",
        "_order_by" => "-date_created",
        _ if dated => "2026-11-20",
        "lead_id" => LEAD,
        "contact_id" => CONTACT,
        "user_id" | "assigned_to" | "allowing_user_id" | "participant_user_id" => ANN,
        "organization_id" => CLOSER,
        "status_id" => PROPOSAL_SENT,
        "status_type" => "active",
        "value_period" => "one_time",
        "is_complete"
        | "is_archived"
        | "is_shared"
        | "is_group_number"
        | "is_stalled"
        | "include_attachments" => "false",
        "_type" if path == "/task/" => "lead",
        "_type" => "Call",
        "type" => "lead",
        "view" => "inbox",
        "_group_by" => "user_id",
        "query" => "note:important",
        "sequence_id" => SEQUENCE,
        "template_id" => TEMPLATE,
        "position" => "0",
        "source_type" => "saved-search",
        "status" if path == "/dialer/" => "inactive",
        _ => return None,
    };
    Some(value.to_owned())
}

/// Other parameters a filter needs beside it (documented).
pub(super) fn company(path: &str, name: &str) -> String {
    let base = name.split("__").next().unwrap_or(name);
    match (path, base) {
        ("/activity/", "user_id" | "contact_id" | "_type") => format!("&lead_id={LEAD}"),
        (path, "activity_at") if path.starts_with("/activity/") => {
            format!("&lead_id={LEAD}&_order_by=-activity_at")
        }
        _ => String::new(),
    }
}
