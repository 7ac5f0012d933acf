//! The REST door: the calls of AgentKit as JSON over HTTP, and a few of our own.
//!
//! Translates and nothing else: paths, queries and bodies become the messages that gRPC has too.

pub(crate) mod body;
mod calls;
pub(crate) mod error;
mod execute;
pub(crate) mod routes;
mod transcode;

use axum::body::Bytes;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::Method;
use http::request::Parts;
use latch_gateway::{Caller, ErrorClass};
use prost::Message as _;
use serde_json::{Map, Value};

use self::body::{form, json_bytes};
use self::error::RestError;
use self::routes::{Body, Found, Route, find};
use crate::authentication::authenticate;
use crate::protocol::DESCRIPTORS;
use crate::protocol::latch::v1::GetOrCreateConnectedAccountRequest;
use crate::router::with_small_body_read;
use crate::service::{Failure, Service};

/// Answers every request below `/api`.
pub(crate) async fn serve(service: Service, request: Request) -> Response {
    let request = match with_small_body_read(request).await {
        Ok(request) => request,
        Err(error) => return error.into_response(),
    };
    let (parts, body) = request.into_parts();
    // Whoever asks with HEAD gets what GET would say; the server leaves the body out.
    let method = if parts.method == Method::HEAD { &Method::GET } else { &parts.method };
    let (route, fields) = match find(method, parts.uri.path()) {
        Found::Route(route, fields) => (route, fields),
        Found::OtherMethod(methods) => return RestError::other_method(methods).into_response(),
        Found::Nothing => return unknown(parts.uri.path()).into_response(),
    };
    let mut response = serve_route(&service, route, fields, &parts, body).await.into_response();
    // Logs and traces name the route: all of them are one to the router.
    response.extensions_mut().insert(latch_telemetry::Route(route.path.into()));
    response
}

async fn serve_route(
    service: &Service,
    route: &Route,
    fields: Vec<(&'static str, String)>,
    parts: &Parts,
    body: axum::body::Body,
) -> Result<Response, RestError> {
    let caller = authenticate(&service.gateway, &parts.headers).await?;
    let _admission = service.admit(&caller)?;
    let given = match route.body {
        Body::None => None,
        Body::Whole | Body::Field(_) => Some(json_bytes(&parts.headers, body).await?),
    };
    answer(service, &caller, route, fields, parts, given).await
}

/// Answers a route. The message is made from `given`, the body, or without one from the query.
async fn answer(
    service: &Service,
    caller: &Caller,
    route: &Route,
    fields: Vec<(&'static str, String)>,
    parts: &Parts,
    given: Option<Bytes>,
) -> Result<Response, RestError> {
    if let ("latch.v1.LatchService.ExecuteTool", Some(bytes)) = (route.call, &given) {
        return execute::execute(service, caller, &parts.headers, bytes).await;
    }
    let internal = || Failure::new(ErrorClass::Internal, format!("{} is not defined", route.call));
    let (service_name, method) = route.call.rsplit_once('.').ok_or_else(internal)?;
    let found = DESCRIPTORS.get_service_by_name(service_name).ok_or_else(internal)?;
    let method = found.methods().find(|candidate| candidate.name() == method).ok_or_else(internal)?;
    let mut members: Map<String, Value> = match given {
        None => transcode::query(&method.input(), parts.uri.query().unwrap_or_default())?,
        Some(bytes) => match route.body {
            Body::Field(name) => Map::from_iter([(name.to_owned(), form::<Value>(&bytes)?)]),
            _ => form(&bytes)?,
        },
    };
    members.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))));
    let message = transcode::message(method.input(), Value::Object(members))?;
    let mut status = route.status;
    let bytes = if route.call == "latch.v1.LatchService.GetOrCreateConnectedAccount" {
        let request =
            GetOrCreateConnectedAccountRequest::decode(message.as_slice()).map_err(|_| internal())?;
        let (answer, created) = Box::pin(service.get_or_create_connected_account(caller, request)).await?;
        if created {
            status = 201;
        }
        answer.encode_to_vec()
    } else {
        Box::pin(calls::answer(service, caller, route.call, &message)).await?
    };
    Ok(execute::answered(status, transcode::json(method.output(), &bytes)?))
}

fn unknown(path: &str) -> RestError {
    let shown: String = path.chars().take(100).collect();
    RestError::with_status(
        http::StatusCode::NOT_FOUND,
        &format!("there is no route {shown}"),
        Some("/openapi.json lists every route, and /reference shows them for reading"),
    )
}
