//! The gate: whether a call may be made with the account that it is for.
//!
//! Promises that the stricter of the account's policy and the call's own decides, that only the command line can
//! get past it, and that a refusal says who could change it and how. Programs depend on the words of a refusal.

use latch_catalog::Kind;
use latch_vault::{Permission, Policy};

use crate::account::{Chosen, DEFAULT_CONNECTION};
use crate::caller::environment_option;
use crate::{CallError, Caller, ErrorClass, ToolCall};

/// What `policy` says about tools of this kind.
pub fn permission(policy: &Policy, kind: Kind) -> Permission {
    match kind {
        Kind::Read => policy.for_read(),
        Kind::Write => policy.for_write(),
        Kind::Destructive => policy.for_destructive(),
    }
}

/// What the gate found about a call that may go on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Passed {
    /// A person has to approve the live call; only a rehearsal gets this far with it.
    pub(crate) approval: bool,
    /// What may be read on the way, before the call itself.
    pub(crate) may_read: bool,
}

/// Lets a call pass or says why not.
pub(crate) fn pass(
    caller: &Caller,
    call: &ToolCall,
    chosen: &Chosen,
    kind: Kind,
) -> Result<Passed, CallError> {
    if call.force {
        if caller.is_command_line() {
            return Ok(Passed { approval: false, may_read: true });
        }
        return Err(CallError::new(
            ErrorClass::PermissionDenied,
            "only the person at the command line may force a call past the policy; no call was made",
        )
        .with_hint("make the call without force, or ask that person to change the account's policy"));
    }
    let account = chosen.policy();
    let effective = account.narrowed_by(&call.policy);
    // A rehearsal sends reads, so that only what it does not send can wait for an approval.
    let is_planned_only = call.rehearsal.is_some() && !call.dry_run && kind != Kind::Read;
    let may_read = effective.for_read() == Permission::Allow;
    match permission(&effective, kind) {
        Permission::Allow => Ok(Passed { approval: false, may_read }),
        Permission::Ask if is_planned_only => Ok(Passed { approval: true, may_read }),
        refused => Err(refusal(call, chosen, kind, refused)),
    }
}

fn refusal(call: &ToolCall, chosen: &Chosen, kind: Kind, refused: Permission) -> CallError {
    let account_decides = permission(chosen.policy(), kind) == refused;
    let deciding = if account_decides { chosen.policy() } else { &call.policy };
    let word = match kind {
        // Without a permission of its own, a deletion is refused as the write it counts as.
        Kind::Destructive if deciding.destructive.is_none() => Kind::Write.as_str(),
        kind => kind.as_str(),
    };
    let way_out = if account_decides {
        format!("in Latch: {}", chosen.way_to_allow(word))
    } else {
        let what = if call.run.is_some() || call.rehearsal.is_some() { "run" } else { "call" };
        format!("this {what}'s own policy says {word}:{refused}")
    };
    let (class, sentence) = if refused == Permission::Ask {
        let ask = "requires approval. Ask the user to change the permission in";
        (ErrorClass::ApprovalRequired, format!("{word} {ask}"))
    } else {
        (ErrorClass::PermissionDenied, format!("{word} access denied. Enable it in"))
    };
    CallError::new(
        class,
        format!("Integration '{DEFAULT_CONNECTION}' {sentence} /settings → Integrations; {way_out}"),
    )
}

impl Chosen {
    pub(crate) fn policy(&self) -> &Policy {
        match self {
            Self::Environment { policy, .. } => policy,
            Self::Connected(account) => &account.policy,
        }
    }

    /// What to type to have operations of a kind allowed.
    fn way_to_allow(&self, word: &str) -> String {
        match self {
            Self::Environment { .. } => format!("set LATCH_POLICY to a policy with {word}:allow"),
            Self::Connected(account) => {
                let name = shell_word(&account.identifier);
                let connection = if account.connection == DEFAULT_CONNECTION {
                    String::new()
                } else {
                    format!(" --connection {}", account.connection)
                };
                let option = environment_option(&account.tenant);
                format!("latch accounts policy {name}{connection} --{word} allow{option}")
            }
        }
    }
}

/// A name as it can be pasted into a shell.
fn shell_word(name: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "_-.@+:/".contains(letter);
    if name.chars().all(plain) && !name.starts_with('-') {
        name.to_owned()
    } else {
        format!("'{}'", name.replace('\'', r"'\''"))
    }
}
