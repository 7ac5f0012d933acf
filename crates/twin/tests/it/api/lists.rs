//! What narrows and orders lists: every documented parameter of the big ones, and the operators they share.

use serde_json::{Value, json};

use crate::support::{
    ANN, BOB, CLOSER, CONTACT, House, LEAD, POTENTIAL, PROPOSAL_SENT, QUALIFIED, WON, each, id,
};

/// Asserts which objects each of these lists holds, by one member.
async fn assert_lists(house: &House, path: &str, member: &str, cases: &[(&str, &[&str])]) {
    for (parameters, expected) in cases {
        let list = house.get(&format!("{path}?{parameters}")).await;
        assert_eq!(each(&list, member), *expected, "{path}?{parameters}");
    }
}

#[tokio::test]
async fn leads() {
    let house = House::new().await;
    for (name, status) in [("Bakery", POTENTIAL), ("Cellar", QUALIFIED)] {
        house.post("lead/", json!({"name": name, "status_id": status})).await;
    }
    let today = "date_created__gte=2026-11-24";
    let cases: &[(&str, &[&str])] = &[
        (today, &["Cellar", "Bakery"]),
        (&format!("{today}&_order_by=date_created"), &["Bakery", "Cellar"]),
        (&format!("{today}&_order_by=-display_name"), &["Cellar", "Bakery"]),
        (&format!("{today}&status_id={QUALIFIED}"), &["Cellar"]),
        (&format!("{today}&status_id__not={QUALIFIED}"), &["Bakery"]),
        (&format!("{today}&status_id__not__in={QUALIFIED},{POTENTIAL}"), &[]),
        (&format!("{today}&status_id__in={QUALIFIED}&status_id__in={POTENTIAL}"), &["Cellar", "Bakery"]),
        (&format!("id__in={LEAD},lead_x"), &["Acme Rockets"]),
        (&format!("id={LEAD}&status_id={QUALIFIED}"), &[]),
        ("query=name:Cellar%20or%20name:Bakery&_order_by=display_name", &["Bakery", "Cellar"]),
        ("query=name:Cellar%20or%20name:Bakery&_order_by=date_created", &["Bakery", "Cellar"]),
        (&format!("{today}&_limit=1&_skip=1"), &["Bakery"]),
        (&format!("{today}&moon=full&_order_by=moon"), &["Cellar", "Bakery"]),
    ];
    assert_lists(&house, "lead/", "name", cases).await;
    house.try_get("lead/?date_created__gt=soon").await.refused(400);
    house.try_get("lead/?_limit=201").await.refused(400);
}

#[tokio::test]
async fn contacts() {
    let house = House::new().await;
    let lead =
        house.post("lead/", json!({"name": "Bakery", "contacts": [{"name": "Ana"}, {"name": "Bo"}]})).await;
    let ids: Vec<String> = lead["contacts"].as_array().unwrap().iter().map(id).collect();
    let lead = id(&lead);
    let cases: &[(&str, &[&str])] = &[
        (&format!("lead_id={lead}"), &["Bo", "Ana"]),
        (&format!("lead_id__in={lead},{LEAD}&_order_by=date_created"), &["Wile Coyote", "Ana", "Bo"]),
        (&format!("lead_id__not={lead}&lead_id={LEAD}"), &["Wile Coyote"]),
        (&format!("id__in={},{}", ids[0], ids[1]), &["Ana", "Bo"]),
        (&format!("lead_id={lead}&_limit=1"), &["Bo"]),
        ("lead_id=lead_x", &[]),
        ("lead_id=", &[]),
    ];
    assert_lists(&house, "contact/", "name", cases).await;
    let slim = house.get(&format!("contact/?lead_id={lead}&_fields=name,moon")).await;
    assert_eq!(slim["data"], json!([{"name": "Bo"}, {"name": "Ana"}]));
}

