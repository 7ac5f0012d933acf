//! The gateway itself: what it is made of.

use std::sync::Arc;
use std::time::Duration;

use latch_catalog::Catalog;
use latch_close::Client;
use latch_vault::{Clock, Policy, Vault};
use secrecy::SecretString;
use url::Url;

use crate::observer::Observer;

/// The door behind all doors. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Gateway {
    pub(crate) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) catalog: &'static Catalog,
    pub(crate) close: Client,
    pub(crate) vault: Vault,
    pub(crate) options: GatewayOptions,
}

/// The operator's settings.
#[derive(Debug, Clone)]
pub struct GatewayOptions {
    /// The longest a call may take, waiting for rate limits included. AgentKit's clients give up after 60
    /// seconds; the default of 50 lets them read why.
    pub call_deadline: Duration,
    /// An account that needs no vault: an API key from the environment of a command line. Only the
    /// command line may be given one.
    pub environment_account: Option<EnvironmentAccount>,
    /// The clock of the record.
    pub clock: Clock,
    /// Whether calls are recorded in groups, a moment after they ended. For servers: what ends by itself would
    /// end before its records are written. Default: no.
    pub record_in_groups: bool,
    /// Who is told of each call. Default nobody.
    pub observer: Option<Arc<dyn Observer>>,
}

impl Default for GatewayOptions {
    fn default() -> Self {
        Self {
            call_deadline: Duration::from_secs(50),
            environment_account: None,
            clock: Clock::system(),
            record_in_groups: false,
            observer: None,
        }
    }
}

/// An API key given in the environment, for one person with one account.
#[derive(Debug, Clone)]
pub struct EnvironmentAccount {
    /// Base of the API, for example `https://api.close.com/api/v1`.
    pub api: Url,
    /// The key.
    pub api_key: SecretString,
    /// What may be done with it.
    pub policy: Policy,
}

impl Gateway {
    /// A gateway over the built-in catalogue.
    pub fn new(close: Client, vault: Vault, options: GatewayOptions) -> Self {
        Self { inner: Arc::new(Inner { catalog: latch_catalog::catalog(), close, vault, options }) }
    }

    /// Where browsers reach this program, if that is known.
    pub fn public_url(&self) -> Option<&Url> {
        self.inner.vault.public_url()
    }

    /// What can be called.
    pub fn catalog(&self) -> &'static Catalog {
        self.inner.catalog
    }
}
