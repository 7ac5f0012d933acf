//! Whether the process is up, and whether it can work.

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::StatusCode;
use latch_vault::Vault;

/// Longer than the store ever takes when it is well, shorter than a probe waits.
const PATIENCE: Duration = Duration::from_secs(2);

/// `/livez` and `/readyz`, for those who start and stop the program. They need no authentication and tell nothing
/// about the business.
pub fn router(vault: Vault) -> Router {
    Router::new().route("/livez", get(async || "ok\n")).route("/readyz", get(ready)).with_state(vault)
}

async fn ready(State(vault): State<Vault>) -> (StatusCode, String) {
    match tokio::time::timeout(PATIENCE, vault.tenants()).await {
        Ok(Ok(_)) => (StatusCode::OK, "ok\n".to_owned()),
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready: the store does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, format!("the store does not answer: {error}\n"))
        }
        Err(_) => {
            tracing::warn!("not ready: the store does not answer in time");
            let seconds = PATIENCE.as_secs();
            (StatusCode::SERVICE_UNAVAILABLE, format!("the store does not answer within {seconds} seconds\n"))
        }
    }
}
