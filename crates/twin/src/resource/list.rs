//! Lists: which records, in which order, which page, which members.

use std::cmp::Ordering;

use serde_json::Value;

use super::declaration::{ListRules, Order};
use super::filter::{self, Conditions};
use super::view::View;
use crate::http::{Parameters, Refusal};
use crate::objects::resource_of;
use crate::store::{Kind, Object, Record, Shelf, text};

/// Page size without `_limit` (documented).
const DEFAULT_LIMIT: usize = 100;

/// The part of a list a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) limit: usize,
    pub(crate) skip: usize,
}

impl Page {
    /// Reads `_limit` and `_skip`.
    pub(crate) fn read(rules: &ListRules, parameters: &Parameters) -> Result<Self, Refusal> {
        let limit = match parameters.get("_limit") {
            None => DEFAULT_LIMIT.min(rules.max_limit),
            Some(given) if given.parse::<i64>().is_err() => {
                return Err(Refusal::bad_request(format!(
                    "_limit must be an integer (got \"{given}\" instead)."
                )));
            }
            Some(given) => given.parse().map_err(|_| {
                Refusal::bad_request(format!(
                    "_limit must be a non-negative integer (got \"{given}\" instead)."
                ))
            })?,
        };
        if limit > rules.max_limit {
            return Err(Refusal::bad_request(format!(
                "The limit you set is larger than the maximum limit for this resource (max_limit = {}).",
                rules.max_limit
            )));
        }
        let skip = match parameters.get("_skip") {
            None => 0,
            Some(given) => given.parse().map_err(|_| {
                Refusal::bad_request(format!(
                    "_skip must be a non-negative integer (got \"{given}\" instead)."
                ))
            })?,
        };
        if skip > rules.max_skip {
            return Err(Refusal::bad_request(format!(
                "The skip you set is larger than the maximum skip for this resource (max_skip = {}).\nPlease refine \
                 your search query.",
                rules.max_skip
            )));
        }
        Ok(Self { limit, skip })
    }
}

/// Which members of an object an answer shows: `_fields`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Projection {
    /// All that are shown unasked.
    All,
    /// Those named.
    Only(Vec<String>),
}

impl Projection {
    /// Reads `_fields`; `_all` means everything.
    pub(crate) fn read(parameters: &Parameters) -> Self {
        match parameters.get("_fields").map(str::trim) {
            None | Some("" | "_all") => Self::All,
            Some(names) => Self::Only(names.split(',').map(|name| name.trim().to_owned()).collect()),
        }
    }

    /// Whether a member is wanted, if there is one.
    pub(crate) fn wants(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|wanted| wanted == name),
        }
    }

    /// Whether a member is asked for by name.
    pub(crate) fn names(&self, name: &str) -> bool {
        *self != Self::All && self.wants(name)
    }

    /// Whether any custom field is wanted.
    pub(crate) fn wants_customs(&self) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|name| name == "custom" || name.starts_with("custom.")),
        }
    }
}

/// Cuts an object that is not rendered from fields down to the members wanted.
pub(crate) fn project(object: Object, wanted: &Projection) -> Object {
    object.into_iter().filter(|(name, _)| wanted.wants(name)).collect()
}

/// What a list found.
pub(crate) struct Found<'w> {
    /// The records of the page.
    pub(crate) page: Vec<&'w Record>,
    /// Whether there are more behind it.
    pub(crate) has_more: bool,
    /// Every match, when the list counts or sums them; otherwise no more than the page needed.
    pub(crate) all: Vec<&'w Record>,
}

