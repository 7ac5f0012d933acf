//! What passes between the consent page and the token endpoint: who agreed to what, and what they get for it.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

/// Who an access token speaks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "they are ids of three different things")]
pub(crate) struct Identity {
    /// The user who gave consent.
    pub(crate) user_id: String,
    /// The organization they chose.
    pub(crate) organization_id: String,
    /// The API key, when it was a key and not a token.
    pub(crate) api_key_id: Option<String>,
}

/// A fresh pair of tokens, with what Close says beside it.
#[derive(Debug)]
pub(crate) struct Issued {
    pub(crate) access_token: String,
    pub(crate) refresh_token: Option<String>,
    pub(crate) lifetime: Duration,
    pub(crate) scope: String,
    pub(crate) identity: Identity,
}

/// What a code stands for until it is exchanged.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Consent {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scope: String,
    pub(crate) challenge: Option<String>,
    pub(crate) identity: Identity,
}

impl Consent {
    /// Checks a proof key (RFC 7636). The error is the reason, for `invalid_grant`.
    pub(super) fn check_proof(&self, verifier: Option<&str>) -> Result<(), &'static str> {
        match (&self.challenge, verifier) {
            (None, None) => Ok(()),
            // Whoever sends one believes that the code is bound to it (RFC 9700, 4.8.2).
            (None, Some(_)) => Err("there was no code_challenge for this code_verifier"),
            (Some(challenge), Some(verifier))
                if URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())) == *challenge =>
            {
                Ok(())
            }
            (Some(_), _) => Err("the code_verifier does not fit the code_challenge"),
        }
    }
}
