//! Consent, tokens, refreshing, revoking, as an app and a browser see them.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use latch_twin::OAuthAppInfo;
use reqwest::header::{LOCATION, WWW_AUTHENTICATE};
use reqwest::{Response, StatusCode, Url};
use serde_json::{Value, json};

use crate::support::{ANN, CLOSER, House};

pub(crate) const CALLBACK: &str = "http://127.0.0.1:9/callback";

/// The example of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const PROOF: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// An app registered at a twin, with the browser of somebody who may connect it.
pub(crate) struct App {
    pub(crate) house: House,
    pub(crate) browser: reqwest::Client,
    pub(crate) info: OAuthAppInfo,
}

impl App {
    pub(crate) async fn new() -> Self {
        Self::at(House::new().await)
    }

    pub(crate) fn at(house: House) -> Self {
        let info = house.twin.register_oauth_app("Sales <Assistant>", CALLBACK);
        let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { house, browser, info }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.house.twin.url())
    }

    pub(crate) async fn open(&self, parameters: &[(&str, &str)]) -> Response {
        self.browser.get(self.url("/oauth2/authorize/")).query(parameters).send().await.unwrap()
    }

    pub(crate) fn request<'a>(&'a self, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut request = vec![("client_id", self.info.client_id.as_str()), ("response_type", "code")];
        request.extend(more);
        request
    }

    /// Presses a button of the consent page as Ann in Closer Inc.
    pub(crate) async fn decide(&self, decision: &str, more: &[(&str, &str)]) -> Response {
        let membership = format!("{ANN}|{CLOSER}");
        let mut form = self.request(more);
        form.extend([("membership", membership.as_str()), ("decision", decision)]);
        self.browser.post(self.url("/oauth2/authorize/")).form(&form).send().await.unwrap()
    }

    pub(crate) async fn code(&self, more: &[(&str, &str)]) -> String {
        let answer = sent_back(&self.decide("approve", more).await);
        answer.iter().find(|(name, _)| name == "code").unwrap().1.clone()
    }

    pub(crate) async fn token(&self, more: &[(&str, &str)]) -> (StatusCode, Value) {
        let mut form =
            vec![("client_id", self.info.client_id.as_str()), ("client_secret", &self.info.client_secret)];
        form.extend(more);
        let answer = self.browser.post(self.url("/oauth2/token/")).form(&form).send().await.unwrap();
        assert_eq!(answer.headers()["cache-control"], "no-store");
        (answer.status(), answer.json().await.unwrap())
    }

    pub(crate) async fn exchange(&self, code: &str) -> (StatusCode, Value) {
        self.token(&[("grant_type", "authorization_code"), ("code", code)]).await
    }

    pub(crate) async fn refresh(&self, token: &str) -> (StatusCode, Value) {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await
    }

    /// Connects Ann in Closer Inc; answers the access and the refresh token.
    pub(crate) async fn connect(&self) -> (String, String) {
        let (status, pair) = self.exchange(&self.code(&[]).await).await;
        assert_eq!(status, 200, "{pair}");
        tokens(&pair)
    }

    /// The status of asking who a token speaks for.
    pub(crate) async fn me(&self, access_token: &str) -> StatusCode {
        let request = self.browser.get(self.url("/api/v1/me/")).bearer_auth(access_token);
        request.send().await.unwrap().status()
    }
}

pub(crate) fn tokens(pair: &Value) -> (String, String) {
    let token = |name: &str| pair[name].as_str().unwrap().to_owned();
    (token("access_token"), token("refresh_token"))
}

/// The parameters the browser is sent back to the app with.
pub(crate) fn sent_back(response: &Response) -> Vec<(String, String)> {
    assert_eq!(response.status(), 302);
    let target = Url::parse(response.headers()[LOCATION].to_str().unwrap()).unwrap();
    assert!(target.as_str().starts_with(&format!("{CALLBACK}?")), "{target}");
    target.query_pairs().into_owned().collect()
}

pub(crate) fn error(answer: &(StatusCode, Value)) -> (u16, &str) {
    assert!(answer.1["error_description"].is_string(), "{}", answer.1);
    (answer.0.as_u16(), answer.1["error"].as_str().unwrap())
}

#[tokio::test]
async fn the_page_names_the_app_and_offers_every_membership() {
    let app = App::new().await;
    let answer = app.open(&app.request(&[("state", "a\"b<c>&d")])).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-frame-options"], "DENY");
    let page = answer.text().await.unwrap();
    let page = page.replace(&app.info.client_id, "[client]");
    insta::assert_snapshot!(page);
}

