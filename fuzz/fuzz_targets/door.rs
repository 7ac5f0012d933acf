//! Any request at all, from a client that has logged in: REST, forms, gRPC frames. Nothing may panic, and nothing may
//! be answered as if the server were at fault.
//!
//! The input is a line with the method and the address, a line with the media type, and the body.
#![no_main]

use std::sync::LazyLock;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::Request;
use latch_api::ApiOptions;
use latch_close::{Client, ClientOptions};
use latch_gateway::{Gateway, GatewayOptions};
use latch_vault::{TenantId, Vault, VaultOptions};
use libfuzzer_sys::fuzz_target;
use secrecy::ExposeSecret as _;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

struct Door {
    runtime: Runtime,
    router: Router,
    bearer: String,
}

static DOOR: LazyLock<Door> = LazyLock::new(|| {
    let runtime = Runtime::new().expect("a runtime");
    let (router, bearer) = runtime.block_on(async {
        latch_close::install_tls_provider();
        let folder = tempfile::tempdir().expect("a folder").keep();
        let vault = Vault::open(VaultOptions::new(folder)).await.expect("a vault");
        let (client, secret) = vault.create_client(&TenantId::default(), "fuzz").await.expect("a client");
        let issued = vault.issue_access_token(&client.client_id, &secret).await.expect("a token");
        let close = Client::new(ClientOptions::default());
        let gateway = Gateway::new(close, vault, GatewayOptions::default());
        let bearer = format!("Bearer {}", issued.token.expose_secret());
        (latch_api::doors(gateway, ApiOptions::default()).router, bearer)
    });
    Door { runtime, router, bearer }
});

fuzz_target!(|input: &[u8]| {
    let mut lines = input.splitn(3, |byte| *byte == b'\n');
    let (Some(first), Some(media_type), Some(body)) = (lines.next(), lines.next(), lines.next()) else { return };
    let Ok(first) = std::str::from_utf8(first) else { return };
    let (method, address) = first.split_once(' ').unwrap_or(("GET", first));
    let request = Request::builder()
        .method(method)
        .uri(address)
        .header("content-type", media_type)
        .header("authorization", &DOOR.bearer)
        .body(Body::from(body.to_vec()));
    let Ok(request) = request else { return };
    DOOR.runtime.block_on(async {
        let answer = DOOR.router.clone().oneshot(request).await.expect("the router answers everything");
        assert!(!answer.status().is_server_error(), "{}", answer.status());
        to_bytes(answer.into_body(), usize::MAX).await.expect("the answer ends");
    });
});
