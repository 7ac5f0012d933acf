//! What every page tells the browser not to do.
//!
//! Promises that pages load nothing but their own style and logo, run no scripts, are framed by nobody, kept
//! nowhere, and give their addresses (which hold tokens and codes) to nobody.

use std::sync::LazyLock;

use aws_lc_rs::digest;
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderName, HeaderValue};

/// The style sheet, exactly as it stands in every page: the policy allows these bytes and no others.
pub(crate) const STYLE: &str = include_str!("style.css");

/// Browsers apply this to every redirect that follows a form, and on the way to Close and on to an application
/// there may be several. Which ones is up to Close and to the application, so every address counts that Latch
/// would send a browser to: encrypted ones, and in clear those of this machine.
const FORM_TARGETS: &str = "'self' https: http://localhost:* http://127.0.0.1:*";

static WITHOUT_FORM: LazyLock<HeaderValue> = LazyLock::new(|| policy("'none'"));
static WITH_FORM: LazyLock<HeaderValue> = LazyLock::new(|| policy(FORM_TARGETS));

fn policy(form_targets: &str) -> HeaderValue {
    let hash = BASE64_STANDARD.encode(digest::digest(&digest::SHA256, STYLE.as_bytes()));
    let text = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src 'self'; base-uri 'none'; form-action {form_targets}; frame-ancestors 'none'"
    );
    // The text is ASCII; were it not, nothing would be allowed at all.
    HeaderValue::try_from(text).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}

/// Adds the headers to a page; `has_form` if it asks for something.
pub(crate) fn protect(response: &mut Response, has_form: bool) {
    let policy = if has_form { &WITH_FORM } else { &WITHOUT_FORM };
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::clone(policy));
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
