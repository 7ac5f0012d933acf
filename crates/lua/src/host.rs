//! What a run needs from the program it runs in: calls of tools, and the names of accounts.

use futures_util::future::BoxFuture;
use latch_gateway::{CallError, CallOutcome, PlannedWrite};
use serde_json::Value;

/// One call that a script asks for.
#[derive(Debug, Clone)]
pub struct ScriptCall {
    /// The tool, under the name the script used.
    pub tool: String,
    /// The arguments: an object, or null for none.
    pub arguments: Value,
    /// The account's name; the default account without one.
    pub account: Option<String>,
}

/// Makes the calls of one run. It decides on whose behalf they are made and what they may do.
pub trait Host: Send + Sync + 'static {
    /// Makes one call. A call that has begun must run to its end even if the run ends before.
    fn call(&self, call: ScriptCall) -> BoxFuture<'static, Result<CallOutcome, CallError>>;

    /// The names of the accounts that a script can address.
    fn accounts(&self) -> BoxFuture<'static, Vec<String>>;

    /// In a dry run: the writes that were planned so far, in order.
    fn plan(&self) -> Option<Vec<PlannedWrite>>;

    /// Whether the policy is bypassed.
    fn forced(&self) -> bool;
}
