//! The gRPC door: AgentKit's services, as published clients call them.
//!
//! Translates and nothing else. What is not served is answered with UNIMPLEMENTED, reflection included.

mod deadline;
mod services;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use latch_gateway::Caller;
use tonic::Status;

use crate::authentication::authenticate;
use crate::concurrency::Admission;
use crate::protocol::scalekit::v1::connected_accounts::connected_account_service_server::ConnectedAccountServiceServer;
use crate::protocol::scalekit::v1::connections::connection_service_server::ConnectionServiceServer;
use crate::protocol::scalekit::v1::tools::tool_service_server::ToolServiceServer;
use crate::service::{Failure, Service};
use crate::wire_error::WireError;

/// All services.
#[derive(Clone)]
struct Grpc {
    service: Service,
}

impl Grpc {
    /// Who calls, and the right to do so. Decided before any work, so that whoever is not logged in is told so
    /// and nothing else.
    async fn enter(&self, headers: &HeaderMap) -> Result<(Caller, Admission), Status> {
        let caller =
            authenticate(&self.service.gateway, headers).await.map_err(|error| refused(error.into()))?;
        let admission = self.service.admit(&caller).map_err(refused)?;
        Ok((caller, admission))
    }
}

/// The services in front of `service`.
pub(crate) fn router(service: Service) -> Router {
    let grpc = Grpc { service };
    Router::new()
        .route_service("/scalekit.v1.tools.ToolService/{method}", ToolServiceServer::new(grpc.clone()))
        .route_service(
            "/scalekit.v1.connected_accounts.ConnectedAccountService/{method}",
            ConnectedAccountServiceServer::new(grpc.clone()),
        )
        .route_service(
            "/scalekit.v1.connections.ConnectionService/{method}",
            ConnectionServiceServer::new(grpc),
        )
        .layer(middleware::from_fn(only_grpc))
}

/// Whether a request says that it is gRPC: with protobuf, which is what it means when it says nothing more.
pub(crate) fn is_grpc(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    media_type == "application/grpc" || media_type == "application/grpc+proto"
}

/// What an address that no service has is answered with.
pub(crate) fn unimplemented(path: &str) -> Response {
    let shown: String = path.chars().take(100).collect();
    let message = format!("{shown} is not served here");
    Status::unimplemented(message).into_http::<Body>().into_response()
}

async fn only_grpc(request: Request, next: Next) -> Response {
    if is_grpc(request.headers()) {
        next.run(request).await
    } else {
        StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response()
    }
}

/// A failure as a status with its details.
fn refused(failure: Failure) -> Status {
    let wire = WireError::of(&failure);
    let details = wire.encoded_status().into();
    Status::with_details(wire.code, wire.message, details)
}