#[tokio::test]
async fn approving_brings_a_code_and_refusing_an_error_both_with_the_state() {
    let app = App::new().await;
    let state = "a\"b<c>&d";
    let approved = sent_back(&app.decide("approve", &[("state", state)]).await);
    assert_eq!(approved[0].0, "code");
    assert_eq!(approved[1], ("state".to_owned(), state.to_owned()));
    let refused = sent_back(&app.decide("refuse", &[("state", state)]).await);
    let expected = [("error", "access_denied"), ("state", state)];
    assert_eq!(refused, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn the_browser_never_goes_to_an_address_that_is_not_registered() {
    let app = App::new().await;
    let evil = "http://127.0.0.1:9/callback/../evil";
    let nobody = [("client_id", "oa2client_nobody"), ("response_type", "code"), ("redirect_uri", CALLBACK)];
    for answer in [
        app.open(&nobody).await,
        app.open(&app.request(&[("redirect_uri", evil)])).await,
        app.decide("approve", &[("redirect_uri", evil)]).await,
        app.decide("refuse", &[("redirect_uri", "http://evil.example/")]).await,
        app.decide("approve", &[("membership", "user_x|orga_y"), ("decision", "approve")]).await,
        app.decide("perhaps", &[]).await,
    ] {
        assert_eq!(answer.status(), 400);
        assert!(!answer.headers().contains_key(LOCATION));
        let page = answer.text().await.unwrap();
        assert!(page.contains("This connection cannot be made"), "{page}");
    }
}

#[tokio::test]
async fn other_mistakes_of_the_app_are_told_to_the_app() {
    let app = App::new().await;
    let id = app.info.client_id.as_str();
    for (parameters, expected) in [
        (vec![("client_id", id), ("response_type", "token")], "unsupported_response_type"),
        (app.request(&[("scope", "everything")]), "invalid_scope"),
        (app.request(&[("code_challenge", PROOF), ("code_challenge_method", "plain")]), "invalid_request"),
        (app.request(&[("code_challenge", PROOF)]), "invalid_request"),
        (app.request(&[("code_challenge", "short"), ("code_challenge_method", "S256")]), "invalid_request"),
    ] {
        let answer = sent_back(&app.open(&parameters).await);
        assert_eq!(answer[0], ("error".to_owned(), expected.to_owned()));
    }
}

#[tokio::test]
async fn a_code_is_exchanged_once_and_within_a_minute() {
    let app = App::new().await;
    let code = app.code(&[]).await;
    let (status, pair) = app.exchange(&code).await;
    assert_eq!(status, 200);
    assert_eq!(pair["token_type"], "Bearer");
    assert_eq!(
        (&pair["expires_in"], &pair["scope"]),
        (&json!(3600), &json!("all.full_access offline_access"))
    );
    assert_eq!((&pair["organization_id"], &pair["user_id"]), (&json!(CLOSER), &json!(ANN)));
    assert_eq!(app.me(&tokens(&pair).0).await, 200);
    assert_eq!(error(&app.exchange(&code).await), (400, "invalid_grant"));

    let late = app.code(&[]).await;
    app.house.control().advance_clock(Duration::from_secs(61));
    assert_eq!(error(&app.exchange(&late).await), (400, "invalid_grant"));
}

#[tokio::test]
async fn proof_keys_are_checked_when_they_are_used() {
    let app = App::new().await;
    let (verifier, challenge) = (VERIFIER, [("code_challenge", PROOF), ("code_challenge_method", "S256")]);
    assert_eq!(BASE64_URL_SAFE_NO_PAD.decode(challenge[0].1).unwrap().len(), 32);
    for (proof, expected) in [(Some(verifier), 200), (Some("guessed"), 400), (None, 400)] {
        let code = app.code(&challenge).await;
        let mut form = vec![("grant_type", "authorization_code"), ("code", code.as_str())];
        form.extend(proof.map(|proof| ("code_verifier", proof)));
        assert_eq!(app.token(&form).await.0, expected, "{proof:?}");
    }
    // A proof for a code that was not bound to one: somebody took the challenge out of the link.
    let code = app.code(&[]).await;
    let form = [("grant_type", "authorization_code"), ("code", code.as_str()), ("code_verifier", verifier)];
    assert_eq!(error(&app.token(&form).await), (400, "invalid_grant"));
}

#[tokio::test]
async fn every_refresh_brings_a_new_pair_and_revokes_the_old_refresh_token() {
    let app = App::new().await;
    let (access, refresh) = app.connect().await;
    let (status, pair) = app.refresh(&refresh).await;
    assert_eq!(status, 200);
    let (new_access, new_refresh) = tokens(&pair);
    assert!(new_access != access && new_refresh != refresh);
    assert_eq!(error(&app.refresh(&refresh).await), (400, "invalid_grant"));
    assert_eq!(app.me(&access).await, 200, "access tokens live until they expire");
    assert_eq!(app.me(&new_access).await, 200);
    assert_eq!(app.refresh(&new_refresh).await.0, 200, "using an old one does not end the grant");
}

#[tokio::test]
async fn access_tokens_expire_and_refreshing_helps() {
    let app = App::new().await;
    let (access, refresh) = app.connect().await;
    app.house.control().advance_clock(Duration::from_secs(3600));
    let request = app.browser.get(app.url("/api/v1/me/")).bearer_auth(&access);
    let answer = request.send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers().get(WWW_AUTHENTICATE)), (401, None));
    assert_eq!(answer.json::<Value>().await.unwrap(), json!({"error": "Unauthorized"}));
    let (_, pair) = app.refresh(&refresh).await;
    assert_eq!(app.me(&tokens(&pair).0).await, 200);

    let (access, refresh) = tokens(&pair);
    assert!(app.house.control().expire_access_tokens("ann@closer.example.com"));
    assert_eq!(app.me(&access).await, 401);
    assert_eq!(app.refresh(&refresh).await.0, 200);
}

