//! Exit codes: one table, from which help and behaviour both come.

use std::process::ExitCode;

use latch_gateway::ErrorClass;

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Everything asked for was done.
    Success,
    /// Close refused the call, or a check found something wrong.
    Failed,
    /// The command line, a tool's name or its arguments cannot be used; nothing was sent.
    Unusable,
    /// There is no such account, or it has to be connected first.
    NotConnected,
    /// Close could not be reached, or not in time.
    Unreachable,
    /// Something is wrong on this machine.
    Local,
    /// The policy does not allow it, or not without approval.
    NotPermitted,
}

impl Exit {
    /// Every code, in order.
    pub(crate) const ALL: [Self; 7] = [
        Self::Success,
        Self::Failed,
        Self::Unusable,
        Self::NotConnected,
        Self::Unreachable,
        Self::Local,
        Self::NotPermitted,
    ];

    /// The number the shell sees.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failed => 1,
            Self::Unusable => 2,
            Self::NotConnected => 3,
            Self::Unreachable => 4,
            Self::Local => 5,
            Self::NotPermitted => 6,
        }
    }

    /// What it means, for help pages.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Success => "everything asked for was done",
            Self::Failed => "Close refused the call, or a check found something wrong",
            Self::Unusable => {
                "the command line, the tool's name or its arguments cannot be used; nothing was sent"
            }
            Self::NotConnected => "no such account, or it is not active; connect it first",
            Self::Unreachable => "Close cannot be reached, asks to wait too long, or took too long",
            Self::Local => "trouble on this machine: data folder, master key, port in use",
            Self::NotPermitted => "the policy does not allow it, or asks for approval; nothing was sent",
        }
    }

    /// The code for a class of error.
    pub(crate) fn of(class: ErrorClass) -> Self {
        match class {
            ErrorClass::Api => Self::Failed,
            ErrorClass::UnknownFunction | ErrorClass::InvalidArguments | ErrorClass::AlreadyExists => {
                Self::Unusable
            }
            ErrorClass::NotConfigured
            | ErrorClass::NotFound
            | ErrorClass::AccountNotActive
            | ErrorClass::Unauthenticated => Self::NotConnected,
            ErrorClass::PermissionDenied | ErrorClass::ApprovalRequired => Self::NotPermitted,
            ErrorClass::RateLimited | ErrorClass::Network | ErrorClass::Timeout | ErrorClass::Overloaded => {
                Self::Unreachable
            }
            ErrorClass::Internal => Self::Local,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_their_place_in_the_table() {
        for (place, exit) in Exit::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(exit.code()), place);
        }
    }

    #[test]
    fn the_readme_has_the_same_table() {
        let readme = include_str!("../README.md");
        for exit in Exit::ALL {
            let row = format!("| {} | {} |", exit.code(), exit.meaning());
            assert!(readme.contains(&row), "{row}");
        }
    }
}
