//! Work that goes on when whoever asked for it is gone: Close may have acted already, and it has to be recorded.

use tracing::Instrument;

use crate::observer::call_span;
use crate::{CallError, ErrorClass, WriteEffect};

/// Runs work in a task of its own, within the span of the request that asks for it. `what` is what people call it,
/// should it break off.
pub(crate) async fn to_the_end<T: Send + 'static>(
    what: &str,
    work: impl Future<Output = Result<T, CallError>> + Send + 'static,
) -> Result<T, CallError> {
    let task = tokio::spawn(work.instrument(call_span()).in_current_span());
    task.await.unwrap_or_else(|failure| {
        tracing::error!(%failure, what, "work broke off within Latch");
        let message = format!("the {what} broke off within Latch; its log says why");
        let mut error = CallError::new(ErrorClass::Internal, message);
        error.effect = WriteEffect::Unknown;
        Err(error.with_hint("read the object to see whether the change was made before repeating the call"))
    })
}
