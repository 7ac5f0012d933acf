//! Smart Views of both kinds, and templates rendered for what a search finds.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{House, TEMPLATE, each, id};

fn view_of(object_type: &str) -> Value {
    json!({"type": "and", "queries": [{"type": "object_type", "object_type": object_type}]})
}

#[tokio::test]
async fn a_view_says_what_it_is_of() {
    let house = House::new().await;
    for (view_type, object_type) in [
        ("lead", "lead"),
        ("contact", "contact"),
        ("opportunity", "opportunity"),
        ("call", "activity.call"),
        ("email", "activity.email"),
        ("sms", "activity.sms"),
        ("meeting", "activity.meeting"),
        ("note", "activity.note"),
        ("whatsapp_message", "activity.whatsapp_message"),
        ("custom_activity", "activity.custom_activity"),
        ("form_submission", "activity.form_submission"),
    ] {
        let view = json!({"name": view_type, "type": view_type, "s_query": {"query": view_of(object_type)}});
        let view = house.post("saved_search/", view).await;
        let (search, query) = (&view["s_query"], &view["s_query"]["query"]);
        assert_eq!(
            (&search["sort"], &search["results_limit"], &query["negate"]),
            (&json!([]), &json!(null), &json!(false))
        );
        let listed = house.get(&format!("saved_search/?type={view_type}&_limit=1")).await;
        assert_eq!(each(&listed, "id"), [view["id"].clone()], "new views are on top");
    }
    let both = house.get("saved_search/?type__in=call&type__in=note").await;
    assert_eq!(each(&both, "name"), ["note", "call"]);
    let wrong = json!({"name": "x", "type": "contact", "s_query": {"query": view_of("lead")}});
    let refused = house.try_post("saved_search/", wrong).await.refused(400);
    let message = "The query must be an \"and\" with an object_type node for contact.";
    assert_eq!(refused["field-errors"]["s_query"]["field-errors"], json!({"query": message}));
    let mine = json!({"type": "and", "queries": [
        {"type": "object_type", "object_type": "lead"},
        {"type": "field_condition", "condition": {"type": "current_user"},
         "field": {"type": "regular_field", "object_type": "lead", "field_name": "created_by"}},
    ]});
    let view = house.post("saved_search/", json!({"name": "Mine", "s_query": {"query": mine}})).await;
    assert_eq!(view["is_user_dependent"], true);
    house.post("lead/", json!({"name": "Bakery"})).await;
    let found = house.get("lead/?query=in:Mine%20created:today").await;
    assert_eq!(each(&found, "name"), ["Bakery"], "who asks decides");
}

#[tokio::test]
async fn the_order_and_limit_of_a_view_count_when_it_is_used() {
    let house = House::new().await;
    for name in ["Alpha", "Beta", "Gamma"] {
        house.post("lead/", json!({"name": name})).await;
    }
    let named = json!({"field": {"type": "regular_field", "object_type": "lead", "field_name": "name"}, "direction": "desc"});
    let search = json!({"query": view_of("lead"), "sort": [named], "results_limit": 2});
    house.post("saved_search/", json!({"name": "Last two", "s_query": search})).await;
    let found = house.get("lead/?query=in:%22Last%20two%22%20sort:name").await;
    assert_eq!(each(&found, "name"), ["Gamma", "Pad Road Launch"]);
}

#[tokio::test]
async fn templates_are_rendered_for_what_a_search_finds() {
    let house = House::new().await;
    for (name, people) in [
        (
            "Bakery",
            json!([
                {"name": "No Address"},
                {"name": "Ana Lima", "emails": [{"type": "office", "email": "ana@b.example.com"}, {"type": "home", "email": "ana@home.example.com"}]},
                {"name": "Bo Ek", "emails": [{"type": "office", "email": "bo@b.example.com"}]},
            ]),
        ),
        ("Cellar", json!([{"name": "Cy Dee", "emails": [{"type": "office", "email": "cy@c.example.com"}]}])),
        ("Dock", json!([{"name": "Silent"}])),
    ] {
        house.post("lead/", json!({"name": name, "contacts": people, "description": "guild"})).await;
    }
    let path = format!("email_template/{TEMPLATE}/render/");
    let render = async |parameters: &[(&str, &str)]| {
        house.send(house.request(Method::GET, &path).query(parameters)).await
    };
    let emails = async |parameters: &[(&str, &str)]| {
        let mut found = Vec::new();
        for entry in 0.. {
            let rendered = render(&[parameters, &[("entry", &entry.to_string())]].concat()).await.fine();
            if rendered == json!({}) {
                return found;
            }
            found.push(rendered["email"].as_str().unwrap().split('@').next().unwrap().to_owned());
        }
        found
    };
    let guild = ("query", "guild sort:name");
    assert_eq!(emails(&[guild]).await, ["ana", "cy"]);
    assert_eq!(emails(&[guild, ("contact_preference", "contact")]).await, ["ana", "bo", "cy"]);
    assert_eq!(emails(&[guild, ("contact_preference", "all")]).await, ["ana", "ana", "bo", "cy"]);
    assert_eq!(emails(&[guild, ("contact_preference", "all"), ("mode", "lead")]).await, ["ana", "cy"]);
    assert_eq!(emails(&[guild, ("results_limit", "1")]).await, ["ana"]);
    assert_eq!(emails(&[("query", "name:Bo"), ("bulk_object_type", "contact")]).await, ["bo"]);
    let node = json!({"type": "and", "queries": [
        {"type": "object_type", "object_type": "lead"}, {"type": "text", "mode": "full_words", "value": "guild"},
    ]});
    let sort = json!({"direction": "desc", "field": {"type": "regular_field", "object_type": "lead", "field_name": "name"}});
    let (node, sort) = (node.to_string(), sort.to_string());
    assert_eq!(emails(&[("s_query", &node), ("sort", &sort)]).await, ["cy", "ana"]);

    let first = render(&[guild]).await.fine();
    assert_eq!((&first["subject"], &first["lead_display_name"]), (&json!("Hello Ana"), &json!("Bakery")));
    assert_eq!(id(&json!({"id": first["contact_id"]})).split('_').next(), Some("cont"));
    assert_eq!(render(&[guild, ("entry", "1000")]).await.fine(), json!({}));
    for wrong in [
        [guild, ("entry", "-1")],
        [guild, ("mode", "moon")],
        [guild, ("email_account_id", "emailacct_x")],
        [("s_query", "{"), ("entry", "0")],
        [("s_query", "{\"type\": \"moon\"}"), ("entry", "0")],
        [("query", "naem:x"), ("entry", "0")],
    ] {
        render(&wrong).await.refused(400);
    }
    render(&[]).await.refused(400);
}
