//! The `latch` program.

fn main() {}
