//! Failures as the wire of AgentKit says them: a code, a message, and details for programs.
//!
//! Promises that what failed at Close is told apart from what failed here (clients treat the two differently),
//! that a failure of a tool is never answered so that a client repeats it unasked, and that an error stays small
//! enough for the headers it travels in.

use std::fmt::Write as _;

use latch_gateway::{CallError, ErrorClass};
use prost::Message as _;
use prost_types::Any;
use tonic::Code;

use crate::protocol::scalekit::v1::errdetails::help_info::Link;
use crate::protocol::scalekit::v1::errdetails::validation_error_info::FieldViolation;
use crate::protocol::scalekit::v1::errdetails::{ErrorInfo, HelpInfo, ToolErrorInfo, ValidationErrorInfo};
use crate::service::{Failure, other_word};

/// The type that published clients look for; not Google's type of the same name.
pub(crate) const ERROR_INFO_TYPE: &str = "type.googleapis.com/scalekit.v1.errdetails.ErrorInfo";
/// Clients refuse trailers of more than eight kibibytes or so.
const LONGEST_MESSAGE: usize = 1_500;
const MOST_DETAIL_BYTES: usize = 3_000;
const LONGEST_DESCRIPTION: usize = 300;

/// A failure, ready to be written.
#[derive(Debug)]
pub(crate) struct WireError {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) info: ErrorInfo,
}

impl WireError {
    pub(crate) fn of(failure: &Failure) -> Self {
        let error = &failure.error;
        let of_tool = is_of_tool(error) && failure.code.is_none();
        let code = code_of(failure);
        let mut info = ErrorInfo {
            error_code: if of_tool { "TOOL_ERROR" } else { failure.code.unwrap_or(word_for(error)) }
                .to_owned(),
            ..ErrorInfo::default()
        };
        let field_violations = violations(failure);
        if !field_violations.is_empty() {
            info.validation_error_info = Some(ValidationErrorInfo { field_violations });
        }
        if of_tool || error.call_id.is_some() && failure.code.is_some() {
            info.tool_error_info = Some(ToolErrorInfo {
                execution_id: error.call_id.clone().unwrap_or_default(),
                tool_error_message: cut(&said_by_close(error), LONGEST_MESSAGE / 2),
                tool_error_code: tool_code(error),
            });
        }
        if let Some(url) = &error.link {
            let description = "the account's owner can authorize it here".to_owned();
            info.help_info = Some(HelpInfo { links: vec![Link { description, url: url.clone() }] });
        }
        shrink(&mut info);
        Self { code, message: message_of(error), info }
    }

    /// The details in the form that goes into trailers: a `google.rpc.Status` that repeats code and message, as
    /// clients believe the details only then.
    pub(crate) fn encoded_status(&self) -> Vec<u8> {
        let any = Any { type_url: ERROR_INFO_TYPE.to_owned(), value: self.info.encode_to_vec() };
        let status = RpcStatus { code: self.code.into(), message: self.message.clone(), details: vec![any] };
        status.encode_to_vec()
    }
}

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, prost::Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<Any>,
}

/// Whether it went wrong at Close, or on the way there.
fn is_of_tool(error: &CallError) -> bool {
    match error.class {
        ErrorClass::Api | ErrorClass::RateLimited | ErrorClass::Network | ErrorClass::Timeout => true,
        ErrorClass::AccountNotActive => error.close_status.is_some(),
        _ => false,
    }
}

fn code_of(failure: &Failure) -> Code {
    let error = &failure.error;
    if failure.code == Some("RESULT_TOO_LARGE") {
        return Code::OutOfRange;
    }
    match error.class {
        ErrorClass::Unauthenticated => Code::Unauthenticated,
        ErrorClass::UnknownFunction | ErrorClass::NotFound => Code::NotFound,
        ErrorClass::InvalidArguments => Code::InvalidArgument,
        ErrorClass::AccountNotActive if error.close_status.is_some() => Code::Unauthenticated,
        ErrorClass::AccountNotActive | ErrorClass::NotConfigured => Code::FailedPrecondition,
        ErrorClass::PermissionDenied | ErrorClass::ApprovalRequired => Code::PermissionDenied,
        ErrorClass::AlreadyExists => Code::AlreadyExists,
        ErrorClass::RateLimited | ErrorClass::Overloaded => Code::ResourceExhausted,
        ErrorClass::Timeout => Code::DeadlineExceeded,
        ErrorClass::Api => match error.close_status {
            Some(401) => Code::Unauthenticated,
            Some(402 | 403) => Code::PermissionDenied,
            Some(404) => Code::NotFound,
            Some(409) => Code::Aborted,
            Some(400..=499) => Code::InvalidArgument,
            _ => Code::Internal,
        },
        // Never UNAVAILABLE: clients take that as leave to repeat the call.
        ErrorClass::Network | ErrorClass::Internal => Code::Internal,
    }
}

