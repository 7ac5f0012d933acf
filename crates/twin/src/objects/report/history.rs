//! Through which statuses something went, and when: read from its changes of status.

use jiff::Timestamp;

use crate::resource::View;
use crate::store::{Kind, Object, parse_moment, text};

/// The statuses of one lead or opportunity, oldest first: when it entered each, and its id. The first is the one it was
/// made with.
#[derive(Clone, Debug, Default)]
pub(super) struct History(Vec<(Timestamp, String)>);

impl History {
    /// Reads the history of an object that was made at `date_created` and now has `status_id`. Changes that were logged
    /// afterwards count too.
    fn read<'o>(object: &Object, changes: impl Iterator<Item = &'o Object>) -> Self {
        let at = |change: &Object| {
            text(change, "activity_at").or_else(|| text(change, "date_created")).and_then(parse_moment)
        };
        let mut changes: Vec<(Timestamp, &Object)> =
            changes.filter_map(|change| Some((at(change)?, change))).collect();
        changes.sort_by_key(|(at, _)| *at);
        let made = text(object, "date_created").and_then(parse_moment).unwrap_or(Timestamp::UNIX_EPOCH);
        let first = changes.first().and_then(|(_, change)| text(change, "old_status_id"));
        let first = first.or_else(|| text(object, "status_id").filter(|_| changes.is_empty()));
        let mut steps: Vec<(Timestamp, String)> =
            first.map(|status| (made, status.to_owned())).into_iter().collect();
        for (at, change) in changes {
            let Some(status) = text(change, "new_status_id") else { continue };
            if steps.last().is_none_or(|(_, last)| last != status) {
                steps.push((at, status.to_owned()));
            }
        }
        Self(steps)
    }

    /// That of a lead.
    pub(super) fn of_lead(view: View<'_>, lead: &Object) -> Self {
        let id = text(lead, "id").unwrap_or_default();
        Self::read(lead, view.children(id, Kind::LeadStatusChange))
    }

    /// That of an opportunity.
    pub(super) fn of_opportunity(view: View<'_>, deal: &Object) -> Self {
        let id = text(deal, "id").unwrap_or_default();
        let organization = &view.caller.organization_id;
        let changes = view.world.holding(organization, Kind::OpportunityStatusChange, "opportunity_id", id);
        let changes = changes.filter_map(|number| view.world.at(number)).map(|record| &record.object);
        Self::read(deal, changes)
    }

    /// When each status was entered.
    pub(super) fn steps(&self) -> impl DoubleEndedIterator<Item = (Timestamp, &str)> {
        self.0.iter().map(|(at, status)| (*at, status.as_str()))
    }

    /// Each stay in a status: the status, when it began, and when it ended, if it did.
    pub(super) fn stays(&self) -> impl Iterator<Item = (&str, Timestamp, Option<Timestamp>)> {
        let ends = self.0.iter().skip(1).map(|(at, _)| Some(*at)).chain([None]);
        self.0.iter().zip(ends).map(|((at, status), end)| (status.as_str(), *at, end))
    }

    /// The status at a moment; none before the object was made.
    pub(super) fn at(&self, moment: Timestamp) -> Option<&str> {
        self.0.iter().rev().find(|(at, _)| *at <= moment).map(|(_, status)| status.as_str())
    }
}
