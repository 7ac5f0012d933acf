//! `POST /data/search/`: nodes, conditions, relations, and what is refused.

use latch_twin::{Clock, TwinOptions};
use serde_json::{Value, json};

use crate::support::{
    ANN, BOB, CONTACT, House, INDUSTRY, LEAD, LEAD_SOURCE, LOST, NOW, POTENTIAL, PROPOSAL_SENT, QUALIFIED,
    WON, each, id,
};

pub(super) fn of(object_type: &str) -> Value {
    json!({"type": "object_type", "object_type": object_type})
}

pub(super) fn and(nodes: &[Value]) -> Value {
    json!({"type": "and", "queries": nodes})
}

pub(super) fn asked(object_type: &str, name: &str, condition: Value) -> Value {
    json!({
        "type": "field_condition",
        "field": {"type": "regular_field", "object_type": object_type, "field_name": name},
        "condition": condition,
    })
}

fn related(this: &str, other: &str, query: Value) -> Value {
    json!({
        "type": "has_related", "this_object_type": this, "related_object_type": other, "related_query": query,
    })
}

fn not(mut node: Value) -> Value {
    node["negate"] = json!(true);
    node
}

pub(super) fn phrase(value: &str) -> Value {
    json!({"type": "text", "mode": "phrase", "value": value})
}

fn term(value: &str) -> Value {
    json!({"type": "term", "values": [value]})
}

/// Names of the leads that meet all these nodes, in alphabetical order.
async fn leads(house: &House, nodes: &[Value]) -> Vec<Value> {
    let body = json!({
        "query": and(&[&[of("lead")], nodes].concat()),
        "_fields": {"lead": ["name"]},
        "sort": [{"direction": "asc", "field": {"type": "regular_field", "object_type": "lead", "field_name": "name"}}],
    });
    each(&house.post("data/search/", body).await, "name")
}

/// Closer Inc with Acme (of the demo data), and three companies of our own.
pub(super) async fn town() -> House {
    let house = House::new().await;
    let other = house.get("lead/?query=name:\"Pad Road Launch\"").await;
    house.delete(&format!("lead/{}/", id(&other["data"][0]))).await;
    let make = async |body: Value| house.post("lead/", body).await;
    make(json!({
        "name": "Bakery", "status_id": POTENTIAL, "description": "Bread and rolls", "url": "bakery.example.com",
        "addresses": [{"label": "business", "city": "Lisbon", "country": "PT", "address_1": "Rua Nova 1"}],
        "contacts": [{
            "name": "Ana Pão", "title": "Owner", "emails": [{"type": "office", "email": "Ana@bakery.example.com"}],
            "phones": [{"type": "mobile", "phone": "+351 21 123 4567"}],
            "urls": [{"type": "url", "url": "https://ana.example.com"}],
        }],
        "custom": {"Industry": ["Retail"]},
    }))
    .await;
    make(json!({"name": "Cellar", "status_id": QUALIFIED, "custom": {"Lead Source": "Trade show"}})).await;
    make(json!({"name": "Dock", "status_id": QUALIFIED, "contacts": [{"name": "Bo"}]})).await;
    house
}

#[tokio::test]
async fn only_ids_are_answered_unless_more_is_asked_for() {
    let house = town().await;
    let query = and(&[of("lead"), asked("lead", "name", phrase("bakery"))]);
    let answer = house.post("data/search/", json!({"query": query})).await;
    let text = answer["data"][0].to_string();
    assert!(text.starts_with("{\"__object_type\":\"lead\",\"id\":\"lead_"), "{text}");
    assert_eq!((answer["data"][0].as_object().unwrap().len(), &answer["cursor"]), (2, &json!(null)));
    assert_eq!(answer.get("count"), None);

    let fields =
        json!({"lead": ["display_name", "status_label", "contacts", "custom", format!("custom.{INDUSTRY}")]});
    let body = json!({"query": query, "_fields": fields, "include_counts": true});
    let answer = house.post("data/search/", body).await;
    let lead = &answer["data"][0];
    assert_eq!(
        (&lead["display_name"], &lead["status_label"], &lead["contacts"][0]["title"]),
        (&json!("Bakery"), &json!("Potential"), &json!("Owner"))
    );
    assert_eq!(
        (&lead["custom"]["Industry"], &lead[format!("custom.{INDUSTRY}")]),
        (&json!(["Retail"]), &json!(["Retail"]))
    );
    assert_eq!((lead.get("id"), lead.get("name")), (None, None));
    assert_eq!(answer["count"], json!({"limited": 1, "total": 1}));
}

