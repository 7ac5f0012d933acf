//! What comes along with an account: a grant, an API key, a configuration. Taken, and never given back.

use latch_gateway::{CallError, ErrorClass};
use prost_types::Struct;
use prost_types::value::Kind as ValueKind;
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::Failure;
use crate::protocol::scalekit::v1::connected_accounts::authorization_details::Details;
use crate::protocol::scalekit::v1::connected_accounts::{
    AuthorizationDetails, OauthToken, ScopeSelection, StaticAuth,
};
use crate::structs::to_json;

/// Members of a static credential in which callers put an API key.
const KEY_NAMES: [&str; 4] = ["api_key", "apiKey", "token", "username"];

/// A credential that came with a request.
pub(super) enum Brought {
    Grant { access_token: SecretString, refresh_token: Option<SecretString> },
    ApiKey(SecretString),
}

/// What came with a request. Clients send an empty token to say that there is none.
pub(super) fn brought(details: Option<AuthorizationDetails>) -> Result<Option<Brought>, Failure> {
    const FIELD: &str = "connected_account.authorization_details";
    let secret = |text: String| (!text.is_empty()).then(|| SecretString::from(text));
    match details.and_then(|details| details.details) {
        None => Ok(None),
        Some(Details::OauthToken(OauthToken { access_token, refresh_token, .. })) => {
            match (secret(access_token), secret(refresh_token)) {
                (None, None) => Ok(None),
                (None, Some(_)) => Err(Failure::invalid(FIELD, "has no access token", "required")),
                (Some(access_token), refresh_token) => {
                    Ok(Some(Brought::Grant { access_token, refresh_token }))
                }
            }
        }
        Some(Details::StaticAuth(StaticAuth { details })) => {
            let mut fields = details.unwrap_or_default().fields;
            if fields.is_empty() {
                return Ok(None);
            }
            let key = KEY_NAMES.iter().find_map(|name| match fields.remove(*name)?.kind {
                Some(ValueKind::StringValue(key)) => secret(key),
                _ => None,
            });
            let missing = || Failure::invalid(FIELD, "has no api_key", "required");
            Ok(Some(Brought::ApiKey(key.ok_or_else(missing)?)))
        }
        Some(Details::GoogleDwd(_) | Details::TrustedIdp(_)) => {
            Err(Failure::invalid(FIELD, "is of a kind that Close does not have", "kind"))
        }
    }
}

/// The members of a Struct.
pub(super) fn members(given: Option<Struct>) -> Map<String, Value> {
    match to_json(given.unwrap_or_default()) {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

pub(super) fn without_scopes(given: Option<&ScopeSelection>) -> Result<(), Failure> {
    if given.is_none_or(|selection| selection.scopes.is_empty() && selection.optional_scopes.is_empty()) {
        return Ok(());
    }
    let description = "cannot be chosen: Close grants all.full_access and offline_access";
    let failure = Failure::invalid("scope_selection", description, "empty");
    Err(Failure { code: Some("INVALID_SCOPE_SELECTION"), ..failure })
}

/// A key that Close does not know is the caller's mistake. It must not look as if the caller itself had not
/// logged in: clients would log in again, and again.
pub(super) fn refused_key(error: CallError) -> CallError {
    if error.close_status == Some(401) {
        CallError { class: ErrorClass::InvalidArguments, close_status: None, ..error }
    } else {
        error
    }
}
