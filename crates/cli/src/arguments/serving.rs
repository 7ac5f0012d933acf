//! `latch demo`, `up`, `serve` and `twin`.

use std::net::SocketAddr;

use clap::Args;
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
    /// Port of the gateway; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
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
}

/// Starts a twin.
#[derive(Debug, Args)]
pub(crate) struct TwinArguments {
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 9000)]
    pub(crate) port: u16,
    #[command(flatten)]
    pub(crate) data: TwinData,
    /// Answer to the test levers under /_twin/ too: clock, faults, tokens
    #[arg(long)]
    pub(crate) control: bool,
}
