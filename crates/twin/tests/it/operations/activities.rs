//! What happened with a lead, except what was written to it: calls, notes, meetings, custom and automatic activities,
//! and what is said about them.

use serde_json::json;

use super::walk::{Walk, id, listed};
use crate::support::{ACTIVITY_TYPE, ANN, LEAD, LOST, POTENTIAL, PROPOSAL_SENT, QUALIFIED};

const MEETING: &str = "acti_HRIkGME3KVckVBfYjxwt98mgBt8BmWfWOjjbBauZnZG";

pub(super) async fn walk(walk: &mut Walk) {
    calls(walk).await;
    notes_and_comments(walk).await;
    custom_activities(walk).await;
    status_changes(walk).await;
    automatic(walk).await;
    meetings(walk).await;
    walk.call("GET /activity/", &[]).await;
    walk.find("GET /activity/", &[("lead_id", LEAD), ("_type", "Call")]).await;
}

async fn calls(walk: &mut Walk) {
    let body = json!({
        "lead_id": LEAD, "direction": "outbound", "duration": 61, "phone": "+15125550123", "note": "Busy",
        "recording_url": "https://calls.example.com/1.mp3", "status": "completed",
    });
    let call = walk.send("POST /activity/call/", &[], body).await;
    let body = json!({"note_html": "<body><p>Agreed</p></body>"});
    walk.send("PUT /activity/call/{id}/", &[id(&call)], body).await;
    walk.call("GET /activity/call/{id}/", &[id(&call)]).await;
    walk.call("GET /activity/call/", &[]).await;
    walk.find("GET /activity/call/", &[("lead_id", LEAD)]).await;
    walk.call("DELETE /activity/call/{id}/", &[id(&call)]).await;
}

async fn notes_and_comments(walk: &mut Walk) {
    let body = json!({"lead_id": LEAD, "title": "Budget", "note": "Approved", "pinned": true});
    let note = walk.send("POST /activity/note/", &[], body).await;
    let body = json!({"note_html": "<body><p>Approved</p></body>", "pinned": false});
    walk.send("PUT /activity/note/{id}/", &[id(&note)], body).await;
    walk.call("GET /activity/note/", &[]).await;

    let body = json!({"object_id": id(&note), "body": "<body><p>Nice</p></body>"});
    let comment = walk.send("POST /comment/", &[], body).await;
    walk.find("GET /comment/", &[("object_id", id(&note))]).await;
    walk.call("GET /comment/{id}/", &[id(&comment)]).await;
    let body = json!({"body": "<body><p>Very nice</p></body>"});
    walk.send("PUT /comment/{id}/", &[id(&comment)], body).await;
    walk.call("GET /comment_thread/", &[]).await;
    let threads = walk.find("GET /comment_thread/", &[("object_ids", id(&note))]).await;
    walk.call("GET /comment_thread/{id}/", &[listed(&threads)]).await;
    walk.call("GET /activity/note/{id}/", &[id(&note)]).await;
    walk.call("DELETE /comment/{id}/", &[id(&comment)]).await;
    walk.call("DELETE /activity/note/{id}/", &[id(&note)]).await;
}

async fn custom_activities(walk: &mut Walk) {
    let body = json!({"lead_id": LEAD, "custom_activity_type_id": ACTIVITY_TYPE, "status": "draft"});
    let activity = walk.send("POST /activity/custom/", &[], body).await;
    walk.send("PUT /activity/custom/{id}/", &[id(&activity)], json!({"pinned": true})).await;
    walk.call("GET /activity/custom/{id}/", &[id(&activity)]).await;
    walk.call("GET /activity/custom/", &[]).await;
    let one_type = [("lead_id", LEAD), ("custom_activity_type_id", ACTIVITY_TYPE)];
    walk.find("GET /activity/custom/", &one_type).await;
    walk.call("DELETE /activity/custom/{id}/", &[id(&activity)]).await;
}

async fn status_changes(walk: &mut Walk) {
    let body = json!({"lead_id": LEAD, "old_status_id": POTENTIAL, "new_status_id": QUALIFIED});
    let change = walk.send("POST /activity/status_change/lead/", &[], body).await;
    walk.call("GET /activity/status_change/lead/", &[]).await;
    walk.call("GET /activity/status_change/lead/{id}/", &[id(&change)]).await;
    walk.call("DELETE /activity/status_change/lead/{id}/", &[id(&change)]).await;

    let deals = walk.find("GET /opportunity/", &[("lead_id", LEAD)]).await;
    let body = json!({
        "lead_id": LEAD, "opportunity_id": listed(&deals), "old_status_id": PROPOSAL_SENT, "new_status_id": LOST,
    });
    let change = walk.send("POST /activity/status_change/opportunity/", &[], body).await;
    let one_deal = [("opportunity_id", listed(&deals))];
    walk.find("GET /activity/status_change/opportunity/", &one_deal).await;
    walk.call("GET /activity/status_change/opportunity/{id}/", &[id(&change)]).await;
    walk.call("DELETE /activity/status_change/opportunity/{id}/", &[id(&change)]).await;
}

async fn automatic(walk: &mut Walk) {
    let created = walk.call("GET /activity/created/", &[]).await;
    walk.call("GET /activity/created/{id}/", &[listed(&created)]).await;
    let merges = walk.call("GET /activity/lead_merge/", &[]).await;
    walk.call("GET /activity/lead_merge/{id}/", &[listed(&merges)]).await;
    let completed = walk.call("GET /activity/task_completed/", &[]).await;
    walk.call("GET /activity/task_completed/{id}/", &[listed(&completed)]).await;
    walk.call("DELETE /activity/task_completed/{id}/", &[listed(&completed)]).await;
    let submissions = walk.call("GET /activity/form_submission/", &[]).await;
    walk.call("GET /activity/form_submission/{id}/", &[listed(&submissions)]).await;
    walk.call("DELETE /activity/form_submission/{id}/", &[listed(&submissions)]).await;
}

async fn meetings(walk: &mut Walk) {
    walk.call("GET /activity/meeting/", &[]).await;
    walk.call("GET /activity/meeting/{id}/", &[MEETING]).await;
    let body = json!({"user_note_html": "<body><p>Went well</p></body>"});
    walk.send("PUT /activity/meeting/{id}/", &[MEETING], body).await;
    walk.house.connect_app("Minutes", ANN).await;
    let body = json!({"title": "Minutes", "url": "https://minutes.example.com/1"});
    walk.send("POST /activity/meeting/{id}/integration/", &[MEETING], body).await;
    walk.call("GET /activity/meeting/{id}/", &[MEETING]).await;
    walk.house.become_user(ANN);
    walk.call("DELETE /activity/meeting/{id}/", &[MEETING]).await;
}
