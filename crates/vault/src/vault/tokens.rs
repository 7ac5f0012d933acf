//! Access tokens for API clients: issued for a secret, checked on every call.
//!
//! Promises that a token stops working with the secret it was issued for and with its client: in this process at
//! once, in others on the same data folder within seconds. Keys change every thirty days by themselves; tokens
//! signed with the one before go on working until they run out.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use super::Vault;
use crate::clock::later;
use crate::identifiers::generate;
use crate::seal::{Field, Row};
use crate::signing::{self, Claims, LoadedKey};
use crate::store::SigningKeyRecord;
use crate::{AccessToken, ClientRecord, SigningKey, TokenHolder, VaultError};

/// How long an access token works.
const TOKEN_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// How long a key signs before the next one takes over.
const KEY_LIFETIME: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// No token of ours is longer.
const LONGEST_TOKEN: usize = 4096;

impl Vault {
    /// Issues an access token to the API client with this id and secret.
    ///
    /// # Errors
    ///
    /// [`VaultError::ClientUnknown`], whether the id or the secret is wrong.
    pub async fn issue_access_token(
        &self,
        client_id: &str,
        secret: &SecretString,
    ) -> Result<AccessToken, VaultError> {
        let (client, secret_id) = self.authenticate_with_secret(client_id, secret).await?;
        let now = self.inner.clock.now();
        let keys = self.signing_keys_for(now).await?;
        let key = keys.first().ok_or(VaultError::SealingFailed)?;
        let issuer = self.inner.issuer.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned());
        let token = key.sign(&Claims {
            iss: issuer.unwrap_or_else(|| "latch".to_owned()),
            sub: client.client_id,
            iat: now.as_second(),
            exp: later(now, TOKEN_LIFETIME).as_second(),
            jti: generate("tok_"),
            sid: secret_id,
            environment: client.tenant.to_string(),
            scopes: Vec::new(),
        })?;
        Ok(AccessToken { token, lifetime: TOKEN_LIFETIME })
    }

    /// The client behind an access token.
    ///
    /// # Errors
    ///
    /// [`VaultError::TokenInvalid`] for a token that is not ours, ran out, or whose client or secret is gone.
    pub async fn verify_access_token(&self, token: &SecretString) -> Result<TokenHolder, VaultError> {
        let text = token.expose_secret();
        if text.len() > LONGEST_TOKEN {
            return Err(VaultError::TokenInvalid);
        }
        let now = self.inner.clock.now();
        if let Some(known) = self.inner.signing.remembered(text, now) {
            return Ok(TokenHolder::clone(&known));
        }
        let key_id = signing::named_key(text)?;
        let mut keys = self.inner.signing.keys();
        if !keys.iter().any(|key| key.id == key_id) {
            // Another program may have made a key meanwhile.
            keys = self.load_keys().await?;
        }
        let key = keys.iter().find(|key| key.id == key_id).ok_or(VaultError::TokenInvalid)?;
        let claims = key.check(text)?;
        let expires_at = Timestamp::from_second(claims.exp).map_err(|_| VaultError::TokenInvalid)?;
        if expires_at <= now {
            return Err(VaultError::TokenInvalid);
        }
        let client = self.client_with_secret(&claims.sub, &claims.sid, now).await?;
        let holder =
            TokenHolder { tenant: client.tenant.clone(), client_id: client.client_id.clone(), expires_at };
        self.inner.signing.remember(text, Arc::new(holder.clone()));
        Ok(holder)
    }

    /// Every key whose tokens are good, the one that signs first.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKey>, VaultError> {
        let keys = self.signing_keys_for(self.inner.clock.now()).await?;
        keys.iter().map(LoadedKey::published).collect()
    }

    /// Makes a new key, which signs from now on. Tokens signed with earlier ones go on working.
    pub async fn rotate_signing_key(&self) -> Result<SigningKey, VaultError> {
        let keys = self.make_key(self.inner.clock.now()).await?;
        keys.first().ok_or(VaultError::SealingFailed)?.published()
    }

    async fn client_with_secret(
        &self,
        client_id: &str,
        secret_id: &str,
        now: Timestamp,
    ) -> Result<ClientRecord, VaultError> {
        let secrets = self.inner.store.presentable_secrets(client_id, now).await?;
        let shown = secrets.into_iter().find(|secret| secret.secret_id == secret_id);
        Ok(shown.ok_or(VaultError::TokenInvalid)?.client)
    }

    /// The keys as of now, with one that is young enough to sign.
    async fn signing_keys_for(&self, now: Timestamp) -> Result<Arc<Vec<LoadedKey>>, VaultError> {
        let signs =
            |keys: &[LoadedKey]| keys.first().is_some_and(|key| later(key.created_at, KEY_LIFETIME) > now);
        let known = self.inner.signing.keys();
        if signs(&known) {
            return Ok(known);
        }
        let stored = self.load_keys().await?;
        if signs(&stored) { Ok(stored) } else { self.make_key(now).await }
    }

    async fn make_key(&self, now: Timestamp) -> Result<Arc<Vec<LoadedKey>>, VaultError> {
        let pem =
            tokio::task::spawn_blocking(signing::generate).await.map_err(|_| VaultError::ShuttingDown)??;
        let id = generate("key_");
        let (key, data_key) = self.inner.master_key.new_data_key(Row::signing_key(&id))?;
        let private_key = key.seal(Field::PrivateKey, &pem)?;
        let record = SigningKeyRecord { id, data_key, private_key, created_at: now };
        self.inner.store.insert_signing_key(&record).await?;
        self.load_keys().await
    }

    async fn load_keys(&self) -> Result<Arc<Vec<LoadedKey>>, VaultError> {
        let mut keys = Vec::new();
        for record in self.inner.store.signing_keys().await? {
            let key = self.inner.master_key.data_key(Row::signing_key(&record.id), &record.data_key)?;
            let pem = key.open(Field::PrivateKey, &record.private_key)?;
            keys.push(LoadedKey::open(record.id, record.created_at, &pem)?);
        }
        Ok(self.inner.signing.set_keys(keys))
    }
}
