//! What is counted, and under which names.
//!
//! Promises that no label holds anything that a caller chose: each value comes from a list that is fixed when the
//! program is built, so the number of series is bounded and none of them names a customer.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use latch_close::AttemptSummary;
use latch_gateway::CallRecord;
use latch_vault::{AccountStatus, RefreshOutcome};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::door::Door;
use crate::labels::{
    AccountLabels, AttemptLabels, CallLabels, DoorLabels, GrpcLabels, KindLabels, RefreshLabels,
    RequestLabels, kind, status_class, tool,
};
use crate::listening::{ListenerNumbers, Listening};

/// Bounds of the buckets, in seconds. A call may take 50 seconds, waiting included.
const BUCKETS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 50.0];

/// Everything that is counted. Cheap to clone; clones count together.
///
/// It listens to the rooms as [`latch_gateway::Observer`], [`latch_vault::RefreshObserver`] and
/// [`latch_close::Observer`], and to the doors through [`observe`](crate::observe()).
#[derive(Clone)]
pub struct Metrics {
    inner: Arc<Inner>,
}

type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

struct Inner {
    registry: Registry,
    calls: Family<CallLabels, Counter>,
    call_duration: Histograms<KindLabels>,
    attempts: Family<AttemptLabels, Counter>,
    attempt_duration: Histogram,
    rate_limit_waits: Counter,
    rate_limit_wait_seconds: Counter<f64, AtomicU64>,
    refreshes: Family<RefreshLabels, Counter>,
    accounts: Family<AccountLabels, Gauge>,
    requests: Family<RequestLabels, Counter>,
    request_duration: Histograms<DoorLabels>,
    requests_in_flight: Gauge,
    grpc_responses: Family<GrpcLabels, Counter>,
    listening: Listening,
}

fn histogram() -> Histogram {
    Histogram::new(BUCKETS)
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new() -> Self {
        let mut inner = Inner {
            registry: Registry::with_prefix("latch"),
            calls: Family::default(),
            call_duration: Family::new_with_constructor(histogram),
            attempts: Family::default(),
            attempt_duration: histogram(),
            rate_limit_waits: Counter::default(),
            rate_limit_wait_seconds: Counter::default(),
            refreshes: Family::default(),
            accounts: Family::default(),
            requests: Family::default(),
            request_duration: Family::new_with_constructor(histogram),
            requests_in_flight: Gauge::default(),
            grpc_responses: Family::default(),
            listening: Listening::default(),
        };
        inner.register();
        // A counter that stands at zero can be told from one that does not exist.
        for outcome in RefreshOutcome::ALL {
            let _ = inner.refreshes.get_or_create(&RefreshLabels { outcome: outcome.as_str() });
        }
        Self { inner: Arc::new(inner) }
    }

    /// The text that a Prometheus server reads, in the OpenMetrics format.
    pub fn encode(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.inner.registry);
        text
    }

    /// Has `read` tell at each scrape what the listener holds and refuses.
    pub fn watch_listener(&self, read: impl Fn() -> ListenerNumbers + Send + Sync + 'static) {
        self.inner.listening.is(read);
    }

    pub(crate) fn request_began(&self) {
        self.inner.requests_in_flight.inc();
    }

    pub(crate) fn request_ended(&self, labels: RequestLabels, took: Duration) {
        self.inner.requests_in_flight.dec();
        self.inner
            .request_duration
            .get_or_create(&DoorLabels { door: labels.door })
            .observe(took.as_secs_f64());
        self.inner.requests.get_or_create(&labels).inc();
    }

    pub(crate) fn grpc_answered(&self, code: &'static str) {
        self.inner.grpc_responses.get_or_create(&GrpcLabels { code }).inc();
    }

    /// Replaces what is known of the accounts; with `None` nothing is said of them.
    pub(crate) fn set_accounts(&self, counts: Option<&[(AccountStatus, u64)]>) {
        self.inner.accounts.clear();
        for (status, count) in counts.unwrap_or_default() {
            let gauge = self.inner.accounts.get_or_create_owned(&AccountLabels { status: status.as_str() });
            gauge.set(i64::try_from(*count).unwrap_or(i64::MAX));
        }
    }
}

impl Inner {
    fn register(&mut self) {
        let registry = &mut self.registry;
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program that answers", build);
        registry.register(
            "calls",
            "Tool calls that ended, by tool and outcome: success or the class of the error",
            self.calls.clone(),
        );
        registry.register(
            "call_duration_seconds",
            "How long tool calls took, waits included, by kind of tool",
            self.call_duration.clone(),
        );
        registry.register(
            "close_requests",
            "Requests sent to Close, by status class and whether it was the first attempt",
            self.attempts.clone(),
        );
        registry.register(
            "close_request_duration_seconds",
            "How long single requests to Close took",
            self.attempt_duration.clone(),
        );
        registry.register(
            "close_rate_limit_waits",
            "Waits that Close asked for with a 429",
            self.rate_limit_waits.clone(),
        );
        registry.register(
            "close_rate_limit_wait_seconds",
            "Time spent in waits that Close asked for with a 429",
            self.rate_limit_wait_seconds.clone(),
        );
        registry.register("refreshes", "Refreshes of grants, by outcome", self.refreshes.clone());
        registry.register("accounts", "Connected accounts, by status", self.accounts.clone());
        registry.register(
            "http_requests",
            "HTTP requests that ended, by door, method and status class",
            self.requests.clone(),
        );
        registry.register(
            "http_request_duration_seconds",
            "Time until the head of the response, by door",
            self.request_duration.clone(),
        );
        registry.register(
            "http_requests_in_flight",
            "HTTP requests that are being answered",
            self.requests_in_flight.clone(),
        );
        registry.register("grpc_responses", "gRPC responses, by code", self.grpc_responses.clone());
        registry.register_collector(Box::new(self.listening.clone()));
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl latch_gateway::Observer for Metrics {
    fn call_finished(&self, record: &CallRecord) {
        let outcome = record.error_class.clone().map_or("success".into(), Into::into);
        self.inner.calls.get_or_create(&CallLabels { tool: tool(&record.tool), outcome }).inc();
        // The record has whole milliseconds, which is finer than the finest bucket.
        self.inner
            .call_duration
            .get_or_create(&KindLabels { kind: kind(&record.kind) })
            .observe(Duration::from_millis(record.duration_ms).as_secs_f64());
    }
}

impl latch_vault::RefreshObserver for Metrics {
    fn refreshed(&self, outcome: RefreshOutcome) {
        self.inner.refreshes.get_or_create(&RefreshLabels { outcome: outcome.as_str() }).inc();
    }
}

impl latch_close::Observer for Metrics {
    fn attempted(&self, attempt: &AttemptSummary) {
        let labels = AttemptLabels {
            status: attempt.status.map_or("none", status_class),
            attempt: if attempt.number == 1 { "first" } else { "repeat" },
        };
        self.inner.attempts.get_or_create(&labels).inc();
        self.inner.attempt_duration.observe(attempt.took.as_secs_f64());
    }

    fn waited_for_rate_limit(&self, wait: Duration) {
        self.inner.rate_limit_waits.inc();
        self.inner.rate_limit_wait_seconds.inc_by(wait.as_secs_f64());
    }
}

/// The labels of a request that has ended.
pub(crate) fn request_labels(door: Door, method: &http::Method, status: Option<u16>) -> RequestLabels {
    RequestLabels {
        door: door.as_str(),
        method: crate::labels::method(method),
        // The caller went away before there was an answer.
        status: status.map_or("aborted", status_class),
    }
}
