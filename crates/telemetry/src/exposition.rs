//! `/metrics`: what is counted, to be fetched by a Prometheus server.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use latch_vault::{AccountFilter, AccountStatus, Page, Vault, VaultError};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::Metrics;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Accounts are counted at most this often, however many servers scrape.
const COUNTED_EVERY: Duration = Duration::from_secs(15);

#[derive(Debug)]
struct Scraped {
    metrics: Metrics,
    vault: Vault,
    counted_at: Mutex<Option<Instant>>,
}

/// `/metrics`, without authentication. It tells business volumes, so it belongs on an address that only the
/// operator reaches; see [`serve_metrics`].
pub fn metrics_router(metrics: Metrics, vault: Vault) -> Router {
    let scraped = Scraped { metrics, vault, counted_at: Mutex::new(None) };
    Router::new().route("/metrics", get(scrape)).with_state(Arc::new(scraped))
}

/// Serves [`metrics_router`] on a listener of its own, until `stop` resolves.
///
/// # Errors
///
/// Those of the socket.
pub async fn serve_metrics(
    listener: TcpListener,
    metrics: Metrics,
    vault: Vault,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, metrics_router(metrics, vault)).with_graceful_shutdown(stop).await
}

async fn scrape(State(scraped): State<Arc<Scraped>>) -> ([(HeaderName, &'static str); 2], String) {
    scraped.count_accounts().await;
    ([(CONTENT_TYPE, OPEN_METRICS), (CACHE_CONTROL, "no-store")], scraped.metrics.encode())
}

impl Scraped {
    /// Counts the accounts unless they were counted just now. Without an answer from the store nothing is said of
    /// them, which is better than old numbers.
    async fn count_accounts(&self) {
        let mut counted_at = self.counted_at.lock().await;
        if counted_at.is_some_and(|at| at.elapsed() < COUNTED_EVERY) {
            return;
        }
        *counted_at = Some(Instant::now());
        match count(&self.vault).await {
            Ok(counts) => self.metrics.set_accounts(Some(&counts)),
            Err(error) => {
                tracing::warn!(%error, "the accounts could not be counted");
                self.metrics.set_accounts(None);
            }
        }
    }
}

/// How many accounts there are in each status, over all tenants.
async fn count(vault: &Vault) -> Result<Vec<(AccountStatus, u64)>, VaultError> {
    let tenants = vault.tenants().await?;
    let only_the_total = Page { limit: 1, ..Page::default() };
    let mut counts = Vec::new();
    for status in AccountStatus::ALL {
        let filter = AccountFilter { status: Some(status), ..AccountFilter::default() };
        let mut total = 0;
        for tenant in &tenants {
            total += vault.accounts(tenant, &filter, &only_the_total).await?.total;
        }
        counts.push((status, total));
    }
    Ok(counts)
}