/// Finds the records a list request asks for, reading no more of the index than it must.
pub(crate) fn find<'w>(
    view: View<'w>,
    rules: &ListRules,
    shelf: Shelf,
    parameters: &Parameters,
    page: Page,
) -> Result<Found<'w>, Refusal> {
    (rules.check)(view, parameters)?;
    let conditions = Conditions::read(rules.filters, parameters)?;
    let keys = sort_keys(rules, parameters);
    let enough = if rules.total || rules.summary.is_some() || !keys.is_empty() {
        usize::MAX
    } else {
        page.skip.saturating_add(page.limit).saturating_add(1)
    };
    let fits = |record: &Record| match shelf {
        Shelf::Of(kind) => record.kind == kind,
        Shelf::Activities => record.kind.is_activity(),
    };
    let kept = |record: &&Record| {
        conditions.hold(view, resource_of(record.kind), &record.object)
            && rules.keep.is_none_or(|keep| keep(view, record, parameters))
    };
    let selected = match rules.select {
        Some(select) => select(view, parameters)?,
        None => None,
    };
    let mut all: Vec<&Record> = if let Some(ids) = selected {
        ids.iter()
            .filter_map(|id| view.record(id))
            .filter(|record| fits(record))
            .filter(kept)
            .take(enough)
            .collect()
    } else if let Some(ids) = filter::ids(rules.filters, parameters) {
        ids.into_iter().filter_map(|id| view.record(id)).filter(|record| fits(record)).filter(kept).collect()
    } else {
        let owner = filter::index_owner(view, rules.filters, parameters);
        let newest_first = match parameters.get("_order_by") {
            Some("-date_created") => true,
            Some("date_created") => false,
            // Among equals, the order of creation goes the way of the first key.
            _ => keys.first().map_or(rules.order == Order::NewestFirst, |(_, descends)| *descends),
        };
        if newest_first {
            view.world.shelf(owner, shelf).rev().filter(kept).take(enough).collect()
        } else {
            view.world.shelf(owner, shelf).filter(kept).take(enough).collect()
        }
    };
    if !keys.is_empty() {
        sort(view, &keys, &mut all);
    } else if rules.order == Order::Id {
        all.sort_by(|a, b| text(&a.object, "id").cmp(&text(&b.object, "id")));
    }
    let rest = all.len().saturating_sub(page.skip);
    let records = all.iter().skip(page.skip).take(page.limit).copied().collect();
    Ok(Found { page: records, has_more: rest > page.limit, all })
}

/// The members to sort by, with whether each descends. The order of creation is the index's own.
fn sort_keys(rules: &ListRules, parameters: &Parameters) -> Vec<(String, bool)> {
    let Some(wanted) = parameters.get("_order_by") else { return Vec::new() };
    let keys = wanted.split(',').map(str::trim).filter_map(|key| {
        let name = key.strip_prefix('-').unwrap_or(key);
        rules.orders.contains(&name).then(|| (name.to_owned(), key.starts_with('-')))
    });
    let keys: Vec<_> = keys.collect();
    if keys.len() == 1 && keys[0].0 == "date_created" && rules.select.is_none() { Vec::new() } else { keys }
}

fn sort(view: View<'_>, keys: &[(String, bool)], records: &mut Vec<&Record>) {
    let mut keyed: Vec<(Vec<Value>, &Record)> = records
        .iter()
        .map(|record| {
            let resource = resource_of(record.kind);
            let values = keys.iter().map(|(name, _)| filter::member(view, resource, &record.object, name));
            (values.collect(), *record)
        })
        .collect();
    keyed.sort_by(|(a, _), (b, _)| {
        let pairs = a.iter().zip(b).zip(keys);
        pairs
            .map(|((a, b), (_, descends))| compare(a, b, *descends))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    *records = keyed.into_iter().map(|(_, record)| record).collect();
}

/// Orders two values; null comes last whichever way.
fn compare(a: &Value, b: &Value, descends: bool) -> Ordering {
    let order = match (a, b) {
        (Value::Null, Value::Null) => return Ordering::Equal,
        (Value::Null, _) => return Ordering::Greater,
        (_, Value::Null) => return Ordering::Less,
        (Value::Number(a), Value::Number(b)) => {
            a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal)
        }
        (Value::String(a), Value::String(b)) => a.to_lowercase().cmp(&b.to_lowercase()),
        (a, b) => a.to_string().cmp(&b.to_string()),
    };
    if descends { order.reverse() } else { order }
}

/// Every record of a kind that meets the filters, for changes in bulk.
pub(crate) fn find_all<'w>(
    view: View<'w>,
    rules: &ListRules,
    kind: Kind,
    parameters: &Parameters,
) -> Result<Vec<&'w Record>, Refusal> {
    let page = Page { limit: usize::MAX - 1, skip: 0 };
    find(view, rules, Shelf::Of(kind), parameters, page).map(|found| found.all)
}