#[tokio::test]
async fn every_condition_is_understood() {
    let house = town().await;
    let lead = |name: &str, condition: Value| vec![asked("lead", name, condition)];
    let custom = |field: &str, condition: Value| {
        json!({
            "type": "field_condition", "field": {"type": "custom_field", "custom_field_id": field},
            "condition": condition,
        })
    };
    for (nodes, expected) in [
        (
            lead("description", json!({"type": "text", "mode": "full_words", "value": "ROLLS bread"})),
            vec!["Bakery"],
        ),
        (lead("description", phrase("rolls bread")), vec![]),
        (lead("description", phrase("rol")), vec![]),
        (lead("url", json!({"type": "exists"})), vec!["Acme Rockets", "Bakery"]),
        (lead("status_label", term("qualified")), vec!["Cellar", "Dock"]),
        (
            lead(
                "status_id",
                json!({"type": "reference", "reference_type": "status.lead", "object_ids": [QUALIFIED]}),
            ),
            vec!["Cellar", "Dock"],
        ),
        (
            lead("created_by", json!({"type": "current_user"})),
            vec!["Acme Rockets", "Bakery", "Cellar", "Dock"],
        ),
        (
            lead("num_email_addresses", json!({"type": "number_range", "gt": 0})),
            vec!["Acme Rockets", "Bakery"],
        ),
        (
            lead("num_contacts", json!({"type": "number_range", "gte": 1, "lte": 1, "gt": null})),
            vec!["Acme Rockets", "Bakery", "Dock"],
        ),
        (lead("num_phone_numbers", json!({"type": "number_range", "lt": 1})), vec!["Cellar", "Dock"]),
        (lead("addresses_count", json!({"type": "number_range", "gte": 1})), vec!["Acme Rockets", "Bakery"]),
        (lead("all_urls_count", json!({"type": "number_range", "gte": 2})), vec!["Acme Rockets", "Bakery"]),
        (vec![custom(INDUSTRY, term("Retail"))], vec!["Bakery"]),
        (vec![custom(LEAD_SOURCE, json!({"type": "exists"}))], vec!["Acme Rockets", "Cellar"]),
        (vec![not(custom(LEAD_SOURCE, json!({"type": "exists"})))], vec!["Bakery", "Dock"]),
        (vec![custom("cf_nobody", json!({"type": "exists"}))], vec![]),
        (vec![json!({"type": "text", "mode": "full_words", "value": "ana lisbon"})], vec!["Bakery"]),
        (vec![json!({"type": "id", "value": LEAD})], vec!["Acme Rockets"]),
        (vec![json!({"type": "match_all"})], vec!["Acme Rockets", "Bakery", "Cellar", "Dock"]),
        (vec![not(json!({"type": "match_all"}))], vec![]),
        (
            vec![
                not(and(&[asked("lead", "name", phrase("dock"))])),
                not(json!({"type": "id", "value": LEAD})),
            ],
            vec!["Bakery", "Cellar"],
        ),
        (
            vec![
                json!({"type": "or", "queries": [asked("lead", "name", phrase("dock")), asked("lead", "name", phrase("cellar"))]}),
            ],
            vec!["Cellar", "Dock"],
        ),
    ] {
        assert_eq!(leads(&house, &nodes).await, expected, "{nodes:?}");
    }
}

