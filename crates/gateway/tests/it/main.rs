//! The gateway between a real vault and the twin.

mod accounts;
mod calls;
mod consent;
mod examples;
mod failures;
mod isolation;
mod policy;
mod rehearsals;
mod runs;
mod tokens;
