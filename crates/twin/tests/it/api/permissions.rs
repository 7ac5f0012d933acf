//! What a role that does not grant a permission keeps its members from.

use serde_json::{Value, json};

use crate::support::{ANN, BOB, CONTACT, House, LEAD, SEQUENCE, TEMPLATE, each, id};

const BOBS: &str = "memb_ugDeRO24KR8GOf2MoyFZbBmv0ex8lUbSihibPb1n6HD";

/// Gives Bob a role with these permissions, sees everything, and goes on as Bob.
async fn become_bob_with(house: &mut House, permissions: &[&str]) {
    house.become_user(ANN);
    let mut all = vec!["view_all_leads"];
    all.extend(permissions);
    let name = format!("May {}", permissions.join(", "));
    let role = house.post("role/", json!({"name": name, "permissions": all})).await;
    house.put(&format!("membership/{BOBS}/"), json!({"role_id": role["id"]})).await;
    house.become_user(BOB);
}

/// What Ann and Bob each have of something, made by Ann.
async fn one_each(house: &House, path: &str, owner: &str, body: Value) -> [String; 2] {
    let mut paths = Vec::new();
    for user in [ANN, BOB] {
        let mut own = body.clone();
        own[owner] = json!(user);
        paths.push(format!("{path}{}/", id(&house.post(path, own).await)));
    }
    paths.try_into().unwrap()
}

#[tokio::test]
async fn ones_own_and_those_of_others() {
    let mut house = House::new().await;
    let cases = [
        (
            "task/",
            "assigned_to",
            json!({"lead_id": LEAD, "text": "Call"}),
            "tasks",
            json!({"is_complete": true}),
        ),
        ("opportunity/", "user_id", json!({"lead_id": LEAD}), "opportunities", json!({"confidence": 60})),
    ];
    for (path, owner, body, what, change) in cases {
        house.become_user(ANN);
        let [anns, bobs] = one_each(&house, path, owner, body).await;
        become_bob_with(&mut house, &[]).await;
        house.put(&bobs, change.clone()).await;
        let refusal = house.try_put(&anns, change.clone()).await.refused(403);
        assert!(refusal.to_string().contains(&format!("manage_others_{what}")), "{refusal}");
        house.try_delete(&bobs).await.refused(403);
        become_bob_with(&mut house, &[&format!("delete_own_{what}")]).await;
        house.delete(&bobs).await;
        house.try_delete(&anns).await.refused(403);
        become_bob_with(&mut house, &[&format!("manage_others_{what}")]).await;
        house.put(&anns, change).await;
        house.delete(&anns).await;
        house.become_user(ANN);
        for role in house.get("role/").await["data"].as_array().unwrap() {
            if role["name"].as_str().unwrap().starts_with("May") {
                house.put(&format!("membership/{BOBS}/"), json!({"role_id": "user"})).await;
                house.delete(&format!("role/{}/", id(role))).await;
            }
        }
    }
    let note = house.post("activity/note/", json!({"lead_id": LEAD, "note": "Ann's"})).await;
    become_bob_with(&mut house, &[]).await;
    house.try_put(&format!("activity/note/{}/", id(&note)), json!({"note": "Bob's"})).await.refused(403);
    house.try_delete(&format!("activity/note/{}/", id(&note))).await.refused(403);
}

#[tokio::test]
async fn bulk_changes_of_tasks_refuse_as_a_whole() {
    let mut house = House::new().await;
    let [anns, _] = one_each(&house, "task/", "assigned_to", json!({"lead_id": LEAD, "text": "Both"})).await;
    become_bob_with(&mut house, &[]).await;
    house.try_put(&format!("task/?lead_id={LEAD}"), json!({"is_complete": true})).await.refused(403);
    assert_eq!(house.get(&anns).await["is_complete"], false);
}

#[tokio::test]
async fn what_belongs_to_the_team() {
    let mut house = House::new().await;
    let shared = json!({"name": "Team's", "query": "*", "is_shared": true});
    let shared = format!("saved_search/{}/", id(&house.post("saved_search/", shared).await));
    let private = format!(
        "saved_search/{}/",
        id(&house.post("saved_search/", json!({"name": "Mine", "query": "*"})).await)
    );
    become_bob_with(&mut house, &[]).await;
    let names = each(&house.get("saved_search/").await, "name");
    assert!(names.contains(&json!("Team's")) && !names.contains(&json!("Mine")), "{names:?}");
    house.try_get(&private).await.refused(404);
    house.try_put(&shared, json!({"name": "Bob's"})).await.refused(403);
    house.try_delete(&shared).await.refused(403);
    let own = house.post("saved_search/", json!({"name": "Bob's", "query": "*", "is_shared": true})).await;
    house.delete(&format!("saved_search/{}/", id(&own))).await;

    house.try_put(&format!("email_template/{TEMPLATE}/"), json!({"subject": "Hi"})).await.refused(403);
    house.try_post("email_template/", json!({"name": "T", "is_shared": true})).await.refused(403);
    let template = house.post("email_template/", json!({"name": "T"})).await;
    let path = format!("email_template/{}/", id(&template));
    house.put(&path, json!({"subject": "Hi"})).await;
    house.try_put(&path, json!({"is_shared": true})).await.refused(403);
    house.delete(&path).await;
    house.try_post("sms_template/", json!({"name": "T", "is_shared": true})).await.refused(403);

    house.try_put(&format!("sequence/{SEQUENCE}/"), json!({"name": "S"})).await.refused(403);
    house.try_post("sequence/", json!({"name": "S"})).await.refused(403);
    house.try_post("outcome/", json!({"name": "Interested"})).await.refused(403);
    house.try_post("group/", json!({"name": "G"})).await.refused(403);
    house.try_post("custom_field/lead/", json!({"name": "F", "type": "text"})).await.refused(403);
    house.try_post("status/lead/", json!({"label": "S"})).await.refused(403);
    house
        .try_put(&format!("organization/{}/", crate::support::CLOSER), json!({"name": "B"}))
        .await
        .refused(403);
    house.try_delete(&format!("lead/{LEAD}/")).await.refused(403);
    // Logging a call is not making one.
    house.post("activity/call/", json!({"lead_id": LEAD, "contact_id": CONTACT})).await;

    become_bob_with(
        &mut house,
        &["manage_team_smart_views", "manage_team_email_templates", "manage_email_sequences"],
    )
    .await;
    house.put(&shared, json!({"name": "Bob's"})).await;
    house.try_put(&private, json!({"name": "Bob's"})).await.refused(404);
    house.put(&format!("email_template/{TEMPLATE}/"), json!({"subject": "Hi"})).await;
    house.put(&format!("sequence/{SEQUENCE}/"), json!({"name": "S"})).await;
}

#[tokio::test]
async fn groups_that_views_refer_to_stay() {
    let house = House::new().await;
    let group = id(&house.post("group/", json!({"name": "Closers"})).await);
    let view = house.post("saved_search/", json!({"name": "Theirs", "query": format!("user:{group}")})).await;
    house.try_delete(&format!("group/{group}/")).await.refused(400);
    house.delete(&format!("saved_search/{}/", id(&view))).await;
    assert_eq!(house.try_delete(&format!("group/{group}/")).await.status, 204);
}
