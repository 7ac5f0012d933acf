//! The connections: pools of them, for this machine and for everywhere else, and those for each runtime.
//!
//! This machine and everywhere else differ in whom they trust with a request. To this machine it goes directly,
//! whatever proxy the environment names: plain http through a proxy would show the credential to it. To everywhere
//! else it goes encrypted, through a tunnel if a proxy is set.
//!
//! A connection is driven by the runtime that opened it. A server with a runtime for each thread would have its
//! requests wait for other threads if all of them shared one pool.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use reqwest::redirect::Policy;
use tokio::runtime::{Handle, Id};
use url::Url;

use crate::error::BuildError;
use crate::options::ClientOptions;
use crate::tls::install_tls_provider;
use crate::wire::is_loopback;

/// Shorter than servers and load balancers keep idle connections, so that a write is not sent into a
/// connection that the other side is just closing.
const IDLE: Duration = Duration::from_secs(30);

/// All pools. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Transport(Arc<Pools>);

#[derive(Debug)]
struct Pools {
    connect_timeout: Duration,
    by_runtime: RwLock<HashMap<Option<Id>, Pair>>,
}

/// The two pools of one runtime.
#[derive(Debug, Clone)]
struct Pair {
    local: reqwest::Client,
    /// Why there is none is kept for when it is needed: a machine without certificate authorities can
    /// still work with a Close of its own.
    remote: Result<reqwest::Client, String>,
}

impl Transport {
    /// Pools for the runtime at hand; others get theirs when they first ask.
    pub(crate) fn new(options: &ClientOptions) -> Result<Self, BuildError> {
        install_tls_provider();
        let pools = Pools { connect_timeout: options.connect_timeout, by_runtime: RwLock::default() };
        pools.pair().map_err(|error| BuildError { reason: deepest(&error) })?;
        Ok(Self(Arc::new(pools)))
    }

    /// The pool for an address, or why there is none.
    pub(crate) fn pool(&self, url: &Url) -> Result<reqwest::Client, String> {
        let pair = self.0.pair().map_err(|error| deepest(&error))?;
        if is_loopback(url) { Ok(pair.local) } else { pair.remote }
    }
}

impl Pools {
    fn pair(&self) -> reqwest::Result<Pair> {
        let runtime = Handle::try_current().ok().map(|handle| handle.id());
        if let Some(known) = self.by_runtime.read().unwrap_or_else(PoisonError::into_inner).get(&runtime) {
            return Ok(known.clone());
        }
        let made = Pair::new(self.connect_timeout)?;
        let mut pairs = self.by_runtime.write().unwrap_or_else(PoisonError::into_inner);
        Ok(pairs.entry(runtime).or_insert(made).clone())
    }
}

impl Pair {
    fn new(connect_timeout: Duration) -> reqwest::Result<Self> {
        let builder = || {
            reqwest::Client::builder()
                .connect_timeout(connect_timeout)
                .pool_idle_timeout(IDLE)
                .redirect(Policy::none())
                .referer(false)
        };
        let local = builder()
            .no_proxy()
            .build()
            .or_else(|_| builder().no_proxy().tls_certs_only(std::iter::empty()).build())?;
        Ok(Self { local, remote: builder().build().map_err(|error| deepest(&error)) })
    }
}

/// The innermost cause of an error: what a person can act on. The outer ones repeat the address.
/// An error of the operating system is named alike on all of them, without its number.
pub(crate) fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    let system = cause.downcast_ref::<std::io::Error>().filter(|error| error.raw_os_error().is_some());
    system.map_or_else(|| cause.to_string(), |error| error.kind().to_string())
}
