//! Exports: counted at once, fetched from the address they name.

use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::support::{BOB, House, LEAD, POTENTIAL, QUALIFIED, id};

/// Fetches an export's file as a program without a key would.
async fn file(export: &Value) -> (String, String) {
    let address = export["download_url"].as_str().unwrap();
    let client = reqwest::Client::builder().no_gzip().build().unwrap();
    let response = client.get(address).send().await.unwrap().error_for_status().unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let kind = response.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
    let mut text = String::new();
    let bytes = response.bytes().await.unwrap();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut text).unwrap();
    (kind, text)
}

#[tokio::test]
async fn leads_are_written_as_the_api_shows_them() {
    let house = House::new().await;
    let node = json!({"type": "id", "value": LEAD});
    let body =
        json!({"format": "json", "s_query": node, "include_activities": true, "include_smart_fields": true});
    let export = house.post("export/lead/", body).await;
    assert_eq!(
        (&export["n_docs"], &export["status"], &export["type"]),
        (&json!(1), &json!("done"), &json!("leads"))
    );
    assert_eq!(house.get(&format!("export/{}/", id(&export))).await, export);
    let (kind, text) = file(&export).await;
    assert_eq!(kind, "application/json");
    let written: Value = serde_json::from_str(&text).unwrap();
    let lead = house.get(&format!("lead/{LEAD}/")).await;
    for (name, value) in lead.as_object().unwrap() {
        assert_eq!(&written[0][name], value, "{name}");
    }
    let activities = house.get(&format!("activity/?lead_id={LEAD}")).await["data"].as_array().unwrap().len();
    assert_eq!(written[0]["activities"].as_array().unwrap().len(), activities);
    assert_eq!(written[0]["num_contacts"], lead["contacts"].as_array().unwrap().len());
}

#[tokio::test]
async fn tables_have_the_columns_and_dates_asked_for() {
    let house = House::new().await;
    for (name, status) in [("Comma, \"Quote\" & Co", POTENTIAL), ("Plain", QUALIFIED)] {
        let lead = json!({
            "name": name, "status_id": status, "description": "exported", "contacts": [
                {"name": "First", "emails": [{"email": "first@example.com"}]},
            ], "addresses": [{"city": "Austin", "country": "US"}], "custom": {"Industry": ["Retail", "Software"]},
        });
        house.post("lead/", lead).await;
    }
    let said = json!({"type": "text", "value": "exported", "mode": "full_words"});
    let sort = json!([{"direction": "asc", "field": {"type": "regular_field", "object_type": "lead", "field_name": "display_name"}}]);
    let body = json!({
        "format": "csv", "s_query": said, "sort": sort, "date_format": "excel",
        "fields": ["display_name", "primary_email", "city", "custom.Industry", "date_created", "nonsense"],
    });
    let (kind, text) = file(&house.post("export/lead/", body).await).await;
    assert!(kind.starts_with("text/csv"), "{kind}");
    insta::assert_snapshot!(text);
    let all = house.post("export/lead/", json!({"format": "csv", "s_query": said})).await;
    let (_, text) = file(&all).await;
    let header = text.lines().next().unwrap();
    assert!(header.starts_with("id,display_name,") && header.contains("custom.Industry"), "{header}");

    let contacts =
        house.post("export/lead/", json!({"format": "json", "type": "contacts", "s_query": said})).await;
    assert_eq!(contacts["n_docs"], 2);
    let limited =
        house.post("export/lead/", json!({"format": "csv", "s_query": said, "results_limit": 1})).await;
    assert_eq!(limited["n_docs"], 1);
    for (body, field) in [
        (json!({}), "format"),
        (json!({"format": "csv", "include_activities": true}), "include_activities"),
        (json!({"format": "csv", "s_query": {"type": "nonsense"}}), "s_query"),
        (json!({"format": "csv", "type": "opps"}), "type"),
    ] {
        let refused = house.try_post("export/lead/", body).await.refused(400);
        assert!(refused["field-errors"].get(field).is_some(), "{refused}");
    }
}

