//! The connections: pools of them, one for this machine and one for everywhere else.
//!
//! Two, because they differ in whom they trust with a request. To this machine it goes directly, whatever
//! proxy the environment names: plain http through a proxy would show the credential to it. To
//! everywhere else it goes encrypted, through a tunnel if a proxy is set.

use std::time::Duration;

use reqwest::redirect::Policy;
use url::Url;

use crate::error::BuildError;
use crate::options::ClientOptions;
use crate::tls::install_tls_provider;
use crate::wire::is_loopback;

/// Shorter than servers and load balancers keep idle connections, so that a write is not sent into a
/// connection that the other side is just closing.
const IDLE: Duration = Duration::from_secs(30);

#[derive(Debug, Clone)]
pub(crate) struct Transport {
    local: reqwest::Client,
    /// Why there is none is kept for when it is needed: a machine without certificate authorities can
    /// still work with a Close of its own.
    remote: Result<reqwest::Client, String>,
}

impl Transport {
    pub(crate) fn new(options: &ClientOptions) -> Result<Self, BuildError> {
        install_tls_provider();
        let builder = || {
            reqwest::Client::builder()
                .connect_timeout(options.connect_timeout)
                .pool_idle_timeout(IDLE)
                .redirect(Policy::none())
                .referer(false)
        };
        let local = builder()
            .no_proxy()
            .build()
            .or_else(|_| builder().no_proxy().tls_certs_only(std::iter::empty()).build())
            .map_err(|error| BuildError { reason: deepest(&error) })?;
        let remote = builder().build().map_err(|error| deepest(&error));
        Ok(Self { local, remote })
    }

    /// The pool for an address, or why there is none.
    pub(crate) fn pool(&self, url: &Url) -> Result<&reqwest::Client, &str> {
        if is_loopback(url) { Ok(&self.local) } else { self.remote.as_ref().map_err(String::as_str) }
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
