//! `/metrics` on a listener of its own, because it tells how much business is done.

use latch_telemetry::serve_metrics;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::failure::Failure;
use crate::open::House;
use crate::server::address_of;

/// A listener that answers to Prometheus.
#[derive(Debug)]
pub(crate) struct MetricsServer {
    url: String,
    task: JoinHandle<std::io::Result<()>>,
}

impl MetricsServer {
    /// Starts to answer on `listener`, in clear.
    pub(crate) fn start(listener: TcpListener, house: &House) -> Result<Self, Failure> {
        let url = format!("http://{}/metrics", address_of(&listener)?);
        let (metrics, vault) = (house.metrics.clone(), house.vault.clone());
        let task = tokio::spawn(serve_metrics(listener, metrics, vault, std::future::pending()));
        Ok(Self { url, task })
    }

    /// `http://127.0.0.1:PORT/metrics`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Stops answering. Nobody is waited for: a scrape that is cut off is made again.
    pub(crate) async fn shutdown(self) {
        self.task.abort();
        if let Ok(Err(error)) = self.task.await {
            tracing::warn!(%error, "metrics were not served to the end");
        }
    }
}
