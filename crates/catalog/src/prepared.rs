//! Arguments that have passed every check: names that still need an id, the request, the answer's shape.

use serde_json::{Map, Value};

use crate::arguments::{published_name, refusal};
use crate::catalog::Address;
use crate::lookup::{self, Choice};
use crate::model::{Lookup, Parameter};
use crate::problem::{InvalidArguments, Problem};
use crate::request::{self, Request};
use crate::result::{self, Presented};

/// A call that can be made as soon as its [`lookups`](Self::lookups) are resolved.
#[derive(Debug, Clone)]
pub struct Prepared<'c> {
    address: Address<'c>,
    /// Normalised values, one a parameter of the tool, in its order.
    values: Vec<Option<Value>>,
}

impl<'c> Prepared<'c> {
    pub(crate) fn new(address: Address<'c>, values: Vec<Option<Value>>) -> Self {
        Self { address, values }
    }

    /// The tool, as it was addressed.
    pub fn address(&self) -> Address<'c> {
        self.address
    }

    /// The lists that must be read at Close before the request can be made, because an argument holds a
    /// name where Close wants an id. Empty for most calls.
    pub fn lookups(&self) -> Vec<&'c Lookup> {
        let mut needed: Vec<&'c Lookup> = Vec::new();
        for (parameter, value) in self.address.tool.parameters.iter().zip(&self.values) {
            if let (Some(found), Some(value)) = (self.lookup_of(parameter), value)
                && !lookup::names_in(parameter, found, value).is_empty()
                && !needed.iter().any(|other| other.name == found.name)
            {
                needed.push(found);
            }
        }
        needed
    }

    /// Replaces names by ids, given the entries of a list.
    ///
    /// # Errors
    ///
    /// A name that is not in the list, or is there more than once, is answered with what is.
    pub fn resolve(&mut self, lookup: &Lookup, entries: &[Value]) -> Result<(), InvalidArguments> {
        let mut problems = Vec::new();
        let parameters = &self.address.tool.parameters;
        for (parameter, slot) in parameters.iter().zip(&mut self.values) {
            if parameter.lookup.as_deref() != Some(lookup.name.as_str()) {
                continue;
            }
            let Some(value) = slot else { continue };
            for name in lookup::names_in(parameter, lookup, value) {
                match lookup::choose(lookup, entries, &name) {
                    Choice::One(id) if lookup::is_taken(parameter, value, &id) => {
                        problems.push(Problem::Condition {
                            text: format!("{name} is given twice, under two of its names, give one"),
                        });
                    }
                    Choice::One(id) => lookup::replace(parameter, value, &name, &id),
                    Choice::None(allowed) | Choice::Several(allowed) => problems.push(Problem::NotAllowed {
                        name: published_name(self.address.vocabulary, parameter).to_owned(),
                        value: name,
                        allowed,
                    }),
                }
            }
        }
        if problems.is_empty() {
            return Ok(());
        }
        Err(InvalidArguments { looked_up: true, ..refusal(self.address, problems) })
    }

    /// The request. Names that were not resolved are sent as they are.
    pub fn request(&self) -> Request {
        request::build(self.address.tool, &self.values)
    }

    /// Close's answer in the shape the caller's vocabulary promises.
    pub fn present(&self, answer: Value) -> Presented {
        result::present(self.address, &self.arguments(), answer)
    }

    /// Whether [`present`](Self::present) gives back Close's answer as it is.
    pub fn shows_answer_as_it_is(&self) -> bool {
        result::is_as_it_is(self.address)
    }

    /// For lists: the plural under which the items are known.
    pub fn list(&self) -> Option<&'c str> {
        self.address.tool.result.list.as_deref()
    }

    /// The normalised arguments, by AgentKit name.
    pub fn arguments(&self) -> Map<String, Value> {
        let named = self.address.tool.parameters.iter().zip(&self.values);
        named.filter_map(|(parameter, value)| Some((parameter.name.clone(), value.clone()?))).collect()
    }

    fn lookup_of(&self, parameter: &Parameter) -> Option<&'c Lookup> {
        self.address.catalog.lookup(parameter.lookup.as_deref()?)
    }
}
