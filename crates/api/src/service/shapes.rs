//! Accounts as the wire shows them: AgentKit's words, and beside them all that Latch knows.
//!
//! Promises that there is nothing secret in it.

use latch_gateway::CallError;
use latch_vault::{Account, AccountStatus, CredentialKind};
use prost_types::Timestamp;

use super::PROVIDER;
use crate::protocol::latch::v1::{AccountState, CloseOrganization, CloseUser};
use crate::protocol::scalekit::v1::connected_accounts::{
    ConnectedAccount, ConnectedAccountForList, ConnectorStatus, ConnectorType,
};
use crate::structs::to_struct;

/// A moment as the wire has it.
pub(super) fn moment(at: jiff::Timestamp) -> Timestamp {
    Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}

/// AgentKit's number for a status.
fn wire_status(status: AccountStatus) -> ConnectorStatus {
    ConnectorStatus::from_str_name(status.in_agentkit()).unwrap_or_default()
}

fn wire_kind(kind: CredentialKind) -> ConnectorType {
    ConnectorType::from_str_name(kind.in_agentkit()).unwrap_or_default()
}

fn state(account: &Account) -> AccountState {
    let who = account.identity.clone();
    AccountState {
        status: account.status.to_string(),
        status_reason: account.status_reason.clone().unwrap_or_default(),
        close_user: who.user_id.map(|id| CloseUser {
            id,
            name: who.user_name.unwrap_or_default(),
            email: who.user_email.unwrap_or_default(),
        }),
        close_organization: who
            .organization_id
            .map(|id| CloseOrganization { id, name: who.organization_name.unwrap_or_default() }),
    }
}

/// An account as the wire shows it. There is nothing secret in it.
pub(super) fn shown(account: &Account) -> ConnectedAccount {
    ConnectedAccount {
        identifier: account.identifier.clone(),
        provider: PROVIDER.to_owned(),
        status: wire_status(account.status).into(),
        authorization_type: wire_kind(account.credential_kind).into(),
        authorization_details: None,
        token_expires_at: account.token_expires_at.map(moment),
        updated_at: Some(moment(account.updated_at)),
        connector: account.connection.clone(),
        last_used_at: account.last_used_at.map(moment),
        id: account.id.to_string(),
        connection_id: account.connection_id.to_string(),
        api_config: (!account.api_config.is_empty()).then(|| to_struct(account.api_config.clone().into())),
        is_org_wide_credential: false,
        latch: Some(state(account)),
    }
}

pub(super) fn shown_in_list(account: &Account) -> ConnectedAccountForList {
    ConnectedAccountForList {
        identifier: account.identifier.clone(),
        provider: PROVIDER.to_owned(),
        status: wire_status(account.status).into(),
        authorization_type: wire_kind(account.credential_kind).into(),
        token_expires_at: account.token_expires_at.map(moment),
        updated_at: Some(moment(account.updated_at)),
        connector: account.connection.clone(),
        last_used_at: account.last_used_at.map(moment),
        id: account.id.to_string(),
        connection_id: account.connection_id.to_string(),
        is_org_wide_credential: false,
        latch: Some(state(account)),
    }
}

/// The status of an account that cannot be used, in AgentKit's word, where that is another than ours.
pub(crate) fn other_word(error: &CallError) -> Option<&'static str> {
    let ours = error.account_status.as_deref()?;
    let theirs = ours.parse::<AccountStatus>().ok()?.in_agentkit();
    (theirs != ours).then_some(theirs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_agentkit_has_its_number() {
        for status in AccountStatus::ALL {
            assert_eq!(wire_status(status).as_str_name(), status.in_agentkit());
        }
        for kind in [CredentialKind::None, CredentialKind::OAuth, CredentialKind::ApiKey] {
            assert_eq!(wire_kind(kind).as_str_name(), kind.in_agentkit());
        }
    }
}
