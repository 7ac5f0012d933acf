//! Engines and hosts for tests.

use std::sync::{Arc, LazyLock};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use latch_gateway::{CallError, CallOutcome, ErrorClass};
use latch_lua::{Engine, EngineOptions, Host, RunRecord, Script, ScriptCall};

/// A host with no account: every call is refused.
pub(crate) struct Nobody;

impl Host for Nobody {
    fn call(&self, _: ScriptCall) -> BoxFuture<'static, Result<CallOutcome, CallError>> {
        async { Err(CallError::new(ErrorClass::NotConfigured, "no Close account is connected yet")) }.boxed()
    }

    fn accounts(&self) -> BoxFuture<'static, Vec<String>> {
        async { Vec::new() }.boxed()
    }

    fn plan(&self) -> Option<Vec<serde_json::Value>> {
        None
    }

    fn forced(&self) -> bool {
        false
    }
}

/// One engine for all tests of the language.
pub(crate) static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::start(EngineOptions::default()).expect("the engine starts"));

/// Runs a script that needs nobody.
pub(crate) fn run(source: &str) -> RunRecord {
    run_script(Script::new(source))
}

pub(crate) fn run_script(script: Script) -> RunRecord {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(ENGINE.run(script, Arc::new(Nobody)))
}
