//! Passing a program's own request on to Close with an account's credential.
//!
//! The catalogue knows nothing of it, so nothing is checked but the policy, by the method: what reads, what writes
//! and what deletes. It is recorded like any call.

use latch_catalog::Kind;
use latch_close::Effect;
pub use latch_close::{Passage, Passed};
use tokio::time::Instant;
use tracing::Span;

use crate::account::Chosen;
use crate::gateway::Gateway;
use crate::policy;
use crate::record::{Answered, Recorder};
use crate::task::to_the_end;
use crate::{AccountSelector, CallError, Caller, ToolCall};

/// What the record calls it.
const NAME: &str = "proxy";

impl Gateway {
    /// Passes a request on for one account and returns Close's answer as it is, whatever its status. A token that
    /// Close refuses is renewed once. What has begun runs to its end even if whoever asked for it goes away.
    ///
    /// # Errors
    ///
    /// Those of a call: an account that cannot be used, a policy that forbids it, a Close that cannot be reached.
    pub async fn pass(
        &self,
        caller: &Caller,
        selector: AccountSelector,
        passage: Passage,
    ) -> Result<Passed, CallError> {
        let (gateway, caller) = (self.clone(), caller.clone());
        let request = Span::current();
        let work = async move { gateway.pass_to_the_end(&caller, selector, passage, &request).await };
        to_the_end(&self.inner.vault, "request", work).await
    }

    async fn pass_to_the_end(
        &self,
        caller: &Caller,
        selector: AccountSelector,
        passage: Passage,
        request: &Span,
    ) -> Result<Passed, CallError> {
        let kind = match passage.effect() {
            Effect::Read => Kind::Read,
            Effect::Write if passage.method == http::Method::DELETE => Kind::Destructive,
            Effect::Write => Kind::Write,
        };
        let mut recorder = Recorder::start_named(self, caller, NAME, kind);
        let result = self.pass_recorded(caller, selector, &passage, kind, &mut recorder).await;
        let result = result.map_err(|error| CallError { call_id: Some(recorder.id().to_owned()), ..error });
        let answered = result.as_ref().map(|passed| Answered {
            status: Some(passed.status.as_u16()),
            attempts: 1,
            trace_id: passed.trace_id.as_deref(),
        });
        recorder.finish_with(request, answered).await;
        result
    }

    async fn pass_recorded(
        &self,
        caller: &Caller,
        selector: AccountSelector,
        passage: &Passage,
        kind: Kind,
        recorder: &mut Recorder<'_>,
    ) -> Result<Passed, CallError> {
        let deadline = Instant::now() + self.inner.options.call_deadline;
        let account = self.account(caller, &selector).await?;
        recorder.on_account(Some(account.id.clone()), &account.connection, &account.identifier);
        let chosen = Chosen::Connected(account);
        policy::pass(caller, &ToolCall::new(NAME, serde_json::Value::Null), &chosen, kind)?;
        let api = self.api_of(&chosen).await?;
        let (api, close) = (&api, &self.inner.close);
        self.with_credential(&chosen, deadline, |credential| {
            Box::pin(async move { close.pass(api, &credential, passage, deadline).await })
        })
        .await
    }
}
