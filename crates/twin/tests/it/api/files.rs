//! Uploading files and hanging them on things.

use std::time::Duration;

use reqwest::Response;
use serde_json::{Value, json};

use crate::support::{Answer, CLOSER, CONTACT, House, LEAD, id};

/// Asks where to upload a file to.
async fn offer(house: &House, filename: &str, content_type: &str) -> Value {
    house.post("files/upload/", json!({"filename": filename, "content_type": content_type})).await
}

/// Posts a file with the form given, as a browser would.
async fn send(offer: &Value, bytes: &[u8]) -> Response {
    let mut body = Vec::new();
    for (name, value) in offer["upload"]["fields"].as_object().unwrap() {
        let value = value.as_str().unwrap();
        let part = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.bytes());
    }
    body.extend(b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n");
    body.extend(bytes);
    body.extend(b"\r\n--edge--\r\n");
    let request = reqwest::Client::new().post(offer["upload"]["url"].as_str().unwrap());
    let request = request.header("content-type", "multipart/form-data; boundary=edge");
    request.body(body).send().await.unwrap()
}

/// Uploads a file; answers where it can be fetched.
async fn upload(house: &House, filename: &str, content_type: &str, bytes: &[u8]) -> String {
    let offer = offer(house, filename, content_type).await;
    assert_eq!(send(&offer, bytes).await.status(), 201);
    offer["download"]["url"].as_str().unwrap().to_owned()
}

async fn fetch(address: &str) -> Response {
    reqwest::get(address).await.unwrap()
}

fn address(object: &Value) -> &str {
    object["attachments"][0]["url"].as_str().unwrap()
}

#[tokio::test]
async fn a_file_is_uploaded_fetched_and_attached() {
    let house = House::new().await;
    let bytes: Vec<u8> = (0..=255).cycle().take(3_000_000).collect();
    let offer = offer(&house, "quote №1.pdf", "application/pdf").await;
    let fields = &offer["upload"]["fields"];
    assert!(fields["key"].as_str().unwrap().starts_with("temporary/user/user_"), "{fields}");
    assert_eq!(fields["Content-Type"], "application/pdf");
    let download = offer["download"]["url"].as_str().unwrap();
    assert!(download.starts_with(&format!("{}/go/file/temporary/user_", house.twin.url())), "{download}");
    assert_eq!(fetch(download).await.status(), 404);

    let answer = send(&offer, &bytes).await;
    assert_eq!(answer.status(), 201);
    assert!(answer.text().await.unwrap().contains("<Key>temporary/user/user_"));
    let file = fetch(download).await;
    assert_eq!(file.headers()["content-type"], "application/pdf");
    assert_eq!(file.headers()["content-disposition"], "inline; filename*=UTF-8''quote%20%E2%84%961%2Epdf");
    assert_eq!(file.bytes().await.unwrap(), bytes);

    let attachment = json!({"url": download, "filename": "quote.pdf", "content_type": "application/pdf"});
    let note = json!({"lead_id": LEAD, "note": "See below", "attachments": [attachment]});
    let note = house.post("activity/note/", note).await;
    let lasting = format!("{}/go/file/persisted/{CLOSER}/activity.note/{}/", house.twin.url(), id(&note));
    assert!(address(&note).starts_with(&lasting), "{note}");
    assert_eq!(note["attachments"][0]["size"], bytes.len());
    assert_eq!(fetch(address(&note)).await.bytes().await.unwrap(), bytes);

    house.control().advance_clock(Duration::from_secs(25 * 3600));
    assert_eq!(fetch(download).await.status(), 404);
    assert_eq!(fetch(address(&note)).await.status(), 200);
    let path = format!("activity/note/{}/", id(&note));
    let same = house.put(&path, json!({"attachments": note["attachments"]})).await;
    assert_eq!(same["attachments"], note["attachments"]);
    let late = house.try_put(&path, json!({"attachments": [attachment]})).await.refused(400);
    let gone = "There is no uploaded file at this address, or not any more.";
    let errors = json!({"attachments": {"errors": {"0": {"field-errors": {"url": gone}}}}});
    assert_eq!(late["field-errors"], errors);
    assert_eq!(house.put(&path, json!({"attachments": null})).await["attachments"], json!([]));
    let bodies = house.control().requests().into_iter().filter(|request| request.path == "/files/");
    assert_eq!(bodies.map(|request| request.body.starts_with("<300")).collect::<Vec<_>>(), [true]);
}

