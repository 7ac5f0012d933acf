//! The messages of the wire, generated from the definitions in `proto/`, and their descriptions.
//!
//! One source for all: gRPC, REST bodies, the checks and the OpenAPI document come from the same definitions.

use std::sync::LazyLock;

use prost_reflect::DescriptorPool;

#[allow(dead_code, missing_docs, unreachable_pub, clippy::all, clippy::pedantic, reason = "it is generated")]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/protocol.rs"));
}

pub(crate) use generated::{latch, scalekit};

/// Every message, service and comment of the definitions.
#[expect(clippy::expect_used, reason = "the build has read the same bytes")]
pub(crate) static DESCRIPTORS: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let encoded: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
    DescriptorPool::decode(encoded).expect("descriptors that the build has read")
});
