//! A session: one interpreter for many entries, as somebody at a terminal wants it.

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::host::Host;
use crate::interpreter::Interpreter;
use crate::limits::Limits;

/// An interpreter that keeps what entries define. Every entry has the limits of a run to itself.
#[derive(Debug)]
pub struct Session {
    interpreter: Arc<Interpreter>,
    limits: Limits,
    host: SessionHost,
    threads: Handle,
}

struct SessionHost(Arc<dyn Host>);

impl std::fmt::Debug for SessionHost {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Host")
    }
}

/// What is to be done with a line that was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// It is a whole piece of the language.
    Complete,
    /// More is to come: a block, a text or a table is still open.
    Incomplete,
}

impl Session {
    pub(crate) fn new(
        interpreter: Interpreter,
        limits: Limits,
        host: Arc<dyn Host>,
        threads: Handle,
    ) -> Self {
        Self { interpreter: Arc::new(interpreter), limits, host: SessionHost(host), threads }
    }
}
