//! A view for people: what is in the twin, and what happens in it, as plain pages.
//!
//! It promises to change nothing, to need no credentials (those of a twin open nothing else), to load nothing from
//! elsewhere, and to read no more than a page shows, however much the twin holds. What the pages look like is in
//! `templates/view`.

mod board;
mod leads;
mod log;
mod overview;
mod timeline;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;

use crate::http::Shared;
use crate::resource::{Caller, View};
use crate::store::{Kind, Object, Reader, Scratch, text};

/// The pages.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/", get(overview::page))
        .route("/view/leads", get(leads::list))
        .route("/view/leads/{id}", get(leads::one))
        .route("/view/pipeline", get(board::page))
        .route("/view/events", get(log::events))
        .route("/view/deliveries", get(log::deliveries))
}

/// What a page is asked for. Everything may be missing or odd: then it is as if it were missing.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    organization: Option<String>,
    #[serde(default)]
    query: String,
    #[serde(default)]
    page: String,
    lead_id: Option<String>,
    live: Option<String>,
}

/// A link with its name, and whether it leads to where one is.
type Link = (String, String, bool);

/// What surrounds every page.
struct Frame {
    title: String,
    pages: Vec<Link>,
    organizations: Vec<Link>,
    /// Whether the page looks again by itself.
    live: bool,
}

const PAGES: &[(&str, &str)] = &[
    ("Overview", "/"),
    ("Leads", "/view/leads"),
    ("Pipeline", "/view/pipeline"),
    ("Events", "/view/events"),
    ("Webhooks", "/view/deliveries"),
];

/// Shows a page about one organization: the one asked for, or the first there is.
fn show(
    shared: &Shared,
    asked: &Asked,
    here: &str,
    page: impl FnOnce(View<'_>, &dyn Fn(&str) -> Frame) -> Response,
) -> Response {
    let (world, scratch) = (shared.world(), Scratch::default());
    let reader = world.reader(&scratch);
    let organizations = organizations(reader);
    let wanted = asked.organization.as_deref();
    let current = organizations.iter().find(|(id, _)| Some(id.as_str()) == wanted).or(organizations.first());
    let id = current.map(|(id, _)| id.clone()).unwrap_or_default();
    let caller = Caller::nobody(&id);
    let frame = |title: &str| Frame {
        title: title.to_owned(),
        pages: PAGES
            .iter()
            .map(|(name, path)| ((*name).to_owned(), link(path, &id, &[]), *path == here))
            .collect(),
        organizations: organizations
            .iter()
            .map(|(other, name)| (name.clone(), link(here, other, &[]), *other == id))
            .collect(),
        live: asked.live.is_some(),
    };
    page(View::new(reader, &caller), &frame)
}

fn organizations(reader: Reader<'_>) -> Vec<(String, String)> {
    let all = reader.everyone(Kind::Organization);
    let named = |organization: &Object| {
        Some((text(organization, "id")?.to_owned(), text(organization, "name")?.to_owned()))
    };
    all.filter_map(named).collect()
}

/// A path within the view, about an organization.
fn link(path: &str, organization: &str, more: &[(&str, &str)]) -> String {
    let mut link = format!("{path}?organization={}", encoded(organization));
    for (name, value) in more {
        link.extend(["&", name, "=", &encoded(value)]);
    }
    link
}

fn encoded(value: &str) -> String {
    utf8_percent_encode(value, NON_ALPHANUMERIC).to_string()
}

/// The path of a lead's page.
fn lead_link(view: View<'_>, id: &str) -> String {
    link(&format!("/view/leads/{}", encoded(id)), &view.caller.organization_id, &[])
}

/// A member as text; nothing for what has none.
fn said(object: &Object, name: &str) -> String {
    match object.get(name) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A moment as people read it, in UTC: `2024-03-05 14:07`.
fn when(written: &str) -> String {
    let readable = written.get(..16).unwrap_or(written);
    readable.replacen('T', " ", 1)
}

#[derive(Template)]
#[template(path = "view/missing.html")]
struct MissingPage<'a> {
    frame: Frame,
    id: &'a str,
}

/// The page for an id that nothing has.
fn missing(frame: Frame, id: &str) -> Response {
    respond(StatusCode::NOT_FOUND, &MissingPage { frame, id })
}

/// A page as a response: nothing from elsewhere, no scripts.
fn respond(status: StatusCode, page: &impl Template) -> Response {
    let rendered = page.render();
    let (status, body) = match rendered {
        Ok(body) => (status, body),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    };
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; \
                  frame-ancestors 'none'";
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
