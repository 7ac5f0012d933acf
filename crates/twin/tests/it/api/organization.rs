//! The organization itself, its users, and what credentials open.

use serde_json::{Value, json};

use crate::support::{BOB, CLOSER, House, LEAD, POTENTIAL, QUALIFIED, each};

#[tokio::test]
async fn settings_of_the_organization_are_changed_by_who_may() {
    let mut house = House::new().await;
    let path = format!("organization/{CLOSER}/");
    house.post("opportunity/", json!({"lead_id": LEAD, "value": 250_050, "note": "in euros"})).await;
    let changed = house
        .put(&format!("{path}?_expand=memberships__user"), json!({"name": "Closer AG", "currency": "eur"}))
        .await;
    assert_eq!((&changed["currency"], &changed["currency_symbol"]), (&json!("EUR"), &json!("€")));
    assert_eq!(
        (&changed["name"], &changed["memberships"][0]["user"]["first_name"]),
        (&json!("Closer AG"), &json!("Ann"))
    );
    let deals = house.get(&format!("opportunity/?lead_id={LEAD}&query=note:euros")).await;
    assert_eq!(each(&deals, "value_formatted"), ["€2,500.50"]);
    assert_eq!(house.put(&path, json!({"currency": "CHF"})).await["currency_symbol"], "CHF");
    for wrong in [
        json!({"currency": "XYZ"}),
        json!({"currency": null}),
        json!({"name": ""}),
        json!({"lead_statuses": [{"id": "stat_x"}]}),
        json!({"lead_statuses": ["x"]}),
    ] {
        house.try_put(&path, wrong).await.refused(400);
    }
    let order = json!({"lead_statuses": [{"id": QUALIFIED, "label": "Renamed?"}, {"id": POTENTIAL}]});
    let statuses = house.put(&path, order).await["lead_statuses"].clone();
    assert_eq!(statuses.as_array().unwrap().len(), 7);
    assert_eq!(statuses[0], json!({"id": QUALIFIED, "label": "Qualified"}));
    assert_eq!(house.post("lead/", json!({})).await["status_id"], QUALIFIED);
    let short = house.get(&format!("{path}?_fields=id,opportunity_statuses")).await;
    assert_eq!(short["opportunity_statuses"][0]["label"], "Proposal sent");
    assert_eq!(short.as_object().unwrap().len(), 2);
    house.try_get("organization/orga_other/").await.refused(404);
    house.try_put("organization/orga_other/", json!({"name": "Mine"})).await.refused(404);
    house.become_user(BOB);
    house.try_put(&path, json!({"name": "Bob's"})).await.refused(403);
    assert_eq!(house.get(&path).await["name"], "Closer AG");
}

#[tokio::test]
async fn users_are_listed_in_the_order_asked_for() {
    let house = House::new().await;
    let names = |list: &Value| each(list, "first_name");
    assert_eq!(names(&house.get("user/?_order_by=last_name,first_name").await), ["Ann", "Bob"]);
    assert_eq!(names(&house.get("user/?_order_by=-first_name").await), ["Bob", "Ann"]);
    let page = house.get("user/?_limit=1&_skip=1").await;
    assert_eq!((names(&page), &page["has_more"]), (vec![json!("Bob")], &json!(false)));
    let free = house.get(&format!("user/availability/?organization_id={CLOSER}")).await;
    assert_eq!(free["data"].as_array().unwrap().len(), 2);
    house.try_get("user/availability/?organization_id=orga_x").await.refused(400);
    assert_eq!(house.get("api_key/").await, json!({"data": [{"organization_id": CLOSER}]}));
    assert_eq!(house.get("me/?_fields=memberships").await["memberships"][0]["role"], "admin");
}

#[tokio::test]
async fn a_lead_status_remains() {
    let house = House::new().await;
    let cleo = house.twin.api_keys().into_iter().find(|key| key.user_name == "Cleo Marsh").unwrap();
    let mut house = house;
    house.use_key(&cleo.key);
    let statuses = each(&house.get("status/lead/").await, "id");
    for lead in each(&house.get("lead/").await, "id") {
        house.delete(&format!("lead/{}/", lead.as_str().unwrap())).await;
    }
    let paths: Vec<String> =
        statuses.iter().map(|id| format!("status/lead/{}/", id.as_str().unwrap())).collect();
    let (last, others) = paths.split_last().unwrap();
    for path in others {
        house.delete(path).await;
    }
    house.try_delete(last).await.refused(400);
}
