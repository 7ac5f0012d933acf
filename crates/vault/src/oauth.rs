//! Speaking to Close's OAuth endpoints: exchanging a code, refreshing, revoking.
//!
//! Promises that every answer is read within limits of size and time, that redirects are not followed (client
//! secrets must not travel), and that each failure says whether Close may have acted. It stores nothing and
//! decides nothing about accounts.

use std::borrow::Cow;
use std::time::Duration;

use reqwest::{Response, StatusCode, redirect};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;
use zeroize::Zeroizing;

use crate::unconnected::no_connection;
use crate::{HttpOptions, VaultError};

/// No answer of a token endpoint is longer than this.
const LONGEST_ANSWER: usize = 64 * 1024;
/// No token is longer than this.
const LONGEST_TOKEN: usize = 8 * 1024;
/// Lifetimes beyond this are cut: nobody should hold a token for longer without asking.
const LONGEST_LIFETIME: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Who we are to Close.
pub(crate) struct AppCredentials {
    pub(crate) client_id: String,
    pub(crate) client_secret: SecretString,
}

/// What a token endpoint gave.
#[derive(Debug)]
pub(crate) struct Tokens {
    pub(crate) access_token: SecretString,
    pub(crate) refresh_token: Option<SecretString>,
    pub(crate) lifetime: Option<Duration>,
    pub(crate) user_id: Option<String>,
    pub(crate) organization_id: Option<String>,
}

/// Why a token endpoint gave nothing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TokenFailure {
    /// The code or refresh token is used up, revoked or wrong (`invalid_grant`).
    InvalidGrant,
    /// Close refused for a reason that repeating does not change.
    Refused(String),
    /// Nothing usable came back; it may later.
    Unavailable {
        /// What happened.
        reason: String,
        /// Whether Close may have acted all the same.
        may_have_acted: bool,
    },
}

/// An HTTP client for the OAuth endpoints.
#[derive(Clone, Debug)]
pub(crate) struct OAuthClient(reqwest::Client);

/// The body of a good answer (documented; `organization_id` and `user_id` are Close's own additions).
///
/// Tokens are borrowed from the body, which is wiped.
#[derive(Deserialize)]
struct Granted<'a> {
    #[serde(borrow)]
    access_token: Cow<'a, str>,
    token_type: Option<String>,
    expires_in: Option<u64>,
    #[serde(borrow)]
    refresh_token: Option<Cow<'a, str>>,
    organization_id: Option<String>,
    user_id: Option<String>,
}

/// The body of a refusal (RFC 6749, 5.2). The words that may come with it are left out: nobody vouches that
/// they do not repeat what was sent.
#[derive(Deserialize)]
struct Refusal {
    error: String,
}

