//! Scripts as their authors meet them.

mod attacks;
mod language;
mod support;
