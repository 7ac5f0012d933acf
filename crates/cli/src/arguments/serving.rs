//! `latch demo`, `up`, `serve` and `twin`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use latch_listener::Limits;
use latch_twin::{RateLimit, RateLimits};
use url::Url;

/// What the twin's demo data is made from.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct TwinData {
    /// Where the random choices begin: the same seed gives the same data
    #[arg(long, default_value_t = 7)]
    pub(crate) seed: u64,
    /// How many leads to make up
    #[arg(long, default_value_t = 200, value_parser = leads)]
    pub(crate) leads: usize,
}

/// More than a laptop holds in memory helps nobody.
const MOST_LEADS: usize = 100_000;

fn leads(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(number) if number <= MOST_LEADS => Ok(number),
        _ => Err(format!("give a number from 0 to {MOST_LEADS}")),
    }
}

/// Tries everything once.
#[derive(Debug, Args)]
pub(crate) struct DemoArguments {
    #[command(flatten)]
    pub(crate) data: TwinData,
}

/// Starts twin and gateway.
#[derive(Debug, Args)]
pub(crate) struct UpArguments {
    /// Port of the gateway with TLS; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Port of the gateway in clear, for this machine alone; 0 takes a free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) cleartext_port: u16,
    /// Port of the twin; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub(crate) twin_port: u16,
    #[command(flatten)]
    pub(crate) data: TwinData,
    /// The real Close instead of a twin
    #[arg(long)]
    pub(crate) close: bool,
}

/// Starts the gateway.
#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8420")]
    pub(crate) listen: SocketAddr,
    /// Where browsers reach the gateway; authorization links begin with it [default: the address it listens on]
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<Url>,
    /// Who asks, on the pages on which people connect their Close accounts
    #[arg(long, value_name = "NAME")]
    pub(crate) pages_name: Option<String>,
    /// A logo for those pages: PNG, JPEG, WebP or SVG, 512 KiB at most
    #[arg(long, value_name = "FILE")]
    pub(crate) pages_logo: Option<PathBuf>,
    /// Certificate for TLS and those that lead to its authority, PEM; read again when it changes
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// Private key of the certificate, PEM, not encrypted; read again when it changes
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub(crate) tls_key: Option<PathBuf>,
    /// TLS with a private authority that is kept in the data folder, for clients on this machine
    #[arg(long, conflicts_with_all = ["tls_certificate", "tls_key"])]
    pub(crate) tls_private_ca: bool,
    /// Serve in clear to other machines too, because something in front of the gateway does TLS
    #[arg(long, conflicts_with_all = ["tls_certificate", "tls_key", "tls_private_ca"])]
    pub(crate) cleartext: bool,
    /// Where to answer `/metrics` for Prometheus, without authentication: an address that only the operator
    /// reaches [default: nowhere]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) metrics_listen: Option<SocketAddr>,
    /// How many requests may be in flight; more are refused at once
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().max_requests, value_parser = at_least_one)]
    pub(crate) max_requests: usize,
    /// How many connections may be open; more are refused
    #[arg(long, value_name = "COUNT", default_value_t = Limits::default().max_connections, value_parser = at_least_one)]
    pub(crate) max_connections: usize,
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("give a number of at least 1".to_owned()),
    }
}

/// Starts a twin.
#[derive(Debug, Args)]
pub(crate) struct TwinArguments {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 9000)]
    pub(crate) port: u16,
    /// Where to listen, in place of --port on this machine alone
    #[arg(long, value_name = "ADDRESS:PORT", conflicts_with = "port")]
    pub(crate) listen: Option<SocketAddr>,
    #[command(flatten)]
    pub(crate) data: TwinData,
    /// Answer to the levers for tests on this port, beside the address above; 0 takes a free one
    #[arg(long, value_name = "PORT")]
    pub(crate) control_port: Option<u16>,
    /// Requests a key or token may make in a window, for all groups of endpoints or one; may be repeated
    /// [default: 1000/1]
    #[arg(long, value_name = "[GROUP=]REQUESTS/SECONDS", value_parser = rate_limit)]
    pub(crate) rate_limit: Vec<GroupLimit>,
    /// How long access tokens live
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    pub(crate) token_lifetime: u64,
    /// Go on talking to the generated leads until there are this many activities [default: what their stories need]
    #[arg(long, value_name = "COUNT", default_value_t = 0, hide_default_value = true)]
    pub(crate) activities: usize,
    /// How many custom.cf_… fields one request may select
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    pub(crate) custom_selectors: usize,
    /// Keep everything in this folder [default: in memory]
    #[arg(long = "data", value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
}

/// A rate limit, and the group of endpoints it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupLimit {
    /// The group; `None` for all that have no limit of their own.
    pub(crate) group: Option<String>,
    /// The limit.
    pub(crate) limit: RateLimit,
}

fn rate_limit(text: &str) -> Result<GroupLimit, String> {
    let (group, numbers) = text.split_once('=').map_or((None, text), |(group, rest)| (Some(group), rest));
    if let Some(group) = group.filter(|group| !RateLimits::GROUPS.contains(group)) {
        return Err(format!("there is no group {group:?}; the groups are {}", RateLimits::GROUPS.join(", ")));
    }
    let limit = numbers.split_once('/').and_then(|(requests, seconds)| {
        let window = seconds.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())?;
        Some(RateLimit { requests: requests.parse().ok()?, window })
    });
    let limit = limit.ok_or("give requests and seconds, as in 60/1 or search=5/1")?;
    Ok(GroupLimit { group: group.map(str::to_owned), limit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_limit_is_for_all_groups_or_one() {
        let limit = |requests, seconds| RateLimit { requests, window: Duration::from_secs_f64(seconds) };
        assert_eq!(rate_limit("60/1"), Ok(GroupLimit { group: None, limit: limit(60, 1.0) }));
        let search = GroupLimit { group: Some("search".to_owned()), limit: limit(0, 0.5) };
        assert_eq!(rate_limit("search=0/0.5"), Ok(search));
        for text in ["", "60", "/", "60/", "/1", "-1/1", "60/-1", "60/x", "search=", "=60/1", "leads=60/1"] {
            assert!(rate_limit(text).is_err(), "{text}");
        }
    }
}
