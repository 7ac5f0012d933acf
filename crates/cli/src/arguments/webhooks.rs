//! `latch webhooks`.

use clap::{Args, Subcommand};
use latch_vault::WebhookEvent;
use url::Url;

/// Looks after webhooks.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct WebhooksArguments {
    #[command(subcommand)]
    pub(crate) action: Option<WebhooksAction>,
}

/// What to do with webhooks.
#[derive(Debug, Subcommand)]
pub(crate) enum WebhooksAction {
    /// List the endpoints (the same as `latch webhooks`)
    List,
    /// Add an address that is told what happens to accounts; its signing secret is shown once
    Add {
        /// Where events are posted to: https, or http on this machine
        #[arg(value_name = "URL")]
        url: Url,
        /// An event to be told, such as status_updated; may be given several times [default: all]
        #[arg(long = "event", value_name = "EVENT")]
        events: Vec<WebhookEvent>,
    },
    /// Give an endpoint another signing secret, shown once
    Rotate {
        /// The endpoint's id
        #[arg(value_name = "ENDPOINT_ID")]
        id: String,
        /// For how long the old secret signs too
        #[arg(long, value_name = "SECONDS", default_value_t = 24 * 60 * 60, value_parser = clap::value_parser!(u64).range(0..=2_592_000))]
        overlap: u64,
    },
    /// Send nothing to an endpoint for now; what happens meanwhile is not told later
    Disable {
        /// The endpoint's id
        #[arg(value_name = "ENDPOINT_ID")]
        id: String,
    },
    /// Send to an endpoint again
    Enable {
        /// The endpoint's id
        #[arg(value_name = "ENDPOINT_ID")]
        id: String,
    },
    /// Remove an endpoint, with what was still to be sent to it
    Remove {
        /// The endpoint's id
        #[arg(value_name = "ENDPOINT_ID")]
        id: String,
    },
    /// Show the deliveries of the last seven days
    Deliveries {
        /// How many, newest first
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=500))]
        limit: u32,
    },
    /// Send an event again, under the same id
    Redeliver {
        /// The event's id
        #[arg(value_name = "EVENT_ID")]
        id: String,
        /// To this endpoint only [default: every endpoint it was for]
        #[arg(long, value_name = "ENDPOINT_ID")]
        endpoint: Option<String>,
    },
    /// Send a test event to an endpoint now, and say what it answered
    Test {
        /// The endpoint's id
        #[arg(value_name = "ENDPOINT_ID")]
        id: String,
    },
}