#[tokio::test]
async fn revoking_ends_the_grant_with_all_its_tokens() {
    let app = App::new().await;
    let (access, refresh) = app.connect().await;
    let (other_access, other_refresh) = app.connect().await;
    let client = [("client_id", app.info.client_id.as_str()), ("client_secret", &app.info.client_secret)];
    for token in [refresh.as_str(), "unknown"] {
        let mut form = client.to_vec();
        form.push(("token", token));
        let answer = app.browser.post(app.url("/oauth2/revoke/")).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.text().await.unwrap(), "");
    }
    assert_eq!(app.me(&access).await, 401);
    assert_eq!(error(&app.refresh(&refresh).await), (400, "invalid_grant"));
    assert_eq!(app.me(&other_access).await, 200, "another grant of the same person goes on");

    assert!(app.house.control().revoke_grants("ann@closer.example.com"));
    assert_eq!(app.me(&other_access).await, 401);
    assert_eq!(error(&app.refresh(&other_refresh).await), (400, "invalid_grant"));
    assert!(!app.house.control().revoke_grants("nobody@closer.example.com"));
}

#[tokio::test]
async fn an_app_without_offline_access_gets_no_refresh_token() {
    let app = App::new().await;
    let (_, pair) = app.exchange(&app.code(&[("scope", "all.full_access")]).await).await;
    assert_eq!((&pair["scope"], pair.get("refresh_token")), (&json!("all.full_access"), None));
}

#[tokio::test]
async fn apps_prove_who_they_are_in_the_form_or_over_basic() {
    let app = App::new().await;
    let code = app.code(&[]).await;
    let wrong = [("client_id", app.info.client_id.as_str()), ("client_secret", "guessed")];
    let mut form = wrong.to_vec();
    form.extend([("grant_type", "authorization_code"), ("code", code.as_str())]);
    let answer = app.browser.post(app.url("/oauth2/token/")).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert!(!answer.headers().contains_key(WWW_AUTHENTICATE));
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "invalid_client");

    let form = [("grant_type", "authorization_code"), ("code", code.as_str())];
    let request = app.browser.post(app.url("/oauth2/token/")).form(&form);
    let answer = request.basic_auth(&app.info.client_id, Some("guessed")).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    assert_eq!(answer.headers()[WWW_AUTHENTICATE], "Basic realm=\"Close\"");
    let request = app.browser.post(app.url("/oauth2/token/")).form(&form);
    let request = request.basic_auth(&app.info.client_id, Some(&app.info.client_secret));
    assert_eq!(request.send().await.unwrap().status(), 200);

    let other = app.house.twin.register_oauth_app("Other", CALLBACK);
    let code = app.code(&[]).await;
    let form = [
        ("client_id", other.client_id.as_str()),
        ("client_secret", &other.client_secret),
        ("grant_type", "authorization_code"),
        ("code", &code),
    ];
    let answer = app.browser.post(app.url("/oauth2/token/")).form(&form).send().await.unwrap();
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "invalid_grant");
}

#[tokio::test]
async fn requests_that_make_no_sense_get_standard_errors() {
    let app = App::new().await;
    assert_eq!(error(&app.token(&[("grant_type", "password")]).await), (400, "unsupported_grant_type"));
    assert_eq!(error(&app.token(&[("grant_type", "refresh_token")]).await), (400, "invalid_request"));
    assert_eq!(error(&app.token(&[("grant_type", "authorization_code")]).await), (400, "invalid_request"));
    let answer = app.browser.post(app.url("/oauth2/token/")).json(&json!({})).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], "invalid_request");
}

#[tokio::test]
async fn the_endpoints_can_be_discovered() {
    let app = App::new().await;
    let metadata = app.browser.get(app.url("/.well-known/oauth-authorization-server")).send().await.unwrap();
    let metadata: Value = metadata.json().await.unwrap();
    assert_eq!(metadata["token_endpoint"], app.url("/oauth2/token/"));
    assert_eq!(metadata["code_challenge_methods_supported"], json!(["S256"]));
    let openid = app.browser.get(app.url("/.well-known/openid-configuration")).send().await.unwrap();
    assert_eq!(openid.status(), 404);
}
