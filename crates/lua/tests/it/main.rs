//! Scripts as their authors meet them.

mod attacks;
mod calling;
mod language;
mod manual;
mod page;
mod record;
mod session;
mod support;
