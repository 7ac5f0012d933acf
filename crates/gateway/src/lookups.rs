//! Names in place of ids: reading the lists at Close that know them.

use latch_catalog::Prepared;
use latch_close::{PageLimits, Request};
use tokio::time::Instant;

use crate::account::Chosen;
use crate::gateway::Gateway;
use crate::{CallError, ErrorClass, Rehearsal};

/// Lists longer than 2,000 entries are not read for a name: the id has to be given.
const LIMITS: PageLimits = PageLimits { page_size: 100, max_pages: 20 };

impl Gateway {
    /// Replaces the names in `prepared` by ids.
    pub(crate) async fn resolve_names(
        &self,
        prepared: &mut Prepared<'_>,
        chosen: &Chosen,
        deadline: Instant,
        rehearsal: Option<&Rehearsal>,
    ) -> Result<(), CallError> {
        for lookup in prepared.lookups() {
            let api = self.api_of(chosen).await?;
            let (api, close) = (&api, &self.inner.close);
            let (mut entries, truncated) = self
                .with_credential(chosen, deadline, |credential| {
                    Box::pin(async move {
                        let list = Request::get(&lookup.path);
                        let mut pages = close.pages(api, &credential, list, LIMITS, deadline);
                        let entries = pages.all().await?;
                        Ok((entries, pages.is_truncated()))
                    })
                })
                .await?;
            if truncated {
                return Err(CallError::new(
                    ErrorClass::InvalidArguments,
                    format!("there are too many of {} to find one by name; give its id", lookup.noun),
                ));
            }
            entries.extend(chosen.imagined_in(rehearsal, &lookup.path));
            prepared.resolve(lookup, &entries)?;
        }
        Ok(())
    }
}
