//! What a template would say to whom.

use serde_json::json;

use crate::support::{CONTACT, House, LEAD, TEMPLATE, id};

#[tokio::test]
async fn a_template_is_previewed_for_what_a_search_finds() {
    let house = House::new().await;
    let contacts = json!([
        {"name": "Nobody Reachable"},
        {"name": "Eve Hill", "emails": [{"email": "eve@hills.example.com"}]},
        {"name": "Tom Hill", "emails": [{"email": "tom@hills.example.com"}]},
    ]);
    let lead = id(&house.post("lead/", json!({"name": "Hills", "contacts": contacts})).await);
    let render = |parameters: &str| format!("email_template/{TEMPLATE}/render/?{parameters}");
    let first = house.get(&render("query=name:Hills&entry=0&mode=lead")).await;
    assert_eq!((&first["subject"], &first["lead_id"]), (&json!("Hello Eve"), &json!(lead)));
    assert_eq!(house.get(&render("query=name:Hills&entry=1&mode=lead")).await, json!({}));
    let second = house.get(&render("query=name:Hills&entry=1&mode=contact")).await;
    assert_eq!(
        (&second["subject"], &second["email"]),
        (&json!("Hello Tom"), &json!("tom@hills.example.com"))
    );
    let all = house.get(&render("query=name:Hills&entry=1&contact_preference=all")).await;
    assert_eq!(all, second);
    assert_eq!(house.get(&render("query=name:Hills&entry=2&mode=contact")).await, json!({}));
    assert_eq!(house.get(&render("query=name:Hills&entry=5000")).await, json!({}));

    let node = json!({"type": "id", "value": CONTACT}).to_string();
    let by_id = house.request(reqwest::Method::GET, &render("mode=contact")).query(&[("s_query", &node)]);
    let wile = house.send(by_id).await.fine();
    assert_eq!((&wile["contact_id"], &wile["lead_id"]), (&json!(CONTACT), &json!(LEAD)));
    for (parameters, status) in [
        ("query=name:Hills&entry=first", 400),
        ("query=name:Hills&mode=user", 400),
        ("query=(", 400),
        ("s_query=%7B", 400),
        ("lead_id=lead_x&contact_id=cont_x", 404),
        ("", 400),
    ] {
        house.try_get(&render(parameters)).await.refused(status);
    }
}

#[tokio::test]
async fn templates_of_text_messages_show_attachments_on_request() {
    let house = House::new().await;
    let template = house.post("sms_template/", json!({"name": "Short"})).await;
    assert!(template.get("attachments").is_none());
    let path = format!("sms_template/{}/", id(&template));
    assert!(house.get(&path).await.get("attachments").is_none());
    assert_eq!(house.get(&format!("{path}?include_attachments=true")).await["attachments"], json!([]));
    house.try_get("sms_template/smstmpl_x/").await.refused(404);
    house.put(&path, json!({"status": "archived"})).await;
    assert_eq!(house.try_delete(&path).await.status, 204);
}
