//! The messages of the wire, generated from the definitions in `proto/`, and their descriptions.
//!
//! One source for all: gRPC, REST bodies, the checks and the OpenAPI document come from the same definitions.

use std::sync::LazyLock;

use prost_reflect::DescriptorPool;

#[allow(dead_code, missing_docs, unreachable_pub, clippy::all, clippy::pedantic, reason = "it is generated")]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/protocol.rs"));
}

/// `scalekit.v1.tools.ExecuteToolResponse` with its data as the bytes of a Struct: on the wire a message and bytes look
/// alike.
#[derive(prost::Message)]
pub(crate) struct ExecuteToolResponse {
    #[prost(bytes = "vec", optional, tag = "1")]
    pub(crate) data: Option<Vec<u8>>,
    #[prost(string, tag = "2")]
    pub(crate) execution_id: String,
}

pub(crate) use generated::{latch, scalekit};

/// Every message, service and comment of the definitions.
#[expect(clippy::expect_used, reason = "the build has read the same bytes")]
pub(crate) static DESCRIPTORS: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let encoded: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));
    DescriptorPool::decode(encoded).expect("descriptors that the build has read")
});

#[cfg(test)]
mod tests {
    use prost::Message as _;
    use prost_reflect::DynamicMessage;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_answer_that_is_written_out_is_the_one_of_the_definitions() {
        let definition = DESCRIPTORS.get_message_by_name("scalekit.v1.tools.ExecuteToolResponse").unwrap();
        let read = |written: &ExecuteToolResponse| {
            let read =
                DynamicMessage::decode(definition.clone(), written.encode_to_vec().as_slice()).unwrap();
            serde_json::to_value(read).unwrap()
        };
        let data = crate::struct_bytes::of_value(json!({"id": "lead_1", "found": [true]})).unwrap();
        let full = ExecuteToolResponse { data: Some(data), execution_id: "call_1".to_owned() };
        let expected = json!({"data": {"id": "lead_1", "found": [true]}, "executionId": "call_1"});
        assert_eq!(read(&full), expected);
        // A member that is there and empty is not the same as none.
        let empty = ExecuteToolResponse { data: Some(Vec::new()), ..full };
        assert_eq!(read(&empty)["data"], json!({}));
    }
}
