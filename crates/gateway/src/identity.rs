//! Asking Close who somebody is.

use std::sync::Arc;
use std::time::Duration;

use latch_close::Request;
use latch_vault::{Account, CloseIdentity};
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use crate::account::Chosen;
use crate::credentials::refused_key;
use crate::gateway::Gateway;
use crate::{AccountSelector, CallError, Caller, ErrorClass};

/// Asking who somebody is must not hold up what it is asked for.
const PATIENCE: Duration = Duration::from_secs(15);

impl Gateway {
    /// Asks Close who the account is, and remembers the answer with the account.
    ///
    /// # Errors
    ///
    /// Those of a call: a revoked grant shows here as it does there.
    pub async fn identify(
        &self,
        caller: &Caller,
        selector: &AccountSelector,
    ) -> Result<CloseIdentity, CallError> {
        match self.choose(caller, selector).await? {
            Chosen::Environment { api, api_key, .. } => {
                self.who(&api, &latch_close::Credential::ApiKey(api_key)).await
            }
            Chosen::Connected(account) => Ok(self.identify_account(&account).await?.1),
        }
    }

    pub(crate) async fn identify_account(
        &self,
        account: &Account,
    ) -> Result<(Account, CloseIdentity), CallError> {
        let deadline = Instant::now() + PATIENCE;
        let chosen = Chosen::Connected(Arc::new(account.clone()));
        let answer = self.send(&chosen, &who_request(), deadline).await?;
        let identity = identity_of(&answer.data.to_value(), account.identity.organization_id.as_deref())?;
        let account =
            self.inner.vault.record_identity(&account.tenant, &account.id, identity.clone()).await?;
        Ok((account, identity))
    }

    /// Asks Close whose credential this is.
    pub(crate) async fn who(
        &self,
        api: &Url,
        credential: &latch_close::Credential,
    ) -> Result<CloseIdentity, CallError> {
        let deadline = Instant::now() + PATIENCE;
        let advice =
            "Close does not know this API key: check it in Close under Settings, Developer, API Keys";
        let answer = self.inner.close.send(api, credential, &who_request(), deadline).await;
        let answer = answer.map_err(|error| refused_key(error, advice))?;
        identity_of(&answer.data.to_value(), None)
    }
}

fn who_request() -> Request {
    Request::get("/me/")
}

fn identity_of(me: &Value, organization_id: Option<&str>) -> Result<CloseIdentity, CallError> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let Some(user_id) = text(me, "id") else {
        return Err(CallError::new(ErrorClass::Api, "Close did not say who this is: its answer has no id"));
    };
    let organizations = me.get("organizations").and_then(Value::as_array).cloned().unwrap_or_default();
    let organization = organizations
        .iter()
        .find(|candidate| organization_id.is_some() && text(candidate, "id").as_deref() == organization_id)
        .or_else(|| organizations.first());
    let name =
        [text(me, "first_name"), text(me, "last_name")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    Ok(CloseIdentity {
        user_id: Some(user_id),
        user_name: (!name.is_empty()).then_some(name),
        user_email: text(me, "email"),
        organization_id: organization.and_then(|found| text(found, "id")),
        organization_name: organization.and_then(|found| text(found, "name")),
    })
}
