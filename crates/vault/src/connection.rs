//! Connections: how Close may be reached, and as which OAuth app.
//!
//! Promises that no credential is ever configured to travel in clear: every address is `https`, or a loopback
//! address for a local Close. It leaves it to the store to keep the app's secret sealed.

use jiff::Timestamp;
use secrecy::SecretString;
use url::{Host, Url};

use crate::{ConnectionId, TenantId, VaultError};

/// A way to reach Close. Its accounts may hold OAuth grants, API keys, or some of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The id the vault gave it.
    pub id: ConnectionId,
    /// The tenant it belongs to.
    pub tenant: TenantId,
    /// Its name, unique in the tenant. Every tenant starts with one named [`Connection::DEFAULT_NAME`].
    pub name: String,
    /// Where Close is.
    pub endpoints: Endpoints,
    /// The OAuth app new grants are given to, without its secret. Absent while only API keys are used.
    pub oauth_app: Option<OAuthAppSummary>,
    /// How people connect their accounts on it.
    pub kind: ConnectionKind,
    /// Whether its accounts can be used. Turning it off changes no account.
    pub enabled: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// How people connect their accounts on a connection when they open a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ConnectionKind {
    /// On Close's consent page, for the connection's OAuth app.
    #[default]
    OAuth,
    /// By giving an API key on a page of ours.
    ApiKey,
}

impl ConnectionKind {
    /// The kind as the store and the surfaces spell it: `OAUTH`, `API_KEY`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OAuth => "OAUTH",
            Self::ApiKey => "API_KEY",
        }
    }
}

impl Connection {
    /// The name of the connection that every tenant starts with.
    pub const DEFAULT_NAME: &'static str = "close";
}

/// The four addresses of one Close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// The base of the API, without a slash at its end.
    pub api: Url,
    /// Where a browser is sent for consent.
    pub authorize: Url,
    /// Where codes and refresh tokens are exchanged.
    pub token: Url,
    /// Where a refresh token is given back.
    pub revoke: Url,
}

impl Endpoints {
    /// The addresses of the real Close (documented): consent on `app.close.com`, everything else on
    /// `api.close.com`.
    #[expect(clippy::missing_panics_doc, reason = "the addresses are fixed, and parse")]
    pub fn close() -> Self {
        let fixed = |text| Url::parse(text).expect("a fixed address that parses");
        Self {
            authorize: fixed("https://app.close.com/oauth2/authorize/"),
            ..Self::at(&fixed("https://api.close.com"))
        }
    }

    /// The addresses of a Close that answers everything on one origin, such as a local one. Only the scheme,
    /// host and port of `origin` count.
    pub fn at(origin: &Url) -> Self {
        let under = |path: &str| {
            let mut address = origin.clone();
            address.set_path(path);
            address.set_query(None);
            address.set_fragment(None);
            address
        };
        Self {
            api: under("/api/v1"),
            authorize: under("/oauth2/authorize/"),
            token: under("/oauth2/token/"),
            revoke: under("/oauth2/revoke/"),
        }
    }

    pub(crate) fn check(&self) -> Result<(), VaultError> {
        check_address(&self.api, "API")?;
        check_address(&self.authorize, "authorization")?;
        check_address(&self.token, "token")?;
        check_address(&self.revoke, "revocation")
    }
}

impl Default for Endpoints {
    fn default() -> Self {
        Self::close()
    }
}

/// An OAuth app registered at Close, with its secret.
#[derive(Clone, Debug)]
pub struct OAuthApp {
    /// The app's client id (`oa2client_...`).
    pub client_id: String,
    /// The app's client secret. Sealed at rest, and never returned.
    pub client_secret: SecretString,
    /// Where Close sends the browser back to; must be registered with the app character for character.
    pub redirect_uri: Url,
}

impl OAuthApp {
    pub(crate) fn check(&self) -> Result<(), VaultError> {
        crate::identifiers::check_display_name(&self.client_id, "OAuth client id")?;
        check_address(&self.redirect_uri, "redirect")
    }
}

/// The parts of an [`OAuthApp`] that may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuthAppSummary {
    /// The app's client id.
    pub client_id: String,
    /// Where Close sends the browser back to.
    pub redirect_uri: Url,
}

/// What to set on a connection. Whatever is `None` stays as it is; a new connection starts with
/// [`Endpoints::close`] and no app.
#[derive(Clone, Debug, Default)]
pub struct ConnectionSettings {
    /// Where Close is.
    pub endpoints: Option<Endpoints>,
    /// The OAuth app for new grants. The same client id with another secret replaces the secret for existing
    /// grants too; another client id leaves existing grants with the app they were given to.
    pub oauth_app: Option<OAuthApp>,
    /// How people connect their accounts from now on.
    pub kind: Option<ConnectionKind>,
    /// Whether its accounts can be used.
    pub enabled: Option<bool>,
}

pub(crate) fn check_address(address: &Url, what: &'static str) -> Result<(), VaultError> {
    let loopback = match address.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    let problem = match address.scheme() {
        _ if address.host().is_none() => "has no host",
        _ if !address.username().is_empty() || address.password().is_some() => {
            "holds a user name or password"
        }
        "https" => return Ok(()),
        "http" if loopback => return Ok(()),
        "http" => {
            "must start with https://, because secrets and names would travel in clear (http:// is accepted for this machine only)"
        }
        _ => "must start with https://",
    };
    Err(VaultError::InvalidAddress { what, problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_real_close_asks_for_consent_on_its_app_host() {
        let close = Endpoints::close();
        assert_eq!(close.api.as_str(), "https://api.close.com/api/v1");
        assert_eq!(close.authorize.as_str(), "https://app.close.com/oauth2/authorize/");
        assert_eq!(close.token.as_str(), "https://api.close.com/oauth2/token/");
        assert_eq!(close.revoke.as_str(), "https://api.close.com/oauth2/revoke/");
        close.check().unwrap();
    }

    #[test]
    fn credentials_travel_in_clear_to_this_machine_only() {
        for (origin, accepted) in [
            ("http://127.0.0.1:9000/x?y#z", true),
            ("http://[::1]:9000", true),
            ("http://localhost:9000", true),
            ("https://close.example", true),
            ("http://close.example", false),
            ("http://127.0.0.1.example", false),
            ("https://user:secret@close.example", false),
            ("data:text/plain,x", false),
        ] {
            let endpoints = Endpoints::at(&Url::parse(origin).unwrap());
            assert_eq!(endpoints.check().is_ok(), accepted, "{origin}");
        }
    }
}
