//! Scripts as their authors meet them.

mod calling;
mod language;
mod page;
mod record;
mod session;
mod support;
