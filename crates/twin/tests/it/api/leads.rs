//! Leads: creation, defaults, custom fields, side effects, merging.

use serde_json::{Value, json};

use crate::support::{
    ANN, BOB, CLOSER, CONTACT, House, INDUSTRY, LEAD, LEAD_SOURCE, POTENTIAL, QUALIFIED, each, id,
};

#[tokio::test]
async fn the_sample_lead_is_shown_as_close_shows_it() {
    let house = House::new().await;
    let lead = house.get(&format!("lead/{LEAD}/")).await;
    assert_eq!(lead["display_name"], "Acme Rockets");
    assert_eq!(lead["status_label"], "Potential");
    assert_eq!(lead["html_url"], format!("https://app.close.com/lead/{LEAD}/"));
    assert_eq!(lead["contact_ids"], json!([CONTACT]));
    assert_eq!(lead["contacts"][0]["phones"][0]["phone_formatted"], "+1 512-555-0123");
    assert_eq!(lead["custom"], json!({"Industry": ["Aerospace"], "Lead Source": "Trade show"}));
    assert_eq!(lead[format!("custom.{INDUSTRY}")], json!(["Aerospace"]));
    assert_eq!(lead["opportunities"][0]["value_formatted"], "$2,500 monthly");
    assert!(lead["tasks"].as_array().unwrap().iter().all(|task| task["is_complete"] == false));
    assert_eq!(lead["created_by_name"], "Ann Reyes");
    assert!(lead.get("primary_email").is_none());
    let some = house.get(&format!("lead/{LEAD}/?_fields=id,primary_email,custom.{INDUSTRY}")).await;
    let mut members: Vec<&String> = some.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, [&format!("custom.{INDUSTRY}"), "id", "primary_email"]);
}

#[tokio::test]
async fn a_new_lead_starts_with_defaults_and_brings_its_contacts() {
    let house = House::new().await;
    let blank = house.post("lead/", json!({})).await;
    assert_eq!((&blank["display_name"], &blank["status_id"]), (&json!("Untitled"), &json!(POTENTIAL)));
    assert_eq!(
        (&blank["name"], &blank["description"], &blank["url"]),
        (&Value::Null, &json!(""), &Value::Null)
    );

    let lead = house
        .post(
            "lead/",
            json!({
                "name": "Müller & Söhne",
                "url": "mueller.example.com",
                "addresses": [{"city": "Köln", "country": "DE"}],
                "contacts": [{
                    "name": "Jörg Müller",
                    "emails": [{"type": "office", "email": " joerg@mueller.example.com "}],
                    "phones": [{"phone": "(512) 555-0155"}],
                }],
            }),
        )
        .await;
    assert_eq!(lead["url"], "https://mueller.example.com");
    assert_eq!(lead["addresses"][0]["label"], "business");
    let contact = &lead["contacts"][0];
    assert_eq!(contact["emails"][0]["email"], "joerg@mueller.example.com");
    assert_eq!(
        contact["phones"][0],
        json!({
            "type": "office", "phone": "+15125550155", "phone_formatted": "+1 512-555-0155", "country": "US",
        })
    );
    assert_eq!((&lead["created_by"], &lead["created_by_name"]), (&json!(ANN), &json!("Ann Reyes")));
    assert_eq!(lead["date_created"], "2026-11-24T15:00:00+00:00");

    let activities = house.get(&format!("activity/?lead_id={}", id(&lead))).await;
    assert_eq!(each(&activities, "_type"), ["Created"]);
    assert_eq!(activities["data"][0]["source"], "api");
    let listed = house.get("contact/?_limit=1").await;
    assert_eq!(listed["data"][0]["lead_id"], lead["id"]);
}

#[tokio::test]
async fn nothing_is_made_when_a_part_is_wrong() {
    let house = House::new().await;
    let before = house.control().count("lead");
    let answer = house
        .try_post(
            "lead/",
            json!({"name": "X", "contacts": [{"name": "A"}, {"emails": [{"email": "nobody"}]}]}),
        )
        .await
        .refused(400);
    let expected = json!({
        "contacts": {"errors": {"1": {"field-errors": {
            "emails": {"errors": {"0": {"field-errors": {"email": "Invalid email address."}}}},
        }}}},
    });
    assert_eq!(answer, json!({"errors": [], "field-errors": expected}));
    let answer = house.try_post("lead/", json!({"name": 5, "status_id": "foo"})).await.refused(400);
    let status = "Not a valid choice. Please go to Customizations in your organization settings and add \"foo\" to \
                  the list of lead statuses.";
    assert_eq!(answer["field-errors"], json!({"name": "Value must be of str type.", "status": status}));
    assert_eq!(house.control().count("lead"), before);
}

