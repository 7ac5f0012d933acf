//! The states of a connected account and the only moves between them.
//!
//! Promises that no other code decides what a state may become. It leaves to its callers what else happens on a
//! move (what is stored, what is wiped).

use std::fmt;
use std::str::FromStr;

/// Where a connected account stands. Only [`Active`](Self::Active) accounts can be used for calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccountStatus {
    /// Created, and no grant or key has arrived yet.
    Pending,
    /// A grant or key has arrived and is held until the application says that the right person brought it.
    PendingVerification,
    /// Holds a grant or an API key that is believed to work.
    Active,
    /// The access token ran out and there is nothing to refresh it with.
    Expired,
    /// Close no longer accepts the grant or the key.
    Revoked,
    /// Disconnected by its owner or an operator; the vault has wiped its secrets.
    Disconnected,
}

impl AccountStatus {
    /// Every status, in the order of an account's life.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::PendingVerification,
        Self::Active,
        Self::Expired,
        Self::Revoked,
        Self::Disconnected,
    ];

    /// The status in capitals, as the store and the surfaces spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::PendingVerification => "PENDING_VERIFICATION",
            Self::Active => "ACTIVE",
            Self::Expired => "EXPIRED",
            Self::Revoked => "REVOKED",
            Self::Disconnected => "DISCONNECTED",
        }
    }

    /// The status in AgentKit's word. It knows no revoked accounts: to it, a grant that Close no longer accepts has
    /// expired, and that is the word its programs watch for.
    pub fn in_agentkit(self) -> &'static str {
        match self {
            Self::Pending => "PENDING_AUTH",
            Self::PendingVerification => "PENDING_VERIFICATION",
            Self::Active => "ACTIVE",
            Self::Expired | Self::Revoked => "EXPIRED",
            Self::Disconnected => "DISCONNECTED",
        }
    }

    /// What `event` makes of an account in this state; `None` when the event says nothing about it any more.
    ///
    /// | from \ event | connected | consented | ran out | rejected | disconnected |
    /// |---|---|---|---|---|---|
    /// | `PENDING` | `ACTIVE` | `PENDING_VERIFICATION` | – | – | `DISCONNECTED` |
    /// | `PENDING_VERIFICATION` | `ACTIVE` | `PENDING_VERIFICATION` | – | – | `DISCONNECTED` |
    /// | `ACTIVE` | `ACTIVE` | – | `EXPIRED` | `REVOKED` | `DISCONNECTED` |
    /// | `EXPIRED` | `ACTIVE` | `PENDING_VERIFICATION` | – | – | `DISCONNECTED` |
    /// | `REVOKED` | `ACTIVE` | `PENDING_VERIFICATION` | – | – | `DISCONNECTED` |
    /// | `DISCONNECTED` | `ACTIVE` | `PENDING_VERIFICATION` | – | – | `DISCONNECTED` |
    ///
    /// An account that works goes on working while a newer grant waits to be verified.
    /// A new grant or key makes any account active again, under the same id. Minting an authorization link is
    /// not an event: it changes nothing until the grant arrives. Nothing leads back to `PENDING`.
    pub(crate) fn after(self, event: Event) -> Option<Self> {
        match (self, event) {
            (_, Event::Connected) => Some(Self::Active),
            (_, Event::Disconnected) => Some(Self::Disconnected),
            (Self::Active, Event::Consented) => None,
            (_, Event::Consented) => Some(Self::PendingVerification),
            (Self::Active, Event::RanOut) => Some(Self::Expired),
            (Self::Active, Event::Rejected) => Some(Self::Revoked),
            (_, Event::RanOut | Event::Rejected) => None,
        }
    }
}

/// What can happen to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// A grant or an API key arrived.
    Connected,
    /// A grant or an API key arrived, and has to be verified before it counts.
    Consented,
    /// The access token ran out and cannot be refreshed.
    RanOut,
    /// Close refused the grant or the key.
    Rejected,
    /// The owner or an operator disconnected it.
    Disconnected,
}

impl fmt::Display for AccountStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The text is not the name of an [`AccountStatus`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is not an account status: use PENDING, PENDING_VERIFICATION, ACTIVE, EXPIRED, REVOKED or DISCONNECTED"
)]
pub struct UnknownStatus(String);

impl FromStr for AccountStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str().eq_ignore_ascii_case(text))
            .ok_or_else(|| UnknownStatus(text.chars().take(40).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_grant_revives_every_account_and_disconnecting_ends_every_one() {
        for status in AccountStatus::ALL {
            assert_eq!(status.after(Event::Connected), Some(AccountStatus::Active));
            assert_eq!(status.after(Event::Disconnected), Some(AccountStatus::Disconnected));
        }
    }

    #[test]
    fn bad_news_counts_only_for_an_active_account_and_nothing_becomes_pending() {
        for status in AccountStatus::ALL {
            for event in [Event::RanOut, Event::Rejected] {
                assert_eq!(status.after(event).is_some(), status == AccountStatus::Active);
                assert_ne!(status.after(event), Some(AccountStatus::Pending));
            }
        }
    }

    #[test]
    fn a_grant_that_waits_never_stops_an_account_that_works() {
        for status in AccountStatus::ALL {
            let expected = (status != AccountStatus::Active).then_some(AccountStatus::PendingVerification);
            assert_eq!(status.after(Event::Consented), expected);
        }
    }

    #[test]
    fn names_read_back_in_any_case() {
        for status in AccountStatus::ALL {
            assert_eq!(status.as_str().to_lowercase().parse(), Ok(status));
        }
        assert!("active!".parse::<AccountStatus>().unwrap_err().to_string().contains("DISCONNECTED"));
    }
}
