//! How a twin is started, and what it tells about itself.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use crate::delivery::WebhookLimits;
use crate::store::{Clock, EVENT_CAPACITY};

/// How a twin is started. `TwinOptions::default()` suits tests.
#[derive(Clone, Debug)]
pub struct TwinOptions {
    /// Where all random choices begin: the same seed and number of leads give the same ids and data.
    pub seed: u64,
    /// How many leads to generate, besides the ones that are always there.
    pub leads: usize,
    /// At least how many activities there are then; conversations with generated leads go on until there are. 0
    /// leaves it at what their stories need, about five a lead.
    pub activities: usize,
    /// A folder that keeps everything, so that it survives a restart or a crash. What it holds already wins over
    /// `leads` and `activities`. `None` keeps all in memory.
    pub data: Option<PathBuf>,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The clock to live by.
    pub clock: Clock,
    /// Most custom fields (`custom.cf_…`) that `_fields` of one request may name; beyond, the request is a 400.
    pub max_custom_selectors: usize,
    /// How many requests a key may make.
    pub rate_limit: RateLimit,
    /// How long access tokens live. Close documents 3600 seconds.
    pub access_token_lifetime: Duration,
    /// Whether the test levers also answer over HTTP, under `/_twin/`.
    pub control: bool,
    /// How many events the log keeps, over all organizations. Close keeps those of thirty days, and so does the twin as
    /// long as they are not more than this.
    pub event_capacity: usize,
    /// What deliveries of webhooks are held to.
    pub webhooks: WebhookLimits,
}

impl Default for TwinOptions {
    fn default() -> Self {
        Self {
            seed: 7,
            leads: 200,
            activities: 0,
            data: None,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            clock: Clock::system(),
            max_custom_selectors: 100,
            rate_limit: RateLimit::default(),
            access_token_lifetime: Duration::from_secs(3600),
            control: false,
            event_capacity: EVENT_CAPACITY,
            webhooks: WebhookLimits::default(),
        }
    }
}

/// How many requests one key or grant may make to one group of endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests in one window.
    pub requests: u32,
    /// Length of the window.
    pub window: Duration,
}

impl Default for RateLimit {
    /// Generous: 1000 requests in a second.
    fn default() -> Self {
        Self { requests: 1000, window: Duration::from_secs(1) }
    }
}

/// An API key of the twin, and whose it is. Keys of a twin open nothing else, so they are not secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApiKeyInfo {
    /// The key: the user name of Basic authentication, with an empty password.
    pub key: String,
    /// Id of the user it acts as.
    pub user_id: String,
    /// The user's e-mail address.
    pub user_email: String,
    /// The user's full name.
    pub user_name: String,
    /// Id of the organization it opens.
    pub organization_id: String,
    /// The organization's name.
    pub organization_name: String,
}

/// An OAuth app registered at the twin. Secrets of a twin open nothing else, so they are not secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OAuthAppInfo {
    /// The app's public id, `oa2client_…`.
    pub client_id: String,
    /// The app's secret.
    pub client_secret: String,
    /// The name shown on the consent page.
    pub name: String,
    /// Where the browser may be sent back to; compared exactly.
    pub redirect_uris: Vec<String>,
}
