//! Sorting by values of several sorts: numbers before text, what has no value last whichever way.

use std::cmp::Ordering;

/// A value to sort by.
#[derive(Clone, Debug)]
pub(crate) enum Key {
    /// Numbers, flags and moments.
    Number(f64),
    /// Text, in lower case.
    Text(String),
}

/// A value with its direction.
#[derive(Clone, Debug)]
pub(crate) struct Placed {
    /// Nothing comes last in both directions.
    pub(crate) key: Option<Key>,
    pub(crate) descending: bool,
}

impl Ord for Placed {
    fn cmp(&self, other: &Self) -> Ordering {
        let ordering = match (&self.key, &other.key) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Greater,
            (_, None) => return Ordering::Less,
            (Some(Key::Number(left)), Some(Key::Number(right))) => left.total_cmp(right),
            (Some(Key::Text(left)), Some(Key::Text(right))) => left.cmp(right),
            (Some(Key::Number(_)), _) => Ordering::Less,
            (Some(Key::Text(_)), _) => Ordering::Greater,
        };
        if self.descending { ordering.reverse() } else { ordering }
    }
}

impl PartialOrd for Placed {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Placed {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Placed {}
