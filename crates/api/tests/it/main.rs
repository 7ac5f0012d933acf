//! The REST door, as an application uses it.

mod accounts;
mod bad_input;
mod door;
mod tools;
