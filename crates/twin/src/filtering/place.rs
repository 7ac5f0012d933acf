//! A place in a JSON document: what stands there, and the path to it, which errors name.

use serde_json::Value;

use super::error::FilteringError;
use crate::store::Object;

/// A value and its path from the whole query, `queries.1.condition`.
pub(super) struct Place<'v> {
    value: &'v Value,
    path: String,
}

impl<'v> Place<'v> {
    /// The whole query.
    pub(super) fn root(value: &'v Value) -> Self {
        Self { value, path: String::new() }
    }

    /// What stands here.
    pub(super) fn value(&self) -> &'v Value {
        self.value
    }

    /// A problem here.
    pub(super) fn problem(&self, message: impl Into<String>) -> FilteringError {
        FilteringError::new(&self.path, message)
    }

    fn below(&self, name: &str, value: &'v Value) -> Self {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Self { value, path }
    }

    pub(super) fn object(&self) -> Result<&'v Object, FilteringError> {
        self.value.as_object().ok_or_else(|| self.problem("This must be an object."))
    }

    /// A member that must be there.
    pub(super) fn member(&self, name: &str) -> Result<Self, FilteringError> {
        let found = self.object()?.get(name).filter(|value| !value.is_null());
        let missing = || self.below(name, &Value::Null).problem("This is required.");
        found.map(|value| self.below(name, value)).ok_or_else(missing)
    }

    /// A member that may be missing or null.
    pub(super) fn optional(&self, name: &str) -> Option<Self> {
        self.value.get(name).filter(|value| !value.is_null()).map(|value| self.below(name, value))
    }

    pub(super) fn items(&self) -> Result<Vec<Self>, FilteringError> {
        let items = self.value.as_array().ok_or_else(|| self.problem("This must be a list."))?;
        Ok(items.iter().enumerate().map(|(at, item)| self.below(&at.to_string(), item)).collect())
    }

    pub(super) fn text(&self) -> Result<&'v str, FilteringError> {
        self.value.as_str().ok_or_else(|| self.problem("This must be text."))
    }

    pub(super) fn flag(&self) -> Result<bool, FilteringError> {
        self.value.as_bool().ok_or_else(|| self.problem("This must be true or false."))
    }

    pub(super) fn number(&self) -> Result<f64, FilteringError> {
        self.value.as_f64().ok_or_else(|| self.problem("This must be a number."))
    }

    /// Text, or a number or flag as text.
    pub(super) fn plain(&self) -> Result<String, FilteringError> {
        match self.value {
            Value::String(text) => Ok(text.clone()),
            Value::Number(_) | Value::Bool(_) => Ok(self.value.to_string()),
            _ => Err(self.problem("This must be text, a number, true or false.")),
        }
    }

    /// Text that must be one of these.
    pub(super) fn one_of(&self, allowed: &[&str]) -> Result<&'v str, FilteringError> {
        let name = self.text()?;
        if allowed.contains(&name) {
            return Ok(name);
        }
        Err(self.problem(format!("\"{name}\" is not known. {}", words(allowed.iter().copied()))))
    }
}

/// `Allowed are a, b, c.`
pub(super) fn words<'n>(allowed: impl Iterator<Item = &'n str>) -> String {
    format!("Allowed are {}.", allowed.collect::<Vec<_>>().join(", "))
}