impl OAuthClient {
    pub(crate) fn new(options: &HttpOptions) -> Result<Self, VaultError> {
        // Without this the HTTP library panics.
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            return Err(VaultError::Http {
                reason: "no TLS provider is installed: install one when the program starts".to_owned(),
            });
        }
        reqwest::Client::builder()
            .redirect(redirect::Policy::none())
            .connect_timeout(options.connect_timeout)
            .timeout(options.timeout)
            .user_agent(concat!("latch/", env!("CARGO_PKG_VERSION")))
            .build()
            .map(Self)
            .map_err(|error| VaultError::Http { reason: error.to_string() })
    }

    /// Exchanges an authorization code.
    pub(crate) async fn exchange(
        &self,
        endpoint: &Url,
        app: &AppCredentials,
        code: &SecretString,
        redirect_uri: &Url,
        code_verifier: &SecretString,
    ) -> Result<Tokens, TokenFailure> {
        self.tokens(
            endpoint,
            app,
            &[
                ("grant_type", "authorization_code"),
                ("code", code.expose_secret()),
                ("redirect_uri", redirect_uri.as_str()),
                ("code_verifier", code_verifier.expose_secret()),
            ],
        )
        .await
    }

    /// Exchanges a refresh token for a new pair. Close revokes the one that was sent (documented).
    pub(crate) async fn refresh(
        &self,
        endpoint: &Url,
        app: &AppCredentials,
        refresh_token: &SecretString,
    ) -> Result<Tokens, TokenFailure> {
        let form = [("grant_type", "refresh_token"), ("refresh_token", refresh_token.expose_secret())];
        self.tokens(endpoint, app, &form).await
    }

    /// Gives a refresh token back; in words, why it could not be.
    pub(crate) async fn revoke(
        &self,
        endpoint: &Url,
        app: &AppCredentials,
        refresh_token: &SecretString,
    ) -> Result<(), String> {
        match self.post(endpoint, app, &[("token", refresh_token.expose_secret())]).await {
            Ok(response) if response.status().is_success() => Ok(()),
            Ok(response) => Err(format!("it answered {}", response.status())),
            Err(error) => Err(describe(&error, endpoint)),
        }
    }

    async fn post(
        &self,
        endpoint: &Url,
        app: &AppCredentials,
        form: &[(&str, &str)],
    ) -> Result<Response, reqwest::Error> {
        let mut fields =
            vec![("client_id", app.client_id.as_str()), ("client_secret", app.client_secret.expose_secret())];
        fields.extend_from_slice(form);
        self.0.post(endpoint.clone()).header("accept", "application/json").form(&fields).send().await
    }

    async fn tokens(
        &self,
        endpoint: &Url,
        app: &AppCredentials,
        form: &[(&str, &str)],
    ) -> Result<Tokens, TokenFailure> {
        let unavailable = |error: &reqwest::Error| TokenFailure::Unavailable {
            reason: describe(error, endpoint),
            may_have_acted: !error.is_connect() && !error.is_builder(),
        };
        let response = self.post(endpoint, app, form).await.map_err(|error| unavailable(&error))?;
        let status = response.status();
        let body = read(response).await.map_err(|error| match error {
            Unreadable::Lost(error) => unavailable(&error),
            Unreadable::TooLong => TokenFailure::Unavailable {
                reason: "Close's answer was too long to be one of a token endpoint".to_owned(),
                may_have_acted: status.is_success(),
            },
        })?;
        interpret(status, &body)
    }
}

enum Unreadable {
    Lost(reqwest::Error),
    TooLong,
}

async fn read(mut response: Response) -> Result<Zeroizing<Vec<u8>>, Unreadable> {
    let mut body = Zeroizing::new(Vec::new());
    while let Some(chunk) = response.chunk().await.map_err(Unreadable::Lost)? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(Unreadable::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// What an answer means. Status and shape decide; text that is not ours is never repeated.
fn interpret(status: StatusCode, body: &[u8]) -> Result<Tokens, TokenFailure> {
    if status.is_success() {
        return granted(body).ok_or_else(|| TokenFailure::Unavailable {
            reason: format!("Close answered {status} without usable tokens"),
            may_have_acted: true,
        });
    }
    let code = serde_json::from_slice::<Refusal>(body).ok().map(|refusal| refusal.error).filter(|code| {
        (1..=64).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    });
    match (status, code.as_deref()) {
        (StatusCode::TOO_MANY_REQUESTS, _) => Err(TokenFailure::Unavailable {
            reason: "Close allows no more requests for the moment (429)".to_owned(),
            may_have_acted: false,
        }),
        (status, _) if status.is_server_error() => Err(TokenFailure::Unavailable {
            reason: format!("Close answered {status}"),
            may_have_acted: true,
        }),
        (_, Some("invalid_grant")) => Err(TokenFailure::InvalidGrant),
        (_, Some("temporarily_unavailable")) => Err(TokenFailure::Unavailable {
            reason: "Close is temporarily unavailable".to_owned(),
            may_have_acted: false,
        }),
        (_, Some(code @ ("invalid_client" | "unauthorized_client"))) => Err(TokenFailure::Refused(format!(
            "Close refused the OAuth app itself ({code}): check its client id and secret"
        ))),
        (_, Some(code)) => Err(TokenFailure::Refused(format!("Close answered {code} ({status})"))),
        (_, None) => Err(TokenFailure::Refused(format!(
            "Close answered {status} and gave no reason: check the token address of the connection"
        ))),
    }
}

fn granted(body: &[u8]) -> Option<Tokens> {
    let granted: Granted<'_> = serde_json::from_slice(body).ok()?;
    if granted.token_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return None;
    }
    Some(Tokens {
        access_token: token(&granted.access_token)?,
        refresh_token: match granted.refresh_token {
            Some(text) => Some(token(&text)?),
            None => None,
        },
        lifetime: granted.expires_in.map(|seconds| Duration::from_secs(seconds).min(LONGEST_LIFETIME)),
        user_id: granted.user_id.filter(|id| is_id(id)),
        organization_id: granted.organization_id.filter(|id| is_id(id)),
    })
}

/// A token must fit into a header.
fn token(text: &str) -> Option<SecretString> {
    let fits = (1..=LONGEST_TOKEN).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| SecretString::from(text))
}

