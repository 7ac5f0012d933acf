#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod convert;
mod driver;
mod engine;
mod failure;
mod gateway_host;
mod host;
mod interpreter;
mod lift;
mod limits;
mod lists;
mod meter;
mod native;
mod record;
mod run;
mod session;
mod shared;
mod tools;

pub use engine::{Engine, EngineOptions, Script, new_run_id};
pub use gateway_host::GatewayHost;
pub use host::{Host, ScriptCall};
pub use limits::{Limit, Limits, WantedLimits};
pub use record::{CallEntry, Meta, RunRecord};
pub use session::{Entry, Reply, Session};
pub use tools::{RunRequest, enter_session, execute_lua, lua_list_docs, lua_read_doc, lua_search_docs};

/// The language and its version, as `_VERSION` has it.
pub const ENGINE: &str = "Luau 0.740 (Lua 5.1 dialect)";
