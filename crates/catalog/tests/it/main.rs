//! The catalogue through its public surface.

mod arguments;
mod complete;
mod documentation;
mod manual;
mod names;
mod requests;
mod schemas;
mod search;
