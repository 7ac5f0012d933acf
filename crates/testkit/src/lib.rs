//! Real parts, started small, for tests that read like stories.
