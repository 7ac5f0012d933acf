//! Which objects can match a query at all, found by an index instead of a scan.
//!
//! The answer may hold too many objects, never too few: every candidate is still asked. What the world keeps an index
//! for is said by `Kind::indexed`; a new one there is used here without a change.

use std::collections::BTreeSet;

use super::evaluate::Views;
use super::facts::Scene;
use super::plan::{Condition, Reference, Wanted};
use super::term::{Entity, Hangs, Read};
use crate::store::{Created, Kind, Shelf, text};

/// Numbers of arrival of the only objects for which the condition can hold; `None` when only a scan can tell.
pub(super) fn candidates(
    scene: Scene<'_>,
    entity: &Entity,
    condition: &Condition,
    views: &Views,
) -> Option<BTreeSet<u32>> {
    match condition {
        Condition::And(parts) => {
            let few = parts.iter().filter_map(|part| candidates(scene, entity, part, views));
            few.min_by_key(BTreeSet::len)
        }
        Condition::Or(parts) => {
            let each: Option<Vec<_>> =
                parts.iter().map(|part| candidates(scene, entity, part, views)).collect();
            each.map(|each| each.into_iter().flatten().collect())
        }
        Condition::InView(name) => Some(views.get(name).into_iter().flatten().copied().collect()),
        Condition::Is(Reference::Known(term), wanted) => holding(scene, entity, term.read, wanted),
        Condition::Child(child, inner) if entity.is_lead() && matches!(child.hangs, Hangs::Stored) => {
            let hanging = candidates(scene, child, inner, views)?;
            Some(leads_of(scene, hanging))
        }
        _ => None,
    }
}

fn holding(scene: Scene<'_>, entity: &Entity, read: Read, wanted: &[Wanted]) -> Option<BTreeSet<u32>> {
    let organization = scene.organization_id;
    let kind = entity.kind;
    match read {
        Read::Member("id") => {
            Some(wanted.iter().filter_map(|wanted| scene.world.number(wanted.text.trim())).collect())
        }
        Read::Member("lead_id") => {
            let leads = wanted.iter().map(|wanted| wanted.text.trim());
            let seen = leads.filter(|id| scene.view.find(Kind::Lead, id).is_some());
            Some(seen.flat_map(|id| scene.world.numbers(id, Shelf::Of(kind), Created::EVER)).collect())
        }
        Read::Member(member) if kind.is_indexed_by(member) => {
            let values = wanted.iter().map(|wanted| wanted.text.trim());
            Some(values.flat_map(|value| scene.world.holding(organization, kind, member, value)).collect())
        }
        Read::Named(other, reference, members) if kind.is_indexed_by(reference) => {
            let all = scene.world.collection(organization, other);
            let meant = all.filter(|object| {
                let mut names = members.iter().filter_map(|member| text(object, member));
                names.any(|name| wanted.iter().any(|wanted| is(name, wanted)))
            });
            // What is gone keeps its id.
            let gone = wanted.iter().map(|wanted| wanted.text.trim()).filter(|_| members.contains(&"id"));
            let ids = meant.filter_map(|object| text(object, "id")).chain(gone);
            Some(ids.flat_map(|id| scene.world.holding(organization, kind, reference, id)).collect())
        }
        Read::Rows(list, member) if kind.indexed().contains(&(list, member)) => {
            let values = wanted.iter().map(|wanted| wanted.text.trim());
            Some(values.flat_map(|value| scene.world.holding(organization, kind, list, value)).collect())
        }
        Read::OfContacts(list, member) if entity.is_lead() => {
            let indexed = Kind::Contact.indexed().contains(&(list, member));
            indexed.then(|| {
                let values = wanted.iter().map(|wanted| wanted.text.trim());
                let contacts =
                    values.flat_map(|value| scene.world.holding(organization, Kind::Contact, list, value));
                leads_of(scene, contacts)
            })
        }
        _ => None,
    }
}

fn is(name: &str, wanted: &Wanted) -> bool {
    name.to_lowercase() == wanted.text.trim().to_lowercase()
}

/// The leads that objects hang on.
fn leads_of(scene: Scene<'_>, hanging: impl IntoIterator<Item = u32>) -> BTreeSet<u32> {
    let lead = |number| {
        scene.view.aside(|view| {
            let record = view.world.at(number).filter(|record| view.record_is_visible(record))?;
            view.world.number(text(&record.object, "lead_id")?)
        })
    };
    hanging.into_iter().filter_map(lead).collect()
}
