//! The names things go by: tenants, connections, accounts.
//!
//! Promises that a value of these types is well formed, so that it can stand in a path, a log line or the
//! associated data of a seal without escaping; ids are cheap to clone. It leaves it to the store whether the thing exists.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use uuid::Uuid;

use crate::VaultError;

/// Crockford's base 32: no letters that are mistaken for digits, and text sorts as the number does.
const BASE32: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

macro_rules! identifier {
    ($(#[$meta:meta])* $name:ident, $what:literal, $longest:literal) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes a text that is already an identifier of this kind: letters, digits, `_`, `-` and `.`.
            pub fn new(text: impl Into<String>) -> Result<Self, VaultError> {
                let text = text.into();
                check_plain(&text, $what, $longest)?;
                Ok(Self(text.into()))
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = VaultError;

            fn from_str(text: &str) -> Result<Self, VaultError> {
                Self::new(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    };
}

identifier! {
    /// One tenant: everything the vault keeps belongs to exactly one, and is not found by any other.
    TenantId, "environment name", 64
}

identifier! {
    /// One connection, by the id the vault gave it (`conn_` and 26 characters).
    ConnectionId, "connection id", 64
}

identifier! {
    /// One connected account, by the id the vault gave it (`ca_` and 26 characters; they sort by age).
    AccountId, "connected account id", 32
}

impl Default for TenantId {
    /// The tenant that every data folder starts with: `default`.
    fn default() -> Self {
        Self("default".into())
    }
}

impl ConnectionId {
    pub(crate) fn generate() -> Self {
        Self(generate("conn_").into())
    }
}

impl AccountId {
    pub(crate) fn generate() -> Self {
        Self(generate("ca_").into())
    }
}

/// A new id: the prefix and a version 7 UUID in 26 characters, so that ids sort by age.
pub(crate) fn generate(prefix: &str) -> String {
    let mut bits = Uuid::now_v7().as_u128();
    let mut text = [0_u8; 26];
    for place in text.iter_mut().rev() {
        *place = BASE32[usize::from(bits.to_le_bytes()[0] & 31)];
        bits >>= 5;
    }
    text.iter().fold(prefix.to_owned(), |id, letter| id + char::from(*letter).encode_utf8(&mut [0; 4]))
}

/// Refuses an account identifier (the caller's own user id) that could not be shown or compared safely.
pub(crate) fn check_identifier(text: &str) -> Result<(), VaultError> {
    check_length(text, "identifier", 255)?;
    if text.chars().any(char::is_control) || text.trim() != text {
        return Err(VaultError::InvalidIdentifier {
            what: "identifier",
            problem: "has spaces at an end or control characters inside".to_owned(),
        });
    }
    Ok(())
}

/// Refuses a connection name that could not stand in a path.
pub(crate) fn check_connection_name(text: &str) -> Result<(), VaultError> {
    check_plain(text, "connection name", 64)
}

/// Refuses an id of a run that could not stand in the associated data of a seal.
pub(crate) fn check_run_id(text: &str) -> Result<(), VaultError> {
    check_plain(text, "run id", 64)
}

/// Refuses a display name that is empty, too long or unprintable.
pub(crate) fn check_display_name(text: &str, what: &'static str) -> Result<(), VaultError> {
    check_length(text, what, 200)?;
    if text.chars().any(char::is_control) {
        return Err(VaultError::InvalidIdentifier {
            what,
            problem: "has control characters inside".to_owned(),
        });
    }
    Ok(())
}

fn check_plain(text: &str, what: &'static str, longest: usize) -> Result<(), VaultError> {
    check_length(text, what, longest)?;
    if let Some(wrong) =
        text.chars().find(|letter| !(letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.')))
    {
        return Err(VaultError::InvalidIdentifier {
            what,
            problem: format!("may hold letters, digits, `_`, `-` and `.` only, and has {wrong:?}"),
        });
    }
    Ok(())
}

fn check_length(text: &str, what: &'static str, longest: usize) -> Result<(), VaultError> {
    let length = text.chars().count();
    let problem = match length {
        0 => "is empty".to_owned(),
        _ if length > longest => format!("is {length} characters long, and may be at most {longest}"),
        _ => return Ok(()),
    };
    Err(VaultError::InvalidIdentifier { what, problem })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn new_ids_are_short_distinct_and_sort_by_age() {
        let ids: Vec<String> = (0..200).map(|_| generate("ca_")).collect();
        assert!(ids.is_sorted());
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 200);
        assert!(ids.iter().all(|id| id.len() == 29 && AccountId::new(id).is_ok()));
    }

    #[test]
    fn names_that_need_escaping_are_refused_with_the_reason() {
        for (text, said) in
            [("", "is empty"), ("a|b", "'|'"), ("sp ace", "' '"), (&"x".repeat(65), "at most 64")]
        {
            let problem = TenantId::new(text).unwrap_err().to_string();
            assert!(problem.contains(said), "{problem}");
        }
        assert!(check_identifier("用户@example.com").is_ok());
        assert!(check_identifier(" padded").is_err());
        assert!(check_identifier("line\nbreak").is_err());
    }
}
