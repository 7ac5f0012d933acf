//! The routes, and the limits that hold for all of them.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use http::StatusCode;
use latch_gateway::{CallError, ErrorClass, Gateway};
use tower_http::catch_panic::CatchPanicLayer;

use crate::error::ApiError;
use crate::{accounts, tools};

/// Arguments of a tool are text that a model wrote: a megabyte is generous.
const LARGEST_BODY: usize = 1024 * 1024;

/// The REST door in front of `gateway`.
pub fn router(gateway: Gateway) -> Router {
    Router::new()
        .route("/livez", get(async || "ok\n"))
        .route("/api/v1/execute_tool", post(tools::execute))
        .route("/api/v1/tools", get(tools::list))
        .route("/api/v1/tools/{name}", get(tools::one))
        .route("/api/v1/connected_accounts", get(accounts::list))
        .route("/api/v1/connected_accounts:get_or_create", post(accounts::get_or_create))
        .route("/api/v1/connected_accounts:disconnect", post(accounts::disconnect))
        .route("/api/v1/connected_accounts:delete", post(accounts::delete))
        .route("/api/v1/connected_accounts/magic_link", post(accounts::magic_link))
        .route("/api/v1/connected_accounts/{id}", get(accounts::one))
        .route("/api/{*rest}", axum::routing::any(unknown_route))
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(CatchPanicLayer::custom(|_| {
            axum::response::IntoResponse::into_response(ApiError::from(CallError::new(
                ErrorClass::Internal,
                "something went wrong within Latch; its log says what",
            )))
        }))
        .with_state(gateway)
}

async fn unknown_route(uri: http::Uri) -> ApiError {
    ApiError::with_status(
        StatusCode::NOT_FOUND,
        CallError::new(ErrorClass::NotFound, format!("there is nothing at {}", uri.path()))
            .with_hint("tools are executed with POST /api/v1/execute_tool and listed with GET /api/v1/tools"),
    )
}

async fn wrong_method(method: http::Method, uri: http::Uri) -> ApiError {
    ApiError::with_status(
        StatusCode::METHOD_NOT_ALLOWED,
        CallError::new(ErrorClass::InvalidArguments, format!("{} does not answer to {method}", uri.path())),
    )
}
