//! Script runs, as they are remembered.

use latch_vault::{RunRecord, RunSummary};

use crate::gateway::Gateway;
use crate::{CallError, Caller};

impl Gateway {
    /// Remembers a run of the caller. Whatever the summary says, it is the caller who is recorded.
    ///
    /// # Errors
    ///
    /// Trouble with the store.
    pub async fn record_run(&self, caller: &Caller, mut run: RunRecord) -> Result<(), CallError> {
        run.summary.caller.clone_from(&caller.name);
        Ok(self.inner.vault.record_run(&caller.tenant, &run).await?)
    }

    /// The last runs of the caller's tenant, newest first: at most `limit`, and never more than 500.
    ///
    /// # Errors
    ///
    /// Trouble with the store.
    pub async fn runs(&self, caller: &Caller, limit: u32) -> Result<Vec<RunSummary>, CallError> {
        Ok(self.inner.vault.runs(&caller.tenant, limit).await?)
    }

    /// One run with all that is remembered of it.
    ///
    /// # Errors
    ///
    /// `not_found` for an unknown one and for one of another tenant alike.
    pub async fn run(&self, caller: &Caller, id: &str) -> Result<RunRecord, CallError> {
        Ok(self.inner.vault.run(&caller.tenant, id).await?)
    }
}
