//! One tool call, step by step. Everything that makes a call at Close comes through here.

use latch_catalog::{Kind, Method, Prepared};
use latch_close::{Effect, Request, Response};
use serde_json::Value;
use tokio::time::Instant;
use tracing::Span;
use url::Url;

use crate::account::Chosen;
use crate::gateway::Gateway;
use crate::policy;
use crate::record::Recorder;
use crate::rehearse::{Read, Rehearsed};
use crate::task::to_the_end;
use crate::{Answer, CallError, CallOutcome, Caller, PlannedRequest, ToolCall};

impl Gateway {
    /// Executes one tool for one caller. A call that has begun runs to its end and is recorded even if
    /// whoever asked for it goes away.
    ///
    /// # Errors
    ///
    /// See [`ErrorClass`](crate::ErrorClass). Unless the error's effect is unknown, nothing was changed at Close.
    pub async fn execute(&self, caller: &Caller, call: ToolCall) -> Result<CallOutcome, CallError> {
        self.execute_unread(caller, call).await.map(CallOutcome::read)
    }

    /// The same for whoever hands the answer on: where it is shown as Close wrote it, it stays a text.
    pub async fn execute_unread(
        &self,
        caller: &Caller,
        call: ToolCall,
    ) -> Result<CallOutcome<Answer>, CallError> {
        let (gateway, caller) = (self.clone(), caller.clone());
        let request = Span::current();
        let work = async move { gateway.execute_to_the_end(&caller, call, &request).await };
        to_the_end(&self.inner.vault, "call", work).await
    }

    async fn execute_to_the_end(
        &self,
        caller: &Caller,
        call: ToolCall,
        request: &Span,
    ) -> Result<CallOutcome<Answer>, CallError> {
        let address = self.inner.catalog.find(&call.tool)?;
        let mut recorder = Recorder::start(self, caller, address.tool(), &call);
        let result =
            self.execute_recorded(caller, &call, address, &mut recorder).await.map_err(|mut error| {
                error.call_id = Some(recorder.id().to_owned());
                error
            });
        recorder.finish(request, &result).await;
        result
    }

    async fn execute_recorded(
        &self,
        caller: &Caller,
        call: &ToolCall,
        address: latch_catalog::Address<'_>,
        recorder: &mut Recorder<'_>,
    ) -> Result<CallOutcome<Answer>, CallError> {
        let allowed = self.inner.options.call_deadline;
        let deadline = Instant::now() + call.deadline.map_or(allowed, |wanted| wanted.min(allowed));
        let chosen = self.choose(caller, &call.account).await?;
        if let Chosen::Connected(account) = &chosen {
            recorder.on_account(Some(account.id.clone()), &account.connection, &account.identifier);
        } else {
            recorder.on_account(None, crate::account::DEFAULT_CONNECTION, chosen.identifier());
        }
        let mut prepared = address.prepare(&call.arguments)?;
        let passed = policy::pass(caller, call, &chosen, address.tool().kind)?;
        if !prepared.lookups().is_empty() {
            let resolving = self.resolve_names(&mut prepared, &chosen, deadline, call.rehearsal.as_ref());
            Box::pin(resolving).await?;
        }
        let request = wire_request(&prepared, address.tool().kind, call.timezone_offset);
        let mut outcome = CallOutcome {
            call_id: recorder.id().to_owned(),
            tool: address.name().to_owned(),
            kind: address.tool().kind,
            account: chosen.identifier().to_owned(),
            data: Answer::default(),
            list: None,
            planned: None,
            close_status: None,
            close_trace_id: None,
            attempts: 0,
            forced: call.force,
            duration: std::time::Duration::ZERO,
        };
        if call.dry_run {
            outcome.planned = Some(self.plan(&self.api_of(&chosen).await?, &request)?);
        } else if let Some(rehearsal) = &call.rehearsal {
            let rehearsed = Rehearsed {
                rehearsal,
                prepared: &prepared,
                chosen: &chosen,
                request: &request,
                passed,
                deadline,
            };
            if outcome.kind == Kind::Read {
                match Box::pin(self.rehearse_read(&rehearsed)).await? {
                    Read::Sent(answer, data) => {
                        outcome.answered(&answer);
                        outcome.presented(&prepared, data);
                    }
                    Read::Known(data) => outcome.presented(&prepared, data),
                }
            } else {
                let (planned, data) = Box::pin(self.rehearse_write(&rehearsed)).await?;
                outcome.planned = Some(planned);
                outcome.presented(&prepared, data);
            }
        } else {
            let answer = self.send(&chosen, &request, deadline).await?;
            outcome.answered(&answer);
            if prepared.shows_answer_as_it_is() {
                outcome.list = prepared.list().map(str::to_owned);
                outcome.data = Answer::Text(answer.data);
            } else {
                outcome.presented(&prepared, answer.data.to_value());
            }
        }
        outcome.duration = recorder.elapsed();
        Ok(outcome)
    }

    pub(crate) fn plan(&self, api: &Url, request: &Request) -> Result<PlannedRequest, CallError> {
        let wire = self.inner.close.describe(api, request)?;
        let headers = wire.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Ok(PlannedRequest { method: wire.method.to_string(), url: wire.url.into(), headers, body: wire.body })
    }
}

impl CallOutcome<Answer> {
    /// Notes how Close answered.
    fn answered(&mut self, answer: &Response) {
        self.close_status = Some(answer.status);
        self.close_trace_id.clone_from(&answer.trace_id);
        self.attempts = answer.attempts;
    }

    fn presented(&mut self, prepared: &Prepared<'_>, data: Value) {
        let presented = prepared.present(data);
        self.data = Answer::Value(presented.data);
        self.list = presented.list;
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
