//! The gateway as the host of a run.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use latch_gateway::{
    AccountSelector, CallError, CallOutcome, Caller, Gateway, PlannedWrite, Policy, Rehearsal, ToolCall,
};

use crate::host::{Host, ScriptCall};

/// Makes a run's calls through the gateway, on behalf of one caller.
#[derive(Debug, Clone)]
pub struct GatewayHost {
    gateway: Gateway,
    caller: Caller,
    account: AccountSelector,
    policy: Policy,
    force: bool,
    run: Option<String>,
    rehearsal: Option<Rehearsal>,
    timezone_offset: Option<f32>,
}

impl GatewayHost {
    /// A host for runs of `caller`, on its default account.
    pub fn new(gateway: Gateway, caller: Caller) -> Self {
        Self {
            gateway,
            caller,
            account: AccountSelector::Default,
            policy: Policy::ALLOW,
            force: false,
            run: None,
            rehearsal: None,
            timezone_offset: None,
        }
    }

    /// The account that is meant where a script names none.
    #[must_use]
    pub fn on(mut self, account: AccountSelector) -> Self {
        self.account = account;
        self
    }

    /// Narrows what the run may do.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Skips the policy, for the person at the command line.
    #[must_use]
    pub fn forced(mut self, force: bool) -> Self {
        self.force = force;
        self
    }

    /// Plans writes instead of making them.
    #[must_use]
    pub fn rehearsing(mut self, rehearse: bool) -> Self {
        self.rehearsal = rehearse.then(Rehearsal::new);
        self
    }

    /// The run that the calls belong to.
    #[must_use]
    pub fn of_run(mut self, id: impl Into<String>) -> Self {
        self.run = Some(id.into());
        self
    }

    /// Hours from UTC of the person's clock.
    #[must_use]
    pub fn at_offset(mut self, hours: Option<f32>) -> Self {
        self.timezone_offset = hours;
        self
    }
}

impl Host for GatewayHost {
    fn call(&self, call: ScriptCall) -> BoxFuture<'static, Result<CallOutcome, CallError>> {
        let account = match call.account {
            Some(name) => AccountSelector::identifier(name),
            None => self.account.clone(),
        };
        let mut wanted = ToolCall::new(call.tool, call.arguments).on(account);
        wanted.policy = self.policy;
        wanted.force = self.force;
        wanted.run.clone_from(&self.run);
        wanted.rehearsal.clone_from(&self.rehearsal);
        wanted.timezone_offset = self.timezone_offset;
        let (gateway, caller) = (self.gateway.clone(), self.caller.clone());
        async move { gateway.execute(&caller, wanted).await }.boxed()
    }

    fn accounts(&self) -> BoxFuture<'static, Vec<String>> {
        let (gateway, caller) = (self.gateway.clone(), self.caller.clone());
        async move {
            gateway.account_names(&caller).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the accounts could not be listed for a script");
                Vec::new()
            })
        }
        .boxed()
    }

    fn plan(&self) -> Option<Vec<PlannedWrite>> {
        self.rehearsal.as_ref().map(Rehearsal::plan)
    }

    fn forced(&self) -> bool {
        self.force
    }
}
