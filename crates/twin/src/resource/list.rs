//! Lists: which records, in which order, which page, which members.

use std::cmp::Ordering;

use serde_json::Value;

use super::declaration::{ListRules, Order};
use super::filter::{self, Conditions};
use super::view::View;
use crate::http::{Parameters, Refusal};
use crate::objects::resource_of;
use crate::store::{Created, Kind, Object, Record, Shelf, text};

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
    /// How many match, when the list counts them.
    pub(crate) total: usize,
    /// Numbers of arrival of every match, when the list sums them.
    pub(crate) all: Vec<u32>,
}

/// Finds the records a list request asks for, reading no more than it must: an index is chosen by what is asked, and
/// what it answers by itself is not read to be counted.
pub(crate) fn find<'w>(
    view: View<'w>,
    rules: &ListRules,
    shelf: Shelf,
    parameters: &Parameters,
    page: Page,
) -> Result<Found<'w>, Refusal> {
    (rules.check)(view, parameters)?;
    let conditions = Conditions::read(rules.filters, parameters)?;
    let mut keys = sort_keys(rules, parameters);
    let source = source(view, rules, shelf, parameters, &conditions)?;
    let by_creation = matches!(keys.as_slice(), [(only, _)] if only == "date_created");
    if source.ordered && by_creation {
        // The order of creation is the index's own.
        keys.clear();
    }
    let keep = rules.keep.map(|keep| move |view: View<'_>, record: &Record| keep(view, record, parameters));
    let residual = conditions.besides(source.answers);
    let open = source.exact && residual.is_empty() && keep.is_none() && view.sees_all_of(shelf);
    let fits = |number: &u32| {
        open || view.aside(|view| {
            view.world.at(*number).is_some_and(|record| {
                shelf.holds(record.kind)
                    && view.record_is_visible(record)
                    && residual.hold(view, resource_of(record.kind), &record.object)
                    && keep.as_ref().is_none_or(|keep| keep(view, record))
            })
        })
    };
    let newest_first = match parameters.get("_order_by") {
        Some("-date_created") => true,
        Some("date_created") => false,
        // Among equals, the order of creation goes the way of the first key.
        _ => keys.first().map_or(rules.order == Order::NewestFirst, |(_, descends)| *descends),
    };
    let numbers: Box<dyn Iterator<Item = u32>> = if newest_first && source.ordered {
        Box::new(source.numbers.rev())
    } else {
        Box::new(source.numbers)
    };
    let by_id = rules.order == Order::Id && keys.is_empty();
    if keys.is_empty() && !by_id && rules.summary.is_none() {
        return Ok(paged(
            view,
            numbers,
            fits,
            page,
            rules.total.then_some(source.total).filter(|_| open),
            rules,
        ));
    }
    let mut all: Vec<u32> = numbers.filter(fits).collect();
    if by_id {
        all.sort_by_cached_key(|number| {
            view.aside(|view| text(&view.world.at(*number)?.object, "id").map(str::to_owned))
        });
    } else if !keys.is_empty() {
        if by_creation {
            // What was created in the same moment stays in the order of arrival.
            all.sort_unstable();
            if newest_first {
                all.reverse();
            }
        }
        sort(view, &keys, &mut all);
    }
    let rest = all.len().saturating_sub(page.skip);
    let records = all.iter().skip(page.skip).take(page.limit).filter_map(|number| view.world.at(*number));
    Ok(Found { page: records.collect(), has_more: rest > page.limit, total: all.len(), all })
}

/// A page of numbers that come in the order of the list. Matches behind the page are looked at only to count them,
/// and not even then when the index knows how many there are.
fn paged<'w>(
    view: View<'w>,
    numbers: impl Iterator<Item = u32>,
    fits: impl Fn(&u32) -> bool,
    page: Page,
    known: Option<usize>,
    rules: &ListRules,
) -> Found<'w> {
    let mut matching = numbers.filter(fits).skip(page.skip);
    let records: Vec<&Record> =
        matching.by_ref().take(page.limit).filter_map(|number| view.world.at(number)).collect();
    let beyond = usize::from(matching.next().is_some());
    let total = match known {
        Some(total) => total,
        None if rules.total => page.skip + records.len() + beyond + matching.count(),
        None => 0,
    };
    Found { page: records, has_more: beyond > 0, total, all: Vec::new() }
}

