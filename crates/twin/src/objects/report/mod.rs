//! Reports, counted from the objects themselves: activities, the opportunity funnel, changes of status, sent e-mails,
//! and the Explorer. They change nothing, also those that are asked for with POST.

mod activity;
mod custom;
mod funnel;
mod funnel_numbers;
mod history;
mod interval;
mod metric;
mod metric_search;
mod narrowing;
mod searching;
mod sent_emails;
mod statuses;
mod tally;
mod transitions;

use http::Method;

use crate::http::{Answer, Call, Refusal};
use crate::resource::{Action, Run, View};

/// Every report.
pub(crate) const ACTIONS: &[Action] = &[
    report(Method::POST, "report/activity", activity::report),
    report(Method::GET, "report/activity/metrics", activity::metrics),
    report(Method::POST, "report/funnel/opportunity/stages", funnel::stages),
    report(Method::POST, "report/funnel/opportunity/totals", funnel::totals),
    report(Method::GET, "report/statuses/lead/{}", statuses::of_leads),
    report(Method::GET, "report/statuses/opportunity/{}", statuses::of_opportunities),
    report(Method::GET, "report/sent_emails/{}", sent_emails::report),
    report(Method::GET, "report/custom/fields", custom::fields),
    report(Method::GET, "report/custom/{}", custom::report),
];

type Answering = fn(View<'_>, &Call, &[&str]) -> Result<Answer, Refusal>;

const fn report(method: Method, path: &'static str, run: Answering) -> Action {
    Action { method, path, run: Run::Read(run) }
}

/// Reports on an organization name it in their path; there is only the caller's own.
fn check_organization(view: View<'_>, captured: &[&str]) -> Result<(), Refusal> {
    if captured.first().copied() == Some(&view.caller.organization_id) {
        Ok(())
    } else {
        Err(Refusal::NoObject("Organization"))
    }
}
