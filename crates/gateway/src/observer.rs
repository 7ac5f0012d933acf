//! Who counts calls. The gateway tells; it knows nothing of who listens, or what for.

use std::fmt;

use latch_vault::CallRecord;

/// Is told of every call that was recorded. It is called before the caller has its answer, so it must not block.
pub trait Observer: fmt::Debug + Send + Sync {
    /// A call came to its end, whichever. The tool's name in the record is one of the catalogue's.
    fn call_finished(&self, record: &CallRecord);
}
