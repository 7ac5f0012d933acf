//! One tool call, step by step. Everything that makes a call at Close comes through here.

use latch_catalog::{Kind, Method, Prepared};
use latch_close::{Effect, ErrorKind, Request, Response};
use latch_vault::{Account, Credential, VaultError};
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use crate::account::Chosen;
use crate::gateway::Gateway;
use crate::record::Recorder;
use crate::{CallError, CallOutcome, Caller, ErrorClass, PlannedRequest, ToolCall};

impl Gateway {
    /// Executes one tool for one caller.
    ///
    /// # Errors
    ///
    /// See [`ErrorClass`]. Unless the error's effect is unknown, nothing was changed at Close.
    pub async fn execute(&self, caller: &Caller, call: ToolCall) -> Result<CallOutcome, CallError> {
        let address = self.inner.catalog.find(&call.tool)?;
        let now = self.inner.options.clock.now();
        let mut recorder = Recorder::start(&self.inner.vault, caller, address.tool(), call.dry_run, now);
        let result =
            self.execute_recorded(caller, &call, address, &mut recorder).await.map_err(|mut error| {
                error.call_id = Some(recorder.id().to_owned());
                error
            });
        recorder.finish(&result).await;
        result
    }

    async fn execute_recorded(
        &self,
        caller: &Caller,
        call: &ToolCall,
        address: latch_catalog::Address<'_>,
        recorder: &mut Recorder<'_>,
    ) -> Result<CallOutcome, CallError> {
        let allowed = self.inner.options.call_deadline;
        let deadline = Instant::now() + call.deadline.map_or(allowed, |wanted| wanted.min(allowed));
        let chosen = self.choose(caller, &call.account).await?;
        if let Chosen::Connected(account) = &chosen {
            recorder.on_account(Some(account.id.clone()), &account.connection, &account.identifier);
        } else {
            recorder.on_account(None, crate::account::DEFAULT_CONNECTION, chosen.identifier());
        }
        let mut prepared = address.prepare(&call.arguments)?;
        let api = self.api_of(&chosen).await?;
        if !prepared.lookups().is_empty() {
            let credential = self.credential_of(&chosen).await?;
            self.resolve_names(&mut prepared, &api, &credential, deadline).await?;
        }
        let request = wire_request(&prepared, address.tool().kind, call.timezone_offset);
        let mut outcome = CallOutcome {
            call_id: recorder.id().to_owned(),
            tool: address.name().to_owned(),
            kind: address.tool().kind,
            account: chosen.identifier().to_owned(),
            data: Value::Null,
            list: None,
            planned: None,
            close_status: None,
            close_trace_id: None,
            attempts: 0,
            duration: std::time::Duration::ZERO,
        };
        if call.dry_run {
            outcome.planned = Some(self.plan(&api, &request)?);
        } else {
            let answer = match &chosen {
                Chosen::Environment { api, api_key } => {
                    let credential = latch_close::Credential::ApiKey(api_key.clone());
                    self.inner.close.send(api, &credential, &request, deadline).await.map_err(refused_key)?
                }
                Chosen::Connected(account) => self.send_for(account, &request, deadline).await?.0,
            };
            outcome.close_status = Some(answer.status);
            outcome.close_trace_id = answer.trace_id;
            outcome.attempts = answer.attempts;
            let presented = prepared.present(answer.data);
            outcome.data = presented.data;
            outcome.list = presented.list;
        }
        outcome.duration = recorder.elapsed();
        Ok(outcome)
    }

    /// Sends a request with the account's credential. A token that Close refuses is refreshed, and the
    /// request sent once more: Close did nothing with the first.
    pub(crate) async fn send_for(
        &self,
        account: &Account,
        request: &Request,
        deadline: Instant,
    ) -> Result<(Response, Account), CallError> {
        let vault = &self.inner.vault;
        let api = vault.connection(&account.tenant, &account.connection).await?.endpoints.api;
        let credential = self.vault_credential(account).await?;
        let close = &self.inner.close;
        let first = close.send(&api, &for_close(&credential), request, deadline).await;
        let answer = match first {
            Err(error) if error.kind == ErrorKind::Unauthorized && credential.is_bearer() => {
                let renewed = match vault.refresh_after_rejection(account, credential.generation()).await {
                    Ok(renewed) => renewed,
                    Err(error) => return Err(self.explain_inactive(account, error).await),
                };
                match close.send(&api, &for_close(&renewed), request, deadline).await {
                    Err(error) if error.kind == ErrorKind::Unauthorized => {
                        let reason = "Close refused a token that had just been refreshed";
                        let account = vault.mark_revoked(account, renewed.generation(), reason).await?;
                        return Err(self.inactive(&account).await);
                    }
                    other => other?,
                }
            }
            Err(error) if error.kind == ErrorKind::Unauthorized => {
                let account = vault.mark_api_key_rejected(account, credential.generation()).await?;
                return Err(self.inactive(&account).await);
            }
            other => other?,
        };
        if let Err(error) = vault.touch(account).await {
            tracing::warn!(account.id = %account.id, %error, "could not note when the account was last used");
        }
        Ok((answer, account.clone()))
    }

