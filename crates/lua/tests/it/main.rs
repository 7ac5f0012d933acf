//! Scripts as their authors meet them.

mod language;
mod support;
