//! Reading a whole list, a page at a time.

use serde_json::Value;
use tokio::time::Instant;
use url::Url;

use crate::client::Client;
use crate::credential::Credential;
use crate::error::{CloseError, ErrorKind, Outcome};
use crate::request::Request;

/// How much of a list is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageLimits {
    /// How many objects to ask for at once. Close allows 100 on most lists (documented). Default 100.
    pub page_size: u32,
    /// The most pages that are read. Default 50.
    pub max_pages: u32,
}

impl Default for PageLimits {
    fn default() -> Self {
        Self { page_size: 100, max_pages: 50 }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The objects, in Close's order.
    pub items: Vec<Value>,
    /// How many objects the whole list has. Only a few of Close's lists say so.
    pub total_results: Option<u64>,
}

/// A list of Close's, read by `_skip` and `_limit` until `has_more` is false or the limit of pages is reached.
///
/// Close pages over live data: an object created or deleted meanwhile shifts the rest, so an object may come
/// twice or not at all (documented). Good for looking things up by name, not for keeping a copy.
#[derive(Debug)]
pub struct Pages<'a> {
    client: &'a Client,
    api: &'a Url,
    credential: &'a Credential,
    request: Request,
    limits: PageLimits,
    deadline: Instant,
    skip: usize,
    read: u32,
    has_more: bool,
}

impl<'a> Pages<'a> {
    pub(crate) fn new(
        client: &'a Client,
        api: &'a Url,
        credential: &'a Credential,
        mut request: Request,
        limits: PageLimits,
        deadline: Instant,
    ) -> Self {
        request.query.retain(|(name, _)| name != "_skip" && name != "_limit");
        Self { client, api, credential, request, limits, deadline, skip: 0, read: 0, has_more: true }
    }

    /// The next page, or nothing after the last one. After an error the same page is asked for again.
    pub async fn next_page(&mut self) -> Result<Option<Page>, CloseError> {
        if !self.has_more || self.read >= self.limits.max_pages {
            return Ok(None);
        }
        let request = self
            .request
            .clone()
            .with_query("_limit", self.limits.page_size.to_string())
            .with_query("_skip", self.skip.to_string());
        let response = self.client.send(self.api, self.credential, &request, self.deadline).await?;

        let mut data = response.data.to_value();
        let total_results = data.get("total_results").and_then(Value::as_u64);
        let has_more = data.get("has_more").and_then(Value::as_bool).unwrap_or(false);
        let Some(Value::Array(items)) = data.get_mut("data").map(Value::take) else {
            return Err(CloseError {
                kind: ErrorKind::NotJson,
                status: Some(response.status),
                message: format!("the answer to {} {} is not a list", request.method, request.path),
                field_errors: Vec::new(),
                trace_id: response.trace_id,
                attempts: response.attempts,
                waited: response.waited,
                outcome: Outcome::NotApplied,
            });
        };
        self.read += 1;
        self.skip += items.len();
        // An empty page that promises more would be promised for ever.
        self.has_more = has_more && !items.is_empty();
        Ok(Some(Page { items, total_results }))
    }

    /// Every object of the remaining pages, in order. [`is_truncated`](Self::is_truncated) says whether
    /// the limit of pages cut the list short.
    pub async fn all(&mut self) -> Result<Vec<Value>, CloseError> {
        let mut all = Vec::new();
        while let Some(page) = self.next_page().await? {
            all.extend(page.items);
        }
        Ok(all)
    }

    /// Whether Close has more objects than the limit of pages let through.
    pub fn is_truncated(&self) -> bool {
        self.has_more && self.read >= self.limits.max_pages
    }
}
