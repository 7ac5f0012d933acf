//! One tool call, step by step. Everything that makes a call at Close comes through here.

use latch_catalog::{Kind, Method, Prepared};
use latch_close::{Effect, Request};
use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use crate::account::Chosen;
use crate::gateway::Gateway;
use crate::record::Recorder;
use crate::{CallError, CallOutcome, Caller, ErrorClass, PlannedRequest, ToolCall, WriteEffect};

impl Gateway {
    /// Executes one tool for one caller. A call that has begun runs to its end and is recorded even if
    /// whoever asked for it goes away.
    ///
    /// # Errors
    ///
    /// See [`ErrorClass`]. Unless the error's effect is unknown, nothing was changed at Close.
    pub async fn execute(&self, caller: &Caller, call: ToolCall) -> Result<CallOutcome, CallError> {
        let (gateway, caller) = (self.clone(), caller.clone());
        let task = tokio::spawn(async move { gateway.execute_to_the_end(&caller, call).await });
        task.await.unwrap_or_else(|failure| {
            tracing::error!(%failure, "a call broke off within Latch");
            let mut error =
                CallError::new(ErrorClass::Internal, "the call broke off within Latch; its log says why");
            error.effect = WriteEffect::Unknown;
            Err(error
                .with_hint("read the object to see whether the change was made before repeating the call"))
        })
    }

    async fn execute_to_the_end(&self, caller: &Caller, call: ToolCall) -> Result<CallOutcome, CallError> {
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
        self.resolve_names(&mut prepared, &chosen, deadline).await?;
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
            forced: false,
            duration: std::time::Duration::ZERO,
        };
        if call.dry_run {
            outcome.planned = Some(self.plan(&self.api_of(&chosen).await?, &request)?);
        } else {
            let answer = self.send(&chosen, &request, deadline).await?;
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

    fn plan(&self, api: &Url, request: &Request) -> Result<PlannedRequest, CallError> {
        let wire = self.inner.close.describe(api, request)?;
        let headers = wire.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(PlannedRequest { method: wire.method.to_string(), url: wire.url.into(), headers, body: wire.body })
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