#[tokio::test]
async fn custom_fields_are_written_under_each_of_their_names() {
    let house = House::new().await;
    let lead = house
        .post("lead/", json!({"name": "A", "custom": {"Lead Source": "Web", "Industry": "Retail"}}))
        .await;
    let path = format!("lead/{}/", id(&lead));
    let (industry, source) = (format!("custom.{INDUSTRY}"), format!("custom.{LEAD_SOURCE}"));
    assert_eq!((&lead[&source], &lead[&industry]), (&json!("Web"), &json!(["Retail"])));

    let lead = house.put(&path, json!({format!("{industry}.add"): "Software"})).await;
    assert_eq!(lead["custom"]["Industry"], json!(["Retail", "Software"]));
    let lead = house.put(&path, json!({format!("{industry}.remove"): "Retail"})).await;
    assert_eq!(lead[&industry], json!(["Software"]));
    let lead = house.put(&path, json!({"custom.Lead Source": null})).await;
    assert!(lead.get(&source).is_none());
    assert_eq!(lead["custom"], json!({"Industry": ["Software"]}));

    let answer = house.try_put(&path, json!({&industry: ["Fishing"]})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({&industry: "Not a valid choice."}));
    let answer = house.try_put(&path, json!({"custom": {"Shoe size": 44}})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"custom.Shoe size": "Custom field does not exist."}));
}

#[tokio::test]
async fn a_change_of_status_is_an_activity() {
    let house = House::new().await;
    let lead = house.post("lead/", json!({"name": "A"})).await;
    let path = format!("lead/{}/", id(&lead));
    house.put(&path, json!({"status_id": QUALIFIED, "description": "hot"})).await;
    house.put(&path, json!({"status_id": QUALIFIED})).await;
    let changes = house.get(&format!("activity/status_change/lead/?lead_id={}", id(&lead))).await;
    assert_eq!(each(&changes, "old_status_label"), ["Potential"]);
    assert_eq!(each(&changes, "new_status_label"), ["Qualified"]);
    let lead = house.put(&path, json!({"status": "Potential"})).await;
    assert_eq!((&lead["status_id"], &lead["description"]), (&json!(POTENTIAL), &json!("hot")));
}

#[tokio::test]
async fn everything_goes_with_its_lead() {
    let house = House::new().await;
    assert_eq!(house.delete(&format!("lead/{LEAD}/")).await, json!({}));
    house.try_get(&format!("lead/{LEAD}/")).await.refused(404);
    house.try_get(&format!("contact/{CONTACT}/")).await.refused(404);
    for path in ["contact/?", "opportunity/?", "task/?_type=all&", "activity/?", "custom_object/?"] {
        let left = house.get(&format!("{path}lead_id={LEAD}")).await;
        assert_eq!(left["data"], json!([]), "{path}");
    }
    let events = house.get(&format!("event/?lead_id={LEAD}")).await;
    let types = each(&events, "object_type");
    for gone in ["lead", "contact", "opportunity", "task.lead", "activity.note", "comment"] {
        assert!(types.contains(&json!(gone)), "{gone}");
    }
    assert!(each(&events, "action").iter().all(|action| action == "deleted"));
}

#[tokio::test]
async fn merging_folds_one_lead_into_another() {
    let house = House::new().await;
    let source = house
        .post(
            "lead/",
            json!({"name": "ACME Inc", "custom": {"Industry": ["Retail"]}, "contacts": [{"name": "Eve"}]}),
        )
        .await;
    house.post("task/", json!({"lead_id": source["id"], "text": "Call"})).await;
    let answer = house.post("lead/merge/", json!({"source": source["id"], "destination": LEAD})).await;
    assert_eq!(answer, json!({"status": "ok"}));
    house.try_get(&format!("lead/{}/", id(&source))).await.refused(404);
    let lead = house.get(&format!("lead/{LEAD}/")).await;
    assert_eq!((&lead["name"], &lead["custom"]["Industry"]), (&json!("Acme Rockets"), &json!(["Aerospace"])));
    assert!(lead["contacts"].as_array().unwrap().iter().any(|contact| contact["name"] == "Eve"));
    assert!(lead["tasks"].as_array().unwrap().iter().any(|task| task["text"] == "Call"));
    let merges = house.get(&format!("activity/lead_merge/?lead_id={LEAD}")).await;
    assert_eq!(merges["data"][0]["source_display_name"], "ACME Inc");
    assert_eq!(merges["data"][0]["merge_status"], "completed");
    let events = house.get(&format!("event/?object_id={LEAD}&action=merged")).await;
    assert_eq!(events["data"][0]["meta"]["merge_source_lead_id"], source["id"]);

    let answer =
        house.try_post("lead/merge/", json!({"source": "lead_x", "destination": LEAD})).await.refused(404);
    assert_eq!(answer, json!({"errors": ["Source lead does not exist."]}));
}

#[tokio::test]
async fn who_the_caller_is() {
    let mut house = House::new().await;
    house.become_user(BOB);
    let me = house.get("me/").await;
    assert_eq!((&me["id"], &me["first_name"]), (&json!(BOB), &json!("Bob")));
    assert_eq!(me["organizations"][0]["id"], CLOSER);
    assert_eq!(me["memberships"][0]["role_id"], "user");
    let users = house.get("user/?_order_by=first_name").await;
    assert_eq!(each(&users, "email"), ["ann@closer.example.com", "bob@closer.example.com"]);
    let availability = house.get(&format!("user/availability/?organization_id={CLOSER}")).await;
    assert_eq!(availability["data"].as_array().unwrap().len(), 2);
    let organization = house.get(&format!("organization/{CLOSER}/?_expand=memberships__user")).await;
    let members = organization["memberships"].as_array().unwrap();
    assert!(members.iter().any(|member| member["user"]["first_name"] == "Ann"));
    assert_eq!(organization["lead_statuses"][0]["label"], "Potential");
    let answer = house.try_post("bulk_action/delete/", json!({"s_query": {"type": "match_all"}})).await;
    answer.refused(403);
}
