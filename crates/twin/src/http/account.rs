//! Accounts as the levers name them: a user, an organization, or an API key.

use super::state::Shared;
use crate::oauth::Identity;
use crate::store::{Kind, Scratch, text};

/// Whom a lever is meant for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Account {
    /// A user by id, in every organization.
    User(String),
    /// An organization by id, with all its users.
    Organization(String),
    /// An API key by id.
    ApiKey(String),
}

impl Account {
    /// Finds who is meant: the e-mail address or id of a user, the id or name of an organization, or an API key. Names
    /// and addresses are compared in any case.
    pub(crate) fn find(shared: &Shared, named: &str) -> Option<Self> {
        let (world, scratch) = (shared.world(), Scratch::default());
        let reader = world.reader(&scratch);
        let by = |kind: Kind, members: [&str; 2]| {
            let mut all = reader.everyone(kind);
            let found = all.find(|object| {
                let values = members.iter().filter_map(|member| text(object, member));
                values.into_iter().any(|value| value.eq_ignore_ascii_case(named))
            })?;
            text(found, "id").map(str::to_owned)
        };
        by(Kind::User, ["id", "email"])
            .map(Self::User)
            .or_else(|| by(Kind::Organization, ["id", "name"]).map(Self::Organization))
            .or_else(|| by(Kind::ApiKey, ["id", "key"]).map(Self::ApiKey))
    }

    /// Whether a key or token speaks for this account.
    pub(crate) fn is(&self, identity: &Identity) -> bool {
        match self {
            Self::User(id) => identity.user_id == *id,
            Self::Organization(id) => identity.organization_id == *id,
            Self::ApiKey(id) => identity.api_key_id.as_ref() == Some(id),
        }
    }
}
