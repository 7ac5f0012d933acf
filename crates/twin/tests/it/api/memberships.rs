//! Who belongs to an organization, and what happens to those who leave.

use serde_json::{Value, json};

use crate::support::{ANN, BOB, CLOSER, House, SEQUENCE, TEMPLATE, each, id};

const ANNS: &str = "memb_HVGXnRMEGke2I3mAeKvNqnKwVgAZsodUjF1P7LvMSJr";
const BOBS: &str = "memb_ugDeRO24KR8GOf2MoyFZbBmv0ex8lUbSihibPb1n6HD";

fn invitation(email: &str, role: &str) -> Value {
    json!({"email": email, "role_id": role})
}

async fn told(house: &House, membership: &str) -> Vec<Value> {
    each(&house.get(&format!("event/?object_type=membership&object_id={membership}")).await, "action")
}

#[tokio::test]
async fn somebody_is_made_a_member_once() {
    let mut house = House::new().await;
    let answer = house.try_post("membership/", invitation("dora@closer.example.com", "user")).await;
    assert_eq!(answer.status, 200);
    let dora = answer.fine();
    assert_eq!((&dora["organization_id"], &dora["role_id"]), (&json!(CLOSER), &json!("user")));
    assert!(dora["permissions_granted"].as_array().unwrap().contains(&json!("calling")));
    assert_eq!(dora["auto_record_calls"], "unset");

    let again = house.post("membership/", invitation("Dora@Closer.example.com", "superuser")).await;
    assert_eq!((&again["id"], &again["role_id"]), (&dora["id"], &json!("user")));
    assert_eq!(told(&house, &id(&dora)).await, ["activated"]);

    let users = house.get("user/").await;
    assert!(each(&users, "email").contains(&json!("dora@closer.example.com")));
    let user = house.get(&format!("user/{}/", dora["user_id"].as_str().unwrap())).await;
    assert!(user.get("organization_id").is_none());
    house.connect_app("Mail merge", dora["user_id"].as_str().unwrap()).await;
    assert_eq!(house.get("me/").await["memberships"][0]["id"], dora["id"]);
}

#[tokio::test]
async fn not_everybody_may_be_made_a_member() {
    let mut house = House::new().await;
    let stranger = house.try_post("membership/", invitation("dora@elsewhere.example.com", "user")).await;
    let message = "elsewhere.example.com is not a verified domain of the organization.";
    assert_eq!(stranger.refused(403), json!({"error": message}));
    house.try_post("membership/", invitation("dora@closer.example.com", "admin")).await.refused(403);
    let answer =
        house.try_post("membership/", json!({"email": "dora", "role_id": "boss"})).await.refused(400);
    let expected = json!({"email": "Invalid email address.", "role": "Object does not exist."});
    assert_eq!(answer["field-errors"], expected);
    let answer = house.try_post("membership/", json!({})).await.refused(400);
    let expected = json!({"email": "This field is required.", "role": "This field is required."});
    assert_eq!(answer["field-errors"], expected);

    house.become_user(BOB);
    house.try_post("membership/", invitation("dora@closer.example.com", "user")).await.refused(403);
    let cleo = house.twin.api_keys().into_iter().find(|key| key.user_name == "Cleo Marsh").unwrap();
    house.use_key(&cleo.key);
    let open =
        house.try_post("membership/", invitation("dora@closer.example.com", "user")).await.refused(403);
    assert!(open.to_string().contains("restricted to verified domains"), "{open}");
}

#[tokio::test]
async fn who_leaves_is_shut_out_and_may_come_back() {
    let mut house = House::new().await;
    house.put(&format!("membership/{BOBS}/"), json!({"role_id": "admin"})).await;
    let query = format!("sequence_subscription/?sequence_id={SEQUENCE}");
    assert!(each(&house.get(&query).await, "status").contains(&json!("active")));

    house.become_user(BOB);
    assert_eq!(house.delete(&format!("membership/{ANNS}/")).await, json!({}));
    house.delete(&format!("membership/{ANNS}/")).await;
    assert_eq!(told(&house, ANNS).await, ["deactivated"]);
    let organization = house.get(&format!("organization/{CLOSER}/?_expand=inactive_memberships__user")).await;
    assert_eq!(organization["memberships"].as_array().unwrap().len(), 1);
    assert_eq!(organization["inactive_memberships"][0]["id"], ANNS);
    assert_eq!(organization["inactive_memberships"][0]["user"]["first_name"], "Ann");
    assert_eq!(each(&house.get("user/").await, "id"), [BOB]);
    assert_eq!(house.get(&format!("email_template/{TEMPLATE}/")).await["created_by"], ANN);
    let subscriptions = house.get(&query).await;
    assert!(!each(&subscriptions, "status").contains(&json!("active")));
    assert!(each(&subscriptions, "status_reason").contains(&json!("membership-inactive")));
    house.become_user(ANN);
    house.try_get("me/").await.refused(401);

    house.become_user(BOB);
    let back = house.post("membership/", invitation("ann@closer.example.com", "user")).await;
    assert_eq!((&back["id"], &back["role_id"]), (&json!(ANNS), &json!("user")));
    assert_eq!(told(&house, ANNS).await, ["activated", "deactivated"]);
    house.become_user(ANN);
    house.get("me/").await;
}

