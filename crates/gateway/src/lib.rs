//! One tool call from caller to recorded result.