fn word_for(error: &CallError) -> &'static str {
    match error.class {
        ErrorClass::Unauthenticated => "UNAUTHENTICATED",
        ErrorClass::UnknownFunction | ErrorClass::NotFound => "RESOURCE_NOT_FOUND",
        ErrorClass::InvalidArguments => "VALIDATION_ERROR",
        ErrorClass::AccountNotActive => "CONNECTED_ACCOUNT_NOT_ACTIVE",
        ErrorClass::NotConfigured => "NOT_CONFIGURED",
        ErrorClass::PermissionDenied => "PERMISSION_DENIED",
        ErrorClass::ApprovalRequired => "APPROVAL_REQUIRED",
        ErrorClass::AlreadyExists => "RESOURCE_ALREADY_EXISTS",
        ErrorClass::Overloaded => "TOO_MANY_REQUESTS",
        ErrorClass::Api | ErrorClass::RateLimited | ErrorClass::Network | ErrorClass::Timeout => "TOOL_ERROR",
        ErrorClass::Internal => "INTERNAL_ERROR",
    }
}

/// What Close did, in one word.
fn tool_code(error: &CallError) -> String {
    match (error.class, error.close_status) {
        (ErrorClass::RateLimited, _) => "CLOSE_RATE_LIMITED".to_owned(),
        (ErrorClass::Timeout, _) => "CLOSE_TIMEOUT".to_owned(),
        (ErrorClass::Network, _) => "CLOSE_UNREACHABLE".to_owned(),
        (_, Some(status)) => format!("CLOSE_HTTP_{status}"),
        (_, None) => "CLOSE_ERROR".to_owned(),
    }
}

/// What Close said, with its complaints field by field.
fn said_by_close(error: &CallError) -> String {
    let mut text = error.message.clone();
    for field in &error.field_errors {
        if !text.contains(&field.message) {
            // Writing to a String cannot fail.
            let _ = write!(text, "; {}: {}", field.field, field.message);
        }
    }
    text
}

/// What happened and what to do, in one text: many callers see nothing else.
fn message_of(error: &CallError) -> String {
    let mut text = said_by_close(error);
    if let Some(word) = other_word(error) {
        let _ = write!(text, " ({word})");
    }
    if let Some(hint) = &error.hint {
        text.push_str(if text.ends_with(['.', '!', '?']) { " " } else { "; " });
        text.push_str(hint);
    }
    cut(&text, LONGEST_MESSAGE)
}

/// One entry for each thing that is wrong: with the message, with the tool's arguments, or in Close's eyes.
fn violations(failure: &Failure) -> Vec<FieldViolation> {
    let entry = |field: &str, description: &str, constraint: &str| FieldViolation {
        field: field.to_owned(),
        description: cut(description, LONGEST_DESCRIPTION),
        constraint: constraint.to_owned(),
    };
    let error = &failure.error;
    let of_message =
        failure.violations.iter().map(|found| entry(&found.field, &found.description, found.constraint));
    let of_arguments = error
        .problems
        .iter()
        .map(|problem| entry(problem.parameter().unwrap_or_default(), &problem.detail(), problem.kind()));
    let of_close = error.field_errors.iter().map(|field| entry(&field.field, &field.message, "close"));
    of_message.chain(of_arguments).chain(of_close).collect()
}

/// Leaves out entries from the end until the rest fits.
fn shrink(info: &mut ErrorInfo) {
    while info.encoded_len() > MOST_DETAIL_BYTES {
        let Some(validation) = &mut info.validation_error_info else { return };
        if validation.field_violations.pop().is_none() {
            return;
        }
    }
}

fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