#[tokio::test]
async fn a_lever_lets_who_left_come_back() {
    let mut house = House::new().await;
    house.delete(&format!("membership/{BOBS}/")).await;
    let bob = latch_twin::NewUser {
        email: "bob@closer.example.com".to_owned(),
        organization: CLOSER.to_owned(),
        role_id: "superuser".to_owned(),
        ..latch_twin::NewUser::default()
    };
    let key = house.control().create_user(&bob).unwrap();
    house.use_key(&key.key);
    let me = house.get("me/").await;
    assert_eq!(
        (&me["memberships"][0]["id"], &me["memberships"][0]["role_id"]),
        (&json!(BOBS), &json!("superuser"))
    );
    house.become_user(ANN);
    assert_eq!(told(&house, BOBS).await, ["activated", "deactivated"]);
}

#[tokio::test]
async fn members_look_after_their_own_settings() {
    let mut house = House::new().await;
    let settings = json!({"auto_record_calls": "enabled", "may_workflows_impersonate": true});
    let changed = house.put(&format!("membership/{BOBS}/"), settings).await;
    assert_eq!(
        (&changed["auto_record_calls"], &changed["track_email_opens"]),
        (&json!("enabled"), &json!(true))
    );
    assert_eq!(changed["may_workflows_impersonate"], true);

    let all = json!({"_params": {"id__in": [ANNS, BOBS]}, "track_email_opens": false});
    assert_eq!(house.put("membership/", all).await, json!({"count": 2}));
    let me = house.get("me/").await;
    assert_eq!(me["memberships"][0]["track_email_opens"], false);
    assert_eq!(me["memberships"][0]["user_phone_formatted"], "+1 512-555-0100");
    let wrong = json!({"_params": {"id__in": [BOBS, ANNS]}, "role_id": "user"});
    let answer = house.try_put("membership/", wrong).await.refused(400);
    assert_eq!(answer["field-errors"]["role"], "The organization needs a member who may manage it.");
    house.try_put("membership/", json!({"track_email_opens": true})).await.refused(400);
    house.try_put("membership/?id__in=memb_nobody", json!({})).await.refused(404);
    house.try_delete(&format!("membership/{ANNS}/")).await.refused(400);
    let answer = house.try_put(&format!("membership/{BOBS}/"), json!({"auto_record_calls": "maybe"})).await;
    assert_eq!(answer.refused(400)["field-errors"], json!({"auto_record_calls": "Not a valid choice."}));

    house.become_user(BOB);
    house.put(&format!("membership/{BOBS}/"), json!({"track_email_opens": true})).await;
    house.try_put(&format!("membership/{BOBS}/"), json!({"role_id": "admin"})).await.refused(403);
    house.try_put(&format!("membership/{ANNS}/"), json!({"track_email_opens": true})).await.refused(403);
    house.try_put(&format!("membership/?id__in={BOBS}"), json!({})).await.refused(403);
    house.try_delete(&format!("membership/{ANNS}/")).await.refused(403);
}

#[tokio::test]
async fn members_pin_views_in_an_order() {
    let mut house = House::new().await;
    let path = format!("membership/{BOBS}/pinned_views/");
    assert_eq!(house.get(&path).await, json!({"saved_view_ids": []}));
    let mut views = Vec::new();
    for name in ["Hot", "Cold"] {
        let view = house.post("saved_search/", json!({"name": name, "query": "*", "is_shared": true})).await;
        views.push(id(&view));
    }
    let pinned = json!({"saved_view_ids": [views[1], views[0]]});
    house.become_user(BOB);
    assert_eq!(house.put(&path, pinned.clone()).await, pinned);
    assert_eq!(house.get(&path).await, pinned);
    let answer = house.try_put(&path, json!({"saved_view_ids": ["save_none"]})).await.refused(400);
    let expected = json!({"saved_view_ids": {"errors": {"0": "Object does not exist."}}});
    assert_eq!(answer["field-errors"], expected);
    house.try_put(&path, json!({})).await.refused(400);
    house.try_put(&format!("membership/{ANNS}/pinned_views/"), pinned).await.refused(403);
    house.become_user(ANN);
    house.delete(&format!("saved_search/{}/", views[1])).await;
    assert_eq!(house.get(&path).await, json!({"saved_view_ids": [views[0]]}));
}
