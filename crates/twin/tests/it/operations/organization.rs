//! The organization, its people, what they may do, and what they are grouped in.

use serde_json::json;

use super::walk::{Walk, id};
use crate::support::{ANN, BOB, CLOSER, each};

pub(super) async fn walk(walk: &mut Walk) {
    let me = walk.call("GET /me/", &[]).await;
    walk.call("GET /user/", &[]).await;
    walk.call("GET /user/{id}/", &[BOB]).await;
    walk.find("GET /user/availability/", &[("organization_id", CLOSER)]).await;
    walk.call("GET /organization/{id}/", &[CLOSER]).await;
    let nested = [("_expand", "memberships__user,inactive_memberships__user")];
    walk.ask("GET /organization/{id}/", &[CLOSER], &nested, None).await;
    walk.send("PUT /organization/{id}/", &[CLOSER], json!({"name": "Closer"})).await;

    let group = walk.send("POST /group/", &[], json!({"name": "Closers"})).await;
    walk.send("PUT /group/{id}/", &[id(&group)], json!({"name": "Hunters"})).await;
    walk.send("POST /group/{group_id}/member/", &[id(&group)], json!({"user_id": BOB})).await;
    let members = [("_fields", "name,members")];
    walk.ask("GET /group/{id}/", &[id(&group)], &members, None).await;
    walk.call("GET /group/", &[]).await;
    walk.call("DELETE /group/{group_id}/member/{user_id}/", &[id(&group), BOB]).await;
    walk.call("DELETE /group/{id}/", &[id(&group)]).await;

    let role = walk.send("POST /role/", &[], json!({"name": "Caller", "permissions": ["calling"]})).await;
    walk.send("PUT /role/{id}/", &[id(&role)], json!({"name": "Callers"})).await;
    walk.call("GET /role/", &[]).await;
    walk.call("GET /role/{id}/", &["role_3US9CbJGePzDX1vXlZtYJA"]).await;
    walk.call("DELETE /role/{id}/", &[id(&role)]).await;

    let membership = me["memberships"][0]["id"].as_str().unwrap_or("none").to_owned();
    let views = walk.call("GET /saved_search/", &[]).await;
    let pinned = json!({"saved_view_ids": each(&views, "id")});
    walk.send("PUT /membership/{id}/pinned_views/", &[&membership], pinned).await;
    walk.call("GET /membership/{id}/pinned_views/", &[&membership]).await;
    let body = json!({"track_email_opens": false});
    walk.send("PUT /membership/{id}/", &[&membership], body).await;
    let some = json!({"_params": {"id__in": membership}, "track_email_opens": true});
    walk.send("PUT /membership/", &[], some).await;
    walk.house.connect_app("Directory", ANN).await;
    let body = json!({"email": "dora@closer.example.com", "role_id": "user"});
    walk.send("POST /membership/", &[], body).await;
    walk.house.become_user(ANN);
}
