//! What can go wrong, each case with one stable meaning.
//!
//! Promises that a message says what happened and what to do next, and that no message ever holds a secret.

use std::path::PathBuf;

use jiff::Timestamp;

use crate::{AccountStatus, StoreError};

/// Why the vault could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// There is no such thing in this tenant (whatever other tenants may have).
    #[error("{what} was not found")]
    NotFound {
        /// The thing, as it was named.
        what: String,
    },
    /// The identifier names accounts on several connections.
    #[error("the identifier {identifier:?} has accounts on several connections ({}): name the connection", .connections.join(", "))]
    Ambiguous {
        /// The identifier.
        identifier: String,
        /// The connections that have such an account.
        connections: Vec<String>,
    },
    /// A name or identifier is not well formed.
    #[error("the {what} {problem}")]
    InvalidIdentifier {
        /// What the text was meant to be.
        what: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// An address cannot be used.
    #[error("the {what} address {problem}")]
    InvalidAddress {
        /// What the address was meant for.
        what: &'static str,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The API key cannot be one of Close's.
    #[error("the API key {problem}: copy it again from Close under Settings, Developer, API Keys")]
    InvalidApiKey {
        /// What is wrong with it, without the key.
        problem: &'static str,
    },

    /// A token that was handed over cannot be one of Close's.
    #[error("the token is empty, too long, or has spaces or other characters that no token has")]
    InvalidToken,

    /// The account cannot be used for calls.
    #[error("the connected account is {status}{}: it has to be connected (again) before it can be used", because(.reason.as_deref()))]
    AccountNotActive {
        /// Where it stands.
        status: AccountStatus,
        /// Why, when there is something to say.
        reason: Option<String>,
    },
    /// Close has just said that it no longer accepts the grant. The account is now `REVOKED`.
    #[error("Close no longer accepts this account's grant ({reason}): connect the account again")]
    Revoked {
        /// What Close said.
        reason: String,
    },
    /// The access token ran out and a new one could not be had.
    #[error("the account's access token could not be refreshed: {reason}{}", if *.transient { "; try again later" } else { "" })]
    RefreshFailed {
        /// What happened.
        reason: String,
        /// Whether trying again later may help without anybody doing anything.
        transient: bool,
    },

    /// The connection has no OAuth app.
    #[error(
        "the connection {connection:?} has no OAuth app: set its client id, client secret and redirect address, or connect the account with an API key"
    )]
    NoOAuthApp {
        /// The connection.
        connection: String,
    },
    /// It is not known where people reach this program.
    #[error(
        "no public address is set, so no authorization link can be made: set the address under which browsers reach this program"
    )]
    NoPublicUrl,
    /// No such link was ever made, or it was removed.
    #[error("this link is not known: ask for a new one")]
    LinkUnknown,
    /// The link was used before.
    #[error("this link was used already: ask for a new one")]
    LinkUsed,
    /// The link is too old.
    #[error("this link expired at {expired_at}: ask for a new one")]
    LinkExpired {
        /// When it stopped working.
        expired_at: Timestamp,
    },
    /// The callback carries no state that the vault gave out: forged, or of an account that was disconnected.
    #[error(
        "this answer does not belong to any connection attempt that is under way: start again with a new link"
    )]
    StateUnknown,
    /// The callback was answered before.
    #[error("this answer was used already: if the account is not connected, start again with a new link")]
    StateUsed,
    /// The callback came too late.
    #[error("connecting the account took too long: start again with a new link")]
    StateExpired,
    /// The person refused. The account is unchanged.
    #[error(
        "access was refused at Close; nothing has changed: start again with a new link to connect the account"
    )]
    Refused,
    /// Consent could not be turned into a grant. The account is unchanged.
    #[error("connecting the account failed: {reason}; start again with a new link")]
    ExchangeFailed {
        /// What happened.
        reason: String,
    },
    /// The connection was turned off.
    #[error(
        "the connection {connection:?} is turned off: its accounts cannot be used until it is turned on again"
    )]
    ConnectionDisabled {
        /// The connection.
        connection: String,
    },
    /// A connection with accounts cannot be removed.
    #[error("the connection {connection:?} has {accounts} connected account(s): remove them first")]
    ConnectionInUse {
        /// The connection.
        connection: String,
        /// How many accounts it has.
        accounts: u64,
    },
    /// The link is for the other way of connecting.
    #[error(
        "the connection {connection:?} does not connect accounts this way: open the link again from its beginning"
    )]
    OtherKind {
        /// The connection.
        connection: String,
    },
    /// The person who came back from consent is not the one the account is for. The request still waits.
    #[error("the account was connected for another user than {identifier:?}: nothing was changed")]
    SomebodyElse {
        /// The user who was named.
        identifier: String,
    },
    /// The access token is not one of ours, or no longer.
    #[error("the access token is not valid: get a new one with the API client's id and secret")]
    TokenInvalid,
    /// The webhook endpoint is turned off.
    #[error("the webhook endpoint {id:?} is turned off: nothing is sent to it until it is turned on again")]
    WebhookDisabled {
        /// The endpoint.
        id: String,
    },
    /// The API client's id or secret is wrong.
    #[error("the API client's id or secret is wrong")]
    ClientUnknown,

    /// The master key is not the one this data folder was made with. Nothing was changed.
    #[error(
        "the master key does not fit the data folder {}: start with the key it was made with (nothing was changed)", .data_folder.display()
    )]
    WrongMasterKey {
        /// The data folder.
        data_folder: PathBuf,
    },
    /// The data folder has a database and no master key beside it. No new key was made.
    #[error(
        "the database in {} was made with a master key, and {} is missing: restore that file from a backup (a new key could not open what is sealed)", .data_folder.display(), .path.display()
    )]
    MasterKeyMissing {
        /// The data folder.
        data_folder: PathBuf,
        /// Where the key was expected.
        path: PathBuf,
    },
    /// The master key file cannot be read.
    #[error("the master key file {} cannot be read: {source}", .path.display())]
    MasterKeyUnreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The master key is not 32 bytes in base64.
    #[error("the master key from {from} is not 32 bytes in base64: make one with `openssl rand -base64 32`")]
    MasterKeyMalformed {
        /// Where it came from.
        from: String,
    },
    /// Others than its owner may read the master key file.
    #[error("the master key file {path} may be read by others (mode {mode:04o}): run `chmod 600 '{path}'`", path = .path.display())]
    KeyFilePermissions {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The data folder cannot be made or used.
    #[error("the data folder {} cannot be used: {source}", .path.display())]
    DataFolder {
        /// The folder, or the file in it.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A sealed value does not open: it was moved between rows, or damaged.
    #[error(
        "the sealed {field} of {row} does not open: it was changed or moved outside this program; connect or set it again"
    )]
    Sealed {
        /// Which field.
        field: &'static str,
        /// Which row.
        row: String,
    },
    /// The cryptographic library refused to work.
    #[error("sealing failed: the system's cryptography is not available")]
    SealingFailed,
    /// The HTTP client could not be set up.
    #[error("the HTTP client cannot be set up: {reason}")]
    Http {
        /// What is missing.
        reason: String,
    },
    /// The vault was closed while this was under way.
    #[error("the program is shutting down: try again when it is back")]
    ShuttingDown,
    /// The database of the data folder cannot be opened.
    #[error("{}: {source}", .path.display())]
    DatabaseFile {
        /// The database.
        path: PathBuf,
        /// What is wrong with it.
        source: StoreError,
    },
    /// The store failed.
    #[error(transparent)]
    Database(#[from] StoreError),
}

impl VaultError {
    pub(crate) fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound { what: what.into() }
    }
}

fn because(reason: Option<&str>) -> String {
    reason.map(|reason| format!(" ({reason})")).unwrap_or_default()
}
