//! Apps that register themselves, apps with several addresses, and how long things live.

use std::time::Duration;

use latch_twin::{Clock, TokenLifetimes, TwinOptions};
use reqwest::header::LOCATION;
use serde_json::{Value, json};

use crate::oauth::{App, CALLBACK, PROOF, VERIFIER, error, sent_back, tokens};
use crate::support::{ANN, CLOSER, House, LEAD, NOW};

impl App {
    async fn register(&self, body: Value) -> (u16, Value) {
        let answer = self.browser.post(self.url("/oauth2/register/")).json(&body).send().await.unwrap();
        assert_eq!(answer.headers()["cache-control"], "no-store");
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn metadata(&self) -> Value {
        let url = self.url("/.well-known/oauth-authorization-server");
        self.browser.get(url).send().await.unwrap().json().await.unwrap()
    }
}

#[tokio::test]
async fn an_app_without_a_secret_registers_itself_and_connects_with_a_proof() {
    let mut app = App::new().await;
    let metadata = app.metadata().await;
    assert_eq!(metadata["registration_endpoint"], app.url("/oauth2/register/"));
    let body = json!({
        "client_name": "Desk app", "redirect_uris": [CALLBACK], "token_endpoint_auth_method": "none",
        "software_id": "whatever",
    });
    let (status, registered) = app.register(body).await;
    assert_eq!(status, 201, "{registered}");
    assert!(registered["client_id"].as_str().unwrap().starts_with("oa2client_"));
    assert!(registered.get("client_secret").is_none());
    registered["client_id"].as_str().unwrap().clone_into(&mut app.info.client_id);

    let unproven = sent_back(&app.open(&app.request(&[])).await);
    assert_eq!(unproven[0], ("error".to_owned(), "invalid_request".to_owned()));

    let challenge = [("code_challenge", PROOF), ("code_challenge_method", "S256")];
    let token = async |more: &[(&str, &str)]| {
        let form = [&[("client_id", app.info.client_id.as_str())], more].concat();
        let answer = app.browser.post(app.url("/oauth2/token/")).form(&form).send().await.unwrap();
        (answer.status(), answer.json::<Value>().await.unwrap())
    };
    let code = app.code(&challenge).await;
    let exchange = [("grant_type", "authorization_code"), ("code", &code), ("code_verifier", VERIFIER)];
    let (status, pair) = token(&exchange).await;
    assert_eq!(status, 200, "{pair}");
    let (access, refresh) = tokens(&pair);
    assert_eq!(app.me(&access).await, 200);
    let (status, pair) = token(&[("grant_type", "refresh_token"), ("refresh_token", &refresh)]).await;
    assert_eq!(status, 200, "{pair}");

    let form =
        [("client_id", app.info.client_id.as_str()), ("token", pair["refresh_token"].as_str().unwrap())];
    let revoked = app.browser.post(app.url("/oauth2/revoke/")).form(&form).send().await.unwrap();
    assert_eq!(revoked.status(), 200);
    assert_eq!(app.me(&access).await, 401);
}

#[tokio::test]
async fn an_app_with_a_secret_registers_itself_and_must_show_it() {
    let mut app = App::new().await;
    let (status, registered) = app.register(json!({"redirect_uris": [CALLBACK]})).await;
    assert_eq!(status, 201);
    assert_eq!(registered["token_endpoint_auth_method"], "client_secret_basic");
    assert_eq!(
        (&registered["client_secret_expires_at"], &registered["response_types"]),
        (&json!(0), &json!(["code"]))
    );
    registered["client_id"].as_str().unwrap().clone_into(&mut app.info.client_id);
    app.info.client_secret = String::new();
    let code = app.code(&[]).await;
    assert_eq!(error(&app.exchange(&code).await), (401, "invalid_client"));
    registered["client_secret"].as_str().unwrap().clone_into(&mut app.info.client_secret);
    assert_eq!(app.exchange(&code).await.0, 200);
}

#[tokio::test]
async fn registrations_that_make_no_sense_get_the_errors_of_the_standard() {
    let app = App::new().await;
    for uris in [
        json!([]),
        json!(["http://crm.example.com/callback"]),
        json!(["https://crm.example.com/callback#fragment"]),
        json!(["javascript:alert(1)"]),
        json!(["not an address"]),
        json!(["https:"]),
    ] {
        let refused = app.register(json!({ "redirect_uris": uris })).await;
        assert_eq!((refused.0, &refused.1["error"]), (400, &json!("invalid_redirect_uri")), "{uris}");
    }
    for (member, value) in [
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("grant_types", json!(["password"])),
        ("grant_types", json!(["refresh_token"])),
        ("response_types", json!(["token"])),
        ("scope", json!("everything")),
        ("client_name", json!("x".repeat(2001))),
        ("client_name", json!(1)),
    ] {
        let mut body = json!({"redirect_uris": ["https://crm.example.com/callback"]});
        body[member] = value;
        let refused = app.register(body).await;
        assert_eq!((refused.0, &refused.1["error"]), (400, &json!("invalid_client_metadata")), "{member}");
    }
    let nothing = app.browser.post(app.url("/oauth2/register/")).send().await.unwrap();
    assert_eq!(nothing.status(), 400);
}

#[tokio::test]
async fn an_app_with_several_addresses_must_say_which() {
    let mut app = App::new().await;
    let other = "http://127.0.0.1:9/callback?from=phone";
    app.info = app.house.control().register_oauth_app("Two doors", &[CALLBACK, other]);
    let open = app.open(&app.request(&[])).await;
    assert_eq!((open.status().as_u16(), open.headers().get(LOCATION)), (400, None));
    let back = sent_back(&app.decide("approve", &[("redirect_uri", other)]).await);
    assert_eq!(back[0], ("from".to_owned(), "phone".to_owned()));
    let code = back.iter().find(|(name, _)| name == "code").unwrap().1.clone();
    let form = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", CALLBACK)];
    assert_eq!(error(&app.token(&form).await), (400, "invalid_grant"));
    assert_eq!(app.open(&app.request(&[("redirect_uri", CALLBACK)])).await.status(), 200);
}

#[tokio::test]
async fn a_grant_is_one_user_in_one_organization() {
    let app = App::new().await;
    let (closer, _) = app.connect().await;
    let second =
        app.house.twin.api_keys().into_iter().find(|key| key.user_id == ANN && key.organization_id != CLOSER);
    let second = second.unwrap().organization_id;
    let membership = format!("{ANN}|{second}");
    let form = app.request(&[("membership", membership.as_str()), ("decision", "approve")]);
    let answer = app.browser.post(app.url("/oauth2/authorize/")).form(&form).send().await.unwrap();
    let code = sent_back(&answer)[0].1.clone();
    let (_, pair) = app.exchange(&code).await;
    assert_eq!((&pair["user_id"], &pair["organization_id"]), (&json!(ANN), &json!(second)));
    let lead = async |token: &str| {
        let request = app.browser.get(app.url(&format!("/api/v1/lead/{LEAD}/"))).bearer_auth(token);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(lead(&closer).await, 200);
    assert_eq!(lead(&tokens(&pair).0).await, 404);
    assert!(app.house.control().revoke_grants(&second));
    assert_eq!((lead(&closer).await, lead(&tokens(&pair).0).await), (200, 401));
}

#[tokio::test]
async fn lifetimes_are_as_asked_for_and_can_be_changed() {
    let token_lifetimes = TokenLifetimes {
        access: Duration::from_secs(60),
        refresh: Some(Duration::from_secs(300)),
        code: Duration::from_secs(10),
    };
    let clock = Clock::fixed(NOW.parse().unwrap());
    let options = TwinOptions { leads: 0, clock, token_lifetimes, ..TwinOptions::default() };
    let app = App::at(House::with(options).await);
    let control = app.house.control();
    let pass = |seconds| control.advance_clock(Duration::from_secs(seconds));

    let code = app.code(&[]).await;
    pass(10);
    assert_eq!(error(&app.exchange(&code).await), (400, "invalid_grant"));
    let (_, pair) = app.exchange(&app.code(&[]).await).await;
    assert_eq!(pair["expires_in"], 60);
    let (access, refresh) = tokens(&pair);
    pass(59);
    assert_eq!(app.me(&access).await, 200);
    pass(1);
    assert_eq!(app.me(&access).await, 401);
    pass(239);
    let (status, pair) = app.refresh(&refresh).await;
    assert_eq!(status, 200, "one second before its end");
    let (_, refresh) = tokens(&pair);
    pass(300);
    assert_eq!(error(&app.refresh(&refresh).await), (400, "invalid_grant"));

    control.set_token_lifetimes(TokenLifetimes::default());
    let (access, refresh) = app.connect().await;
    pass(3599);
    assert_eq!(app.me(&access).await, 200);
    pass(10 * 365 * 86400);
    assert_eq!(app.refresh(&refresh).await.0, 200, "they live for ever unless asked otherwise");
}

#[tokio::test]
async fn one_token_or_grant_can_be_ended_alone() {
    let app = App::new().await;
    let (access, refresh) = app.connect().await;
    let (other, _) = app.connect().await;
    let control = app.house.control();
    assert!(control.expire_access_token(&access) && !control.expire_access_token(&access));
    assert_eq!((app.me(&access).await.as_u16(), app.me(&other).await.as_u16()), (401, 200));
    assert!(control.revoke_grant(&refresh) && !control.revoke_grant(&refresh));
    assert_eq!(error(&app.refresh(&refresh).await), (400, "invalid_grant"));
    assert_eq!(app.me(&other).await, 200);
}