#[tokio::test]
async fn moments_are_the_callers() {
    let mut house = town().await;
    let created = |range: Value| {
        let mut condition = json!({"type": "moment_range"});
        condition.as_object_mut().unwrap().extend(range.as_object().unwrap().clone());
        vec![asked("lead", "date_created", condition)]
    };
    let offset = |days: i64, end: Value| {
        json!({
            "type": "offset", "direction": "past", "moment": {"type": "now"}, "which_day_end": end,
            "offset": {"years": 0, "months": 0, "weeks": 0, "days": days, "hours": 0, "minutes": 0, "seconds": 0},
        })
    };
    let period = |range: &str, which: &str| json!({"type": "start_end_of_predefined_relative_period", "range": range, "which": which});
    let day = |value: &str, which: &str| json!({"type": "fixed_local_date", "value": value, "which": which});
    let new = vec!["Bakery", "Cellar", "Dock"];
    for (range, expected) in [
        (json!({"on_or_after": offset(1, json!("start")), "before": null}), new.clone()),
        (json!({"on_or_after": period("today", "start"), "before": period("today", "end")}), new.clone()),
        (json!({"before": period("yesterday", "end")}), vec!["Acme Rockets"]),
        (json!({"on_or_after": day("2026-11-24", "start"), "before": day("2026-11-24", "end")}), new.clone()),
        (json!({"on_or_after": day("2026-11-24", "end")}), vec![]),
        (json!({"on_or_after": {"type": "fixed_utc", "value": NOW}}), new.clone()),
        (json!({"before": {"type": "now"}}), vec!["Acme Rockets"]),
        (json!({"before": {"type": "fixed_utc", "value": NOW}}), vec!["Acme Rockets"]),
    ] {
        assert_eq!(leads(&house, &created(range.clone())).await, expected, "{range}");
    }
    // In Auckland it is the 25th already: what was made today was made on that day.
    house.travel("13");
    assert_eq!(leads(&house, &created(json!({"on_or_after": day("2026-11-24", "end")}))).await, new);
}

/// A bakery with a call, a note, a task, a won deal and another status: its id, that of its contact, and of the deal.
async fn busy_bakery(house: &House) -> (Value, Value, Value) {
    let bakery = house.get("lead/?query=name:Bakery").await["data"][0].clone();
    let (bakery_id, ana) = (bakery["id"].clone(), bakery["contacts"][0]["id"].clone());
    let call = json!({
        "lead_id": bakery_id, "contact_id": ana, "direction": "outbound", "duration": 95, "user_id": BOB,
    });
    house.post("activity/call/", call).await;
    house.post("activity/note/", json!({"lead_id": bakery_id, "note": "Wants a quote"})).await;
    house.post("task/", json!({"lead_id": bakery_id, "text": "Send the quote"})).await;
    let deal = json!({"lead_id": bakery_id, "contact_id": ana, "value": 4000, "status_id": PROPOSAL_SENT});
    let deal = house.post("opportunity/", deal).await;
    house.put(&format!("opportunity/{}/", id(&deal)), json!({"status_id": WON})).await;
    house.put(&format!("lead/{}/", id(&bakery)), json!({"status_id": QUALIFIED})).await;
    (bakery_id, ana, deal["id"].clone())
}