#[tokio::test]
async fn opportunities() {
    let mut house = House::new().await;
    let lead = id(&house.post("lead/", json!({"name": "Bakery"})).await);
    house.travel("10");
    for (note, value, period, user, status) in [
        ("small", 100, "one_time", ANN, PROPOSAL_SENT),
        ("big", 900, "monthly", BOB, PROPOSAL_SENT),
        ("won", 500, "annual", BOB, WON),
    ] {
        let deal = json!({
            "lead_id": lead, "note": note, "value": value, "value_period": period, "user_id": user, "confidence": 40,
        });
        let deal = house.post("opportunity/", deal).await;
        house.put(&format!("opportunity/{}/", id(&deal)), json!({"status_id": status})).await;
    }
    let on = |rest: &str| format!("lead_id={lead}&_order_by=value&{rest}");
    let cases: &[(&str, &[&str])] = &[
        (&on(""), &["small", "won", "big"]),
        (&format!("lead_id={lead}&_order_by=-value"), &["big", "won", "small"]),
        (&format!("lead_id={lead}&_order_by=-annualized_value"), &["big", "won", "small"]),
        (&format!("lead_id={lead}&_order_by=annualized_expected_value"), &["small", "won", "big"]),
        (&format!("lead_id={lead}&_order_by=user_name,-value"), &["small", "big", "won"]),
        (&format!("lead_id={lead}&_order_by=confidence,value"), &["small", "won", "big"]),
        (&format!("lead_id={lead}&_order_by=date_won,value"), &["won", "small", "big"]),
        (&on(&format!("organization_id={CLOSER}")), &["small", "won", "big"]),
        (&on("organization_id=orga_x"), &[]),
        (&on(&format!("user_id={BOB}")), &["won", "big"]),
        (&on(&format!("user_id__in={ANN},{BOB}")), &["small", "won", "big"]),
        (&on(&format!("status_id={WON}")), &["won"]),
        (&on(&format!("status_id__in={WON},stat_x")), &["won"]),
        (&on("status_type=active"), &["small", "big"]),
        (&on("status_type__in=won,lost"), &["won"]),
        (&on("status_label=Won"), &["won"]),
        (&on("status_label__in=Won,Lost"), &["won"]),
        (&on("status=Won"), &["won"]),
        (&on("status__in=Won,Lost"), &["won"]),
        (&on("value_period=monthly"), &["big"]),
        (&on("value_period__in=monthly,annual"), &["won", "big"]),
        (&on("date_won=2026-11-25"), &["won"]),
        (&on("date_won__gte=2026-11-25&date_won__lte=2026-11-25"), &["won"]),
        (&on("date_won__gt=2026-11-24&date_won__lt=2026-11-26"), &["won"]),
        (&on("date_won="), &["small", "big"]),
        (&on("date_won__not="), &["won"]),
        (&on("date_won__in="), &["small", "big"]),
        (&on("date_created=2026-11-24T15:00:00"), &["small", "won", "big"]),
        (&on("date_created__gt=2026-11-24T15:00:00Z"), &[]),
        (&on("date_created__gte=2026-11-24T15:00:00Z&date_created__lt=2026-11-25"), &["small", "won", "big"]),
        (&on("date_created__lte=2026-11-24"), &[]),
        (&on("date_updated=2026-11-24T15:00:00Z"), &["small", "won", "big"]),
        (&on("date_updated__gt=2026-11-24&date_updated__gte=2026-11-24"), &["small", "won", "big"]),
        (&on("date_updated__lt=2026-11-24"), &[]),
        (&on("date_updated__lte=2026-11-24T16:00"), &["small", "won", "big"]),
        (&on("is_stalled=false"), &["small", "won", "big"]),
        (&on("is_stalled=true"), &[]),
    ];
    assert_lists(&house, "opportunity/", "note", cases).await;
    let slim = house.get(&format!("opportunity/?{}", on("_fields=note&_limit=1"))).await;
    assert_eq!((&slim["data"], &slim["total_results"]), (&json!([{"note": "small"}]), &json!(3)));
}

