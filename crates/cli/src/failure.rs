//! How a command fails: a classed error with advice, or a result that has been told already.

use latch_gateway::{CallError, ErrorClass};
use latch_vault::VaultError;
use serde_json::json;

use crate::console::Console;
use crate::exit::Exit;

/// Why a command did not succeed.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    /// What to say; nothing if the command said it all.
    error: Option<Box<CallError>>,
}

impl Failure {
    /// The command line asks for something that cannot be done; nothing was done.
    pub(crate) fn unusable(message: impl Into<String>) -> Self {
        CallError::new(ErrorClass::InvalidArguments, message).into()
    }

    /// Something that is needed has not been set up.
    pub(crate) fn not_configured(message: impl Into<String>) -> Self {
        CallError::new(ErrorClass::NotConfigured, message).into()
    }

    /// Something is wrong on this machine.
    pub(crate) fn local(message: impl Into<String>) -> Self {
        CallError::new(ErrorClass::Internal, message).into()
    }

    /// The command has said what is wrong.
    pub(crate) fn told(exit: Exit) -> Self {
        Self { exit, error: None }
    }

    /// The same with advice.
    #[must_use]
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        if let Some(error) = &mut self.error {
            error.hint = Some(hint.into());
        }
        self
    }

    /// What is wrong, if it has not been said yet.
    pub(crate) fn error(&self) -> Option<&CallError> {
        self.error.as_deref()
    }

    /// Says what is wrong, where it has not been said, and gives the exit code.
    pub(crate) fn report(self, console: &Console) -> Exit {
        if let Some(error) = self.error {
            if console.json() {
                let envelope = json!({
                    "success": false,
                    "error": error.message,
                    "error_class": error.class,
                    "hint": error.hint,
                });
                // Nothing can be said where nothing can be written.
                let _ = console.json_document(&envelope);
            } else {
                console.error(&error);
            }
        }
        self.exit
    }
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        Self { exit: Exit::of(error.class), error: Some(Box::new(error)) }
    }
}

impl From<VaultError> for Failure {
    fn from(error: VaultError) -> Self {
        let hint = match &error {
            VaultError::DataFolder { .. } => Some(
                "choose a folder of your own with --data-folder or LATCH_HOME; it is created if it does not exist",
            ),
            VaultError::WrongMasterKey { .. } => Some(
                "LATCH_MASTER_KEY and LATCH_MASTER_KEY_FILE name another key; without them it is master.key in the folder",
            ),
            VaultError::MasterKeyUnreadable { .. } => Some("check the path in LATCH_MASTER_KEY_FILE"),
            _ => None,
        };
        let failure = Self::from(CallError::from(error));
        match hint {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }
}
