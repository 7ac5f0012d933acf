//! Speaking HTTP to Close.