#[tokio::test]
async fn tasks() {
    let house = House::new().await;
    let lead = id(&house.post("lead/", json!({"name": "Bakery"})).await);
    let mut ids = Vec::new();
    for (text, date, user) in
        [("late", "2026-11-20", ANN), ("now", "2026-11-24", ANN), ("soon", "2026-12-01", BOB)]
    {
        let task = json!({"lead_id": lead, "text": text, "date": date, "assigned_to": user});
        ids.push(id(&house.post("task/", task).await));
    }
    house.put(&format!("task/{}/", ids[0]), json!({"is_complete": true})).await;
    let on = |rest: &str| format!("lead_id={lead}&_order_by=date&{rest}");
    let everything: &[&str] = &["late", "now", "soon"];
    let cases: &[(&str, &[&str])] = &[
        (&on(""), everything),
        (&format!("lead_id={lead}&_order_by=-date"), &["soon", "now", "late"]),
        (&format!("lead_id={lead}&_order_by=-date_created"), &["soon", "now", "late"]),
        (&on(&format!("assigned_to={BOB}")), &["soon"]),
        (&format!("id={}", ids[1]), &["now"]),
        (&format!("id__in={},{}", ids[1], ids[2]), &["now", "soon"]),
        (&on("is_complete=true"), &["late"]),
        (&on("is_complete=false"), &["now", "soon"]),
        (&on(&format!("organization_id={CLOSER}")), everything),
        (&on("_type=lead"), everything),
        (&on("_type=missed_call"), &[]),
        (&on("_type__in=missed_call,lead"), everything),
        (&on("_type=all"), everything),
        (&on("view=inbox"), &["now"]),
        (&on("view=future"), &["soon"]),
        (&on("view=archive"), &["late"]),
        (&on("date=2026-11-24"), &["now"]),
        (&on("date__lt=2026-11-24"), &["late"]),
        (&on("date__lte=2026-11-24"), &["late", "now"]),
        (&on("date__gt=2026-11-24"), &["soon"]),
        (&on("date__gte=2026-11-24"), &["now", "soon"]),
        (&on("due_date=2026-11-24"), &["now"]),
        (&on("due_date__lt=2026-11-24"), &["late"]),
        (&on("due_date__lte=2026-11-24"), &["late", "now"]),
        (&on("due_date__gt=2026-11-24"), &["soon"]),
        (&on("due_date__gte=2026-11-24"), &["now", "soon"]),
        (&on("date_created__gte=2026-11-24T15:00:00Z&date_created__lte=2026-11-24T15:00:00Z"), everything),
        (&on("date_created__gt=2026-11-24T15:00:00Z"), &[]),
        (&on("date_created__lt=2026-11-24T15:00:00Z"), &[]),
        (&on("date_updated__gte=2026-11-24T15:00:00Z&date_updated__lte=2026-11-24T15:00:00Z"), everything),
        (&on("date_updated__gt=2026-11-24T15:00:00Z"), &[]),
        (&on("date_updated__lt=2026-11-24T15:00:00Z"), &[]),
    ];
    assert_lists(&house, "task/", "text", cases).await;
    let slim = house.get(&format!("task/?{}", on("_fields=text&_limit=1&_skip=1"))).await;
    assert_eq!(slim["data"], json!([{"text": "now"}]));
}

