//! Traces, sent to a collector in the OpenTelemetry protocol (OTLP, protobuf over HTTP).

use std::pin::Pin;
use std::time::Duration;

use opentelemetry::trace::TracerProvider;
use opentelemetry::{Key, KeyValue};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

/// The longest that one delivery may take, and the longest that the program waits for the last one when it stops.
const LONGEST_DELIVERY: Duration = Duration::from_secs(5);

/// The target of spans that are made for traces. Everything else that logs and libraries tell stays at home.
pub(crate) const TARGET: &str = "latch_trace";

/// The collector's address cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("traces cannot be sent to {endpoint}: {reason}")]
pub struct TracesError {
    endpoint: String,
    reason: String,
}

/// Traces being sent. Spans are collected in the background and sent in batches; a collector that does not answer
/// costs spans and nothing else.
#[derive(Debug)]
pub struct Traces {
    provider: SdkTracerProvider,
}

impl Traces {
    /// Sends to the collector at `endpoint`, the base that `OTEL_EXPORTER_OTLP_ENDPOINT` names: spans go to
    /// `/v1/traces` below it. The name of the service is `latch` unless `OTEL_SERVICE_NAME` says otherwise; headers
    /// for the collector, the sampler and the size of batches come from the usual variables
    /// (`OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER`, `OTEL_BSP_…`).
    ///
    /// To be called within a Tokio runtime, which has to live until [`shutdown`](Self::shutdown).
    ///
    /// # Errors
    ///
    /// If the address is none, or no HTTP client can be made. Whether somebody answers there is not looked at.
    pub fn start(endpoint: &str) -> Result<Self, TracesError> {
        let failed = |reason: String| TracesError { endpoint: endpoint.to_owned(), reason };
        if !endpoint.starts_with("http://") && !endpoint.starts_with("https://") {
            return Err(failed("give an address that begins with http:// or https://".to_owned()));
        }
        let runtime = Handle::try_current().map_err(|error| failed(error.to_string()))?;
        latch_close::install_tls_provider();
        let client = reqwest::Client::builder()
            .timeout(LONGEST_DELIVERY)
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_http_client(OnRuntime { client, runtime })
            .with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            .build()
            .map_err(|error| failed(error.to_string()))?;
        let provider =
            SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource()).build();
        Ok(Self { provider })
    }

    /// What a subscriber needs to hand over its spans: those that the rooms make for traces, whatever the log's
    /// filter says. Nothing that is logged becomes part of a trace.
    pub fn layer<S>(&self) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'lookup> LookupSpan<'lookup> + Send + Sync,
    {
        let ours = filter_fn(|metadata| metadata.is_span() && metadata.target() == TARGET);
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer("latch"))
            .with_location(false)
            .with_threads(false)
            .with_filter(ours)
    }

    /// Sends what is left, and ends.
    pub async fn shutdown(self) {
        // It waits for a thread that waits for this runtime, so it must not hold one of its own threads.
        let ended =
            tokio::task::spawn_blocking(move || self.provider.shutdown_with_timeout(LONGEST_DELIVERY)).await;
        if let Ok(Err(error)) = ended {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}

/// What the environment says of this program (`OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`), and our name where it
/// says none.
fn resource() -> Resource {
    let said = Resource::builder().build();
    let name = said.get(&Key::from_static_str("service.name")).map(|name| name.as_str().into_owned());
    let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
    let resource = Resource::builder().with_attribute(version);
    // What the library calls a program without a name.
    match name.filter(|name| !name.starts_with("unknown_service")) {
        Some(_) => resource.build(),
        None => resource.with_service_name("latch").build(),
    }
}

/// Sends from the runtime, because batches are put together on a thread that has none.
#[derive(Debug)]
struct OnRuntime {
    client: reqwest::Client,
    runtime: Handle,
}

impl HttpClient for OnRuntime {
    fn send_bytes<'life, 'future>(
        &'life self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'future>>
    where
        'life: 'future,
        Self: 'future,
    {
        let client = self.client.clone();
        let sending = self.runtime.spawn(async move { client.send_bytes(request).await });
        Box::pin(async move { sending.await? })
    }
}