#[tokio::test]
async fn relations_lead_down_and_up() {
    let house = town().await;
    busy_bakery(&house).await;
    let email = phrase("ana@bakery.example.com");

    let long = asked("activity.call", "duration", json!({"type": "number_range", "gt": 94, "lt": 96}));
    let bobs = asked(
        "activity.call",
        "user_id",
        json!({"type": "reference", "reference_type": "user", "object_ids": [BOB]}),
    );
    let changed = |name: &str, status: &str| {
        asked(
            "activity.opportunity_status_change",
            name,
            json!({"type": "reference", "reference_type": "status.opportunity", "object_ids": [status]}),
        )
    };
    for (node, expected) in [
        (related("lead", "contact", asked("contact", "title", term("owner"))), vec!["Bakery"]),
        (
            related(
                "lead",
                "contact",
                related("contact", "contact_email", asked("contact_email", "email", email.clone())),
            ),
            vec!["Bakery"],
        ),
        (
            related(
                "lead",
                "contact",
                related("contact", "contact_phone", asked("contact_phone", "phone", term("+351211234567"))),
            ),
            vec!["Bakery"],
        ),
        (
            related(
                "lead",
                "contact",
                related("contact", "contact_url", asked("contact_url", "url", phrase("ana"))),
            ),
            vec!["Bakery"],
        ),
        (related("lead", "address", asked("address", "city", term("lisbon"))), vec!["Bakery"]),
        (
            related("lead", "address", asked("address", "location", phrase("Rua Nova 1, Lisbon"))),
            vec!["Bakery"],
        ),
        (related("lead", "activity.call", and(&[long.clone(), bobs.clone()])), vec!["Bakery"]),
        (related("lead", "activity.call", and(&[long.clone(), not(bobs)])), vec![]),
        (
            related("lead", "activity.note", json!({"type": "text", "mode": "phrase", "value": "a quote"})),
            vec!["Bakery"],
        ),
        (related("lead", "task.lead", asked("task.lead", "text", phrase("the quote"))), vec!["Bakery"]),
        (
            related("lead", "activity.opportunity_status_change", changed("new_status_id", WON)),
            vec!["Bakery"],
        ),
        (related("lead", "activity.opportunity_status_change", changed("new_status_id", LOST)), vec![]),
        (
            related(
                "lead",
                "activity.lead_status_change",
                asked("activity.lead_status_change", "old_status_label", term("Potential")),
            ),
            vec!["Bakery"],
        ),
        (related("lead", "opportunity", asked("opportunity", "status_type", term("won"))), vec!["Bakery"]),
        (
            related(
                "lead",
                "opportunity",
                and(&[
                    related("opportunity", "contact", asked("contact", "name", phrase("ana"))),
                    related("opportunity", "lead", asked("lead", "name", phrase("bakery"))),
                ]),
            ),
            vec!["Bakery"],
        ),
        (
            asked("lead", "last_call_duration", json!({"type": "number_range", "gte": 95, "lte": 95})),
            vec!["Bakery"],
        ),
        (asked("lead", "num_won_opportunities", json!({"type": "number_range", "gt": 0})), vec!["Bakery"]),
        (asked("lead", "last_lead_status_change_date", json!({"type": "exists"})), vec!["Bakery"]),
    ] {
        let found: Vec<Value> = leads(&house, std::slice::from_ref(&node))
            .await
            .into_iter()
            .filter(|name| name != "Acme Rockets")
            .collect();
        assert_eq!(found, expected, "{node}");
    }
}

#[tokio::test]
async fn contacts_and_opportunities_are_found_by_what_is_around_them() {
    let house = town().await;
    let (bakery_id, ana, deal) = busy_bakery(&house).await;
    let email = phrase("ana@bakery.example.com");
    let long = asked("activity.call", "duration", json!({"type": "number_range", "gt": 94, "lt": 96}));
    let subscribed = related("lead", "sequence_subscription", json!({"type": "match_all"}));
    assert_eq!(leads(&house, &[subscribed]).await, ["Acme Rockets"]);
    for (object_type, node, expected) in [
        ("contact", related("contact", "lead", json!({"type": "id", "value": bakery_id})), &ana),
        ("contact", related("contact", "contact_email", asked("contact_email", "email", email)), &ana),
        ("contact", related("contact", "activity.call", long), &ana),
        ("opportunity", related("opportunity", "contact", json!({"type": "id", "value": ana})), &deal),
    ] {
        let query = and(&[of(object_type), node.clone()]);
        let answer = house.post("data/search/", json!({"query": query})).await;
        assert_eq!(each(&answer, "id"), std::slice::from_ref(expected), "{node}");
    }
}

#[tokio::test]
async fn every_type_of_object_can_be_searched_for() {
    let house = House::new().await;
    let mut found = Vec::new();
    for object_type in [
        "lead",
        "contact",
        "opportunity",
        "task",
        "task.lead",
        "task.missed_call",
        "custom_object",
        "sequence_subscription",
        "activity.call",
        "activity.email",
        "activity.email_thread",
        "activity.sms",
        "activity.whatsapp_message",
        "activity.note",
        "activity.meeting",
        "activity.custom_activity",
        "activity.created",
        "activity.lead_status_change",
        "activity.opportunity_status_change",
        "activity.lead_merge",
        "activity.task_completed",
        "activity.form_submission",
        "activity.import_update",
    ] {
        let body = json!({
            "query": and(&[of(object_type)]), "_fields": {object_type: ["_all"]}, "include_counts": true, "_limit": 1,
        });
        let answer = house.post("data/search/", body).await;
        for object in answer["data"].as_array().unwrap() {
            assert_eq!(object["__object_type"], object_type);
            assert!(object["date_created"].is_string(), "{object}");
        }
        found.push(format!("{object_type} {}", answer["count"]["total"]));
    }
    insta::assert_snapshot!(found.join("\n"));
    let both = json!({"type": "or", "queries": [of("lead"), of("contact")]});
    let answer =
        house.post("data/search/", json!({"query": both, "_fields": {"contact": ["id", "lead_id"]}})).await;
    let mut types = each(&answer, "__object_type");
    types.dedup();
    types.sort_by_key(ToString::to_string);
    types.dedup();
    assert_eq!(types, ["contact", "lead"]);
}

