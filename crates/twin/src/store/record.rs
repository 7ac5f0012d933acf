//! Records: an object, what it is, and how it is kept.
//!
//! A world may hold a million activities. Objects of numerous kinds are kept packed, as JSON text, and unpacked when
//! they are read; the few settings of an organization stay as they are, because almost every answer reads them.

use std::sync::Arc;

use serde_json::Value;

use super::kind::Kind;
use super::world::Object;

/// A stored object and what it is.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its members.
    pub(crate) object: Object,
}

/// How a record is kept.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    /// As it is: settings.
    Open(Arc<Record>),
    /// As JSON text: what there is a lot of.
    Packed(Arc<str>),
}

impl Kept {
    pub(super) fn new(kind: Kind, object: Object) -> Self {
        if kind.is_numerous() {
            Self::Packed(Value::Object(object).to_string().into())
        } else {
            Self::Open(Arc::new(Record { kind, object }))
        }
    }

    /// The record as JSON text.
    pub(super) fn text(&self) -> Arc<str> {
        match self {
            Self::Packed(text) => Arc::clone(text),
            Self::Open(record) => Value::Object(record.object.clone()).to_string().into(),
        }
    }

    /// A copy of the object.
    pub(super) fn object(&self) -> Object {
        match self {
            Self::Open(record) => record.object.clone(),
            Self::Packed(text) => unpack(text),
        }
    }
}

/// Reads packed text again. It was written by [`Kept::new`], so it is an object.
pub(super) fn unpack(text: &str) -> Object {
    serde_json::from_str(text).expect("what was packed unpacks")
}
