//! One change to many objects: who is written to, subscribed, edited; what can be paused and resumed.

use serde_json::{Value, json};

use crate::support::{ACTIVITY_TYPE, BOB, House, SEQUENCE, TEMPLATE, each, id};

const ACCOUNT: &str = "emailacct_T4VitWqoCmRvdRfU7vmK8A0C1l0jZ79S3wwZsM9mHlA";
const BUYING_ROLE: &str = "cf_pw60AItSNIDaNcYK9YVQb1NlseJj6bPW2EYZj1E3GD1";
const PAUSED: &str = "bulkdelete_1gz0Pbmu0Jq1zBmITLLUkkHrn0IswsGjprJsMcFGC1V";

/// Two companies of two people each, one of them without an address; answers the query that finds them.
async fn two_companies(house: &House) -> (Value, Vec<String>) {
    let mut leads = Vec::new();
    for name in ["North", "South"] {
        let slug = name.to_lowercase();
        let contacts = json!([
            {"name": "Silent Partner"},
            {"name": format!("{name} One"), "emails": [
                {"email": format!("one@{slug}.example.com")}, {"email": format!("first@{slug}.example.com")},
            ]},
            {"name": format!("{name} Two"), "emails": [{"email": format!("two@{slug}.example.com")}]},
        ]);
        let lead = json!({"name": name, "description": "campaign", "contacts": contacts});
        leads.push(id(&house.post("lead/", lead).await));
    }
    (json!({"type": "text", "value": "campaign", "mode": "full_words"}), leads)
}

fn addressees(emails: &Value) -> Vec<String> {
    let mut all: Vec<String> =
        each(emails, "to").iter().map(|to| to[0].as_str().unwrap().to_owned()).collect();
    all.sort();
    all
}

#[tokio::test]
async fn a_campaign_writes_to_whom_it_prefers() {
    let house = House::new().await;
    let (query, leads) = two_companies(&house).await;
    house.post("unsubscribe/email/", json!({"email": "two@south.example.com"})).await;
    let body = |preference: &str| json!({"s_query": query, "template_id": TEMPLATE, "contact_preference": preference});
    let sent = |action: Value| {
        let action_id = id(&action);
        let leads = leads.clone();
        let house = &house;
        async move {
            let mut all = Vec::new();
            for lead in leads {
                let emails = house.get(&format!("activity/email/?lead_id={lead}")).await;
                let own = emails["data"].as_array().unwrap().iter();
                all.extend(own.filter(|email| email["bulk_email_action_id"] == action_id.as_str()).cloned());
            }
            json!({ "data": all })
        }
    };
    let one_a_lead = house.post("bulk_action/email/", body("lead")).await;
    assert_eq!((&one_a_lead["status"], &one_a_lead["n_leads"]), (&json!("done"), &json!(2)));
    assert_eq!((&one_a_lead["n_objects"], &one_a_lead["n_objects_processed"]), (&json!(2), &json!(2)));
    let letters = sent(one_a_lead).await;
    assert_eq!(addressees(&letters), ["one@north.example.com", "one@south.example.com"]);
    let north = letters["data"].as_array().unwrap().iter().find(|it| it["to"][0] == "one@north.example.com");
    let north = north.unwrap();
    assert_eq!((&north["subject"], &north["status"]), (&json!("Hello North"), &json!("sent")));
    assert_eq!(north["sender"], "Ann Reyes <ann@closer.example.com>");

    let everybody = sent(house.post("bulk_action/email/", body("contact")).await).await;
    let expected = ["one@north.example.com", "one@south.example.com", "two@north.example.com"];
    assert_eq!(addressees(&everybody), expected, "who unsubscribed is left alone");
    let all = house.post("bulk_action/email/", body("all")).await;
    assert_eq!(all["n_objects"], 5);
    let listed = house.get(&format!("bulk_action/email/?template_id={TEMPLATE}&_fields=id")).await;
    assert_eq!(each(&listed, "id")[0], all["id"]);
    let refused = house.try_post("bulk_action/email/", json!({"s_query": query})).await.refused(400);
    assert_eq!(refused["field-errors"], json!({"template": "This field is required."}));
}

