//! `POST /data/search/`: Advanced Filtering.

use http::Method;

use crate::http::{Answer, Call, Refusal};
use crate::resource::{Action, Run, View};
use crate::search;

/// `POST /data/search/`
pub(crate) const ACTIONS: &[Action] =
    &[Action { method: Method::POST, path: "data/search", run: Run::Read(run) }];

fn run(view: View<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    search::answer(view, &call.body).map(Answer::ok)
}
