//! Connections, as doors show and change them.

use latch_vault::{Connection, ConnectionId, ConnectionSettings, VaultError};

use crate::gateway::Gateway;
use crate::{CallError, Caller, ErrorClass};

impl Gateway {
    /// The caller's connections, by name.
    pub async fn connections(&self, caller: &Caller) -> Result<Vec<Connection>, CallError> {
        Ok(self.inner.vault.connections(&caller.tenant).await?)
    }

    /// The connection with this id.
    ///
    /// # Errors
    ///
    /// `not_found` for an unknown one and for one of another tenant alike.
    pub async fn connection(&self, caller: &Caller, id: &str) -> Result<Connection, CallError> {
        Ok(self.inner.vault.connection_by_id(&caller.tenant, &connection_id(id)?).await?)
    }

    /// Makes a connection. Unless the settings say where Close is, it leads to the Close that the connection
    /// `close` leads to.
    ///
    /// # Errors
    ///
    /// `already_exists` if there is one of that name.
    pub async fn create_connection(
        &self,
        caller: &Caller,
        name: &str,
        mut settings: ConnectionSettings,
    ) -> Result<Connection, CallError> {
        let vault = &self.inner.vault;
        if settings.endpoints.is_none() {
            let usual = vault.connection(&caller.tenant, Connection::DEFAULT_NAME).await;
            settings.endpoints = usual.ok().map(|connection| connection.endpoints);
        }
        match vault.connection(&caller.tenant, name).await {
            Ok(_) => {
                let message = format!("there is a connection {name:?} already");
                Err(CallError::new(ErrorClass::AlreadyExists, message))
            }
            Err(VaultError::NotFound { .. }) => {
                Ok(vault.set_connection(&caller.tenant, name, settings).await?)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Changes a connection.
    pub async fn change_connection(
        &self,
        caller: &Caller,
        id: &str,
        settings: ConnectionSettings,
    ) -> Result<Connection, CallError> {
        let connection = self.connection(caller, id).await?;
        Ok(self.inner.vault.set_connection(&caller.tenant, &connection.name, settings).await?)
    }

    /// Removes a connection that has no accounts.
    pub async fn delete_connection(&self, caller: &Caller, id: &str) -> Result<(), CallError> {
        Ok(self.inner.vault.delete_connection(&caller.tenant, &connection_id(id)?).await?)
    }
}

fn connection_id(text: &str) -> Result<ConnectionId, CallError> {
    text.parse().map_err(|_| {
        CallError::new(ErrorClass::NotFound, format!("the connection {:?} was not found", shown(text)))
    })
}

fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}
