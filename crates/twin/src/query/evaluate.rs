//! Whether a condition holds, and in what order objects come out.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde_json::Value;

use super::ast::{Comparison, Slice};
use super::candidates;
use super::facts::{self, Scene};
use super::plan::{Condition, Plan, Reference, Wanted};
use super::term::{Entity, Hangs, Holds, Read, Term, Text};
use super::time::{Period, moment_of};
use super::words::contains;
use crate::filtering;
use crate::resource::View;
use crate::search;
use crate::store::{Created, Key, Object, Placed, Shelf, parse_moment, text};

/// Numbers of the objects that fit, in the order asked for; without one, newest first. `views_left` says how many
/// Smart Views may still refer to one another.
pub(super) fn select(plan: &Plan, view: View<'_>, views_left: usize) -> Vec<u32> {
    let mut views = Views::new();
    look_into_views(&plan.condition, view, views_left, &mut views);
    let views = &views;
    let fits = |number: &u32| {
        view.aside(|view| {
            let found = view.world.at(*number).filter(|record| record.kind == plan.entity.kind);
            found.filter(|record| view.record_is_visible(record)).is_some_and(|record| {
                let asked = Asked { scene: Scene::new(view), views };
                plan.slice.is_none_or(|slice| in_slice(slice, &record.object))
                    && asked.holds(plan.entity, &record.object, &plan.condition)
            })
        })
    };
    let scene = Scene::new(view);
    let few = candidates::candidates(scene, plan.entity, &plan.condition, views);
    let mut found: Vec<u32> = if let Some(few) = few {
        filtering::newest_first(view, few).into_iter().filter(fits).collect()
    } else {
        let shelf = Shelf::Of(plan.entity.kind);
        view.world.numbers(scene.organization_id, shelf, Created::EVER).rev().filter(fits).collect()
    };
    for (reference, descending) in plan.sort.iter().rev() {
        found.sort_by_cached_key(|number| {
            let key = view.aside(|view| {
                let record = view.world.at(*number)?;
                key(Asked { scene: Scene::new(view), views }, plan.entity, reference, &record.object)
            });
            Placed { key, descending: *descending }
        });
    }
    found
}

/// The leads of the Smart Views a query mentions, by the names it uses.
pub(super) type Views = HashMap<String, HashSet<u32>>;

/// Finds out once what is in each view that a condition mentions. Views can name each other, to a limit; one that
/// does not exist, or cannot be evaluated, holds nothing.
fn look_into_views(condition: &Condition, view: View<'_>, views_left: usize, views: &mut Views) {
    match condition {
        Condition::InView(name) if !views.contains_key(name) => {
            let members = views_left.checked_sub(1).and_then(|left| {
                let smart_view = search::named_view(view, name)?;
                search::members(view, smart_view, left).ok()
            });
            views.insert(name.clone(), members.unwrap_or_default().into_iter().collect());
        }
        Condition::Not(inner) => look_into_views(inner, view, views_left, views),
        Condition::And(parts) | Condition::Or(parts) => {
            for part in parts {
                look_into_views(part, view, views_left, views);
            }
        }
        _ => {}
    }
}

/// Parts by a stable hash (FNV-1a) of the id: a lead stays in its part whatever else is created.
fn in_slice(slice: Slice, lead: &Object) -> bool {
    let id = text(lead, "id").unwrap_or_default();
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash % u64::from(slice.of) == u64::from(slice.part - 1)
}

#[derive(Clone, Copy)]
struct Asked<'w> {
    scene: Scene<'w>,
    views: &'w Views,
}

impl<'w> Asked<'w> {
    fn holds(self, entity: &'static Entity, object: &Object, condition: &Condition) -> bool {
        match condition {
            Condition::Everything => true,
            Condition::Words { phrase, prefix } => {
                self.text(entity, object).iter().any(|text| contains(text, phrase, *prefix))
            }
            Condition::Present(reference) => {
                self.values(entity, reference, object).1.iter().any(is_something)
            }
            Condition::Is(reference, wanted) => {
                let (holds, values) = self.values(entity, reference, object);
                wanted.iter().any(|wanted| values.iter().any(|value| self.is(holds, value, wanted)))
            }
            Condition::Compare(reference, comparison, wanted) => {
                let (holds, values) = self.values(entity, reference, object);
                values.iter().any(|value| self.compares(holds, value, *comparison, wanted))
            }
            Condition::InView(view) => {
                let number = text(object, "id").and_then(|id| self.scene.world.number(id));
                number.is_some_and(|number| {
                    self.views.get(view).is_some_and(|members| members.contains(&number))
                })
            }
            Condition::Child(child, inner) => match child.hangs {
                Hangs::Stored => {
                    self.children(entity, object, child).any(|found| self.holds(child, found, inner))
                }
                Hangs::Worked(work) => {
                    work(self.scene, object).iter().any(|found| self.holds(child, found, inner))
                }
            },
            Condition::Not(inner) => !self.holds(entity, object, inner),
            Condition::And(parts) => parts.iter().all(|part| self.holds(entity, object, part)),
            Condition::Or(parts) => parts.iter().any(|part| self.holds(entity, object, part)),
        }
    }

    fn text(self, entity: &Entity, object: &Object) -> Vec<String> {
        match entity.text {
            Text::Members(names) => facts::members(object, names),
            Text::Work(work) => work(self.scene, object),
        }
    }

    fn values(self, entity: &Entity, reference: &Reference, object: &Object) -> (Holds, Vec<Value>) {
        match reference {
            Reference::Known(term) => (term.holds, known(self.scene, term, object)),
            Reference::Custom(name) => custom(self.scene, entity, name, object),
        }
    }

