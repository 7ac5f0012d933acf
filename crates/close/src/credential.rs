//! The two ways to tell Close who asks.
//!
//! Promises that the secret appears nowhere but in the `authorization` header, which is marked as
//! sensitive, and that an error which quotes it (because something on the way echoed it) is cleaned.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};

use crate::error::CloseError;

/// What proves to Close who asks. Exactly one of the two is ever sent.
#[derive(Debug, Clone)]
pub enum Credential {
    /// An API key: one user in one organization. Sent as the user name of HTTP Basic authentication
    /// with an empty password (documented).
    ApiKey(SecretString),
    /// An OAuth access token, sent as `Bearer`. Close gives it an hour to live (documented).
    Bearer(SecretString),
}

const REDACTED: &str = "[redacted]";

/// What is shorter is no credential of Close's, and would be found in the middle of ordinary words.
const SHORTEST_SECRET: usize = 8;

impl Credential {
    /// The value of the `authorization` header.
    pub(crate) fn authorization(&self) -> Result<HeaderValue, CloseError> {
        let (name, secret) = match self {
            Self::ApiKey(key) => ("API key", key.expose_secret()),
            Self::Bearer(token) => ("access token", token.expose_secret()),
        };
        if secret.is_empty() {
            return Err(CloseError::invalid_request(format!("the {name} is empty")));
        }
        // A colon would end the user name of Basic authentication early; the rest are what pasting leaves behind.
        if !secret.bytes().all(|byte| byte.is_ascii_graphic())
            || (matches!(self, Self::ApiKey(_)) && secret.contains(':'))
        {
            return Err(CloseError::invalid_request(format!(
                "the {name} contains a character that it cannot have (a space, a line break, a colon); \
                 copy it again"
            )));
        }
        let mut value = HeaderValue::from_str(&self.authorization_text())
            .map_err(|_| CloseError::invalid_request(format!("the {name} cannot be put into a header")))?;
        value.set_sensitive(true);
        Ok(value)
    }

    fn authorization_text(&self) -> String {
        match self {
            Self::ApiKey(key) => ["Basic ", &basic(key)].concat(),
            Self::Bearer(token) => ["Bearer ", token.expose_secret()].concat(),
        }
    }

    /// Takes the secret, plain and as sent, out of everything the error quotes.
    pub(crate) fn redact(&self, mut error: CloseError) -> CloseError {
        let secrets = match self {
            Self::ApiKey(key) => vec![key.expose_secret().to_owned(), basic(key)],
            Self::Bearer(token) => vec![token.expose_secret().to_owned()],
        };
        for secret in secrets.iter().filter(|secret| secret.len() >= SHORTEST_SECRET) {
            let clean = |text: &mut String| {
                if text.contains(secret.as_str()) {
                    *text = text.replace(secret.as_str(), REDACTED);
                }
            };
            clean(&mut error.message);
            error.trace_id.as_mut().map(clean);
            for field in &mut error.field_errors {
                clean(&mut field.path);
                clean(&mut field.message);
            }
        }
        error
    }
}

fn basic(key: &SecretString) -> String {
    STANDARD.encode([key.expose_secret(), ":"].concat())
}