    async fn api_of(&self, chosen: &Chosen) -> Result<Url, CallError> {
        match chosen {
            Chosen::Environment { api, .. } => Ok(api.clone()),
            Chosen::Connected(account) => {
                Ok(self.inner.vault.connection(&account.tenant, &account.connection).await?.endpoints.api)
            }
        }
    }

    async fn credential_of(&self, chosen: &Chosen) -> Result<latch_close::Credential, CallError> {
        match chosen {
            Chosen::Environment { api_key, .. } => Ok(latch_close::Credential::ApiKey(api_key.clone())),
            Chosen::Connected(account) => Ok(for_close(&self.vault_credential(account).await?)),
        }
    }

    async fn vault_credential(&self, account: &Account) -> Result<Credential, CallError> {
        match self.inner.vault.credential(account).await {
            Ok(credential) => Ok(credential),
            Err(error) => Err(self.explain_inactive(account, error).await),
        }
    }

    /// An error of the vault, with a way out where the account is the problem.
    async fn explain_inactive(&self, account: &Account, error: VaultError) -> CallError {
        match error {
            VaultError::AccountNotActive { .. } | VaultError::Revoked { .. } => {
                match self.inner.vault.account_by_id(&account.tenant, &account.id).await {
                    Ok(account) => self.inactive(&account).await,
                    Err(error) => error.into(),
                }
            }
            other => other.into(),
        }
    }

    /// What a caller is told of an account that cannot be used: its status, why, and a fresh link.
    async fn inactive(&self, account: &Account) -> CallError {
        let status = account.status.as_str();
        let mut message =
            format!("connected account {:?} on {:?} is {status}", account.identifier, account.connection);
        if let Some(reason) = &account.status_reason {
            message.push_str(": ");
            message.push_str(reason);
        }
        let mut error = CallError::new(ErrorClass::AccountNotActive, message);
        error.account_status = Some(status.to_owned());
        match self.inner.vault.authorization_link(&account.tenant, &account.id).await {
            Ok(link) => {
                error.hint = Some(format!("its owner can authorize it at {}", link.url));
                error.link = Some(link.url.to_string());
            }
            Err(VaultError::NoOAuthApp { .. }) => {
                error.hint =
                    Some(format!("store a new API key with `latch accounts add {}`", account.identifier));
            }
            Err(VaultError::NoPublicUrl) => {
                error.hint =
                    Some(format!("connect it again with `latch accounts connect {}`", account.identifier));
            }
            Err(failure) => {
                tracing::warn!(account.id = %account.id, error = %failure, "no authorization link");
            }
        }
        error
    }

    fn plan(&self, api: &Url, request: &Request) -> Result<PlannedRequest, CallError> {
        let wire = self.inner.close.describe(api, request)?;
        let headers = wire.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(PlannedRequest { method: wire.method.to_string(), url: wire.url.into(), headers, body: wire.body })
    }
}

fn refused_key(error: latch_close::CloseError) -> CallError {
    let refused = error.kind == ErrorKind::Unauthorized;
    let error = CallError::from(error);
    if refused { error.with_hint("check CLOSE_API_KEY: Close does not accept it") } else { error }
}

fn for_close(credential: &Credential) -> latch_close::Credential {
    match credential {
        Credential::Bearer { token, .. } => latch_close::Credential::Bearer(token.clone()),
        Credential::ApiKey { key, .. } => latch_close::Credential::ApiKey(key.clone()),
    }
}

fn wire_request(prepared: &Prepared<'_>, kind: Kind, timezone_offset: Option<f32>) -> Request {
    let planned = prepared.request();
    let method = match planned.method {
        Method::Get => http::Method::GET,
        Method::Post => http::Method::POST,
        Method::Put => http::Method::PUT,
        Method::Delete => http::Method::DELETE,
    };
    Request {
        method,
        path: planned.path,
        query: planned.query,
        body: planned.body.map(Value::Object),
        timezone_offset,
        effect: if kind == Kind::Read { Effect::Read } else { Effect::Write },
    }
}
