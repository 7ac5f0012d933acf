//! What every call of the wire does, once for all doors.
//!
//! Promises that gRPC and REST cannot differ: both hand over the same messages and get the same answers or
//! errors. It leaves it to the doors how messages and errors are written.

mod accounts;
mod brought;
mod connections;
mod definitions;
mod execute;
mod shapes;
mod tools;

use latch_gateway::{AccountSelector, CallError, Caller, ErrorClass, Gateway};

use crate::check::{Check, Place, Violation, Violations};
use crate::concurrency::Concurrency;

pub(crate) use execute::{Execution, LARGEST_RESULT, Wanted, too_large, unwritten};
pub(crate) use shapes::other_word;

/// The provider, as the wire spells it.
const PROVIDER: &str = "CLOSE";

/// All calls. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) gateway: Gateway,
    pub(crate) concurrency: Concurrency,
}

/// Why a call failed: with what the doors need to say so.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: Box<CallError>,
    /// What is wrong with the message itself.
    pub(crate) violations: Vec<Violation>,
    /// A word for programs that the class alone does not give.
    pub(crate) code: Option<&'static str>,
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        Self { error: Box::new(error), violations: Vec::new(), code: None }
    }
}

impl Failure {
    pub(crate) fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        CallError::new(class, message).into()
    }

    /// A request with something wrong in one field.
    pub(crate) fn invalid(field: &str, description: impl Into<String>, constraint: &'static str) -> Self {
        let description = description.into();
        let violation = Violation { field: field.to_owned(), description, constraint };
        violated(vec![violation])
    }
}

/// Refuses a request that breaks a limit, with everything that is wrong.
pub(crate) fn checked(request: &impl Check) -> Result<(), Failure> {
    let mut found = Violations::new();
    request.check(Place::Root, &mut found);
    if found.is_empty() { Ok(()) } else { Err(violated(found)) }
}

fn violated(violations: Vec<Violation>) -> Failure {
    let words: Vec<String> =
        violations.iter().map(|violation| format!("{} {}", violation.field, violation.description)).collect();
    let message = format!("the request cannot be used: {}. Nothing was done.", words.join("; "));
    let error = CallError::new(ErrorClass::InvalidArguments, message);
    Failure { error: Box::new(error), violations, code: None }
}

/// The account that a request names: by its id, else by identifier and connection.
///
/// An application acts for one of its users, so it has to name one.
pub(crate) fn selector(
    id: Option<String>,
    connection: Option<String>,
    identifier: Option<String>,
) -> Result<AccountSelector, Failure> {
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    match (given(id), given(identifier)) {
        (Some(id), _) => Ok(AccountSelector::Id(id)),
        (None, Some(identifier)) => {
            Ok(AccountSelector::Identifier { connection: given(connection), identifier })
        }
        (None, None) => Err(Failure::invalid(
            "identifier",
            "is missing: say whose account it is, by identifier or by the account's id",
            "required",
        )),
    }
}

/// Whether `given` names the one provider there is.
fn is_close(given: &str) -> bool {
    given.eq_ignore_ascii_case(PROVIDER)
}

/// A part of a list that is held whole, and the tokens of the pages beside it.
struct Part<T> {
    items: Vec<T>,
    total: u32,
    next: String,
    previous: String,
}

impl<T> Part<T> {
    /// `size` items from the place that `token` stands for.
    fn of(items: Vec<T>, token: &str, size: usize) -> Result<Self, Failure> {
        let total = items.len();
        let start = match token {
            "" => 0,
            token => token.parse::<usize>().ok().filter(|start| *start <= total).ok_or_else(|| {
                Failure::invalid("page_token", "is not one that this list gave out", "page_token")
            })?,
        };
        let next = start + size;
        Ok(Self {
            items: items.into_iter().skip(start).take(size).collect(),
            total: u32::try_from(total).unwrap_or(u32::MAX),
            next: if next < total { next.to_string() } else { String::new() },
            previous: if start > 0 { start.saturating_sub(size).to_string() } else { String::new() },
        })
    }
}

/// The caller may do so much at once and no more.
impl Service {
    pub(crate) fn admit(&self, caller: &Caller) -> Result<crate::concurrency::Admission, Failure> {
        self.concurrency.admit(&caller.name).ok_or_else(|| {
            let message = format!(
                "this API client has {} calls under way, as many as it may; nothing was done",
                self.concurrency.most()
            );
            let mut error = CallError::new(ErrorClass::Overloaded, message)
                .with_hint("wait until some have ended; the operator sets the limit");
            error.retry_after = Some(std::time::Duration::from_secs(1));
            error.into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_walked_by_its_tokens_both_ways() {
        let part = |token: &str| Part::of((0..7).collect(), token, 3);
        let first = part("").unwrap();
        assert_eq!((first.items, first.next.as_str(), first.previous.as_str()), (vec![0, 1, 2], "3", ""));
        let last = part("6").unwrap();
        assert_eq!((last.items, last.next.as_str(), last.previous.as_str()), (vec![6], "", "3"));
        for token in ["8", "-1", "x", "99999999999999999999999"] {
            assert!(part(token).is_err(), "{token}");
        }
    }
}
