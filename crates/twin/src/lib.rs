//! A local Close.
