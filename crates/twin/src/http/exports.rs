//! The files of exports. Whoever knows an address may fetch the file, as with Close's signed addresses.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use http::{HeaderValue, header};
use subtle::ConstantTimeEq;

use super::answer::Refusal;
use super::state::Shared;
use crate::objects::{Written, write_export};
use crate::resource::{Caller, Sight, View};
use crate::store::{Kind, Scratch, text};

/// Where the addresses of exports begin.
pub(crate) const EXPORTS: &str = "/exports/";

/// Where exports are fetched from.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/exports/{id}/{signature}/{name}", get(fetch))
}

async fn fetch(
    State(shared): State<Arc<Shared>>,
    Path((id, signature, name)): Path<(String, String, String)>,
) -> Response {
    match file(&shared, &id, &signature) {
        Ok(written) => response(written, &name),
        Err(refusal) => refusal.into_response(),
    }
}

/// Makes the file as whoever asked for the export would see it now.
fn file(shared: &Shared, id: &str, signature: &str) -> Result<Written, Refusal> {
    let (world, scratch) = (shared.world(), Scratch::default());
    let reader = world.reader(&scratch);
    let export = reader.object(Kind::Export, id).ok_or(Refusal::NoUrl)?;
    let own = text(export, "signature").ok_or(Refusal::NoUrl)?;
    if !bool::from(own.as_bytes().ct_eq(signature.as_bytes())) {
        return Err(Refusal::NoUrl);
    }
    let mut caller = Caller::nobody(text(export, "organization_id").unwrap_or_default());
    text(export, "created_by").unwrap_or_default().clone_into(&mut caller.user_id);
    caller.sight = Sight::of(View::new(reader, &caller));
    write_export(View::new(reader, &caller), export)
}

fn response(written: Written, name: &str) -> Response {
    let mut response = Response::new(Body::from(written.bytes));
    let mut put = |header, value: &str| {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(header, value);
        }
    };
    put(header::CONTENT_TYPE, written.content_type);
    put(header::CONTENT_ENCODING, "gzip");
    put(header::CONTENT_DISPOSITION, &format!("attachment; filename=\"{}\"", name.replace(['"', '\\'], "_")));
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}
