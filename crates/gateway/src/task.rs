//! Work that goes on when whoever asked for it is gone: Close may have acted already, and it has to be recorded.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::FutureExt;
use latch_vault::Vault;
use tracing::{Instrument, Span};

use crate::observer::call_span;
use crate::{CallError, ErrorClass, WriteEffect};

/// Runs work within the span of the request that asks for it. It needs no task of its own until the request is given
/// up: then the vault keeps it, and waits for it when it is closed. `what` is what people call it, should it break off.
pub(crate) fn to_the_end<T: Send + 'static>(
    vault: &Vault,
    what: &'static str,
    work: impl Future<Output = Result<T, CallError>> + Send + 'static,
) -> impl Future<Output = Result<T, CallError>> + Send {
    // It is some kilobytes large: what comes around it moves a pointer.
    let work = Box::pin(work);
    let work = AssertUnwindSafe(work.instrument(call_span())).catch_unwind();
    let work = work.map(move |outcome| outcome.unwrap_or_else(|panic| Err(broken_off(what, panic.as_ref()))));
    Kept { work: Some(work), vault: vault.clone() }
}

fn broken_off(what: &str, panic: &(dyn Any + Send)) -> CallError {
    tracing::error!(failure = said(panic), what, "work broke off within Latch");
    let message = format!("the {what} broke off within Latch; its log says why");
    let mut error = CallError::new(ErrorClass::Internal, message);
    error.effect = WriteEffect::Unknown;
    error.with_hint("read the object to see whether the change was made before repeating the call")
}

/// Work that is handed to the vault if it is dropped before its end.
struct Kept<F: Future<Output: Send> + Send + Unpin + 'static> {
    work: Option<F>,
    vault: Vault,
}

impl<F: Future<Output: Send> + Send + Unpin + 'static> Future for Kept<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let Some(work) = &mut self.work else { return Poll::Pending };
        let polled = Pin::new(work).poll(context);
        if polled.is_ready() {
            self.work = None;
        }
        polled
    }
}

impl<F: Future<Output: Send> + Send + Unpin + 'static> Drop for Kept<F> {
    fn drop(&mut self) {
        if let Some(work) = self.work.take() {
            self.vault.finish_in_background(work.map(drop).instrument(Span::current()));
        }
    }
}

/// What a panic said.
fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("a panic without words")
}
