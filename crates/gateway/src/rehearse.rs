//! One call of a rehearsal: reads are sent, writes are planned and answered as if they had been.
//!
//! Promises that nothing but reads reaches Close, and that a write which Close would answer with "not found"
//! is answered so here.

use latch_catalog::{Method, Prepared, Source};
use latch_close::{Request, Response};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::account::Chosen;
use crate::gateway::Gateway;
use crate::overlay::{Known, split_path, with_fields};
use crate::policy::Passed;
use crate::{CallError, ErrorClass, PlannedRequest, PlannedWrite, Rehearsal};

/// A call that is ready to be made.
pub(crate) struct Rehearsed<'a> {
    pub(crate) rehearsal: &'a Rehearsal,
    pub(crate) prepared: &'a Prepared<'a>,
    pub(crate) chosen: &'a Chosen,
    pub(crate) request: &'a Request,
    pub(crate) passed: Passed,
    pub(crate) deadline: Instant,
}

/// What a read of a rehearsal came to.
pub(crate) enum Read {
    /// Close answered it, and this is left of the answer with the plan laid over it.
    Sent(Response, Value),
    /// The rehearsal knew.
    Known(Value),
}

impl Gateway {
    /// Reads at Close, with the planned changes laid over the answer.
    pub(crate) async fn rehearse_read(&self, call: &Rehearsed<'_>) -> Result<Read, CallError> {
        let Request { method, path, query, .. } = call.request;
        let account = call.chosen.key();
        if *method != http::Method::GET {
            let answer = self.send(call.chosen, call.request, call.deadline).await?;
            let data = answer.data.to_value();
            return Ok(Read::Sent(answer, data));
        }
        if let Some((collection, id)) = split_path(path) {
            match call.rehearsal.overlay(|overlay| overlay.get(account, collection, id)) {
                Some(Known::Object(object)) => return Ok(Read::Known(with_fields(query, object))),
                Some(Known::Deleted) => return Err(gone(id)),
                None => {}
            }
        }
        let known = call.rehearsal.overlay(|overlay| overlay.list_without_close(account, path, query));
        if let Some(list) = known {
            return Ok(Read::Known(list));
        }
        let answer = self.send(call.chosen, call.request, call.deadline).await?;
        let mut data = answer.data.to_value();
        call.rehearsal.overlay(|overlay| overlay.lay_over(account, path, query, &mut data));
        Ok(Read::Sent(answer, data))
    }

    /// Plans a write and makes up its answer.
    pub(crate) async fn rehearse_write(
        &self,
        call: &Rehearsed<'_>,
    ) -> Result<(PlannedRequest, Value), CallError> {
        let planned = self.plan(&self.api_of(call.chosen).await?, call.request)?;
        let method = call.prepared.request().method;
        // Looked up before anything is planned: a write to what is not there is none.
        let current = match method {
            Method::Put | Method::Delete => self.current(call).await?,
            Method::Get | Method::Post => None,
        };
        let tool = call.prepared.address();
        call.rehearsal.push(PlannedWrite {
            index: 0,
            tool: tool.name().to_owned(),
            kind: tool.tool().kind,
            account: call.chosen.identifier().to_owned(),
            approval: call.passed.approval,
            request: planned.clone(),
        });
        let answer = self.imagine(call, method, current);
        Ok((planned, answer))
    }

    fn imagine(&self, call: &Rehearsed<'_>, method: Method, current: Option<Value>) -> Value {
        let (rehearsal, account, path) = (call.rehearsal, call.chosen.key(), call.request.path.as_str());
        let now = self.inner.options.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string();
        match method {
            Method::Get | Method::Post => {
                let mut new_id = |prefix: &str| rehearsal.make_up_id(prefix);
                let imagined = call.prepared.imagine_created(&mut Source { now, new_id: &mut new_id });
                rehearsal.overlay(|overlay| {
                    overlay.put(account, path, imagined.object.clone(), true);
                    for (collection, part) in imagined.parts {
                        overlay.put(account, &collection, part, true);
                    }
                });
                imagined.object
            }
            Method::Put => {
                let object = call.prepared.imagine_changed(current, &now);
                if let Some((collection, _)) = split_path(path) {
                    rehearsal.overlay(|overlay| overlay.put(account, collection, object.clone(), false));
                }
                object
            }
            Method::Delete => {
                if let Some((collection, id)) = split_path(path) {
                    rehearsal.overlay(|overlay| overlay.delete(account, collection, id));
                }
                json!({})
            }
        }
    }

    /// The object that a write is about, as it is now; nothing where no tool reads it or nothing may be read.
    async fn current(&self, call: &Rehearsed<'_>) -> Result<Option<Value>, CallError> {
        let path = &call.request.path;
        if let Some((collection, id)) = split_path(path) {
            match call.rehearsal.overlay(|overlay| overlay.get(call.chosen.key(), collection, id)) {
                Some(Known::Object(object)) => return Ok(Some(object)),
                Some(Known::Deleted) => return Err(gone(id)),
                None => {}
            }
        }
        if call.prepared.reader().is_none() || !call.passed.may_read {
            return Ok(None);
        }
        Ok(Some(self.send(call.chosen, &Request::get(path), call.deadline).await?.data.to_value()))
    }
}

impl Chosen {
    /// What tells this account from all others of a rehearsal.
    fn key(&self) -> &str {
        match self {
            // No id looks like this.
            Self::Environment { .. } => "environment",
            Self::Connected(account) => account.id.as_str(),
        }
    }

    /// The objects made up for a list that is read to find an id by name.
    pub(crate) fn imagined_in(&self, rehearsal: Option<&Rehearsal>, list: &str) -> Vec<Value> {
        rehearsal.map(|rehearsal| rehearsal.imagined_in(self.key(), list)).unwrap_or_default()
    }
}

/// What Close answers for an object that is not there.
fn gone(id: &str) -> CallError {
    let mut error = CallError::new(
        ErrorClass::Api,
        format!("Close has nothing there (404): {id} was deleted earlier in this dry run"),
    );
    error.close_status = Some(404);
    error.with_hint("nothing was deleted at Close; in a live run the object would be gone by now")
}
