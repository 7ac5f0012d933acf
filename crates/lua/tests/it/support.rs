//! Engines and hosts for tests.

use std::sync::{Arc, LazyLock};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use latch_gateway::{AccountSelector, CallError, CallOutcome, ErrorClass, PlannedWrite};
use latch_lua::{Engine, EngineOptions, Host, RunRecord, RunRequest, Script, ScriptCall, execute_lua};
use latch_testkit::{ACME, House};

/// A host with no account: every call is refused.
pub(crate) struct Nobody;

impl Host for Nobody {
    fn call(&self, _: ScriptCall) -> BoxFuture<'static, Result<CallOutcome, CallError>> {
        async { Err(CallError::new(ErrorClass::NotConfigured, "no Close account is connected yet")) }.boxed()
    }

    fn accounts(&self) -> BoxFuture<'static, Vec<String>> {
        async { Vec::new() }.boxed()
    }

    fn plan(&self) -> Option<Vec<PlannedWrite>> {
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

/// A twin and a gateway, with Ann's account under a name.
pub(crate) struct Close {
    pub(crate) house: House,
}

impl Close {
    /// Ann's account is the default one.
    pub(crate) async fn start() -> Self {
        let house = House::start().await;
        house.connect_with_key("default").await;
        Self { house }
    }

    /// Runs a script. `lead_abc123XYZ`, the id that the reference uses, stands for the lead Acme Rockets.
    pub(crate) async fn run(&self, source: &str) -> RunRecord {
        self.request(RunRequest { script: Script::new(source), ..RunRequest::default() }).await
    }

    pub(crate) async fn request(&self, mut request: RunRequest) -> RunRecord {
        request.script.source = request.script.source.replace("lead_abc123XYZ", ACME);
        execute_lua(&ENGINE, &self.house.gateway, &self.house.caller, request).await
    }

    /// Runs a script that must end well.
    pub(crate) async fn succeed(&self, source: &str) -> RunRecord {
        let record = self.run(source).await;
        assert!(record.success, "{source}\n{:?}\n{}", record.error, record.output);
        record
    }
}

/// The account of a name.
pub(crate) fn account(name: &str) -> AccountSelector {
    AccountSelector::identifier(name)
}
