//! Every environment variable the program reads, each with what it means. Nothing else reads the environment.

use std::env;

use crate::failure::Failure;

/// One variable.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Variable {
    /// Its name.
    pub(crate) name: &'static str,
    /// What it means, for help pages; empty for those that belong to the system.
    pub(crate) meaning: &'static str,
}

pub(crate) const CLOSE_API_KEY: Variable = Variable {
    name: "CLOSE_API_KEY",
    meaning: "an API key of Close: the default account, with nothing to set up",
};
pub(crate) const CLOSE_URL: Variable = Variable {
    name: "CLOSE_URL",
    meaning: "the API that CLOSE_API_KEY is for [https://api.close.com/api/v1]",
};
pub(crate) const LATCH_POLICY: Variable =
    Variable { name: "LATCH_POLICY", meaning: "what may be done with CLOSE_API_KEY: read:allow,write:ask" };
pub(crate) const LATCH_HOME: Variable =
    Variable { name: "LATCH_HOME", meaning: "the data folder, where --data-folder is not given" };
pub(crate) const LATCH_MASTER_KEY: Variable =
    Variable { name: "LATCH_MASTER_KEY", meaning: "the master key, 32 bytes in base64, instead of a file" };
pub(crate) const LATCH_MASTER_KEY_FILE: Variable = Variable {
    name: "LATCH_MASTER_KEY_FILE",
    meaning: "a file that holds the master key, readable by its owner only",
};
pub(crate) const LATCH_LUA_LIMITS: Variable = Variable {
    name: "LATCH_LUA_LIMITS",
    meaning: "ceilings for scripts: cpu:30,wall:300,memory:33554432,calls:1000,writes:100,…",
};
pub(crate) const LATCH_LOG: Variable = Variable {
    name: "LATCH_LOG",
    meaning: "what to log: a level (debug) or filter (warn,latch_gateway=debug)",
};
pub(crate) const LATCH_LOG_FORMAT: Variable = Variable {
    name: "LATCH_LOG_FORMAT",
    meaning: "how to log, where --log-format is not given: text or json",
};
pub(crate) const OTEL_EXPORTER_OTLP_ENDPOINT: Variable = Variable {
    name: "OTEL_EXPORTER_OTLP_ENDPOINT",
    meaning: "servers send traces to the collector at this address, over HTTP",
};
pub(crate) const NO_COLOR: Variable = Variable { name: "NO_COLOR", meaning: "set to anything: no colour" };
pub(crate) const XDG_DATA_HOME: Variable = Variable { name: "XDG_DATA_HOME", meaning: "" };
pub(crate) const HOME: Variable = Variable { name: "HOME", meaning: "" };

/// The variables that help pages list.
pub(crate) const DOCUMENTED: [Variable; 11] = [
    CLOSE_API_KEY,
    CLOSE_URL,
    LATCH_POLICY,
    LATCH_HOME,
    LATCH_MASTER_KEY,
    LATCH_MASTER_KEY_FILE,
    LATCH_LUA_LIMITS,
    LATCH_LOG,
    LATCH_LOG_FORMAT,
    OTEL_EXPORTER_OTLP_ENDPOINT,
    NO_COLOR,
];

impl Variable {
    /// Its value; empty counts as not set.
    ///
    /// # Errors
    ///
    /// If it is not UTF-8. Going on without it could use another account or another folder than is meant.
    pub(crate) fn read(self) -> Result<Option<String>, Failure> {
        let Some(value) = env::var_os(self.name) else { return Ok(None) };
        match value.into_string() {
            Ok(text) => Ok(Some(text).filter(|text| !text.trim().is_empty())),
            Err(_) => Err(Failure::local(format!(
                "the environment variable {} is not text in UTF-8; nothing was done",
                self.name
            ))
            .with_hint(format!("set {} again, or unset it", self.name))),
        }
    }

    /// Whether it is set to anything but nothing, text or not.
    pub(crate) fn is_set(self) -> bool {
        env::var_os(self.name).is_some_and(|value| !value.is_empty())
    }
}