#[tokio::test]
async fn files_hold_what_was_asked_to_be_included() {
    let house = House::new().await;
    let kind = house.post("custom_object_type/", json!({"name": "Site", "name_plural": "Sites"})).await;
    let lead = json!({"name": "Whole", "addresses": [{"city": "Austin", "country": "US"}]});
    let lead = house.post("lead/", lead).await;
    let site = json!({"lead_id": lead["id"], "custom_object_type_id": kind["id"], "name": "Hall"});
    let site = house.post("custom_object/", site).await;
    house.post("opportunity/", json!({"lead_id": lead["id"], "value": 100})).await;
    let export = |more: Value| {
        let mut body = json!({"format": "json", "s_query": {"type": "id", "value": lead["id"]}});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let written = async |more: Value| -> Value {
        let made = house.post("export/lead/", export(more)).await;
        serde_json::from_str(&file(&made).await.1).unwrap()
    };
    let plain = written(json!({})).await;
    assert_eq!(plain[0]["addresses"][0]["city"], "Austin");
    assert!(plain[0].get("activities").is_none() && plain[0].get("custom_objects").is_none());
    let bare = written(json!({"include_addresses": false})).await;
    assert!(bare[0].get("addresses").is_none());
    let whole = written(json!({"include_custom_objects": true})).await;
    assert_eq!(whole[0]["custom_objects"][0]["id"], site["id"]);
    let chosen = written(json!({"fields": ["id", "num_contacts"]})).await;
    assert_eq!(chosen, json!([{"id": lead["id"], "num_contacts": 0}]));
    let deals = written(json!({"type": "lead_opps"})).await;
    assert_eq!(deals[0]["opportunities"][0]["value"], 100, "as JSON, deals stand in their leads");

    let table = export(json!({
        "format": "csv", "date_format": "iso8601", "fields": ["display_name", "date_created"],
    }));
    let (_, text) = file(&house.post("export/lead/", table).await).await;
    assert_eq!(text, "display_name,date_created\nWhole,2026-11-24T15:00:00+00:00\n");
}

#[tokio::test]
async fn opportunities_are_exported_by_their_filters() {
    let house = House::new().await;
    let lead = house.post("lead/", json!({"name": "Buyer"})).await;
    for (value, user) in [(100, BOB), (200, BOB), (300, crate::support::ANN)] {
        house.post("opportunity/", json!({"lead_id": lead["id"], "value": value, "user_id": user})).await;
    }
    let body = json!({"format": "json", "params": {"lead_id": lead["id"], "user_id__in": [BOB]}});
    let export = house.post("export/opportunity/", body).await;
    assert_eq!((&export["type"], &export["n_docs"]), (&json!("opps"), &json!(2)));
    let written: Value = serde_json::from_str(&file(&export).await.1).unwrap();
    assert_eq!((&written[0]["value"], &written[1]["value"]), (&json!(200), &json!(100)));
    let listed = house.get("export/?_limit=1").await;
    assert_eq!(listed["data"][0]["id"], export["id"]);
    let of_leads = house.get("export/lead/").await;
    assert!(of_leads["data"].as_array().unwrap().iter().all(|other| other["id"] != export["id"]));
    let events = house.get(&format!("event/?object_id={}", id(&export))).await;
    assert_eq!(events["data"][0]["object_type"], "export.opportunity");
    let both = house
        .post(
            "export/lead/",
            json!({
                "format": "csv", "type": "lead_opps", "s_query": {"type": "id", "value": lead["id"]},
            }),
        )
        .await;
    assert_eq!(both["n_docs"], 3);
}

#[tokio::test]
async fn files_are_for_those_who_know_the_address() {
    let mut house = House::new().await;
    let export = house.post("export/lead/", json!({"format": "json", "results_limit": 1})).await;
    let address = export["download_url"].as_str().unwrap();
    let (rest, name) = address.rsplit_once('/').unwrap();
    let guessed = format!("{}{}/{name}", &rest[..rest.len() - 32], "0".repeat(32));
    assert_eq!(reqwest::get(guessed).await.unwrap().status(), 404);
    house.become_user(BOB);
    house.try_post("export/lead/", json!({"format": "json"})).await.refused(403);
}
