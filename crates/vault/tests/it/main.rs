//! The vault through its public surface, on real files, against a small token endpoint that can misbehave.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should fail")]

mod accounts;
mod authorizing;
mod clients;
mod connections;
mod folder;
mod policies;
mod provider;
mod receiver;
mod refreshing;
mod runs;
mod scene;
mod secrecy;
mod sharing;
mod tenants;
mod tokens;
mod verifying;
mod webhooks;