    /// Children of an object: everything hangs on the lead, and names what else it belongs to.
    fn children<'o>(
        self,
        entity: &'static Entity,
        object: &'o Object,
        child: &Entity,
    ) -> impl Iterator<Item = &'w Object> + use<'w, 'o> {
        let id = text(object, "id");
        let lead = if entity.is_lead() { id } else { text(object, "lead_id") };
        let found = self.scene.world.children_of(lead.unwrap_or_default(), child.kind);
        found.filter(move |found| entity.is_lead() || text(found, entity.link) == id)
    }

    fn is(self, holds: Holds, value: &Value, wanted: &Wanted) -> bool {
        match (holds, value) {
            (Holds::Number, Value::Number(number)) => number.as_f64() == wanted.number,
            (Holds::Flag, Value::Bool(flag)) => {
                *flag == matches!(wanted.text.to_ascii_lowercase().as_str(), "yes" | "true")
            }
            (Holds::Moment, Value::String(stored)) => self.moments(stored, wanted, Period::holds),
            (Holds::Period, Value::Array(ends)) => {
                let Scene { now, offset, .. } = self.scene;
                let end = |at: usize| ends.get(at).and_then(Value::as_str).and_then(parse_moment);
                let period = wanted.time.as_ref().and_then(|time| time.period(now, offset));
                period.is_some_and(|period| period.meets(end(0), end(1)))
            }
            (Holds::Id, Value::String(id)) => *id == wanted.text.trim(),
            (Holds::Text, Value::String(text)) => contains(text, &wanted.words, false),
            (Holds::Exact, Value::String(text)) => text.to_lowercase() == wanted.text.trim().to_lowercase(),
            (_, Value::Array(values)) => values.iter().any(|value| self.is(holds, value, wanted)),
            _ => false,
        }
    }

    fn compares(self, holds: Holds, value: &Value, comparison: Comparison, wanted: &Wanted) -> bool {
        match (holds, value) {
            (Holds::Number, Value::Number(number)) => {
                let ordering =
                    number.as_f64().zip(wanted.number).and_then(|(left, right)| left.partial_cmp(&right));
                ordering.is_some_and(|ordering| match comparison {
                    Comparison::Greater => ordering == Ordering::Greater,
                    Comparison::GreaterOrEqual => ordering != Ordering::Less,
                    Comparison::Less => ordering == Ordering::Less,
                    Comparison::LessOrEqual => ordering != Ordering::Greater,
                })
            }
            (Holds::Moment, Value::String(stored)) => {
                self.moments(stored, wanted, |period, at| period.compares(at, comparison))
            }
            _ => false,
        }
    }

    fn moments(self, stored: &str, wanted: &Wanted, fits: impl FnOnce(&Period, Timestamp) -> bool) -> bool {
        let Scene { now, offset, .. } = self.scene;
        let period = wanted.time.as_ref().and_then(|time| time.period(now, offset));
        period.zip(moment_of(stored, offset)).is_some_and(|(period, at)| fits(&period, at))
    }
}

fn known(scene: Scene<'_>, term: &Term, object: &Object) -> Vec<Value> {
    match term.read {
        Read::Member(name) => {
            object.get(name).filter(|value| !value.is_null()).cloned().into_iter().collect()
        }
        Read::Count(kinds) => vec![scene.count(object, kinds).into()],
        Read::Named(kind, reference, members) => members
            .iter()
            .flat_map(|member| match *member {
                // What is gone keeps its id.
                "id" => object.get(reference).filter(|id| id.is_string()).cloned().into_iter().collect(),
                member => scene.member_of(kind, object, reference, member),
            })
            .collect(),
        Read::Rows(list, member) => facts::entries(object, list, member),
        Read::OfContacts(list, member) => scene.contact_entries(object, list, member),
        Read::Work(work) => work(scene, object),
    }
}

/// The values of a custom field. One that does not exist has none.
fn custom(scene: Scene<'_>, entity: &Entity, name: &str, object: &Object) -> (Holds, Vec<Value>) {
    let none = (Holds::Exact, Vec::new());
    let Some(field) = entity.customs.and_then(|kind| scene.custom_field(kind, name)) else { return none };
    let Some(id) = text(field, "id") else { return none };
    let stored = match object.get(&format!("custom.{id}")) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(values)) => values.clone(),
        Some(value) => vec![value.clone()],
    };
    match text(field, "type") {
        Some("number") => (Holds::Number, stored),
        Some("date" | "datetime") => (Holds::Moment, stored),
        Some("text" | "textarea") => (Holds::Text, stored),
        Some("user") => {
            let users = stored.iter().filter_map(Value::as_str).flat_map(|id| scene.user_by_id(id));
            (Holds::Exact, users.collect())
        }
        _ => (Holds::Exact, stored),
    }
}

fn is_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

fn key(asked: Asked<'_>, entity: &Entity, reference: &Reference, object: &Object) -> Option<Key> {
    let (holds, values) = asked.values(entity, reference, object);
    match (holds, values.first()?) {
        (Holds::Moment, Value::String(stored)) => {
            let moment = moment_of(stored, asked.scene.offset)?;
            #[expect(clippy::cast_precision_loss, reason = "microseconds of this century fit")]
            Some(Key::Number(moment.as_microsecond() as f64))
        }
        (_, Value::Number(number)) => number.as_f64().map(Key::Number),
        (_, Value::Bool(flag)) => Some(Key::Number(f64::from(u8::from(*flag)))),
        (_, Value::String(text)) => Some(Key::Text(text.to_lowercase())),
        _ => None,
    }
}
