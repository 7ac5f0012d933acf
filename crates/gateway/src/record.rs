//! The record of calls: who called what for whom, and what came of it.

use std::time::Duration;

use latch_catalog::{Kind, Tool};
use latch_vault::{AccountId, CallRecord};
use tracing::Span;

use crate::gateway::{Gateway, Inner};
use crate::{CallError, CallOutcome, Caller, ToolCall};

/// What is known of a call while it is under way.
pub(crate) struct Recorder<'g> {
    gateway: &'g Gateway,
    record: CallRecord,
    started: tokio::time::Instant,
}

/// What is recorded of an answer of Close.
pub(crate) struct Answered<'a> {
    pub(crate) status: Option<u16>,
    pub(crate) attempts: u32,
    pub(crate) trace_id: Option<&'a str>,
}

impl<'g> Recorder<'g> {
    pub(crate) fn start(gateway: &'g Gateway, caller: &Caller, tool: &Tool, call: &ToolCall) -> Self {
        let dry_run = call.dry_run || (call.rehearsal.is_some() && tool.kind != Kind::Read);
        let mut recorder = Self::start_named(gateway, caller, &tool.name, tool.kind);
        recorder.record.dry_run = dry_run;
        recorder.record.forced = call.force;
        recorder.record.run_id.clone_from(&call.run);
        recorder
    }

    /// The same for what is no tool, under a name of its own.
    pub(crate) fn start_named(gateway: &'g Gateway, caller: &Caller, name: &str, kind: Kind) -> Self {
        let record = CallRecord {
            id: format!("call_{}", uuid::Uuid::now_v7().simple()),
            tenant: caller.tenant.clone(),
            caller: caller.name.clone(),
            account_id: None,
            connection: None,
            identifier: None,
            tool: name.to_owned(),
            kind: kind.as_str().to_owned(),
            outcome: String::new(),
            error_class: None,
            close_status: None,
            duration_ms: 0,
            attempts: 0,
            request_id: None,
            dry_run: false,
            forced: false,
            run_id: None,
            started_at: gateway.inner.options.clock.now(),
        };
        Self { gateway, record, started: tokio::time::Instant::now() }
    }

    pub(crate) fn id(&self) -> &str {
        &self.record.id
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// Notes on whose behalf the call is made.
    pub(crate) fn on_account(&mut self, account_id: Option<AccountId>, connection: &str, identifier: &str) {
        self.record.account_id = account_id;
        self.record.connection = Some(connection.to_owned());
        self.record.identifier = Some(identifier.to_owned());
    }

    /// Writes the record, and tells those who listen; `request` is the span of whoever asked for the call. A call is
    /// not failed because its record could not be written, but it is said.
    pub(crate) async fn finish<D>(self, request: &Span, result: &Result<CallOutcome<D>, CallError>) {
        let answered = result.as_ref().map(|outcome| Answered {
            status: outcome.close_status,
            attempts: outcome.attempts,
            trace_id: outcome.close_trace_id.as_deref(),
        });
        self.finish_with(request, answered).await;
    }

    /// The same for what has no outcome of a tool.
    pub(crate) async fn finish_with(mut self, request: &Span, result: Result<Answered<'_>, &CallError>) {
        self.record.duration_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        match result {
            Ok(answered) => {
                "ok".clone_into(&mut self.record.outcome);
                self.record.close_status = answered.status;
                self.record.attempts = answered.attempts;
                self.record.request_id = answered.trace_id.map(str::to_owned);
            }
            Err(error) => {
                "error".clone_into(&mut self.record.outcome);
                self.record.error_class = Some(error.class.as_str().to_owned());
                self.record.close_status = error.close_status;
                self.record.request_id.clone_from(&error.close_trace_id);
                self.record.attempts = error.attempts;
            }
        }
        macro_rules! say {
            ($level:ident) => {
                tracing::$level!(
                    call.id = self.record.id,
                    call.tool = self.record.tool,
                    call.caller = self.record.caller,
                    call.forced = self.record.forced,
                    call.outcome = self.record.outcome,
                    call.error_class = self.record.error_class,
                    close.status = self.record.close_status,
                    duration_ms = self.record.duration_ms,
                    "tool call finished"
                )
            };
        }
        // The line of the request says the same of what went well.
        if self.record.error_class.is_some() {
            say!(info);
        } else {
            say!(debug);
        }
        self.gateway.finished(request, &self.record);
        let Inner { vault, options, .. } = &*self.gateway.inner;
        if options.record_in_groups {
            vault.record_call_soon(self.record).await;
        } else if let Err(error) = Box::pin(vault.record_call(&self.record)).await {
            tracing::error!(call.id = self.record.id, %error, "a call could not be recorded");
        }
    }
}
