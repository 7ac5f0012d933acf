//! Tools as agents are told of them.
//!
//! They never change while the program runs, so they are written once.

use std::sync::LazyLock;

use aws_lc_rs::digest::{SHA256, digest};
use latch_catalog::{Catalog, Kind, Tool as CatalogTool, Vocabulary, catalog};
use serde_json::{Value, json};

use super::PROVIDER;
use crate::protocol::scalekit::v1::tools::Tool;
use crate::structs::to_struct;

/// Every tool, in the catalogue's order.
static DEFINITIONS: LazyLock<Vec<Definition>> = LazyLock::new(|| {
    let catalog = catalog();
    catalog
        .objects()
        .flat_map(|object| object.tools.iter().map(|tool| Definition::of(catalog, &object.title, tool)))
        .collect()
});

/// A tool in both forms in which it is asked for.
pub(super) struct Definition {
    pub(super) catalog: &'static CatalogTool,
    pub(super) message: Tool,
}

/// All of them.
pub(super) fn all() -> &'static [Definition] {
    &DEFINITIONS
}

impl Definition {
    fn of(catalog: &'static Catalog, object: &str, tool: &'static CatalogTool) -> Self {
        let address = catalog.address(tool, Vocabulary::AgentKit);
        let read_only = tool.kind == Kind::Read;
        let definition = json!({
            "name": tool.name,
            "display_name": tool.title,
            "description": address.description(),
            "provider": PROVIDER,
            "category": object,
            "input_schema": address.schema(),
            "output_schema": output_schema(),
            "annotations": {
                "title": tool.title,
                "read_only_hint": read_only,
                "destructive_hint": tool.kind == Kind::Destructive,
                "idempotent_hint": read_only || tool.kind == Kind::Destructive,
                "open_world_hint": true,
            },
        });
        let message = Tool {
            id: id_of(&tool.name),
            provider: PROVIDER.to_owned(),
            definition: Some(to_struct(definition)),
            metadata: Some(to_struct(json!({"kind": tool.kind.as_str(), "function": tool.function}))),
            tags: vec![object.to_owned()],
            is_default: Some(true),
            updated_at: None,
        };
        Self { catalog: tool, message }
    }
}

/// An id that stays the same from start to start and from version to version: `tol_` and 18 digits.
fn id_of(name: &str) -> String {
    let hash = digest(&SHA256, name.as_bytes());
    let number = hash.as_ref().iter().take(8).fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    format!("tol_{:018}", number % 1_000_000_000_000_000_000)
}

/// Every answer is an object; what is in it is Close's to say.
fn output_schema() -> Value {
    json!({"type": "object"})
}