#[tokio::test]
async fn subscriptions_begin_pause_and_go_on() {
    let house = House::new().await;
    let (query, leads) = two_companies(&house).await;
    let subscribe = json!({
        "s_query": query, "action_type": "subscribe", "sequence_id": SEQUENCE, "sender_account_id": ACCOUNT,
        "sender_name": "Ann Reyes", "sender_email": "ann@closer.example.com", "contact_preference": "contact",
    });
    let path = "bulk_action/sequence_subscription/";
    let states = || async {
        let mut all = Vec::new();
        for lead in &leads {
            let list = house.get(&format!("sequence_subscription/?lead_id={lead}")).await;
            all.extend(each(&list, "status").into_iter().zip(each(&list, "status_reason")));
        }
        all
    };
    assert_eq!(house.post(path, subscribe.clone()).await["n_objects_processed"], 4);
    assert_eq!(house.post(path, subscribe).await["n_objects"], 0, "nobody is subscribed twice");
    let act = |action: &str| json!({"s_query": query, "action_type": action});
    assert_eq!(house.post(path, act("resume")).await["n_objects"], 0, "nothing is paused yet");
    assert_eq!(house.post(path, act("pause")).await["n_objects_processed"], 4);
    assert_eq!(states().await, vec![(json!("paused"), json!("bulk-action")); 4]);
    assert_eq!(house.post(path, act("resume")).await["n_objects_processed"], 4);
    assert_eq!(states().await, vec![(json!("active"), Value::Null); 4]);
    house.try_post(path, act("reassign")).await.refused(400);
    let mut reassign = act("reassign");
    reassign["calls_assigned_to"] = json!([BOB]);
    reassign["sequence_id"] = json!(SEQUENCE);
    assert_eq!(house.post(path, reassign).await["n_objects_processed"], 4);
    let list = house.get(&format!("sequence_subscription/?lead_id={}", leads[0])).await;
    assert_eq!(each(&list, "calls_assigned_to"), vec![json!([BOB]); 2]);
    house.delete(&format!("sequence/{SEQUENCE}/")).await;
    assert_eq!(states().await, vec![(json!("finished"), json!("sequence-deleted")); 4]);
    assert_eq!(house.post(path, act("pause")).await["n_objects"], 0, "what is finished is not paused");
    let missing = house.try_post(path, act("subscribe")).await.refused(400);
    assert_eq!(missing["field-errors"].as_object().unwrap().len(), 5);
}

#[tokio::test]
async fn edits_reach_what_belongs_to_the_leads_found() {
    let house = House::new().await;
    let (query, leads) = two_companies(&house).await;
    let edit = |body: Value| {
        let mut whole = json!({ "s_query": query });
        whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
        whole
    };
    let set = edit(json!({
        "type": "set_contact_custom_field", "custom_field_id": BUYING_ROLE, "custom_field_value": "Champion",
    }));
    let done = house.post("bulk_action/edit/", set).await;
    assert_eq!((&done["n_leads"], &done["n_objects_processed"]), (&json!(2), &json!(6)));
    let contacts = house.get(&format!("contact/?lead_id={}", leads[0])).await;
    assert_eq!(each(&contacts, &format!("custom.{BUYING_ROLE}")), vec![json!("Champion"); 3]);
    let clear = edit(json!({"type": "clear_contact_custom_field", "custom_field_name": "Buying role"}));
    house.post("bulk_action/edit/", clear).await;
    let contacts = house.get(&format!("contact/?lead_id={}", leads[0])).await;
    assert_eq!(each(&contacts, &format!("custom.{BUYING_ROLE}")), vec![Value::Null; 3]);

    for (operation, values, expected) in [
        ("replace", json!(["Retail"]), json!(["Retail"])),
        ("add", json!(["Software", "Aerospace"]), json!(["Retail", "Software", "Aerospace"])),
        ("remove", json!(["Retail", "Aerospace"]), json!(["Software"])),
    ] {
        let body = edit(json!({
            "type": "set_custom_field", "custom_field_name": "Industry", "custom_field_values": values,
            "custom_field_operation": operation,
        }));
        house.post("bulk_action/edit/", body).await;
        assert_eq!(house.get(&format!("lead/{}/", leads[1])).await["custom"]["Industry"], expected);
    }
    let wrong = edit(json!({
        "type": "set_contact_custom_field", "custom_field_id": BUYING_ROLE, "custom_field_value": "King",
    }));
    let refused = house.try_post("bulk_action/edit/", wrong).await.refused(400);
    let key = format!("custom.{BUYING_ROLE}");
    assert_eq!(refused["field-errors"], json!({ key: "Not a valid choice." }));
}

