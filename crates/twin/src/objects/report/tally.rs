//! What objects add to the metrics of a report.
//!
//! Every object is read once, whatever the number of metrics, and adds its shares to those it counts for.

use std::collections::HashSet;

use jiff::Timestamp;
use serde_json::Value;

use super::metric::{Fold, Metric};
use super::narrowing::{Leads, Range};
use crate::resource::View;
use crate::store::{Kind, Shelf, text};

/// What one object adds to a metric.
pub(super) struct Share {
    at: Timestamp,
    /// Position among the users met.
    user: usize,
    /// Number of arrival of its lead.
    lead: Option<u32>,
    amount: i64,
}

/// Everything that adds to some metrics in a time.
pub(super) struct Tally {
    /// By position of the metric.
    pub(super) shares: Vec<Vec<Share>>,
    /// Whose the shares are.
    users: Vec<String>,
}

impl Tally {
    pub(super) fn of(
        view: View<'_>,
        metrics: &[Metric],
        (start, end): Range,
        users: Option<&[String]>,
        leads: Option<&Leads>,
    ) -> Self {
        let mut tally = Self { shares: metrics.iter().map(|_| Vec::new()).collect(), users: Vec::new() };
        let mut kinds: Vec<Kind> = Vec::new();
        for kind in metrics.iter().flat_map(|metric| metric.kinds) {
            if !kinds.contains(kind) {
                kinds.push(*kind);
            }
        }
        for kind in kinds {
            for number in view.numbers(Shelf::Of(kind)) {
                view.aside(|view| {
                    let Some(object) = view.world.at(number).map(|record| &record.object) else { return };
                    let lead = text(object, if kind == Kind::Lead { "id" } else { "lead_id" });
                    if !leads.is_none_or(|leads| lead.is_some_and(|lead| leads.contains(lead))) {
                        return;
                    }
                    let lead = lead.and_then(|lead| view.world.number(lead));
                    for (position, metric) in metrics.iter().enumerate() {
                        if !metric.kinds.contains(&kind) {
                            continue;
                        }
                        let Some(share) = metric.share(view, object, view.caller.offset) else { continue };
                        let theirs = users.is_none_or(|users| users.iter().any(|user| user == share.user_id));
                        if theirs && share.at >= start && share.at < end {
                            let user = tally.position_of(share.user_id);
                            let share = Share { at: share.at, user, lead, amount: share.amount };
                            tally.shares[position].push(share);
                        }
                    }
                });
            }
        }
        tally
    }

    fn position_of(&mut self, user_id: &str) -> usize {
        self.users.iter().position(|user| user == user_id).unwrap_or_else(|| {
            self.users.push(user_id.to_owned());
            self.users.len() - 1
        })
    }

    /// Those of some shares that fall into a time and belong to a user, if one is named.
    pub(super) fn narrowed<'t>(
        &self,
        shares: &'t [Share],
        (start, end): Range,
        user: Option<&str>,
    ) -> impl Iterator<Item = &'t Share> + use<'t> {
        let whose = user.map(|wanted| self.users.iter().position(|user| user == wanted));
        shares.iter().filter(move |share| {
            share.at >= start && share.at < end && whose.is_none_or(|user| user == Some(share.user))
        })
    }
}

/// The shares of a metric as one number.
pub(super) fn folded<'t>(fold: Fold, shares: impl Iterator<Item = &'t Share>) -> Value {
    match fold {
        Fold::Sum => shares.map(|share| share.amount).fold(0, i64::saturating_add).into(),
        Fold::Average => {
            let (count, sum) = shares.fold((0, 0), |(count, sum): (i64, i64), share| {
                (count + 1, sum.saturating_add(share.amount))
            });
            sum.checked_div(count).unwrap_or(0).into()
        }
        Fold::Leads => shares.map(|share| share.lead).collect::<HashSet<_>>().len().into(),
    }
}
