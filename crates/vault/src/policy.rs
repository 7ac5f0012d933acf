//! What may be done with an account: a permission for each kind of operation.
//!
//! Promises that narrowing never widens anything, and that a policy reads and writes as one short text. What
//! counts as a read, a write or a destructive operation is decided elsewhere, and so is what happens to an
//! operation that is not simply allowed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The answer to "may it?". Later ones are stricter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    /// Yes.
    #[default]
    Allow,
    /// Only after a person has said so.
    Ask,
    /// No.
    Deny,
}

impl Permission {
    /// The word used in texts and records: `allow`, `ask`, `deny`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Ask => "ask",
            Self::Deny => "deny",
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A text that is no permission, or no policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Invalid permission '{text}'. Use read/write with allow, ask, or deny.")]
pub struct InvalidPermission {
    /// The part that could not be read.
    pub text: String,
}

impl InvalidPermission {
    fn new(text: &str) -> Self {
        Self { text: text.to_owned() }
    }
}

impl FromStr for Permission {
    type Err = InvalidPermission;

    fn from_str(text: &str) -> Result<Self, InvalidPermission> {
        [Self::Allow, Self::Ask, Self::Deny]
            .into_iter()
            .find(|permission| permission.as_str() == text.trim())
            .ok_or_else(|| InvalidPermission::new(text))
    }
}

/// What may be done, by kind of operation. By default everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// For operations that change nothing.
    #[serde(default)]
    pub read: Permission,
    /// For operations that create or change something.
    #[serde(default)]
    pub write: Permission,
    /// For operations that delete or merge. Without one of its own, what counts for writes counts for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destructive: Option<Permission>,
}

impl Policy {
    /// Everything is allowed.
    pub const ALLOW: Self = Self { read: Permission::Allow, write: Permission::Allow, destructive: None };

    /// What counts for operations that change nothing.
    pub fn for_read(&self) -> Permission {
        self.read
    }

    /// What counts for operations that create or change something.
    pub fn for_write(&self) -> Permission {
        self.write
    }

    /// What counts for operations that delete or merge.
    pub fn for_destructive(&self) -> Permission {
        self.destructive.unwrap_or(self.write)
    }

    /// Whether nothing is restricted.
    pub fn allows_everything(&self) -> bool {
        self.for_read().max(self.for_write()).max(self.for_destructive()) == Permission::Allow
    }

    /// The stricter of the two for each kind of operation.
    #[must_use]
    pub fn narrowed_by(&self, other: &Self) -> Self {
        let apart = self.destructive.is_some() || other.destructive.is_some();
        Self {
            read: self.read.max(other.read),
            write: self.write.max(other.write),
            destructive: apart.then(|| self.for_destructive().max(other.for_destructive())),
        }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "read:{},write:{}", self.read, self.write)?;
        match self.destructive {
            Some(destructive) => write!(formatter, ",destructive:{destructive}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Policy {
    type Err = InvalidPermission;

    /// Reads `read:allow,write:deny`. A kind that is not named is allowed; none may be named twice.
    fn from_str(text: &str) -> Result<Self, InvalidPermission> {
        let (mut read, mut write, mut destructive) = (None, None, None);
        for part in text.split(',') {
            let part = part.trim();
            let invalid = || InvalidPermission::new(part);
            let (kind, permission) = part.split_once(':').ok_or_else(invalid)?;
            let permission = permission.parse::<Permission>().map_err(|_| invalid())?;
            let slot = match kind.trim() {
                "read" => &mut read,
                "write" => &mut write,
                "destructive" => &mut destructive,
                _ => return Err(invalid()),
            };
            if slot.replace(permission).is_some() {
                return Err(invalid());
            }
        }
        Ok(Self { read: read.unwrap_or_default(), write: write.unwrap_or_default(), destructive })
    }
}
