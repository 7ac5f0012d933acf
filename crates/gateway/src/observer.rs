//! Who counts calls. The gateway tells; it knows nothing of who listens, or what for.

use std::fmt;

use latch_vault::CallRecord;
use tracing::Span;
use tracing::field::Empty;

use crate::gateway::Gateway;

/// Is told of every call that has ended and is about to be recorded. It is called before the caller has its answer, so
/// it must not block.
pub trait Observer: fmt::Debug + Send + Sync {
    /// A call came to its end, whichever. The tool's name in the record is one of the catalogue's, or `proxy`.
    fn call_finished(&self, record: &CallRecord);
}

/// The span of a call. To be made while the request that asks for the call is still the one at hand. It has a target
/// of its own: traces want it, logs have the line at the call's end.
pub(crate) fn call_span() -> Span {
    tracing::info_span!(
        target: "latch_trace",
        "tool call",
        call.tool = Empty,
        call.kind = Empty,
        call.error_class = Empty,
        otel.status_code = Empty,
    )
}

impl Gateway {
    /// Tells of a call that has ended. Only words of our own go into the trace; the log's line for `request` names
    /// the call.
    pub(crate) fn finished(&self, request: &Span, record: &CallRecord) {
        tracing::record_all!(request, call.id = record.id, call.tool = record.tool);
        let span = Span::current();
        // Where nobody wants traces the call has no span of its own, and the one at hand is the request's.
        if span != *request {
            span.record("call.tool", &record.tool);
            span.record("call.kind", &record.kind);
            if let Some(class) = &record.error_class {
                span.record("call.error_class", class);
                span.record("otel.status_code", "ERROR");
            }
        }
        if let Some(observer) = &self.inner.options.observer {
            observer.call_finished(record);
        }
    }
}
