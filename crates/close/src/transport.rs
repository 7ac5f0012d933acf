//! The connections: pools of them, for this machine and for everywhere else, and those for each runtime.
//!
//! This machine and everywhere else differ in whom they trust with a request. To this machine it goes directly,
//! whatever proxy the environment names: plain http through a proxy would show the credential to it. To everywhere
//! else it goes encrypted, through a tunnel if a proxy is set.
//!
//! A connection belongs to the runtime that opened it. A server with a runtime for each thread would have its
//! requests wait for other threads if all of them shared one pool.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use hyper_util::client::proxy::matcher::Matcher;
use rustls::ClientConfig;
use tokio::runtime::{Handle, Id};
use url::Url;

use crate::connect::{Connector, tls_config};
use crate::options::ClientOptions;
use crate::pool::Pool;
use crate::tls::install_tls_provider;
use crate::wire::is_loopback;

/// All pools. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Transport(Arc<Pools>);

#[derive(Debug)]
struct Pools {
    connect_timeout: Duration,
    tls: Result<Arc<ClientConfig>, String>,
    by_runtime: RwLock<HashMap<Option<Id>, Pair>>,
}

/// The two pools of one runtime.
#[derive(Debug, Clone)]
struct Pair {
    local: Arc<Pool>,
    remote: Arc<Pool>,
}

impl Transport {
    /// No pool yet: each runtime gets its own when it first asks.
    pub(crate) fn new(options: &ClientOptions) -> Self {
        install_tls_provider();
        let pools = Pools {
            connect_timeout: options.connect_timeout,
            tls: tls_config(),
            by_runtime: RwLock::default(),
        };
        Self(Arc::new(pools))
    }

    /// The pool for an address.
    pub(crate) fn pool(&self, url: &Url) -> Arc<Pool> {
        let pair = self.0.pair();
        if is_loopback(url) { pair.local } else { pair.remote }
    }
}

impl Pools {
    fn pair(&self) -> Pair {
        let runtime = Handle::try_current().ok().map(|handle| handle.id());
        if let Some(known) = self.by_runtime.read().unwrap_or_else(PoisonError::into_inner).get(&runtime) {
            return known.clone();
        }
        let connector = |proxies| Connector::new(&self.tls, proxies, self.connect_timeout);
        let made = Pair {
            local: Pool::new(connector(None)),
            remote: Pool::new(connector(Some(Matcher::from_env()))),
        };
        let mut pairs = self.by_runtime.write().unwrap_or_else(PoisonError::into_inner);
        pairs.entry(runtime).or_insert(made).clone()
    }
}
