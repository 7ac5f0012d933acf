//! What can go wrong with a call, as every door reports it.
//!
//! Promises a stable class, a sentence that says what happened, and where there is something to do, a
//! sentence that says what. No message ever holds a credential or a page of somebody's HTML.

use std::time::Duration;

use latch_catalog::{InvalidArguments, Problem, UnknownTool};
use latch_close::{CloseError, ErrorKind, Outcome};
use latch_vault::VaultError;
use serde::Serialize;

/// The kind of failure. The words are part of the interface and do not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// The caller did not say who it is, or not truthfully.
    Unauthenticated,
    /// No tool has that name.
    UnknownFunction,
    /// The arguments are wrong; nothing was sent.
    InvalidArguments,
    /// There is nothing to call Close with.
    NotConfigured,
    /// No such account, connection or link, or not one that this caller may see.
    NotFound,
    /// The account cannot be used until its owner authorizes it again.
    AccountNotActive,
    /// The policy does not allow it.
    PermissionDenied,
    /// The policy wants a person to approve it first.
    ApprovalRequired,
    /// Close refused the call; see the status.
    Api,
    /// Close asks to slow down for longer than the call may take.
    RateLimited,
    /// Close could not be reached, or did not finish its answer.
    Network,
    /// The call took longer than it may.
    Timeout,
    /// There is one already.
    AlreadyExists,
    /// Latch has too much to do at this moment, for this caller or at all; nothing was sent.
    Overloaded,
    /// Something went wrong within Latch.
    Internal,
}

impl ErrorClass {
    /// The word used in records, messages and on every wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "unauthenticated",
            Self::UnknownFunction => "unknown_function",
            Self::InvalidArguments => "invalid_arguments",
            Self::NotConfigured => "not_configured",
            Self::NotFound => "not_found",
            Self::AccountNotActive => "account_not_active",
            Self::PermissionDenied => "permission_denied",
            Self::ApprovalRequired => "approval_required",
            Self::Api => "api",
            Self::RateLimited => "rate_limited",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::AlreadyExists => "already_exists",
            Self::Overloaded => "overloaded",
            Self::Internal => "internal",
        }
    }
}

/// Whether a write took effect at Close.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteEffect {
    /// Nothing was changed; repeating the call is safe.
    None,
    /// It is not known; read the object before repeating the call.
    Unknown,
}

/// One of Close's own complaints about a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field; nested ones are joined with dots.
    pub field: String,
    /// What Close says about it.
    pub message: String,
}

/// A call that failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error, Serialize)]
#[error("{message}")]
pub struct CallError {
    /// The kind of failure.
    pub class: ErrorClass,
    /// What happened.
    pub message: String,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Close's status, if it answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_status: Option<u16>,
    /// Close's id for the request, if it gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_trace_id: Option<String>,
    /// Close's field errors.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub field_errors: Vec<FieldError>,
    /// For account problems: the address at which the owner can authorize again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Status of the account, where that is the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_status: Option<String>,
    /// Names near to an unknown one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub suggestions: Vec<String>,
    /// For writes: whether Close may have carried it out.
    pub effect: WriteEffect,
    /// How long to wait before trying again.
    #[serde(
        rename = "retry_after_seconds",
        skip_serializing_if = "Option::is_none",
        serialize_with = "seconds"
    )]
    pub retry_after: Option<Duration>,
    /// Id of the recorded call, once there is a record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_id: Option<String>,
    /// How often a request was sent.
    #[serde(skip)]
    pub attempts: u32,
    /// The argument problems, one by one.
    #[serde(skip)]
    pub problems: Vec<Problem>,
}

#[expect(clippy::ref_option, reason = "the signature is serde's")]
fn seconds<S: serde::Serializer>(duration: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    // Rounded up, so that waiting that long is enough.
    serializer.serialize_u64(duration.map_or(0, |wait| wait.as_secs() + u64::from(wait.subsec_nanos() > 0)))
}

impl CallError {
    /// A failure with nothing but a class and a message.
    pub fn new(class: ErrorClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            hint: None,
            close_status: None,
            close_trace_id: None,
            field_errors: Vec::new(),
            link: None,
            account_status: None,
            suggestions: Vec::new(),
            effect: WriteEffect::None,
            retry_after: None,
            call_id: None,
            attempts: 0,
            problems: Vec::new(),
        }
    }

    /// The same with advice.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Whether the same call may be made again without looking first.
    pub fn is_safe_to_repeat(&self) -> bool {
        self.effect == WriteEffect::None
    }
}

