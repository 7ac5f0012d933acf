//! Attacks: programs that try to keep the thread, to fill the memory, to get out, or to be seen by others.
//!
//! Every program of [`exhaustion`] and [`language`] runs in a process of its own, in which nothing else runs, so
//! that the time and the memory of all of it can be measured, what the interpreter itself does not count
//! included. Time is computing time: a busy machine changes nothing.

mod bench;
mod exhaustion;
mod isolation;
mod language;
mod natives;
mod properties;

/// How a program has to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ends {
    /// At the computing limit, although it catches errors, and nothing after it runs.
    Stopped,
    /// At the memory limit, or with an error that says so.
    OutOfMemory,
    /// With an error of its own, which it could catch.
    Refused,
    /// It does not compile.
    Syntax,
    /// It returns.
    Returns,
    /// At the limit of its output.
    Output,
    /// At the limit of its result.
    Result,
    /// In one of these ways; which one depends on the machine.
    Somehow,
}

/// A program, its name, and how it has to end.
pub(crate) type Attack = (&'static str, Ends, &'static str);
