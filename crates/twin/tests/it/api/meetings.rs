//! Meetings: finding them by their calendar, notes on them, tabs of apps.

use serde_json::{Value, json};

use crate::support::{ANN, BOB, House, LEAD, each, id};

const MEETING: &str = "activity/meeting/acti_HRIkGME3KVckVBfYjxwt98mgBt8BmWfWOjjbBauZnZG/";
const EVENT: &str = "79k4dh2i9nocd108kc2f7cds88";

#[tokio::test]
async fn apps_have_tabs_on_meetings() {
    let mut house = House::new().await;
    let tab = format!("{MEETING}integration/");
    let answer = house.try_post(&tab, json!({"title": "Minutes"})).await.refused(403);
    assert!(answer["error"].as_str().unwrap().contains("OAuth"), "{answer}");

    let app = house.connect_app("Minutes", ANN).await;
    assert_eq!(house.post(&tab, json!({})).await, json!({}));
    assert_eq!(house.get(MEETING).await["integrations"], json!([]));
    let first = house.post(&tab, json!({"title": "Minutes", "url": "https://minutes.example.com/1"})).await;
    let expected = json!({
        "title": "Minutes", "url": "https://minutes.example.com/1",
        "oauth_client_id": app.client_id, "oauth_client_name": "Minutes",
    });
    assert_eq!(first, expected);
    let changed = house.post(&tab, json!({"title": "All minutes", "oauth_client_id": "forged"})).await;
    assert_eq!((&changed["title"], &changed["url"]), (&json!("All minutes"), &first["url"]));
    house.connect_app("Notes", ANN).await;
    house.post(&tab, json!({"title": "Notes"})).await;
    let tabs = house.get(MEETING).await["integrations"].clone();
    assert_eq!((&tabs[0], &tabs[1]["oauth_client_name"]), (&changed, &json!("Notes")));
    assert_eq!(house.post(&tab, json!({})).await, tabs[1]);
    house.try_post("activity/meeting/acti_x/integration/", json!({})).await.refused(404);
}

#[tokio::test]
async fn meetings_are_found_by_their_calendar() {
    let house = House::new().await;
    let all = format!(
        "provider_calendar_event_id={EVENT}&provider_calendar_id=primary&provider_calendar_type=google"
    );
    let found = house.get(&format!("activity/meeting/?{all}")).await;
    assert_eq!(each(&found, "title"), ["Demo with Acme"]);
    let other = all.replace("primary", "team");
    assert_eq!(house.get(&format!("activity/meeting/?{other}")).await["data"], json!([]));
    let answer = house.try_get(&format!("activity/meeting/?provider_calendar_event_id={EVENT}")).await;
    assert!(answer.refused(400)["error"].is_string());
    let starts = house.get(MEETING).await["starts_at"].as_str().unwrap().to_owned();
    let at = |operator: &str| {
        format!("activity/meeting/?lead_id={LEAD}&starts_at{operator}={}", starts.replace('+', "%2B"))
    };
    assert_eq!(each(&house.get(&at("")).await, "starts_at"), [json!(starts)]);
    assert_eq!(each(&house.get(&at("__gte")).await, "starts_at"), [json!(starts)]);
    assert_eq!(house.get(&at("__lt")).await["data"], json!([]));
    let asked = house.get(&format!("{MEETING}?_fields=id,transcripts")).await;
    assert_eq!(asked["transcripts"], json!([]));
    assert!(house.get(MEETING).await.get("transcripts").is_none());
}

#[tokio::test]
async fn outcomes_stay_where_they_were_set() {
    let house = House::new().await;
    let answer = house.try_post("outcome/", json!({"name": "Booked", "applies_to": ["calls"]})).await;
    assert_eq!(answer.status, 201);
    let outcome = answer.fine();
    assert_eq!((&outcome["type"], &outcome["applies_to"]), (&json!("custom"), &json!(["calls", "meetings"])));
    house.put(MEETING, json!({"outcome_id": outcome["id"]})).await;
    let call = house.post("activity/call/", json!({"lead_id": LEAD, "outcome_id": outcome["id"]})).await;
    let dropped = house.post("outcome/", json!({"name": "Dropped", "type": "vm-dropped"})).await;
    assert_eq!(dropped["applies_to"], json!(["calls"]));
    let answer = house.try_put(MEETING, json!({"outcome_id": dropped["id"]})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"outcome": "Not a valid choice."}));

    let path = format!("outcome/{}/", id(&outcome));
    assert_eq!(house.delete(&path).await, json!({}));
    house.try_get(&path).await.refused(404);
    let call_path = format!("activity/call/{}/", id(&call));
    assert_eq!(house.get(&call_path).await["outcome_id"], outcome["id"]);
    assert_eq!(house.put(&call_path, json!({"note": "Kept"})).await["outcome_id"], outcome["id"]);
    assert_eq!(house.get(MEETING).await["outcome_id"], outcome["id"]);
    let answer = house.try_put(&call_path, json!({"outcome_id": outcome["id"]})).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"outcome": "Object does not exist."}));
}

#[tokio::test]
async fn notes_on_a_meeting_mention_people() {
    let house = House::new().await;
    let mention = format!("<span data-type=\"mention\" data-id=\"{BOB}\" class=\"mention\">@Bob</span>");
    let noted = house.put(MEETING, json!({"user_note_html": format!("<p>Ask {mention}</p>")})).await;
    assert_eq!((&noted["user_note_mentions"], &noted["user_note"]), (&json!([BOB]), &json!("Ask @Bob")));
    let cleared = house.put(MEETING, json!({"user_note_html": null})).await;
    assert_eq!((&cleared["user_note_mentions"], &cleared["user_note"]), (&json!([]), &Value::Null));
}
