//! What a call to Close is made with.

use secrecy::SecretString;

/// A secret that Close accepts, with the generation it belongs to.
///
/// The generation counts the credentials an account has held. Whoever reports that Close refused a credential
/// names its generation, so that old news never harms a newer credential.
#[derive(Clone, Debug)]
pub enum Credential {
    /// An OAuth access token: `Authorization: Bearer`.
    Bearer {
        /// The token.
        token: SecretString,
        /// Which of the account's credentials it is.
        generation: u64,
    },
    /// An API key: the user name of HTTP Basic, with an empty password.
    ApiKey {
        /// The key.
        key: SecretString,
        /// Which of the account's credentials it is.
        generation: u64,
    },
}

impl Credential {
    /// Which of the account's credentials this is.
    pub fn generation(&self) -> u64 {
        match self {
            Self::Bearer { generation, .. } | Self::ApiKey { generation, .. } => *generation,
        }
    }

    /// Whether it can be refreshed: true for access tokens.
    pub fn is_bearer(&self) -> bool {
        matches!(self, Self::Bearer { .. })
    }
}
