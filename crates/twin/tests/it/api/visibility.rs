//! Roles whose members see only the leads that are theirs.

use serde_json::{Value, json};

use crate::support::{ANN, BOB, House, LEAD, each, id};

const BOBS: &str = "memb_ugDeRO24KR8GOf2MoyFZbBmv0ex8lUbSihibPb1n6HD";
const OWNER: &str = "custom.cf_dt14oEtCW35sMyBLSc92GM5HwJZ4Uucf3n82bK6lJkl";
const ACCOUNT_MANAGER: &str = "role_3US9CbJGePzDX1vXlZtYJA";

/// A lead of Bob's, one of Ann's and one of nobody's, each with a contact, a note, a task and a deal.
async fn three_leads(house: &House) -> [String; 3] {
    let mut leads = Vec::new();
    for (name, owner) in [("Bob's", json!(BOB)), ("Ann's", json!(ANN)), ("Nobody's", Value::Null)] {
        let body = json!({"name": name, OWNER: owner, "contacts": [{"name": format!("{name} contact")}]});
        let lead = id(&house.post("lead/", body).await);
        house.post("activity/note/", json!({"lead_id": lead, "note": name})).await;
        house.post("task/", json!({"lead_id": lead, "text": name})).await;
        house.post("opportunity/", json!({"lead_id": lead, "note": name})).await;
        leads.push(lead);
    }
    leads.try_into().unwrap()
}

async fn restrict_bob(house: &mut House) {
    house.put(&format!("membership/{BOBS}/"), json!({"role_id": ACCOUNT_MANAGER})).await;
    house.become_user(BOB);
}

#[tokio::test]
async fn only_leads_of_ones_own_are_seen_with_all_that_hangs_on_them() {
    let mut house = House::new().await;
    let [own, anns, nobodys] = three_leads(&house).await;
    let note = house.get(&format!("activity/note/?lead_id={anns}")).await["data"][0].clone();
    restrict_bob(&mut house).await;

    let leads = house.get("lead/").await;
    assert_eq!((each(&leads, "name"), &leads["total_results"]), (vec![json!("Bob's")], &json!(1)));
    assert_eq!(each(&house.get("contact/").await, "name"), ["Bob's contact"]);
    assert_eq!(each(&house.get("task/").await, "text"), ["Bob's"]);
    let deals = house.get("opportunity/").await;
    assert_eq!((each(&deals, "note"), &deals["total_results"]), (vec![json!("Bob's")], &json!(1)));
    let activities = house.get("activity/").await;
    assert!(each(&activities, "lead_id").iter().all(|lead| *lead == own), "{activities}");
    assert!(each(&house.get("activity/call/").await, "lead_id").iter().all(|lead| *lead == own));

    house.get(&format!("lead/{own}/")).await;
    for hidden in [&anns, &nobodys] {
        let missing = house.try_get(&format!("lead/{hidden}/")).await.refused(404);
        assert_eq!(missing, json!({"error": "Empty query: Lead matching query does not exist."}));
        house.try_put(&format!("lead/{hidden}/"), json!({"name": "Mine"})).await.refused(404);
        assert_eq!(
            each(&house.get(&format!("activity/note/?lead_id={hidden}")).await, "id"),
            [] as [Value; 0]
        );
    }
    house.try_get(&format!("activity/note/{}/", id(&note))).await.refused(404);
    house.try_delete(&format!("activity/note/{}/", id(&note))).await.refused(404);
    let answer = house.try_post("task/", json!({"lead_id": anns, "text": "x"})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"lead": "Object does not exist."}));
}

#[tokio::test]
async fn searches_events_and_reports_keep_to_the_same_leads() {
    let mut house = House::new().await;
    let [own, anns, _] = three_leads(&house).await;
    restrict_bob(&mut house).await;
    for query in ["*", "name:*", "opportunity(note:*)", "contacts:1"] {
        assert_eq!(each(&house.get(&format!("lead/?query={query}")).await, "name"), ["Bob's"], "{query}");
    }
    assert_eq!(house.get("lead/?query=Ann").await["total_results"], 0);
    for object_type in ["lead", "contact", "opportunity"] {
        let body = json!({
            "query": {"type": "and", "queries": [{"type": "object_type", "object_type": object_type}]},
            "include_counts": true,
        });
        let found = house.post("data/search/", body).await;
        assert_eq!(
            (found["data"].as_array().unwrap().len(), &found["count"]["total"]),
            (1, &json!(1)),
            "{found}"
        );
    }
    let by_id = json!({"query": {"type": "and", "queries": [
        {"type": "object_type", "object_type": "lead"}, {"type": "id", "value": anns},
    ]}});
    assert_eq!(house.post("data/search/", by_id).await["data"], json!([]));

    let events = house.get("event/").await;
    let told = each(&events, "lead_id");
    assert!(told.contains(&json!(own)) && !told.contains(&json!(anns)), "{told:?}");
    assert_eq!(house.get(&format!("event/?lead_id={anns}")).await["data"], json!([]));
    house.try_get("comment_thread/").await.refused(403);
    house.get("comment_thread/?object_ids=acti_x").await;
}

#[tokio::test]
async fn who_sees_a_lead_changes_with_its_owner() {
    let mut house = House::new().await;
    let [own, anns, nobodys] = three_leads(&house).await;
    let role = json!({"visibility_user_lcf_behavior": "allow_unassigned"});
    house.put(&format!("role/{ACCOUNT_MANAGER}/"), role).await;
    restrict_bob(&mut house).await;
    house.get(&format!("lead/{nobodys}/")).await;
    house.try_get(&format!("lead/{anns}/")).await.refused(404);
    house.become_user(ANN);
    house
        .put(
            &format!("role/{ACCOUNT_MANAGER}/"),
            json!({"visibility_user_lcf_behavior": "require_assignment"}),
        )
        .await;
    house.become_user(BOB);
    house.try_get(&format!("lead/{nobodys}/")).await.refused(404);

    // The answer to giving a lead away still shows it; what happens beside it happens as ever.
    let given = house.put(&format!("lead/{own}/"), json!({OWNER: ANN})).await;
    assert_eq!(given[OWNER], ANN);
    house.try_get(&format!("lead/{own}/")).await.refused(404);
    let made = house.post("lead/", json!({"name": "New", "contacts": [{"name": "Nell"}]})).await;
    assert_eq!((&made[OWNER], &made["contacts"][0]["name"]), (&json!(BOB), &json!("Nell")));
    house.get(&format!("lead/{}/", id(&made))).await;
    house.become_user(ANN);
    let events = house.get(&format!("event/?lead_id={own}&object_type=lead&action=updated")).await;
    assert_eq!(events["data"][0]["data"][OWNER], ANN);
    house.get(&format!("lead/{LEAD}/")).await;
}