impl From<UnknownTool> for CallError {
    fn from(error: UnknownTool) -> Self {
        let message = error.to_string();
        Self { suggestions: error.nearest, ..Self::new(ErrorClass::UnknownFunction, message) }
            .with_hint("`latch tools` lists every tool; `latch search WORDS` finds one by what it does")
    }
}

impl From<InvalidArguments> for CallError {
    fn from(error: InvalidArguments) -> Self {
        let message = error.to_string();
        Self { problems: error.problems, ..Self::new(ErrorClass::InvalidArguments, message) }
    }
}

impl From<CloseError> for CallError {
    fn from(error: CloseError) -> Self {
        let class = match error.kind {
            ErrorKind::RateLimited { .. } => ErrorClass::RateLimited,
            ErrorKind::Unreachable | ErrorKind::Dropped => ErrorClass::Network,
            ErrorKind::DeadlineExceeded => ErrorClass::Timeout,
            // Refused before anything was sent: an address in clear, a credential with a line break in it.
            ErrorKind::InvalidRequest => ErrorClass::InvalidArguments,
            _ => ErrorClass::Api,
        };
        let mut failure = Self::new(class, error.message.clone());
        failure.hint = hint_for(&error).map(str::to_owned);
        failure.close_status = error.status;
        failure.close_trace_id = error.trace_id;
        failure.attempts = error.attempts;
        failure.field_errors = error
            .field_errors
            .into_iter()
            .map(|field| FieldError { field: field.path, message: field.message })
            .collect();
        if let ErrorKind::RateLimited { retry_after } = error.kind {
            failure.retry_after = Some(retry_after);
        }
        if error.outcome == Outcome::Unknown {
            failure.effect = WriteEffect::Unknown;
        }
        failure
    }
}

fn hint_for(error: &CloseError) -> Option<&'static str> {
    Some(match error.kind {
        ErrorKind::PaymentRequired => {
            "the Close organization's plan does not allow this; ask its administrator"
        }
        ErrorKind::Forbidden => {
            "the person behind this account lacks the permission in Close; ask an administrator to widen the role"
        }
        ErrorKind::NotFound => {
            "check the id; it may have been deleted, or belong to another Close organization"
        }
        ErrorKind::RateLimited { .. } => "wait that long, then repeat the call; fewer calls at once avoid it",
        ErrorKind::Unreachable => {
            "check the network and the address of Close (CLOSE_URL, or the connection's)"
        }
        ErrorKind::NotJson => "check the address of Close: something else seems to answer there",
        ErrorKind::TooLarge => "ask for less: name the members you need in _fields, or lower the limit",
        ErrorKind::Dropped | ErrorKind::DeadlineExceeded | ErrorKind::Server
            if error.outcome == Outcome::Unknown =>
        {
            "read the object to see whether the change was made before repeating the call"
        }
        ErrorKind::Server => "Close has a problem; try again later",
        _ => return None,
    })
}

impl From<VaultError> for CallError {
    fn from(error: VaultError) -> Self {
        Self::new(class_of(&error), error.to_string())
    }
}

fn class_of(error: &VaultError) -> ErrorClass {
    match error {
        VaultError::NotFound { .. } => ErrorClass::NotFound,
        VaultError::ClientUnknown | VaultError::TokenInvalid => ErrorClass::Unauthenticated,
        VaultError::SomebodyElse { .. } => ErrorClass::PermissionDenied,
        VaultError::Ambiguous { .. }
        | VaultError::InvalidIdentifier { .. }
        | VaultError::InvalidAddress { .. }
        | VaultError::InvalidApiKey { .. }
        | VaultError::InvalidToken => ErrorClass::InvalidArguments,
        VaultError::AccountNotActive { .. } | VaultError::Revoked { .. } => ErrorClass::AccountNotActive,
        VaultError::NoOAuthApp { .. }
        | VaultError::NoPublicUrl
        | VaultError::ConnectionDisabled { .. }
        | VaultError::ConnectionInUse { .. }
        | VaultError::OtherKind { .. }
        | VaultError::WebhookDisabled { .. } => ErrorClass::NotConfigured,
        VaultError::RefreshFailed { .. } => ErrorClass::Network,
        _ => ErrorClass::Internal,
    }
}
