//! How a vault is opened.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::{Clock, RefreshObserver};

/// Everything a vault needs to know. [`VaultOptions::new`] fills in the defaults.
#[derive(Clone, Debug)]
pub struct VaultOptions {
    /// The folder that holds the database and, by default, the master key. Created when missing, for its owner
    /// only.
    pub data_folder: PathBuf,
    /// Where the master key comes from.
    pub master_key: MasterKeySource,
    /// Where people reach this program; authorization links start with it. Without it none can be made.
    pub public_url: Option<Url>,
    /// Whom access tokens name as their issuer: the address that programs use. Default: the public address.
    pub issuer: Option<Url>,
    /// When and how grants are refreshed.
    pub refresh: RefreshOptions,
    /// How long an authorization link works, and how long a flow may take once begun. Default: 10 minutes.
    pub link_lifetime: Duration,
    /// How long records of calls are kept. Default: 90 days.
    pub record_lifetime: Duration,
    /// How long a webhook's receiver may take to answer. Default: 10 seconds.
    pub webhook_timeout: Duration,
    /// How long a call may go by accounts and connections as they were read before. What this process changes counts
    /// at once; what another program on the same folder changes counts after this time. Default: zero, nothing is
    /// remembered.
    pub remember_for: Duration,
    /// How long a request to Close's OAuth endpoints may take.
    pub http: HttpOptions,
    /// The clock that every expiry is measured by.
    pub clock: Clock,
}

impl VaultOptions {
    /// The defaults, for a data folder that keeps its own master key.
    pub fn new(data_folder: impl Into<PathBuf>) -> Self {
        Self {
            data_folder: data_folder.into(),
            master_key: MasterKeySource::Folder,
            public_url: None,
            issuer: None,
            refresh: RefreshOptions::default(),
            link_lifetime: Duration::from_secs(10 * 60),
            record_lifetime: Duration::from_secs(90 * 24 * 60 * 60),
            webhook_timeout: Duration::from_secs(10),
            remember_for: Duration::ZERO,
            http: HttpOptions::default(),
            clock: Clock::system(),
        }
    }
}

/// Where the master key comes from: 32 bytes, written in base64.
#[derive(Clone, Debug)]
pub enum MasterKeySource {
    /// The key itself, as taken from the environment.
    Environment(SecretString),
    /// A file that must exist and that only its owner may read.
    File(PathBuf),
    /// The file `master.key` of the data folder, created on the first run and never afterwards.
    Folder,
}

/// When and how grants are refreshed.
#[derive(Clone, Debug)]
pub struct RefreshOptions {
    /// The background task refreshes a token this long before it runs out. Default: 5 minutes.
    pub ahead: Duration,
    /// The background task goes up to this much earlier still, chosen at random for each token, so that tokens
    /// given out together are not refreshed together. Default: 60 seconds.
    pub jitter: Duration,
    /// A call does not use a token that runs out sooner than this; it refreshes first. Default: 30 seconds.
    pub leeway: Duration,
    /// How long one process may hold the right to refresh an account. Never shorter than twice the longest
    /// request to the token endpoint. Default: 60 seconds.
    pub lease: Duration,
    /// How many accounts the background task refreshes at a time. Default: 4.
    pub concurrency: usize,
    /// How long the background task waits after a first failure; it doubles with each further one. Default:
    /// 5 seconds.
    pub first_retry: Duration,
    /// The longest it waits between failures. Default: 10 minutes.
    pub longest_retry: Duration,
    /// Who is told of each refresh. Default: nobody.
    pub observer: Option<Arc<dyn RefreshObserver>>,
}

impl Default for RefreshOptions {
    fn default() -> Self {
        Self {
            ahead: Duration::from_secs(5 * 60),
            jitter: Duration::from_secs(60),
            leeway: Duration::from_secs(30),
            lease: Duration::from_secs(60),
            concurrency: 4,
            first_retry: Duration::from_secs(5),
            longest_retry: Duration::from_secs(10 * 60),
            observer: None,
        }
    }
}

/// How long requests to the OAuth endpoints may take.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// To open a connection. Default: 5 seconds.
    pub connect_timeout: Duration,
    /// From the first byte sent to the last byte received. Default: 20 seconds.
    pub timeout: Duration,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self { connect_timeout: Duration::from_secs(5), timeout: Duration::from_secs(20) }
    }
}