#[tokio::test]
async fn every_kind_of_object_with_fields_can_be_edited() {
    let house = House::new().await;
    let (query, leads) = two_companies(&house).await;
    let kind = house.post("custom_object_type/", json!({"name": "Site", "name_plural": "Sites"})).await;
    let other = house.post("custom_activity/", json!({"name": "Audit"})).await;
    let paths = ["opportunity/", "activity/custom/", "custom_object/"];
    let mut objects = Vec::new();
    for (path, mut object) in paths.into_iter().zip([
        json!({}),
        json!({"custom_activity_type_id": ACTIVITY_TYPE, "status": "draft"}),
        json!({"custom_object_type_id": kind["id"], "name": "S"}),
    ]) {
        object["lead_id"] = json!(leads[0]);
        objects.push(format!("{path}{}/", id(&house.post(path, object).await)));
    }
    let audit = json!({"lead_id": leads[0], "custom_activity_type_id": other["id"]});
    house.post("activity/custom/", audit).await;
    let seats = |more: Value| {
        let mut field = json!({"name": "Seats", "type": "number"});
        field.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        field
    };
    let fields = [
        ("opportunity", "opportunity", seats(json!({}))),
        ("activity", "activity", seats(json!({"custom_activity_type_id": ACTIVITY_TYPE}))),
        ("custom_object", "custom_object_type", seats(json!({"custom_object_type_id": kind["id"]}))),
    ];
    for ((name, collection, definition), object) in fields.into_iter().zip(&objects) {
        let field = house.post(&format!("custom_field/{collection}/"), definition).await;
        let key = format!("custom.{}", id(&field));
        let edit = |verb: &str| {
            json!({
                "s_query": query, "type": format!("{verb}_{name}_custom_field"), "custom_field_id": field["id"],
                "custom_field_value": 7,
            })
        };
        let done = house.post("bulk_action/edit/", edit("set")).await;
        assert_eq!(
            (&done["n_leads"], &done["n_objects"]),
            (&json!(2), &json!(1)),
            "{name}: those of its type"
        );
        assert_eq!(done["n_objects_processed"], 1, "{name}");
        assert_eq!(house.get(object).await[&key], 7, "{name}");
        house.post("bulk_action/edit/", edit("clear")).await;
        assert_eq!(house.get(object).await.get(&key).cloned().unwrap_or_default(), Value::Null, "{name}");
    }
}

#[tokio::test]
async fn shared_fields_are_set_where_they_hold_values() {
    let house = House::new().await;
    let (query, leads) = two_companies(&house).await;
    let contacts = json!({"type": "and", "queries": [{"type": "object_type", "object_type": "contact"}, {
        "type": "has_related", "this_object_type": "contact", "related_object_type": "lead", "related_query": query,
    }]});
    let field = house.post("custom_field/shared/", json!({"name": "Region", "type": "text"})).await;
    let key = format!("custom.{}", id(&field));
    let edit = |query: &Value, kind: &str, value: &str| json!({"s_query": query, "type": kind, "custom_field_name": "Region", "custom_field_value": value});
    let set = "set_global_custom_field";
    house.try_post("bulk_action/edit/", edit(&query, set, "South")).await.refused(400);
    let associate = format!("custom_field/shared/{}/association/", id(&field));
    house.post(&associate, json!({"object_type": "contact"})).await;
    let done = house.post("bulk_action/edit/", edit(&query, set, "North")).await;
    assert_eq!(
        (&done["n_leads"], &done["n_objects_processed"]),
        (&json!(2), &json!(6)),
        "only contacts have it"
    );
    house.post(&associate, json!({"object_type": "lead"})).await;
    assert_eq!(house.post("bulk_action/edit/", edit(&query, set, "East")).await["n_objects_processed"], 2);
    assert_eq!(house.post("bulk_action/edit/", edit(&contacts, set, "West")).await["n_objects_processed"], 6);
    assert_eq!(house.get(&format!("lead/{}/", leads[0])).await[&key], "East");
    let people = format!("contact/?lead_id={}", leads[0]);
    assert_eq!(each(&house.get(&people).await, &key), vec![json!("West"); 3]);

    let typed = json!({"object_type": "custom_activity_type", "custom_activity_type_id": ACTIVITY_TYPE});
    house.post(&associate, typed).await;
    let visit = json!({"lead_id": leads[0], "custom_activity_type_id": ACTIVITY_TYPE, "status": "draft"});
    let visit = house.post("activity/custom/", visit).await;
    house.post("bulk_action/edit/", edit(&query, "set_activity_custom_field", "Here")).await;
    assert_eq!(house.get(&format!("activity/custom/{}/", id(&visit))).await[&key], "Here");
}

