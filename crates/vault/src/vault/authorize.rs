//! The OAuth flow: a link, a visit to Close, a callback, a grant.
//!
//! Promises that links and states work once, that a callback changes an account only if its state was minted for
//! that account, and that whatever goes wrong on the way leaves the account as it was. PKCE (RFC 7636, S256)
//! binds the code to the flow that asked for it.

use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::accounts::check_api_key;
use super::verify::check_verify_url;
use super::{Vault, ends_at};
use crate::oauth::TokenFailure;
use crate::random::{challenge, hash, hex, token};
use crate::seal::Field;
use crate::store::{
    AfterConsent, LinkRecord, LinkUse, NewAuthorization, NewCredential, NewLink, StateUse, TakenAuthorization,
};
use crate::{
    AccountId, AuthorizationLink, Authorized, CallbackQuery, CloseIdentity, ConnectionKind, CredentialKind,
    LinkOptions, NextStep, OpenLink, TenantId, VaultError, WebhookEvent,
};

/// Both scopes that Close has (documented): everything the person may do, and a refresh token.
const SCOPE: &str = "all.full_access offline_access";
/// No authorization code is longer than this.
const LONGEST_CODE: usize = 4096;

impl Vault {
    /// Makes a link with which one person connects this account. The account stays as it is until they have.
    /// Older links of the account go on working.
    pub async fn authorization_link(
        &self,
        tenant: &TenantId,
        id: &AccountId,
    ) -> Result<AuthorizationLink, VaultError> {
        self.authorization_link_with(tenant, id, &LinkOptions::default()).await
    }

    /// The same with what the application asks for.
    pub async fn authorization_link_with(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        options: &LinkOptions,
    ) -> Result<AuthorizationLink, VaultError> {
        let account = self.account_by_id(tenant, id).await?;
        let connection = self.connection(tenant, &account.connection).await?;
        if !connection.enabled {
            return Err(VaultError::ConnectionDisabled { connection: connection.name });
        }
        if connection.kind == ConnectionKind::OAuth && connection.oauth_app.is_none() {
            return Err(VaultError::NoOAuthApp { connection: account.connection });
        }
        if let Some(url) = &options.user_verify_url {
            check_verify_url(url)?;
        }
        let mut url = self.inner.public_url.clone().ok_or(VaultError::NoPublicUrl)?;
        let token = token()?;
        url.path_segments_mut()
            .map_err(|()| VaultError::InvalidAddress { what: "public", problem: "must start with https://" })?
            .pop_if_empty()
            .extend(["connect", token.expose_secret()]);
        let expires_at = ends_at(&self.inner.clock, self.inner.link_lifetime);
        let after = AfterConsent {
            verify_url: options.user_verify_url.as_ref().map(Url::to_string),
            state: options.state.clone(),
        };
        let link = NewLink { token_hash: &hash(&token), after: &after, expires_at };
        self.inner.store.insert_link(tenant, id, &link, self.inner.clock.now()).await?;
        Ok(AuthorizationLink { url, expires_at })
    }

    /// What a link is for, without using it up: for a page that asks before it goes on, so that programs that
    /// look at links do not use them up.
    pub async fn open_link(&self, link_token: &SecretString) -> Result<OpenLink, VaultError> {
        let link = usable_link(self.inner.store.link(&hash(link_token)).await?, self.inner.clock.now())?;
        let account = self.account_by_id(&link.tenant, &link.account_id).await?;
        let kind = self.connection(&link.tenant, &account.connection).await?.kind;
        Ok(OpenLink { account, kind, expires_at: link.expires_at })
    }

    /// Uses a link up and returns where at Close to send the browser.
    pub async fn begin_authorization(&self, link_token: &SecretString) -> Result<Url, VaultError> {
        let link_hash = hash(link_token);
        let now = self.inner.clock.now();
        let link = usable_link(self.inner.store.link(&link_hash).await?, now)?;
        let record = self.record(&link.tenant, &link.account_id).await?;
        let connection = self.connection_record(&link.tenant, &record.account.connection).await?;
        if connection.connection.kind != ConnectionKind::OAuth {
            return Err(VaultError::OtherKind { connection: record.account.connection.clone() });
        }
        let Some(oauth_app_id) = &connection.oauth_app_id else {
            return Err(VaultError::NoOAuthApp { connection: record.account.connection.clone() });
        };
        let app = self.app(&link.tenant, oauth_app_id).await?;

        let (state, code_verifier) = (token()?, token()?);
        let state_hash = hash(&state);
        let field = hex(&state_hash);
        let new = NewAuthorization {
            state_hash: &state_hash,
            oauth_app_id,
            code_verifier: self.account_key(&record)?.seal(Field::CodeVerifier(&field), &code_verifier)?,
            expires_at: ends_at(&self.inner.clock, self.inner.link_lifetime),
        };
        if let LinkUse::Unusable(found) =
            self.inner.store.use_link(&link_hash, &link, Some(&new), now).await?
        {
            // Somebody else used it since we looked.
            usable_link(found, now)?;
            return Err(VaultError::LinkUnknown);
        }
        let mut url = connection.connection.endpoints.authorize;
        url.query_pairs_mut()
            .append_pair("client_id", &app.client_id)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", app.redirect_uri.as_str())
            .append_pair("scope", SCOPE)
            .append_pair("state", state.expose_secret())
            .append_pair("code_challenge", &challenge(&code_verifier))
            .append_pair("code_challenge_method", "S256");
        Ok(url)
    }

