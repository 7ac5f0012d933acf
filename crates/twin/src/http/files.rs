//! The bytes of files: taking uploads as S3 does, and giving files out again.
//!
//! Bytes are kept in memory, up to a total; then the oldest are forgotten, and all of them when the twin ends. Whoever knows an address may fetch the
//! file: addresses cannot be guessed.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::answer::Refusal;
use super::multipart::{self, Part};
use super::state::Shared;
use crate::objects::file;
use crate::store::{Object, Scratch, text};

/// Where files are uploaded to.
pub(crate) const UPLOADS: &str = "/files/";

/// Most bytes kept of all files together.
const CAPACITY: usize = 64 * 1024 * 1024;

/// Bytes by the id of their file.
#[derive(Debug, Default)]
pub(crate) struct Files {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    by_id: HashMap<String, Bytes>,
    oldest_first: VecDeque<String>,
    total: usize,
}

impl Files {
    /// Keeps bytes; those of the oldest files give way.
    fn put(&self, id: &str, bytes: Bytes) {
        let mut kept = self.kept();
        kept.forget(id);
        kept.total += bytes.len();
        kept.by_id.insert(id.to_owned(), bytes);
        kept.oldest_first.push_back(id.to_owned());
        while kept.total > CAPACITY {
            let Some(oldest) = kept.oldest_first.front().cloned() else { break };
            kept.forget(&oldest);
        }
    }

    fn get(&self, id: &str) -> Option<Bytes> {
        self.kept().by_id.get(id).cloned()
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        *self.kept() = Kept::default();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn forget(&mut self, id: &str) {
        if let Some(bytes) = self.by_id.remove(id) {
            self.total -= bytes.len();
            self.oldest_first.retain(|kept| kept != id);
        }
    }
}

/// Where files are uploaded to, and fetched from. How large a body may be is decided for all requests alike.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route(UPLOADS, post(upload).layer(DefaultBodyLimit::disable()))
        .route("/go/file/{*path}", get(fetch_file))
        .route("/go/sms/{activity}/media/{media}/", get(fetch_media))
}

/// Takes one upload. The form must be exactly the one that was given out, with the file behind its fields.
async fn upload(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    match receive(&shared, &headers, &body) {
        Ok(response) => response,
        Err((status, code, message)) => {
            let text = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
            xml(status, text)
        }
    }
}

type Refused = (StatusCode, &'static str, &'static str);

fn receive(shared: &Shared, headers: &HeaderMap, body: &Bytes) -> Result<Response, Refused> {
    let malformed = |message| (StatusCode::BAD_REQUEST, "MalformedPOSTRequest", message);
    let denied = |message| (StatusCode::FORBIDDEN, "AccessDenied", message);
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let parts = multipart::read(content_type.unwrap_or_default(), body)
        .map_err(|_| malformed("The body of your POST request is not well-formed multipart/form-data."))?;
    let content = parts
        .iter()
        .position(|part| part.name == "file")
        .ok_or_else(|| malformed("POST requires exactly one file upload per request."))?;
    // As at S3, fields behind the file do not count.
    let (fields, content) = (&parts[..content], parts[content].bytes);
    let key =
        field(fields, "key").ok_or_else(|| malformed("Bucket POST must contain a field named 'key'."))?;
    let id = key.rsplit('/').nth(1).map(file::id).unwrap_or_default();
    let mut world = shared.world_mut();
    let (now, scratch) = (world.now(), Scratch::default());
    let mut file = file::known(world.reader(&scratch).get(&id))
        .cloned()
        .ok_or_else(|| denied("Invalid according to Policy: Policy Condition failed."))?;
    let given = file.get("fields").and_then(Value::as_object).into_iter().flatten();
    if !given.into_iter().all(|(name, value)| field(fields, name).as_deref() == value.as_str()) {
        return Err(denied("Invalid according to Policy: Policy Condition failed."));
    }
    if file::is_past(&file, "form_until", now) {
        return Err(denied("Invalid according to Policy: Policy expired."));
    }
    file.insert("size".to_owned(), content.len().into());
    world.replace(&id, file);
    world.keep().map_err(|_| {
        (StatusCode::INSUFFICIENT_STORAGE, "InternalError", "The file could not be kept. Please try again.")
    })?;
    let place = content.as_ptr() as usize - body.as_ptr() as usize;
    shared.files.put(&id, body.slice(place..place + content.len()));
    let escaped = key.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    Ok(xml(StatusCode::CREATED, format!("<PostResponse><Key>{escaped}</Key></PostResponse>")))
}

fn field(fields: &[Part<'_>], name: &str) -> Option<String> {
    let part = fields.iter().find(|part| part.name.eq_ignore_ascii_case(name))?;
    String::from_utf8(part.bytes.to_vec()).ok()
}

fn xml(status: StatusCode, text: String) -> Response {
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}");
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}

/// A file by its address, `…/<short id>/<file name>/`. Temporary addresses end after a day.
async fn fetch_file(State(shared): State<Arc<Shared>>, uri: Uri) -> Response {
    let path = uri.path().trim_end_matches('/');
    let temporary = path.starts_with("/go/file/temporary/");
    serve(&shared, path.rsplit('/').nth(1).map(file::id), temporary)
}

/// An attachment of a text message. Close redirects to where its bytes are; the twin has them itself.
async fn fetch_media(State(shared): State<Arc<Shared>>, uri: Uri) -> Response {
    let media = uri.path().trim_end_matches('/').rsplit('/').next();
    serve(&shared, media.map(str::to_owned), false)
}

fn serve(shared: &Shared, id: Option<String>, temporary: bool) -> Response {
    let (world, scratch) = (shared.world(), Scratch::default());
    let reader = world.reader(&scratch);
    let found = id.as_deref().and_then(|id| {
        let file = file::known(reader.get(id)).filter(|file| file::is_uploaded(file))?;
        let ended = temporary && file::is_past(file, "temporary_until", reader.now());
        if ended { None } else { Some((file, shared.files.get(id)?)) }
    });
    let Some((file, bytes)) = found else { return Refusal::NoUrl.into_response() };
    let mut response = Response::new(Body::from(bytes));
    let mut put = |name, value: &str| {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(name, value);
        }
    };
    put(header::CONTENT_TYPE, text(file, "content_type").unwrap_or("application/octet-stream"));
    put(header::CONTENT_DISPOSITION, &disposition(file));
    // Whatever was uploaded may be anything: it must not act in the twin's name in a browser.
    put(header::CONTENT_SECURITY_POLICY, "sandbox");
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

fn disposition(file: &Object) -> String {
    let name = text(file, "filename").unwrap_or_default();
    format!("inline; filename*=UTF-8''{}", utf8_percent_encode(name, NON_ALPHANUMERIC))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_bytes_give_way() {
        let files = Files::default();
        let half = Bytes::from(vec![0; CAPACITY / 2]);
        for id in ["media_a", "media_b", "media_a", "media_c"] {
            files.put(id, half.clone());
        }
        let kept = ["media_a", "media_b", "media_c"].map(|id| files.get(id).is_some());
        assert_eq!(kept, [true, false, true]);
        files.put("media_d", Bytes::from(vec![0; CAPACITY + 1]));
        assert!(files.get("media_d").is_none() && files.get("media_c").is_none());
    }
}
