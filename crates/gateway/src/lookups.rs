//! Names in place of ids: reading the lists at Close that know them.

use latch_catalog::Prepared;
use latch_close::{PageLimits, Request};
use tokio::time::Instant;
use url::Url;

use crate::gateway::Gateway;
use crate::{CallError, ErrorClass};

/// Lists longer than 2,000 entries are not read for a name: the id has to be given.
const LIMITS: PageLimits = PageLimits { page_size: 100, max_pages: 20 };

impl Gateway {
    /// Replaces the names in `prepared` by ids. Reads nothing if there are none.
    pub(crate) async fn resolve_names(
        &self,
        prepared: &mut Prepared<'_>,
        api: &Url,
        credential: &latch_close::Credential,
        deadline: Instant,
    ) -> Result<(), CallError> {
        for lookup in prepared.lookups() {
            let list = Request::get(&lookup.path);
            let mut pages = self.inner.close.pages(api, credential, list, LIMITS, deadline);
            let entries = pages.all().await?;
            if pages.is_truncated() {
                return Err(CallError::new(
                    ErrorClass::InvalidArguments,
                    format!("there are too many of {} to find one by name; give its id", lookup.noun),
                ));
            }
            prepared.resolve(lookup, &entries)?;
        }
        Ok(())
    }
}