/// Where the candidates of a list come from.
struct Source<'w> {
    numbers: Box<dyn DoubleEndedIterator<Item = u32> + 'w>,
    /// How many there are, when `exact`.
    total: usize,
    /// Whether they come in order of creation, oldest first; otherwise in the order of the list.
    ordered: bool,
    /// The condition that the index answers.
    answers: Option<usize>,
    /// Whether every candidate stands on the shelf and belongs to the caller's organization.
    exact: bool,
}

fn source<'w>(
    view: View<'w>,
    rules: &ListRules,
    shelf: Shelf,
    parameters: &Parameters,
    conditions: &Conditions<'_>,
) -> Result<Source<'w>, Refusal> {
    let selected = match rules.select {
        Some(select) => select(view, parameters)?,
        None => None,
    };
    let named = filter::ids(rules.filters, parameters)
        .map(|ids| ids.into_iter().map(str::to_owned).collect::<Vec<_>>());
    if let Some(ids) = selected.or(named) {
        let numbers: Vec<u32> = ids.iter().filter_map(|id| view.world.number(id)).collect();
        let (total, numbers) = (numbers.len(), Box::new(numbers.into_iter()));
        return Ok(Source { numbers, total, ordered: false, answers: None, exact: false });
    }
    let organization = view.caller.organization_id.as_str();
    if let Some(lead) = filter::index_lead(view, rules.filters, parameters) {
        let numbers = view.world.numbers(lead, shelf, Created::EVER);
        let total = view.world.shelf_len(lead, shelf);
        let answers = conditions.position("lead_id");
        return Ok(Source { numbers, total, ordered: true, answers, exact: true });
    }
    if let Shelf::Of(kind) = shelf
        && let Some((position, member, value, total)) = conditions.best_index(view, kind)
    {
        let numbers = view.world.holding(organization, kind, member, value);
        return Ok(Source { numbers, total, ordered: true, answers: Some(position), exact: true });
    }
    let created = conditions.created();
    let numbers = view.world.numbers(organization, shelf, created);
    let total = if created == Created::EVER { view.world.shelf_len(organization, shelf) } else { 0 };
    let exact = created == Created::EVER;
    Ok(Source { numbers, total, ordered: true, answers: None, exact })
}

/// The members to sort by, with whether each descends.
fn sort_keys(rules: &ListRules, parameters: &Parameters) -> Vec<(String, bool)> {
    let Some(wanted) = parameters.get("_order_by") else {
        return match rules.order {
            Order::By(member) => vec![(member.to_owned(), false)],
            _ => Vec::new(),
        };
    };
    let keys = wanted.split(',').map(str::trim).filter_map(|key| {
        let name = key.strip_prefix('-').unwrap_or(key);
        rules.orders.contains(&name).then(|| (name.to_owned(), key.starts_with('-')))
    });
    keys.collect()
}

fn sort(view: View<'_>, keys: &[(String, bool)], numbers: &mut Vec<u32>) {
    let mut keyed: Vec<(Vec<Value>, u32)> = numbers
        .iter()
        .map(|number| {
            let values = view.aside(|view| {
                let record = view.world.at(*number)?;
                let resource = resource_of(record.kind);
                let values =
                    keys.iter().map(|(name, _)| filter::member(view, resource, &record.object, name));
                Some(values.collect())
            });
            (values.unwrap_or_default(), *number)
        })
        .collect();
    keyed.sort_by(|(a, _), (b, _)| {
        let pairs = a.iter().zip(b).zip(keys);
        pairs
            .map(|((a, b), (_, descends))| compare(a, b, *descends))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    *numbers = keyed.into_iter().map(|(_, number)| number).collect();
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
    find(view, rules, Shelf::Of(kind), parameters, page).map(|found| found.page)
}

/// Numbers of arrival of everything that meets the filters, in the order of the list.
pub(crate) fn find_numbers(
    view: View<'_>,
    rules: &ListRules,
    kind: Kind,
    parameters: &Parameters,
) -> Result<Vec<u32>, Refusal> {
    // A list that sums all its matches finds all of them, whatever the page.
    let all = ListRules { summary: Some(|_, _| Object::new()), ..*rules };
    find(view, &all, Shelf::Of(kind), parameters, Page { limit: 0, skip: 0 }).map(|found| found.all)
}
