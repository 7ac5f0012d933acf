//! What access tokens are made of: keys, claims, and what is remembered of the tokens that were good.
//!
//! Promises that a private key is never shown, and that nothing is believed of a token before its signature was
//! checked. It leaves it to the vault where keys are kept and whether the client behind a token still exists.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::clock::later;
use crate::memory::Memory;
use crate::{TenantId, VaultError};

/// How long a token that was good is believed without looking again. What a removed client can still do ends
/// this soon.
const BELIEVED_FOR: Duration = Duration::from_secs(5);
/// How long keys are used without looking whether another program made a newer one.
const KEYS_BELIEVED_FOR: Duration = Duration::from_secs(60);
/// At most so many tokens are remembered.
const REMEMBERED: usize = 10_000;

/// An access token, and how long it lasts.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// The token: a JWT, signed with RS256.
    pub token: SecretString,
    /// How long it works from now on.
    pub lifetime: Duration,
}

/// Who a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenHolder {
    /// The tenant it acts in.
    pub tenant: TenantId,
    /// The client it was issued to.
    pub client_id: String,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// A published key, without its private half.
#[derive(Clone, Debug)]
pub struct SigningKey {
    /// Its id, as the header of a token names it.
    pub id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The public half as a JSON Web Key (RFC 7517).
    pub jwk: serde_json::Value,
}

/// What a token says.
#[derive(Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) sub: String,
    pub(crate) iat: i64,
    pub(crate) exp: i64,
    pub(crate) jti: String,
    /// The secret that was shown for it: a token does not outlive it.
    pub(crate) sid: String,
    pub(crate) environment: String,
    pub(crate) scopes: Vec<String>,
}

/// A key in use.
pub(crate) struct LoadedKey {
    pub(crate) id: String,
    pub(crate) created_at: Timestamp,
    encoding: EncodingKey,
    decoding: DecodingKey,
    jwk: Jwk,
}

/// Keys that were opened, and when.
#[derive(Default)]
struct OpenedKeys {
    keys: Arc<Vec<LoadedKey>>,
    at: Timestamp,
}

/// Keys that were opened, and tokens that were good a moment ago.
pub(crate) struct Signing {
    keys: RwLock<OpenedKeys>,
    tokens: Memory<[u8; 32], Arc<TokenHolder>>,
}

impl Default for Signing {
    fn default() -> Self {
        Self { keys: RwLock::default(), tokens: Memory::new(BELIEVED_FOR, REMEMBERED) }
    }
}

impl Signing {
    pub(crate) fn keys(&self) -> Arc<Vec<LoadedKey>> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner).keys)
    }

    /// The keys, if they were looked up a moment ago.
    pub(crate) fn fresh_keys(&self, now: Timestamp) -> Option<Arc<Vec<LoadedKey>>> {
        let opened = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        (later(opened.at, KEYS_BELIEVED_FOR) > now).then(|| Arc::clone(&opened.keys))
    }

    pub(crate) fn set_keys(&self, keys: Vec<LoadedKey>, now: Timestamp) -> Arc<Vec<LoadedKey>> {
        let keys = Arc::new(keys);
        let opened = OpenedKeys { keys: Arc::clone(&keys), at: now };
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = opened;
        keys
    }

    pub(crate) fn remembered(&self, token: &str, now: Timestamp) -> Option<Arc<TokenHolder>> {
        self.tokens.get(&fingerprint(token)).filter(|known| known.expires_at > now)
    }

    pub(crate) fn remember(&self, token: &str, holder: Arc<TokenHolder>) {
        self.tokens.insert(fingerprint(token), holder);
    }

    pub(crate) fn forget_tokens(&self) {
        self.tokens.clear();
    }
}

impl LoadedKey {
    /// Opens a key from its PEM.
    pub(crate) fn open(id: String, created_at: Timestamp, pem: &SecretString) -> Result<Self, VaultError> {
        let failed = |_| VaultError::SealingFailed;
        let encoding = EncodingKey::from_rsa_pem(pem.expose_secret().as_bytes()).map_err(failed)?;
        let mut jwk = Jwk::from_encoding_key(&encoding, Algorithm::RS256).map_err(failed)?;
        jwk.common.key_id = Some(id.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let decoding = DecodingKey::from_jwk(&jwk).map_err(failed)?;
        Ok(Self { id, created_at, encoding, decoding, jwk })
    }

    pub(crate) fn sign(&self, claims: &Claims) -> Result<SecretString, VaultError> {
        let header = Header { kid: Some(self.id.clone()), ..Header::new(Algorithm::RS256) };
        let token = jsonwebtoken::encode(&header, claims, &self.encoding);
        Ok(SecretString::from(token.map_err(|_| VaultError::SealingFailed)?))
    }

    /// The claims of a token with this key's signature. Its times are not looked at.
    pub(crate) fn check(&self, token: &str) -> Result<Claims, VaultError> {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        let checked = jsonwebtoken::decode::<Claims>(token, &self.decoding, &validation);
        Ok(checked.map_err(|_| VaultError::TokenInvalid)?.claims)
    }

    pub(crate) fn published(&self) -> Result<SigningKey, VaultError> {
        let jwk = serde_json::to_value(&self.jwk).map_err(|_| VaultError::SealingFailed)?;
        Ok(SigningKey { id: self.id.clone(), created_at: self.created_at, jwk })
    }
}

impl fmt::Debug for LoadedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LoadedKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The key that a token says it was signed with.
pub(crate) fn named_key(token: &str) -> Result<String, VaultError> {
    let header = jsonwebtoken::decode_header(token).map_err(|_| VaultError::TokenInvalid)?;
    header.kid.filter(|_| header.alg == Algorithm::RS256).ok_or(VaultError::TokenInvalid)
}

/// A new RSA key of 2,048 bits as PKCS #8 in PEM. Takes some hundred milliseconds of computing.
pub(crate) fn generate() -> Result<SecretString, VaultError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| VaultError::SealingFailed)?;
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| VaultError::SealingFailed)?;
    let encoded = Zeroizing::new(STANDARD.encode(der.as_ref()));
    let mut pem = Zeroizing::new(String::from("-----BEGIN PRIVATE KEY-----\n"));
    for (place, letter) in encoded.chars().enumerate() {
        if place > 0 && place % 64 == 0 {
            pem.push('\n');
        }
        pem.push(letter);
    }
    pem.push_str("\n-----END PRIVATE KEY-----\n");
    Ok(SecretString::from(pem.as_str()))
}

fn fingerprint(token: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    bytes
}
