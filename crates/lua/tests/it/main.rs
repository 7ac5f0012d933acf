//! Scripts as their authors meet them.

mod calling;
mod language;
mod page;
mod support;
