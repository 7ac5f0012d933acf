//! `/metrics` on a listener of its own, because it tells how much business is done.

use latch_telemetry::serve_metrics;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::open::House;
use crate::server::address_of;

/// A listener that answers to Prometheus.
#[derive(Debug)]
pub(crate) struct MetricsServer {
    url: String,
    stop: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

impl MetricsServer {
    /// Starts to answer on `listener`, in clear.
    pub(crate) fn start(listener: TcpListener, house: &House) -> Result<Self, Failure> {
        let url = format!("http://{}/metrics", address_of(&listener)?);
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let task = tokio::spawn(serve_metrics(listener, house.metrics.clone(), house.vault.clone(), stopped));
        Ok(Self { url, stop, task })
    }

    /// `http://127.0.0.1:PORT/metrics`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Stops answering. Nobody is waited for: a scrape that is cut off is made again.
    pub(crate) async fn shutdown(self) {
        self.stop.cancel();
        self.task.abort();
        if let Ok(Err(error)) = self.task.await {
            tracing::warn!(%error, "metrics were not served to the end");
        }
    }
}
