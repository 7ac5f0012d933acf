//! The view for people: they can watch an agent work.

use serde_json::{Value, json};

use crate::support::{CLOSER, House, LEAD, PROPOSAL_SENT, WON, id};

/// A page as a browser without credentials sees it: status, text, and whether it may load or run anything.
async fn page(house: &House, path: &str) -> (u16, String) {
    let answer = reqwest::get(format!("{}{path}", house.twin.url())).await.unwrap();
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("script"), "{policy}");
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn shown(house: &House, path: &str) -> String {
    let (status, text) = page(house, path).await;
    assert_eq!(status, 200, "{path}: {text}");
    text
}

#[tokio::test]
async fn what_an_agent_does_is_seen_in_timeline_board_and_events() {
    let house = House::new().await;
    let contacts = json!([{"name": "Ada Byron", "emails": [{"email": "ada@engines.example.com"}]}]);
    let lead = id(&house.post("lead/", json!({"name": "Engines Ltd", "contacts": contacts})).await);
    let deal = json!({"lead_id": lead, "value": 123_400, "status_id": PROPOSAL_SENT, "note": "Two machines"});
    let deal = id(&house.post("opportunity/", deal).await);
    house.post("activity/note/", json!({"lead_id": lead, "note": "Wants it by spring."})).await;
    house.put(&format!("opportunity/{deal}/"), json!({"status_id": WON})).await;

    let timeline = shown(&house, &format!("/view/leads/{lead}")).await;
    for told in
        ["Engines Ltd", "ada@engines.example.com", "Wants it by spring.", "Proposal sent → Won", "$1,234"]
    {
        assert!(timeline.contains(told), "{told}");
    }
    let board = shown(&house, "/view/pipeline").await;
    let won = board.split("aria-label=\"Won\"").nth(1).unwrap().split("</section>").next().unwrap();
    assert!(won.contains("Engines Ltd") && won.contains("Two machines"), "{won}");
    let events = shown(&house, &format!("/view/events?lead_id={lead}&live=1")).await;
    assert!(events.contains("<del>Proposal sent</del> → Won") && events.contains("Ann Reyes"), "{events}");
    assert!(events.contains("http-equiv=\"refresh\""));
    let found = shown(&house, "/view/leads?query=name:Engines").await;
    assert!(found.contains("1 leads") && found.contains("Engines Ltd"), "{found}");
    let overview = shown(&house, "/").await;
    assert!(overview.contains("api_twin_ann.") && overview.contains("Engines Ltd"));
}

#[tokio::test]
async fn organizations_are_shown_one_at_a_time() {
    let house = House::new().await;
    let other = house.twin.api_keys().into_iter().find(|key| key.organization_id != CLOSER).unwrap();
    let theirs = shown(&house, &format!("/view/leads?organization={}", other.organization_id)).await;
    assert!(!theirs.contains("Acme Rockets"));
    assert!(shown(&house, "/view/leads").await.contains("Acme Rockets"));
    let path = format!("/view/leads/{LEAD}?organization={}", other.organization_id);
    assert_eq!(page(&house, &path).await.0, 404);
}

#[tokio::test]
async fn hostile_names_are_text_and_mistakes_are_explained() {
    let house = House::new().await;
    let name = "<script>alert(1)</script>\"><img src=x>";
    let lead = id(&house.post("lead/", json!({"name": name, "description": name})).await);
    for path in
        ["/".to_owned(), "/view/leads".to_owned(), "/view/events".to_owned(), format!("/view/leads/{lead}")]
    {
        let text = shown(&house, &path).await;
        assert!(text.contains("&#60;script&#62;") && !text.contains("<script"), "{path}");
        assert!(!text.contains("<img"), "{path}");
    }
    let wrong = shown(&house, "/view/leads?query=name:(&page=nonsense").await;
    assert!(wrong.contains("role=\"alert\""), "{wrong}");
    let (status, text) = page(&house, "/view/leads/lead_nobody").await;
    assert!(status == 404 && text.contains("lead_nobody"));
    let nowhere = reqwest::get(format!("{}/view/nowhere", house.twin.url())).await.unwrap();
    assert_eq!(nowhere.status(), 404);
}

#[tokio::test]
async fn deliveries_show_where_events_went() {
    let house = House::new().await;
    let body =
        json!({"url": "http://127.0.0.1:9/hook", "events": [{"object_type": "lead", "action": "created"}]});
    house.post("webhook/", body).await;
    house.post("lead/", json!({"name": "Told"})).await;
    house.control().deliveries_settled().await;
    let text = shown(&house, "/view/deliveries").await;
    assert!(text.contains("http://127.0.0.1:9/hook") && text.contains("lead created"), "{text}");
    assert!(text.contains("class=\"bad\""), "nobody listens there: {text}");
    assert_eq!(house.get("webhook/").await["data"].as_array().map(Vec::len).map(Value::from), Some(json!(2)));
}
