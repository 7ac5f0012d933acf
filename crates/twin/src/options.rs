//! How a twin is started, and what it tells about itself.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::delivery::WebhookLimits;
use crate::seconds;
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
    /// How many requests keys and organizations may make.
    pub rate_limits: RateLimits,
    /// How long codes and tokens live.
    pub token_lifetimes: TokenLifetimes,
    /// Where the levers for tests answer over HTTP; port 0 takes a free one. `None` keeps them to
    /// [`Twin::control`](crate::Twin::control). It is an address of its own, so that no program under test comes
    /// upon the levers by accident.
    pub control: Option<SocketAddr>,
    /// How long a client may take to send the head of a request, and then its body, before the connection is closed.
    pub patience: Duration,
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
            rate_limits: RateLimits::default(),
            token_lifetimes: TokenLifetimes::default(),
            control: None,
            patience: Duration::from_secs(30),
            event_capacity: EVENT_CAPACITY,
            webhooks: WebhookLimits::default(),
        }
    }
}

/// How many requests may be made to one group of endpoints in some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Requests in one window.
    pub requests: u32,
    /// Length of the window; `seconds` in JSON.
    #[serde(rename = "seconds", with = "seconds")]
    pub window: Duration,
}

impl Default for RateLimit {
    /// Generous: 1000 requests in a second.
    fn default() -> Self {
        Self { requests: 1000, window: Duration::from_secs(1) }
    }
}

/// The limits of every group of endpoints. Close limits each key or token and, three times as generously, each
/// organization (documented). Its numbers and groups are not published; those of the twin are in
/// [`RateLimits::GROUPS`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateLimits {
    /// What one key or token may do in a group that `groups` does not name.
    pub default: RateLimit,
    /// What one key or token may do in a group, by its name.
    pub groups: BTreeMap<String, RateLimit>,
    /// How many times that all keys and tokens of an organization may do together.
    pub organization_factor: u32,
    /// Whether each method has a window of its own. Close says that methods may be counted separately.
    pub methods_apart: bool,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self {
            default: RateLimit::default(),
            groups: BTreeMap::new(),
            organization_factor: 3,
            methods_apart: false,
        }
    }
}

impl From<RateLimit> for RateLimits {
    /// The same limit for every group.
    fn from(default: RateLimit) -> Self {
        Self { default, ..Self::default() }
    }
}

/// How long codes and tokens live, by the twin's clock. Those given out before a change keep their end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TokenLifetimes {
    /// Access tokens. Close documents 3600 seconds.
    #[serde(rename = "access_seconds", with = "seconds")]
    pub access: Duration,
    /// Refresh tokens; `None` is for ever. Close documents nothing.
    #[serde(rename = "refresh_seconds", with = "seconds::optional")]
    pub refresh: Option<Duration>,
    /// Authorization codes. Close documents nothing; a minute is what most providers allow.
    #[serde(rename = "code_seconds", with = "seconds")]
    pub code: Duration,
}

impl Default for TokenLifetimes {
    fn default() -> Self {
        Self { access: Duration::from_secs(3600), refresh: None, code: Duration::from_secs(60) }
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OAuthAppInfo {
    /// The app's public id, `oa2client_…`.
    pub client_id: String,
    /// The app's secret; empty for a public app, which proves itself with PKCE instead.
    pub client_secret: String,
    /// The name shown on the consent page.
    pub name: String,
    /// Where the browser may be sent back to; compared exactly.
    pub redirect_uris: Vec<String>,
}
