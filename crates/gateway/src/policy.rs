//! The policy: what a call may do with the account that it is for.

use latch_catalog::Kind;
use latch_vault::{Permission, Policy};

/// What `policy` says about tools of this kind.
pub fn permission(policy: &Policy, kind: Kind) -> Permission {
    match kind {
        Kind::Read => policy.for_read(),
        Kind::Write => policy.for_write(),
        Kind::Destructive => policy.for_destructive(),
    }
}
