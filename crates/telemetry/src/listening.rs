//! What the listener holds and refuses. It counts by itself; here it is asked at each scrape.

use std::fmt;
use std::sync::{Arc, OnceLock};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use crate::labels::RefusedLabels;

/// The numbers of a listener at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListenerNumbers {
    /// Connections that are open.
    pub open_connections: u64,
    /// Connections that were refused since the start because there were too many.
    pub refused_connections: u64,
    /// Requests that were refused since the start because there were too many.
    pub refused_requests: u64,
}

type Read = Box<dyn Fn() -> ListenerNumbers + Send + Sync>;

/// The listener, once there is one.
#[derive(Clone, Default)]
pub(crate) struct Listening(Arc<OnceLock<Read>>);

impl Listening {
    /// The first listener counts; there is one for each program.
    pub(crate) fn is(&self, read: impl Fn() -> ListenerNumbers + Send + Sync + 'static) {
        let _ = self.0.set(Box::new(read));
    }
}

impl Collector for Listening {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let Some(read) = self.0.get() else { return Ok(()) };
        let numbers = read();
        let open = ConstGauge::new(i64::try_from(numbers.open_connections).unwrap_or(i64::MAX));
        let help = "Connections of clients that are open";
        open.encode(encoder.encode_descriptor("connections_open", help, None, open.metric_type())?)?;
        let refused = [("connection", numbers.refused_connections), ("request", numbers.refused_requests)];
        let kind = ConstCounter::new(0_u64).metric_type();
        let help = "Connections and requests refused because there were too many at once";
        let mut family = encoder.encode_descriptor("refused", help, None, kind)?;
        for (what, count) in refused {
            ConstCounter::new(count).encode(family.encode_family(&RefusedLabels { what })?)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Listening {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Listening").finish_non_exhaustive()
    }
}
