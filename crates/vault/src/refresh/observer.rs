//! Who counts refreshes. The vault tells; it knows nothing of who listens, or what for.

use std::fmt;

use crate::{AccountStatus, VaultError};

/// What came of one attempt to refresh one grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefreshOutcome {
    /// There is a usable pair of tokens again.
    Renewed,
    /// Close no longer accepts the grant.
    Revoked,
    /// The access token ran out and there was nothing to refresh it with.
    Expired,
    /// Close could not be asked, or had no answer; it is tried again.
    Unavailable,
    /// Close refused for another reason, such as a wrong client secret.
    Refused,
    /// The account was taken away meanwhile, or the vault itself had a problem.
    Failed,
}

impl RefreshOutcome {
    /// Every outcome.
    pub const ALL: [Self; 6] =
        [Self::Renewed, Self::Revoked, Self::Expired, Self::Unavailable, Self::Refused, Self::Failed];

    /// The outcome in one word, in small letters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Renewed => "renewed",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Unavailable => "unavailable",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    pub(super) fn of<T>(result: &Result<T, VaultError>) -> Self {
        match result {
            Ok(_) => Self::Renewed,
            Err(VaultError::Revoked { .. }) => Self::Revoked,
            Err(VaultError::AccountNotActive { status: AccountStatus::Expired, .. }) => Self::Expired,
            Err(VaultError::RefreshFailed { transient: true, .. }) => Self::Unavailable,
            Err(VaultError::RefreshFailed { transient: false, .. }) => Self::Refused,
            Err(_) => Self::Failed,
        }
    }
}

/// Is told of every refresh that this process made. It must not block.
pub trait RefreshObserver: fmt::Debug + Send + Sync {
    /// A refresh came to its end, whichever.
    fn refreshed(&self, outcome: RefreshOutcome);
}