#[tokio::test]
async fn what_is_wrong_is_said_where_it_is() {
    let house = House::new().await;
    let errors =
        async |body: Value| house.try_post("data/search/", body).await.refused(400)["field-errors"].clone();
    assert_eq!(errors(json!({})).await, json!({"query": "This field is required."}));
    let wrong = and(&[of("lead"), asked("contact_email", "mail", json!({"type": "exists"}))]);
    let expected = "There is no field \"mail\" of contact_email. Allowed are email, type.";
    assert_eq!(errors(json!({"query": wrong})).await, json!({"query.queries.1.field.field_name": expected}));
    let untyped = errors(json!({"query": {"type": "match_all"}})).await;
    assert!(untyped["query"].as_str().unwrap().contains("object_type"), "{untyped}");
    let rows = errors(json!({"query": of("contact_email")})).await;
    assert!(rows["query"].as_str().unwrap().contains("Allowed are lead, contact"), "{rows}");
    let body = json!({
        "query": of("lead"), "_limit": 500, "results_limit": -1, "include_counts": "yes", "cursor": 7,
        "_fields": {"lead": "id", "moon": ["id"]},
    });
    let several = errors(body).await;
    let mut names: Vec<&String> = several.as_object().unwrap().keys().collect();
    names.sort();
    assert_eq!(
        names,
        ["_fields.lead", "_fields.moon", "_limit", "cursor", "include_counts", "results_limit"]
    );
    let sort = json!({"query": of("lead"), "sort": [{"direction": "up", "field": {"type": "custom_field", "custom_field_id": "cf_1"}}]});
    assert!(errors(sort).await["sort.0.direction"].is_string());
    house.try_get("data/search/").await.refused(405);
}

#[tokio::test]
async fn a_search_selects_only_so_many_custom_fields() {
    let clock = Clock::fixed(NOW.parse().unwrap());
    let house =
        House::with(TwinOptions { leads: 0, clock, max_custom_selectors: 2, ..TwinOptions::default() }).await;
    let names = |count: usize| (0..count).map(|number| format!("custom.cf_{number}")).collect::<Vec<_>>();
    let search = |count: usize| json!({"query": of("lead"), "_fields": {"lead": names(count)}});
    house.post("data/search/", search(2)).await;
    let refused = house.try_post("data/search/", search(3)).await.refused(400);
    let message = "At most 2 custom fields can be selected at once; this request names 3.";
    assert_eq!(refused["field-errors"], json!({"_fields": message}));
    house.get(&format!("lead/?_fields=id,custom,{}", names(2).join(","))).await;
    let refused = house.try_get(&format!("lead/?_fields=id,{}", names(3).join(","))).await.refused(400);
    assert_eq!(refused["field-errors"], json!({"_fields": message}));
}

#[tokio::test]
async fn what_belongs_to_others_is_not_found() {
    let mut house = House::new().await;
    let keys = house.twin.api_keys();
    let elsewhere =
        keys.iter().find(|key| key.user_id == ANN && key.organization_name != "Closer Inc").unwrap();
    house.use_key(&elsewhere.key);
    for node in [
        json!({"type": "id", "value": LEAD}),
        asked("lead", "status_id", term(POTENTIAL)),
        related("lead", "contact", json!({"type": "id", "value": CONTACT})),
    ] {
        assert_eq!(
            house.post("data/search/", json!({"query": and(&[of("lead"), node])})).await["data"],
            json!([])
        );
    }
}
