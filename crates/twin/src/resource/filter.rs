//! Filter parameters: `field`, and `field` with `__in`, `__gt`, `__gte`, `__lt`, `__lte` and `__not`.
//!
//! Names a resource does not declare are ignored, as in Close's framework.

use serde_json::Value;

use super::check::wrong_type;
use super::declaration::Resource;
use super::render::value_of;
use super::view::View;
use crate::http::{Parameters, Refusal};
use crate::store::{Created, Kind, Object, parse_moment};

/// A parameter that narrows a list.
#[derive(Clone, Copy)]
pub(crate) struct Filter {
    /// Its name without an operator.
    pub(crate) name: &'static str,
    /// The member it looks at.
    pub(crate) member: &'static str,
    /// How values compare.
    pub(crate) compare: Compare,
}

/// How values compare.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    /// As text.
    Exactly,
    /// As moments; a bare date is its first moment in UTC.
    Moments,
    /// As calendar dates, a date-time by its date.
    Days,
    /// As flags.
    Flags,
    /// As users, where the id of a group stands for its members.
    Users,
    /// As numbers.
    Numbers,
    /// As text, with each entry of a list.
    Entries,
}

impl Filter {
    /// Exact comparison with the member of the same name.
    pub(crate) const fn exact(name: &'static str) -> Self {
        Self { name, member: name, compare: Compare::Exactly }
    }

    /// Comparison of another sort with the member of the same name.
    pub(crate) const fn by(name: &'static str, compare: Compare) -> Self {
        Self { name, member: name, compare }
    }

    /// The same filter under another parameter name.
    pub(crate) const fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }
}

/// One filter with its operator and value.
#[derive(Clone, Copy)]
struct Condition<'p> {
    filter: &'p Filter,
    operator: Operator,
    negated: bool,
    value: &'p str,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Is,
    In,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

/// The conditions a list's parameters set.
pub(crate) struct Conditions<'p>(Vec<Condition<'p>>);

impl<'p> Conditions<'p> {
    /// Reads the parameters a resource declares filters for.
    pub(crate) fn read(filters: &'p [Filter], parameters: &'p Parameters) -> Result<Self, Refusal> {
        let mut conditions = Vec::new();
        for (name, value) in parameters.iter() {
            let mut parts = name.split("__");
            let base = parts.next().unwrap_or_default();
            let Some(filter) = filters.iter().find(|filter| filter.name == base) else { continue };
            let mut operator = Some(Operator::Is);
            let mut negated = false;
            for part in parts {
                match part {
                    "not" => negated = true,
                    "in" => operator = Some(Operator::In),
                    "gt" => operator = Some(Operator::Greater),
                    "gte" => operator = Some(Operator::GreaterOrEqual),
                    "lt" => operator = Some(Operator::Less),
                    "lte" => operator = Some(Operator::LessOrEqual),
                    _ => operator = None,
                }
            }
            let Some(operator) = operator else { continue };
            let number = filter.compare == Compare::Numbers;
            if number
                && !value.is_empty()
                && value.split(',').any(|value| value.trim().parse::<f64>().is_err())
            {
                return Err(Refusal::field(base, wrong_type("float")));
            }
            let date = matches!(filter.compare, Compare::Moments | Compare::Days);
            if date && !value.is_empty() && value.split(',').any(|value| parse_moment(value).is_none()) {
                return Err(Refusal::field(base, "Could not parse datetime"));
            }
            conditions.push(Condition { filter, operator, negated, value });
        }
        Ok(Self(conditions))
    }

    /// Where the condition on a filter stands.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|condition| condition.filter.name == name)
    }

    /// All conditions but one.
    pub(crate) fn besides(&self, position: Option<usize>) -> Self {
        let others = self.0.iter().enumerate().filter(|(other, _)| Some(*other) != position);
        Self(others.map(|(_, condition)| *condition).collect())
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The condition that an index by value answers with the fewest objects: its position, the member, the value, and
    /// how many objects hold it.
    pub(crate) fn best_index(
        &self,
        view: View<'_>,
        kind: Kind,
    ) -> Option<(usize, &'static str, &'p str, usize)> {
        let candidates = self.0.iter().enumerate().filter_map(|(position, condition)| {
            let single = match condition.operator {
                Operator::Is => true,
                Operator::In => !condition.value.contains(','),
                _ => false,
            };
            let value = condition.value.trim();
            let plain = !condition.negated && !value.is_empty() && value != "\"\"";
            let exact = match condition.filter.compare {
                Compare::Exactly => true,
                Compare::Users => view.find(Kind::Group, value).is_none(),
                _ => false,
            };
            let member = condition.filter.member;
            if !(single && plain && exact && kind.is_indexed_by(member)) {
                return None;
            }
            let organization = &view.caller.organization_id;
            Some((position, member, value, view.world.holding_len(organization, kind, member, value)))
        });
        candidates.min_by_key(|(.., holders)| *holders)
    }

    /// The range of moments of creation that the conditions leave; they still decide about its edges.
    pub(crate) fn created(&self) -> Created {
        let mut range = Created::EVER;
        for condition in self.0.iter().filter(|condition| condition.filter.member == "date_created") {
            let Some(bound) = parse_moment(condition.value).map(jiff::Timestamp::as_microsecond) else {
                continue;
            };
            match condition.operator {
                Operator::Greater | Operator::GreaterOrEqual if !condition.negated => {
                    range.from = range.from.max(bound);
                }
                Operator::Less | Operator::LessOrEqual if !condition.negated => {
                    range.to = range.to.min(bound);
                }
                _ => {}
            }
        }
        range
    }

    /// Whether an object meets all conditions.
    pub(crate) fn hold(&self, view: View<'_>, resource: &Resource, object: &Object) -> bool {
        self.0.iter().all(|condition| condition.holds(view, resource, object))
    }
}

