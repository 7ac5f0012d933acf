#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod arguments;
mod catalog;
mod docs;
mod example;
mod files;
mod format;
mod imagine;
mod lookup;
mod manual;
mod model;
mod names;
mod prepared;
mod problem;
mod request;
mod result;
mod schema;
mod search;
mod signature;
mod synonyms;
mod validate;
mod values;
mod words;

pub use catalog::{Address, Catalog, catalog};
pub use files::DataError;
pub use imagine::{Imagined, Source};
pub use manual::{Manual, PageError, PageExample};
pub use model::{
    Example, Format, Kind, Lookup, ObjectFile, Parameter, Place, ResultRule, Rule, Shape, Tool, ValueType,
};
pub use names::{UnknownTool, Vocabulary};
pub use prepared::Prepared;
pub use problem::{InvalidArguments, Problem};
pub use request::{Method, Request};
pub use result::Presented;
pub use search::Hit;
