//! Links to book a time with somebody: one's own, those of apps, and shared ones.

use serde_json::{Value, json};

use crate::support::{ANN, BOB, CLOSER, House, each, id};

#[tokio::test]
async fn everybody_keeps_their_own_links() {
    let mut house = House::new().await;
    let body = json!({"name": "Chat with us", "url": "cal.example.com/ann/30", "description": "30 minutes"});
    let answer = house.try_post("scheduling_link/", body).await;
    assert_eq!(answer.status, 201);
    let link = answer.fine();
    let expected = json!({
        "id": link["id"], "organization_id": CLOSER, "user_id": ANN, "type": "USER", "name": "Chat with us",
        "url": "https://cal.example.com/ann/30", "description": "30 minutes", "duration_in_minutes": null,
        "source": "MANUAL", "source_id": null, "source_type": null, "template_tag": null,
    });
    assert_eq!(link, expected);
    let path = format!("scheduling_link/{}/", id(&link));
    let changed = house.put(&path, json!({"url": "http://cal.example.com/ann", "source": "CALENDLY"})).await;
    assert_eq!(
        (&changed["url"], &changed["source"]),
        (&json!("http://cal.example.com/ann"), &json!("MANUAL"))
    );
    let answer = house.try_post("scheduling_link/", json!({"url": "ftp://cal.example.com"})).await;
    let errors = json!({"name": "This field is required.", "url": "Invalid URL."});
    assert_eq!(answer.refused(400)["field-errors"], errors);

    house.become_user(BOB);
    assert_eq!(house.get("scheduling_link/").await["data"], json!([]));
    assert_eq!(each(&house.get(&format!("scheduling_link/?user_id={ANN}")).await, "id"), [id(&link)]);
    house.try_put(&path, json!({"name": "Mine now"})).await.refused(403);
    house.try_delete(&path).await.refused(403);
    house.become_user(ANN);
    assert_eq!(house.try_delete(&path).await.status, 204);
    house.try_get(&path).await.refused(404);
}

#[tokio::test]
async fn apps_bring_links_as_often_as_they_like() {
    let mut house = House::new().await;
    let body = json!({
        "source_id": "7424-1bb7", "name": "Intro", "url": "https://book.example.com/intro",
        "source_type": "Multi-Use", "duration_in_minutes": 30,
    });
    let answer = house.try_post("scheduling_link/integration/", body.clone()).await.refused(403);
    assert!(answer["error"].as_str().unwrap().contains("OAuth"), "{answer}");
    house.try_delete("scheduling_link/integration/7424-1bb7/").await.refused(403);

    let app = house.connect_app("Booker", ANN).await;
    let first = house.try_post("scheduling_link/integration/", body.clone()).await;
    assert_eq!(first.status, 200);
    let first = first.fine();
    assert_eq!((&first["source"], &first["oauth_client_id"]), (&json!("THIRD_PARTY"), &json!(app.client_id)));
    assert_eq!(first["duration_in_minutes"], 30);
    let again = json!({"source_id": "7424-1bb7", "name": "Introduction"});
    let again = house.post("scheduling_link/integration/", again).await;
    assert_eq!((&again["id"], &again["name"]), (&first["id"], &json!("Introduction")));
    assert_eq!(again["url"], "https://book.example.com/intro");
    for wrong in [json!({}), json!({"source_id": ""}), json!({"source_id": 7})] {
        let answer = house.try_post("scheduling_link/integration/", wrong).await.refused(400);
        assert!(answer["field-errors"]["source_id"].is_string(), "{answer}");
    }
    house.try_post("scheduling_link/integration/", json!({"source_id": "new"})).await.refused(400);

    house.connect_app("Another", ANN).await;
    house.try_delete("scheduling_link/integration/7424-1bb7/").await.refused(404);
    let other = house.post("scheduling_link/integration/", body).await;
    assert_ne!(other["id"], first["id"]);
    assert_eq!(house.try_delete("scheduling_link/integration/7424-1bb7/").await.status, 204);
    assert_eq!(each(&house.get("scheduling_link/").await, "id"), [id(&first)]);
}

#[tokio::test]
async fn a_shared_link_means_something_for_each_user() {
    let mut house = House::new().await;
    let body = json!({"name": "Team demo", "description": "Round robin"});
    let answer = house.try_post("shared_scheduling_link/", body).await;
    assert_eq!(answer.status, 201);
    let shared = answer.fine();
    let expected = json!({
        "id": shared["id"], "organization_id": CLOSER, "user_id": null, "type": "SHARED", "name": "Team demo",
        "url": null, "description": "Round robin", "duration_in_minutes": null, "source": "MANUAL",
        "source_id": null, "source_type": null, "template_tag": "team_demo",
    });
    assert_eq!(shared, expected);
    house.try_post("shared_scheduling_link/", json!({"name": "team DEMO"})).await.refused(400);
    let path = format!("shared_scheduling_link/{}/", id(&shared));
    let renamed = house.put(&path, json!({"name": "Team demonstration"})).await;
    assert_eq!(renamed["template_tag"], "team_demo");
    assert_eq!(each(&house.get("shared_scheduling_link/").await, "name"), ["Team demonstration"]);

    let own = house.post("scheduling_link/", json!({"name": "Mine", "url": "cal.example.com"})).await;
    let mapping = json!({
        "organization_id": CLOSER, "shared_scheduling_link_id": shared["id"], "user_id": ANN,
        "user_scheduling_link_id": own["id"],
    });
    let answer = house.try_post("shared_scheduling_link_association/", mapping.clone()).await;
    assert_eq!(answer.status, 201);
    let mut whole = mapping;
    whole["url"] = Value::Null;
    assert_eq!(answer.fine(), whole);
    let by_address = json!({"shared_scheduling_link_id": shared["id"], "url": "cal.example.com/x"});
    let mapped = house.post("shared_scheduling_link_association/", by_address.clone()).await;
    assert_eq!(
        (&mapped["url"], &mapped["user_scheduling_link_id"]),
        (&json!("https://cal.example.com/x"), &Value::Null)
    );
    let unmap = json!({"shared_scheduling_link_id": shared["id"], "user_id": ANN});
    let answer = house.try_post("shared_scheduling_link_association/unmap/", unmap.clone()).await;
    assert_eq!((answer.status.as_u16(), answer.body), (200, json!({})));
    house.try_post("shared_scheduling_link_association/unmap/", unmap.clone()).await.refused(404);

    let neither = json!({"shared_scheduling_link_id": shared["id"]});
    house.try_post("shared_scheduling_link_association/", neither).await.refused(400);
    let not_his = json!({
        "shared_scheduling_link_id": shared["id"], "user_id": BOB, "user_scheduling_link_id": own["id"],
    });
    let answer = house.try_post("shared_scheduling_link_association/", not_his).await.refused(400);
    assert_eq!(answer["field-errors"], json!({"user_scheduling_link": "Object does not exist."}));
    house.become_user(BOB);
    let for_ann = json!({"shared_scheduling_link_id": shared["id"], "user_id": ANN, "url": "x.example.com"});
    house.try_post("shared_scheduling_link_association/", for_ann).await.refused(403);

    house.post("shared_scheduling_link_association/", by_address).await;
    assert_eq!(house.try_delete(&path).await.status, 204);
    house.try_post("shared_scheduling_link_association/unmap/", unmap).await.refused(403);
    let gone = json!({"shared_scheduling_link_id": shared["id"]});
    house.try_post("shared_scheduling_link_association/unmap/", gone).await.refused(404);
}