#[tokio::test]
async fn every_kind_of_object_keeps_its_files() {
    let house = House::new().await;
    let url = upload(&house, "logo.png", "image/png", b"PNG").await;
    let attachments = json!([{"url": url, "filename": "logo.png", "content_type": "image/png"}]);
    for (path, body, kind) in [
        ("activity/email/", json!({"lead_id": LEAD, "status": "draft"}), "activity.email"),
        ("email_template/", json!({"name": "With logo"}), "email_template"),
        ("opportunity/", json!({"lead_id": LEAD}), "opportunity"),
    ] {
        let object = house.post(path, body).await;
        let path = format!("{path}{}/", id(&object));
        let object = house.put(&path, json!({"attachments": attachments})).await;
        let lasting = format!("/go/file/persisted/{CLOSER}/{kind}/{}/", id(&object));
        assert!(address(&object).contains(&lasting), "{object}");
        assert_eq!(object["attachments"][0]["size"], 3);
        assert_eq!(fetch(address(&object)).await.text().await.unwrap(), "PNG");
        assert_eq!(house.get(&path).await["attachments"], object["attachments"]);
    }
    let mut again = attachments.clone();
    again[0]["url"] = json!(format!("{url}?from=mail#top"));
    let note = house.post("activity/note/", json!({"lead_id": LEAD, "attachments": again})).await;
    assert!(address(&note).ends_with("/logo%2Epng/"), "{note}");
    let email = json!({"lead_id": LEAD, "status": "draft", "attachments": attachments});
    let email = house.post("activity/email/", email).await;
    let expected = json!({
        "content_id": null, "content_type": "image/png", "filename": "logo.png", "inline_only": false, "size": 3,
        "url": address(&email),
    });
    assert_eq!(email["attachments"][0], expected);

    let sms = json!({"lead_id": LEAD, "status": "draft", "attachments": attachments});
    let sms = house.post("activity/sms/", sms).await;
    let media = sms["attachments"][0]["media_id"].as_str().unwrap();
    assert!(media.starts_with("media_"), "{media}");
    assert_eq!(address(&sms), format!("{}/go/sms/{}/media/{media}/", house.twin.url(), id(&sms)));
    assert_eq!(fetch(address(&sms)).await.text().await.unwrap(), "PNG");
    let again =
        house.put(&format!("activity/sms/{}/", id(&sms)), json!({"attachments": sms["attachments"]})).await;
    assert_eq!(again["attachments"], sms["attachments"]);
}

#[tokio::test]
async fn only_files_of_the_twin_can_be_attached() {
    let house = House::new().await;
    let try_note = async |attachment: Value| -> Answer {
        let body = json!({"lead_id": LEAD, "note": "Hm", "attachments": [attachment]});
        house.try_post("activity/note/", body).await
    };
    let never = offer(&house, "a.txt", "text/plain").await["download"]["url"].clone();
    for url in [json!("https://files.example.com/a.txt"), json!("a.txt"), json!(7), never] {
        let attachment = json!({"url": url, "filename": "a.txt", "content_type": "text/plain"});
        let answer = try_note(attachment).await.refused(400);
        let errors = &answer["field-errors"]["attachments"]["errors"]["0"]["field-errors"];
        assert!(errors["url"].is_string(), "{answer}");
    }
    let answer = try_note(json!({})).await.refused(400);
    let required = "This field is required.";
    let errors = json!({"url": required, "filename": required, "content_type": required});
    assert_eq!(answer["field-errors"]["attachments"]["errors"]["0"]["field-errors"], errors);
    let url = upload(&house, "a.exe", "application/x-msdownload", b"MZ").await;
    let attachment = json!({"url": url, "filename": "a.exe", "content_type": "application/x-msdownload"});
    let sms = json!({"lead_id": LEAD, "status": "draft", "attachments": [attachment]});
    let answer = house.try_post("activity/sms/", sms).await.refused(400);
    let errors = &answer["field-errors"]["attachments"]["errors"]["0"]["field-errors"];
    assert_eq!(errors, &json!({"content_type": "Not a valid choice."}));

    let heavy = json!({
        "url": "https://app.close.com/go/file/persisted/x/activity.note/y/z/film.mp4/", "filename": "film.mp4",
        "content_type": "video/mp4", "size": 25_000_001,
    });
    let message = json!({
        "lead_id": LEAD, "contact_id": CONTACT, "direction": "outgoing", "external_whatsapp_message_id": "m-2",
        "message_markdown": "Look", "local_phone": "15125550100", "remote_phone": "15125550123",
        "activity_at": "2026-11-24T14:00:00Z", "attachments": [heavy],
    });
    let answer = house.try_post("activity/whatsapp_message/", message).await.refused(400);
    let errors = json!({"attachments": "The attachments must not be larger than 25 MB in total."});
    assert_eq!(answer["field-errors"], errors);

    let mut house = house;
    let keys = house.twin.api_keys();
    house.use_key(&keys.iter().find(|key| key.organization_id != CLOSER).unwrap().key);
    let foreign = json!({"name": "Spy", "attachments": [attachment]});
    house.try_post("email_template/", foreign).await.refused(400);
}

#[tokio::test]
async fn the_form_of_an_upload_is_good_for_a_minute() {
    let house = House::new().await;
    let offer = offer(&house, "a.txt", "text/plain").await;
    let mut forged = offer.clone();
    forged["upload"]["fields"]["Content-Type"] = json!("text/html");
    let answer = send(&forged, b"<script>").await;
    assert_eq!(answer.status(), 403);
    assert!(answer.text().await.unwrap().contains("Policy Condition failed"));
    let mut unknown = offer.clone();
    unknown["upload"]["fields"]["key"] = json!("temporary/user/user_x/1234/a.txt");
    assert_eq!(send(&unknown, b"a").await.status(), 403);
    let client = reqwest::Client::new();
    let plain = client.post(offer["upload"]["url"].as_str().unwrap()).body("a").send().await.unwrap();
    assert_eq!(plain.status(), 400);
    house.control().advance_clock(Duration::from_secs(61));
    let late = send(&offer, b"a").await;
    assert_eq!(late.status(), 403);
    assert!(late.text().await.unwrap().contains("Policy expired"));

    let answer = house.try_post("files/upload/", json!({"content_type": "text"})).await.refused(400);
    let errors = json!({"filename": "This field is required.", "content_type": "Invalid content type."});
    assert_eq!(answer["field-errors"], errors);
    assert_eq!(fetch(&format!("{}/go/file/temporary/x/", house.twin.url())).await.status(), 404);
    assert_eq!(fetch(&format!("{}/go/sms/acti_x/media/{LEAD}/", house.twin.url())).await.status(), 404);
}
