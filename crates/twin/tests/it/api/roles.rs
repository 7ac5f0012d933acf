//! What roles allow, and the roles an organization makes for itself.

use serde_json::{Value, json};

use crate::support::{BOB, CLOSER, House, INDUSTRY, each, id};

const BOBS: &str = "memb_ugDeRO24KR8GOf2MoyFZbBmv0ex8lUbSihibPb1n6HD";
const OWNER: &str = "cf_dt14oEtCW35sMyBLSc92GM5HwJZ4Uucf3n82bK6lJkl";

#[tokio::test]
async fn four_roles_are_built_in() {
    let mut house = House::new().await;
    let roles = house.get("role/").await;
    let names = ["Admin", "Super User", "User", "Restricted User", "Account Manager"];
    assert_eq!(each(&roles, "name"), names);
    assert_eq!(each(&roles, "editable"), [false, false, false, false, true]);
    let admin = house.get("role/admin/").await;
    let (all, most) = (&admin["permissions"], &roles["data"][1]["permissions"]);
    assert_eq!((all.as_array().unwrap().len(), most.as_array().unwrap().len()), (24, 23));
    assert!(!most.as_array().unwrap().contains(&json!("manage_organization")));
    house.try_put("role/admin/", json!({"name": "Boss"})).await.refused(400);
    house.try_delete("role/user/").await.refused(400);

    let cleo = house.twin.api_keys().into_iter().find(|key| key.user_name == "Cleo Marsh").unwrap();
    house.use_key(&cleo.key);
    assert_eq!(each(&house.get("role/").await, "name"), names[..4]);
}

#[tokio::test]
async fn organizations_make_their_own_roles() {
    let mut house = House::new().await;
    let body = json!({"name": "Intern", "permissions": ["export", "calling", "export"], "visibility_user_lcf_ids": [OWNER]});
    let answer = house.try_post("role/", body.clone()).await;
    assert_eq!(answer.status, 201);
    let role = answer.fine();
    let path = format!("role/{}/", id(&role));
    assert_eq!(role["permissions"], json!(["calling", "export"]));
    assert_eq!((&role["editable"], &role["organization_id"]), (&json!(true), &json!(CLOSER)));
    assert_eq!(role["visibility_user_lcf_behavior"], "require_assignment");
    let seeing = house.put(&path, json!({"permissions": ["view_all_leads", "export"]})).await;
    assert_eq!(
        (&seeing["visibility_user_lcf_ids"], &seeing["visibility_user_lcf_behavior"]),
        (&json!([]), &Value::Null)
    );

    let same = house.try_post("role/", body).await.refused(400);
    assert_eq!(same["field-errors"], json!({"name": "A role with this name already exists."}));
    let wrong = json!({"name": "User", "permissions": ["fly"], "visibility_user_lcf_ids": [INDUSTRY]});
    let answer = house.try_post("role/", wrong).await.refused(400);
    let message = "Only lead custom fields of the user type can decide which leads are visible.";
    let expected = json!({
        "name": "A role with this name already exists.",
        "permissions": {"errors": {"0": "Not a valid choice."}},
        "visibility_user_lcf_ids": {"errors": {"0": message}},
    });
    assert_eq!(answer["field-errors"], expected);

    house.put(&format!("membership/{BOBS}/"), json!({"role_id": role["id"]})).await;
    house.try_delete(&path).await.refused(400);
    house.become_user(BOB);
    assert_eq!(
        house.get("me/").await["memberships"][0]["permissions_granted"],
        json!(["export", "view_all_leads"])
    );
    house.try_put(&path, json!({"name": "Trainee"})).await.refused(403);
    house.try_post("role/", json!({"name": "Trainee"})).await.refused(403);
    house.become_user(crate::support::ANN);
    house.put(&format!("membership/{BOBS}/"), json!({"role_id": "user"})).await;
    assert_eq!(house.delete(&path).await, json!({}));
    house.try_get(&path).await.refused(404);
}