#[tokio::test]
async fn every_list_of_activities() {
    let mut house = House::new().await;
    house.become_user(BOB);
    for path in [
        "",
        "call/",
        "created/",
        "custom/",
        "email/",
        "emailthread/",
        "form_submission/",
        "lead_merge/",
        "meeting/",
        "note/",
        "sms/",
        "status_change/lead/",
        "status_change/opportunity/",
        "task_completed/",
        "whatsapp_message/",
    ] {
        let all = house.get(&format!("activity/{path}?lead_id={LEAD}")).await;
        let one = all["data"][0].clone();
        assert!(one["id"].is_string(), "there is something in activity/{path}");
        let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        let (id, kind, user, contact) = (text("id"), text("_type"), text("user_id"), text("contact_id"));
        let (created, at) =
            (text("date_created").replace('+', "%2B"), text("activity_at").replace('+', "%2B"));
        let by_time = format!("lead_id={LEAD}&_order_by=-activity_at");
        for (parameters, holds) in [
            (format!("lead_id={LEAD}&id__in={id},acti_x"), true),
            (format!("lead_id={LEAD}&id__in=acti_x"), false),
            (format!("lead_id__in={LEAD}"), true),
            ("lead_id=lead_x".to_owned(), false),
            (format!("lead_id={LEAD}&user_id={user}"), true),
            (format!("lead_id={LEAD}&user_id=user_x"), false),
            (format!("lead_id={LEAD}&user_id__in={user},user_x"), true),
            (format!("lead_id={LEAD}&contact_id={contact}"), true),
            (format!("lead_id={LEAD}&contact_id__in={contact},cont_x"), true),
            (format!("lead_id={LEAD}&contact_id=cont_x"), false),
            (format!("lead_id={LEAD}&organization_id={CLOSER}"), true),
            (format!("lead_id={LEAD}&organization_id=orga_x"), false),
            (format!("lead_id={LEAD}&_type={kind}"), true),
            (format!("lead_id={LEAD}&_type__in={kind},Other"), true),
            (format!("lead_id={LEAD}&_type=Other"), false),
            (format!("lead_id={LEAD}&date_created__gte={created}"), true),
            (format!("lead_id={LEAD}&date_created__lte={created}"), true),
            (format!("lead_id={LEAD}&date_created__gte={created}&date_created__lt={created}"), false),
            (format!("lead_id={LEAD}&date_created__gt={created}&date_created__lte={created}"), false),
            (format!("{by_time}&activity_at__gte={at}"), true),
            (format!("{by_time}&activity_at__lte={at}"), true),
            (format!("{by_time}&activity_at__gte={at}&activity_at__lt={at}"), false),
            (format!("{by_time}&activity_at__gt={at}&activity_at__lte={at}"), false),
        ] {
            let found = house.get(&format!("activity/{path}?{parameters}")).await;
            let there = each(&found, "id").contains(&Value::from(id.clone()));
            assert_eq!(there, holds, "activity/{path}?{parameters}");
        }
        let slim = house.get(&format!("activity/{path}?lead_id={LEAD}&_fields=id&_limit=1")).await;
        assert_eq!(slim["data"], json!([{"id": id}]));
    }
    let ours =
        house.get(&format!("activity/custom/?lead_id={LEAD}&custom_activity_type_id__in=actitype_x")).await;
    assert_eq!(ours["data"], json!([]));
    let typed = house.get("activity/custom/").await["data"][0].clone();
    let kind = typed["custom_activity_type_id"].as_str().unwrap().to_owned();
    for parameters in [
        format!("lead_id={LEAD}&custom_activity_type_id={kind}"),
        format!("lead_id={LEAD}&custom_activity_type_id__in={kind},actitype_x"),
    ] {
        assert_eq!(house.get(&format!("activity/custom/?{parameters}")).await["data"][0]["id"], typed["id"]);
    }
    let submission = house.get("activity/form_submission/").await["data"][0].clone();
    let form = submission["form_id"].as_str().unwrap().to_owned();
    for (parameters, count) in
        [(format!("form_id={form}"), 1), (format!("form_id__in={form},x"), 1), ("form_id=x".to_owned(), 0)]
    {
        let found = house.get(&format!("activity/form_submission/?{parameters}")).await;
        assert_eq!(found["data"].as_array().unwrap().len(), count, "{parameters}");
    }
    let message = house.get("activity/whatsapp_message/").await["data"][0].clone();
    let external = message["external_whatsapp_message_id"].as_str().unwrap();
    let found =
        house.get(&format!("activity/whatsapp_message/?external_whatsapp_message_id={external}")).await;
    assert_eq!(found["data"][0]["id"], message["id"]);
    let missing = house.get("activity/whatsapp_message/?external_whatsapp_message_id=x").await;
    assert_eq!(missing["data"], json!([]));
    assert_eq!(
        house.get(&format!("activity/call/?lead_id={LEAD}&contact_id={CONTACT}")).await["has_more"],
        false
    );
}

#[tokio::test]
async fn empty_text_is_not_the_same_as_nothing() {
    let house = House::new().await;
    let lead = id(&house.post("lead/", json!({"name": "Bakery"})).await);
    for (note, contact) in [("", "Ana"), ("said", "Bo")] {
        let contact = house.post("contact/", json!({"lead_id": lead, "name": contact})).await;
        house.post("opportunity/", json!({"lead_id": lead, "note": note, "contact_id": contact["id"]})).await;
    }
    house.post("opportunity/", json!({"lead_id": lead, "note": "nobody"})).await;
    let notes = async |parameters: &str| {
        each(
            &house.get(&format!("opportunity/?lead_id={lead}&_order_by=date_created&{parameters}")).await,
            "note",
        )
    };
    assert_eq!(notes("contact_id=").await, ["nobody"]);
    assert_eq!(notes("contact_id__in=").await, ["nobody"]);
    assert_eq!(notes("contact_id__not=").await, ["", "said"]);
    assert_eq!(notes("contact_id=%22%22").await, Vec::<Value>::new(), "no id is empty text");
}