    /// Takes the browser's return from Close. The state is checked and used up before anything else is looked
    /// at; then the code is exchanged and the grant stored. The account is active then, unless the link asked for
    /// verification.
    pub async fn finish_authorization(&self, query: CallbackQuery) -> Result<Authorized, VaultError> {
        let state = query.state.as_ref().ok_or(VaultError::StateUnknown)?;
        let state_hash = hash(state);
        let flow = match self.inner.store.take_authorization(&state_hash, self.inner.clock.now()).await? {
            StateUse::Taken(flow) => flow,
            StateUse::Unknown => return Err(VaultError::StateUnknown),
            StateUse::Used => return Err(VaultError::StateUsed),
            StateUse::Expired => return Err(VaultError::StateExpired),
        };
        if let Some(error) = &query.error {
            return Err(refusal(error, query.error_description.as_deref()));
        }
        let code = query
            .code
            .filter(|code| (1..=LONGEST_CODE).contains(&code.expose_secret().len()))
            .ok_or_else(|| failed("Close sent the browser back without a code"))?;
        let vault = self.clone();
        self.to_the_end(async move { vault.exchange(flow, &code, &hex(&state_hash)).await }).await
    }

    async fn exchange(
        &self,
        flow: TakenAuthorization,
        code: &SecretString,
        state_hash: &str,
    ) -> Result<Authorized, VaultError> {
        let _turn = self.inner.gates.enter(&flow.account_id).await;
        let record = self.record(&flow.tenant, &flow.account_id).await?;
        let app_record = self.app(&flow.tenant, &flow.oauth_app_id).await?;
        let app = self.open_app(&app_record)?;
        let endpoints = self.endpoints(&record).await?;
        let verifier =
            self.account_key(&record)?.open(Field::CodeVerifier(state_hash), &flow.code_verifier)?;
        let oauth = &self.inner.oauth;
        let tokens = oauth
            .exchange(&endpoints.token, &app, code, &app_record.redirect_uri, &verifier)
            .await
            .map_err(|failure| match failure {
                TokenFailure::InvalidGrant => failed("Close no longer accepts the code (invalid_grant)"),
                TokenFailure::Refused(reason) | TokenFailure::Unavailable { reason, .. } => failed(reason),
            })?;

        // A new grant brings all it needs: nothing of an older one is mixed in.
        let fresh = crate::store::AccountRecord { refresh_token: None, ..record };
        let credential = self.seal_tokens(&fresh, &tokens, Some(flow.oauth_app_id))?;
        self.accept(&flow.tenant, &flow.account_id, credential, &flow.after).await
    }

    /// Takes an API key from the person who was given the link, which is used up by it. The key is not tried
    /// here. A grant that the account held before is given back to Close.
    pub async fn finish_with_api_key(
        &self,
        link_token: &SecretString,
        key: &SecretString,
        who: CloseIdentity,
    ) -> Result<Authorized, VaultError> {
        let key = check_api_key(key)?;
        let link_hash = hash(link_token);
        let now = self.inner.clock.now();
        let link = usable_link(self.inner.store.link(&link_hash).await?, now)?;
        let before = self.record(&link.tenant, &link.account_id).await?;
        let connection = self.connection(&link.tenant, &before.account.connection).await?;
        if connection.kind != ConnectionKind::ApiKey {
            return Err(VaultError::OtherKind { connection: connection.name });
        }
        if let LinkUse::Unusable(found) = self.inner.store.use_link(&link_hash, &link, None, now).await? {
            usable_link(found, now)?;
            return Err(VaultError::LinkUnknown);
        }
        let vault = self.clone();
        self.to_the_end(async move {
            let _turn = vault.inner.gates.enter(&link.account_id).await;
            let before = vault.record(&link.tenant, &link.account_id).await?;
            let credential = vault.seal_api_key(&before, &key, who)?;
            let accepted = vault.accept(&link.tenant, &link.account_id, credential, &link.after).await?;
            if matches!(accepted.next, NextStep::Connected) {
                vault.give_back_grant(&before).await;
            }
            Ok(accepted)
        })
        .await
    }

    /// Makes a credential the account's, or holds it until the application has said who the person is.
    async fn accept(
        &self,
        tenant: &TenantId,
        id: &AccountId,
        credential: NewCredential,
        after: &AfterConsent,
    ) -> Result<Authorized, VaultError> {
        if let Some(verify_url) = &after.verify_url {
            return self.hold(tenant, id, credential, verify_url, after.state.as_deref()).await;
        }
        let told = (credential.kind == CredentialKind::OAuth).then_some(WebhookEvent::OAuthSucceeded);
        let account = self.connect(tenant, id, credential, told).await?;
        Ok(Authorized { account, next: NextStep::Connected })
    }
}

fn usable_link(found: Option<LinkRecord>, now: Timestamp) -> Result<LinkRecord, VaultError> {
    match found {
        None => Err(VaultError::LinkUnknown),
        Some(link) if link.used_at.is_some() => Err(VaultError::LinkUsed),
        Some(link) if link.expires_at <= now => Err(VaultError::LinkExpired { expired_at: link.expires_at }),
        Some(link) => Ok(link),
    }
}

fn failed(reason: impl Into<String>) -> VaultError {
    VaultError::ExchangeFailed { reason: reason.into() }
}

/// Close sends `access_denied` when the person refused (documented); anything else is a failure.
fn refusal(error: &str, description: Option<&str>) -> VaultError {
    if error == "access_denied" {
        return VaultError::Refused;
    }
    let shown = |text: &str| text.chars().filter(|letter| !letter.is_control()).take(200).collect::<String>();
    let words = description.map(|words| format!(": {}", shown(words))).unwrap_or_default();
    failed(format!("Close answered {}{words}", shown(error)))
}