impl Condition<'_> {
    fn holds(&self, view: View<'_>, resource: &Resource, object: &Object) -> bool {
        let value = member(view, resource, object, self.filter.member);
        let met = match self.operator {
            Operator::Is => self.equals(view, &value, self.value),
            Operator::In if self.value.is_empty() => value.is_null(),
            Operator::In => self.value.split(',').any(|wanted| self.equals(view, &value, wanted.trim())),
            _ => self.compares(&value),
        };
        met != self.negated
    }

    fn equals(&self, view: View<'_>, value: &Value, wanted: &str) -> bool {
        if wanted.is_empty() {
            return value.is_null();
        }
        let wanted = if wanted == "\"\"" { "" } else { wanted };
        match self.filter.compare {
            Compare::Exactly => plain(value).as_deref() == Some(wanted),
            Compare::Flags => value.as_bool().unwrap_or(false) != wanted.eq_ignore_ascii_case("false"),
            Compare::Users => {
                value.as_str().is_some_and(|id| view.users_of(wanted).iter().any(|user| user == id))
            }
            Compare::Entries => {
                let entries = value.as_array().into_iter().flatten();
                entries.filter_map(plain).any(|entry| entry == wanted)
            }
            Compare::Moments | Compare::Days | Compare::Numbers => {
                self.order(value, wanted) == Some(std::cmp::Ordering::Equal)
            }
        }
    }

    fn compares(&self, value: &Value) -> bool {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let order = self.order(value, self.value);
        match self.operator {
            Operator::Greater => order == Some(Greater),
            Operator::GreaterOrEqual => matches!(order, Some(Greater | Equal)),
            Operator::Less => order == Some(Less),
            Operator::LessOrEqual => matches!(order, Some(Less | Equal)),
            Operator::Is | Operator::In => false,
        }
    }

    fn order(&self, value: &Value, wanted: &str) -> Option<std::cmp::Ordering> {
        match self.filter.compare {
            Compare::Days => {
                let day = |text: &str| text.get(..10).map(str::to_owned);
                Some(day(value.as_str()?)?.cmp(&day(wanted)?))
            }
            Compare::Moments => Some(parse_moment(value.as_str()?)?.cmp(&parse_moment(wanted)?)),
            _ => match value {
                Value::Number(number) => number.as_f64()?.partial_cmp(&wanted.parse().ok()?),
                Value::String(text) => Some(text.as_str().cmp(wanted)),
                _ => None,
            },
        }
    }
}

/// A member of an object by name, worked out if it is declared so.
pub(crate) fn member(view: View<'_>, resource: &Resource, object: &Object, name: &str) -> Value {
    match resource.all_fields().find(|field| field.name == name) {
        Some(field) => value_of(view, field, object),
        None => object.get(name).cloned().unwrap_or(Value::Null),
    }
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// The single value of a parameter that selects one lead, `lead_id=…` or `lead_id__in=` with one id.
pub(crate) fn single_lead(parameters: &Parameters) -> Option<&str> {
    let lead = parameters.get("lead_id").or_else(|| parameters.get("lead_id__in"))?;
    (!lead.is_empty() && !lead.contains(',')).then_some(lead)
}

/// The lead whose children a list is about, if it is about one the caller may see.
pub(crate) fn index_lead<'p>(
    view: View<'_>,
    filters: &[Filter],
    parameters: &'p Parameters,
) -> Option<&'p str> {
    let by_lead = filters.iter().any(|filter| filter.name == "lead_id");
    single_lead(parameters).filter(|lead| by_lead && view.find(Kind::Lead, lead).is_some())
}

/// The ids `id` or `id__in` name.
pub(crate) fn ids<'p>(filters: &[Filter], parameters: &'p Parameters) -> Option<Vec<&'p str>> {
    if !filters.iter().any(|filter| filter.name == "id") {
        return None;
    }
    let ids = parameters.get("id").or_else(|| parameters.get("id__in"))?;
    Some(ids.split(',').map(str::trim).filter(|id| !id.is_empty()).collect())
}
