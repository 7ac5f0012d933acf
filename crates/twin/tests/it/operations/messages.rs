//! E-mails, text messages, `WhatsApp` messages; who sends as whom, who wants none, telephone numbers and files.

use serde_json::json;

use super::walk::{Walk, id, listed};
use crate::support::{ANN, BOB, CONTACT, LEAD};

const FILE: &str = "https://app.close.com/go/file/persisted/orga_1/note/acti_1/abc/quote.pdf/";

pub(super) async fn walk(walk: &mut Walk) {
    emails(walk).await;
    texts(walk).await;
    whatsapp(walk).await;
    senders(walk).await;
    numbers(walk).await;
    let body = json!({"filename": "quote.pdf", "content_type": "application/pdf"});
    walk.send("POST /files/upload/", &[], body).await;
}

async fn emails(walk: &mut Walk) {
    let body = json!({
        "lead_id": LEAD, "contact_id": CONTACT, "status": "draft", "subject": "Quote", "body_text": "Hi",
        "to": ["wile@acme-rockets.example.com"],
    });
    let email = walk.send("POST /activity/email/", &[], body).await;
    walk.send("PUT /activity/email/{id}/", &[id(&email)], json!({"subject": "The quote"})).await;
    walk.call("GET /activity/email/{id}/", &[id(&email)]).await;
    let emails = walk.call("GET /activity/email/", &[]).await;
    walk.call("GET /activity/email/{id}/", &[listed(&emails)]).await;
    let threads = walk.call("GET /activity/emailthread/", &[]).await;
    walk.call("GET /activity/emailthread/{id}/", &[listed(&threads)]).await;
    walk.call("DELETE /activity/email/{id}/", &[id(&email)]).await;
    let threads = walk.call("GET /activity/emailthread/", &[]).await;
    walk.call("DELETE /activity/emailthread/{id}/", &[listed(&threads)]).await;
}

async fn texts(walk: &mut Walk) {
    let body = json!({
        "lead_id": LEAD, "status": "draft", "text": "See you", "remote_phone": "+15125550123",
        "attachments": [{"url": FILE, "filename": "quote.pdf", "content_type": "application/pdf"}],
    });
    let sms = walk.send("POST /activity/sms/", &[], body).await;
    walk.send("PUT /activity/sms/{id}/", &[id(&sms)], json!({"text": "See you soon"})).await;
    walk.call("GET /activity/sms/{id}/", &[id(&sms)]).await;
    walk.call("GET /activity/sms/", &[]).await;
    walk.call("DELETE /activity/sms/{id}/", &[id(&sms)]).await;
}

async fn whatsapp(walk: &mut Walk) {
    let body = json!({
        "lead_id": LEAD, "contact_id": CONTACT, "direction": "outgoing", "external_whatsapp_message_id": "42",
        "message_markdown": "*Hi*", "local_phone": "15125550100", "remote_phone": "+15125550123",
        "activity_at": "2026-11-24T14:00:00Z",
    });
    let message = walk.send("POST /activity/whatsapp_message/", &[], body).await;
    let body = json!({"message_markdown": "_Hi_"});
    walk.send("PUT /activity/whatsapp_message/{id}/", &[id(&message)], body).await;
    walk.call("GET /activity/whatsapp_message/{id}/", &[id(&message)]).await;
    walk.find("GET /activity/whatsapp_message/", &[("external_whatsapp_message_id", "42")]).await;
    walk.call("GET /activity/whatsapp_message/", &[]).await;
    walk.call("DELETE /activity/whatsapp_message/{id}/", &[id(&message)]).await;
}

async fn senders(walk: &mut Walk) {
    let accounts = walk.call("GET /connected_account/", &[]).await;
    walk.call("GET /connected_account/{id}/", &[listed(&accounts)]).await;

    let pair = json!({"allowing_user_id": ANN, "allowed_user_id": BOB});
    let allowed = walk.send("POST /send_as/", &[], pair.clone()).await;
    walk.call("GET /send_as/", &[]).await;
    walk.call("GET /send_as/{id}/", &[id(&allowed)]).await;
    walk.call("DELETE /send_as/{id}/", &[id(&allowed)]).await;
    walk.send("POST /send_as/", &[], pair).await;
    let both = [("allowing_user_id", ANN), ("allowed_user_id", BOB)];
    walk.find("DELETE /send_as/", &both).await;
    walk.send("POST /send_as/bulk/", &[], json!({"allow": [BOB]})).await;

    walk.send("POST /unsubscribe/email/", &[], json!({"email": "stop@park.example.com"})).await;
    walk.call("GET /unsubscribe/email/", &[]).await;
    walk.call("DELETE /unsubscribe/email/{email_address}/", &["stop@park.example.com"]).await;
}

async fn numbers(walk: &mut Walk) {
    let body = json!({"country": "US", "sharing": "personal"});
    let number = walk.send("POST /phone_number/request/internal/", &[], body).await;
    walk.send("PUT /phone_number/{id}/", &[id(&number)], json!({"label": "Desk"})).await;
    walk.call("GET /phone_number/{id}/", &[id(&number)]).await;
    walk.call("GET /phone_number/", &[]).await;
    walk.call("DELETE /phone_number/{id}/", &[id(&number)]).await;

    let body = json!({"phone": "+15125559998", "reason": "Robocaller"});
    let blocked = walk.send("POST /blocked_phone_number/", &[], body).await;
    let body = json!({"reason": "Still calls"});
    walk.send("PUT /blocked_phone_number/{id}/", &[id(&blocked)], body).await;
    walk.call("GET /blocked_phone_number/{id}/", &[id(&blocked)]).await;
    walk.call("GET /blocked_phone_number/", &[]).await;
    walk.call("DELETE /blocked_phone_number/{id}/", &[id(&blocked)]).await;
    walk.call("GET /blocked_phone_number/settings/", &[]).await;
    let body = json!({"reject_anonymous_inbound_calls": true});
    walk.send("PUT /blocked_phone_number/settings/", &[], body).await;

    let sessions = walk.call("GET /dialer/", &[]).await;
    walk.call("GET /dialer/{id}/", &[listed(&sessions)]).await;
}