fn is_id(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn describe(error: &reqwest::Error, endpoint: &Url) -> String {
    let host = endpoint.host_str().unwrap_or("Close");
    if error.is_connect() {
        no_connection(error, host)
    } else if error.is_timeout() {
        format!("{host} did not answer in time")
    } else {
        format!("the connection to {host} was lost")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(status: u16, body: &str) -> TokenFailure {
        interpret(StatusCode::from_u16(status).unwrap(), body.as_bytes()).err().unwrap()
    }

    #[test]
    fn the_documented_answer_is_understood() {
        let body = r#"{"access_token": "A", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "R",
            "scope": "all.full_access offline_access", "organization_id": "orga_1", "user_id": "user_1"}"#;
        let tokens = interpret(StatusCode::OK, body.as_bytes()).unwrap();
        assert_eq!(tokens.access_token.expose_secret(), "A");
        assert_eq!(tokens.refresh_token.unwrap().expose_secret(), "R");
        assert_eq!(tokens.lifetime, Some(Duration::from_secs(3600)));
        assert_eq!(tokens.organization_id.as_deref(), Some("orga_1"));
    }

    #[test]
    fn a_refusal_is_told_from_an_outage() {
        assert_eq!(failure(400, r#"{"error": "invalid_grant"}"#), TokenFailure::InvalidGrant);
        assert!(
            matches!(failure(401, r#"{"error": "invalid_client"}"#), TokenFailure::Refused(reason) if reason.contains("client id"))
        );
        assert!(matches!(failure(503, "<html>"), TokenFailure::Unavailable { may_have_acted: true, .. }));
        assert!(matches!(failure(429, ""), TokenFailure::Unavailable { may_have_acted: false, .. }));
        assert!(matches!(failure(404, "<html>"), TokenFailure::Refused(_)));
        assert!(matches!(failure(500, r#"{"error": "invalid_grant"}"#), TokenFailure::Unavailable { .. }));
    }

    #[test]
    fn an_answer_without_usable_tokens_may_still_have_used_up_the_old_one() {
        for body in [
            "",
            "{}",
            r#"{"access_token": ""}"#,
            r#"{"access_token": "a b"}"#,
            r#"{"access_token": "a", "token_type": "mac"}"#,
        ] {
            assert!(matches!(failure(200, body), TokenFailure::Unavailable { may_have_acted: true, .. }));
        }
    }

    #[test]
    fn what_a_server_says_is_not_repeated() {
        let told = format!(
            "{:?}",
            failure(400, r#"{"error": "token sk-123 is bad", "error_description": "sk-123"}"#)
        );
        assert!(!told.contains("sk-123"), "{told}");
    }

    proptest::proptest! {
        #[test]
        fn no_answer_is_too_strange(status in 100_u16..600, body: Vec<u8>) {
            let _ = interpret(StatusCode::from_u16(status).unwrap(), &body);
        }

        #[test]
        fn tokens_of_any_printable_text_come_through_whole(access in "[!-~]{1,200}", refresh in "[!-~]{1,200}") {
            let body = serde_json::json!({"access_token": access, "refresh_token": refresh}).to_string();
            let tokens = interpret(StatusCode::OK, body.as_bytes()).unwrap();
            assert_eq!(tokens.access_token.expose_secret(), access);
            assert_eq!(tokens.refresh_token.unwrap().expose_secret(), refresh);
        }
    }
}