#[tokio::test]
async fn everything_that_can_be_deleted_goes() {
    let house = House::new().await;
    let (query, leads) = two_companies(&house).await;
    let list = |path: &str| format!("{path}/?lead_id={}", leads[0]);
    house.post("activity/call/", json!({"lead_id": leads[0]})).await;
    house
        .post(
            "activity/custom/",
            json!({"lead_id": leads[0], "custom_activity_type_id": ACTIVITY_TYPE, "status": "draft"}),
        )
        .await;
    for (kind, path, count) in
        [("call", "activity/call", 1), ("custom_activity", "activity/custom", 1), ("contact", "contact", 6)]
    {
        let done =
            house.post("bulk_action/delete/", json!({"s_query": query, "bulk_object_type": kind})).await;
        assert_eq!((&done["bulk_object_type"], &done["n_objects_processed"]), (&json!(kind), &json!(count)));
        assert!(each(&house.get(&list(path)).await, "id").is_empty(), "{kind}");
    }
    let everything = json!({"type": "match_all"});
    let forms = json!({"s_query": everything, "bulk_object_type": "form_submission"});
    assert_eq!(house.post("bulk_action/delete/", forms).await["n_objects_processed"], 1);
    let unknown = json!({"s_query": query, "bulk_object_type": "note"});
    house.try_post("bulk_action/delete/", unknown).await.refused(400);
    assert_eq!(house.post("bulk_action/delete/", json!({"s_query": query})).await["n_objects_processed"], 2);
    house.try_get(&format!("lead/{}/", leads[1])).await.refused(404);
}

#[tokio::test]
async fn an_action_tells_what_it_does_and_asks_who_may() {
    let mut house = House::new().await;
    let (query, leads) = two_companies(&house).await;
    let qualified = json!({
        "s_query": query, "type": "set_lead_status", "lead_status_id": crate::support::QUALIFIED, "results_limit": 1,
    });
    let done = house.post("bulk_action/edit/", qualified.clone()).await;
    assert_eq!((&done["status"], &done["n_leads_processed"]), (&json!("done"), &json!(1)));
    let own = house.get(&format!("event/?object_id={}", id(&done))).await;
    assert_eq!(each(&own, "action"), ["completed", "updated", "created"]);
    assert_eq!(each(&own, "object_type"), vec![json!("bulk_action.edit"); 3]);
    let changed = leads.iter().map(|lead| format!("event/?object_id={lead}&action=updated"));
    let mut told = Vec::new();
    for path in changed {
        told.extend(each(&house.get(&path).await, "meta"));
    }
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["bulk_action_id"], done["id"]);

    house.become_user(BOB);
    for path in ["bulk_action/edit/", "bulk_action/delete/"] {
        house.try_post(path, qualified.clone()).await.refused(403);
    }
    let letter = json!({"s_query": query, "template_id": TEMPLATE, "email_account_id": ACCOUNT});
    assert_eq!(house.post("bulk_action/email/", letter).await["n_objects_processed"], 2);
}

#[tokio::test]
async fn what_is_paused_goes_on_for_a_week_and_what_is_done_is_done() {
    let house = House::new().await;
    let done = house
        .post("bulk_action/delete/", json!({"s_query": {"type": "match_all"}, "results_limit": 0}))
        .await;
    let path = format!("bulk_action/delete/{}/", id(&done));
    let refused = house.try_put(&path, json!({"status": "paused"})).await.refused(400);
    let message = "The bulk action is done: it cannot be changed any more.";
    assert_eq!(refused["field-errors"], json!({ "status": message }));

    let leads = house.get("lead/?_limit=0").await["total_results"].as_u64().unwrap();
    let resumed = house.put(&format!("bulk_action/delete/{PAUSED}/"), json!({"status": "resuming"})).await;
    assert_eq!(resumed["status"], "done");
    assert_eq!(house.get("lead/?_limit=0").await["total_results"], leads.saturating_sub(5));
    let events = house.get(&format!("event/?object_id={PAUSED}")).await;
    assert_eq!(each(&events, "action")[0], "completed");

    let late = House::new().await;
    late.control().advance_clock(std::time::Duration::from_secs(8 * 24 * 3600));
    let refused = late.try_put(&format!("bulk_action/delete/{PAUSED}/"), json!({"status": "resuming"})).await;
    let message = "It was paused more than seven days ago and cannot be resumed.";
    assert_eq!(refused.refused(400)["field-errors"], json!({ "status": message }));
}
