//! Whose pages these are: the name and the picture that the operator configures.
//!
//! Promises that a logo is one of four kinds of picture, decided by what is in it and not by what it is called,
//! and that a picture which could hold scripts is sent in a way that never runs them.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderName, HeaderValue, StatusCode};

use crate::Pages;

/// Every page carries the logo, and people look at the pages on telephones.
const LARGEST_LOGO: usize = 512 * 1024;
/// An SVG may hold scripts: a sandbox without any permission runs none, even if the address is opened itself.
const LOGO_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// How the pages introduce whoever asks for access.
#[derive(Clone, Debug, Default)]
pub struct Branding {
    /// The name of the application or of the company behind it, as people know it. Without one the pages speak
    /// of the application that gave out the link.
    pub name: Option<String>,
    /// A picture to recognise it by.
    pub logo: Option<Logo>,
}

impl Branding {
    /// The configured name, unless it is empty.
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref().map(str::trim).filter(|name| !name.is_empty())
    }
}

/// A picture: PNG, JPEG, WebP or SVG, of 512 KiB at most.
#[derive(Clone, Debug)]
pub struct Logo {
    bytes: axum::body::Bytes,
    media_type: &'static str,
}

/// Why a file cannot be the logo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogoRefused {
    /// The file is something else.
    #[error("the logo is not a picture of a kind that pages may show: use a PNG, JPEG, WebP or SVG file")]
    Kind,
    /// The file is too large.
    #[error("the logo has {bytes} bytes: use a file of {LARGEST_LOGO} bytes (512 KiB) at most")]
    Size {
        /// How large it is.
        bytes: usize,
    },
}

impl Logo {
    /// The logo in the contents of a file.
    ///
    /// # Errors
    ///
    /// If it is too large, or not a PNG, JPEG, WebP or SVG.
    pub fn new(bytes: Vec<u8>) -> Result<Self, LogoRefused> {
        if bytes.len() > LARGEST_LOGO {
            return Err(LogoRefused::Size { bytes: bytes.len() });
        }
        let media_type = media_type(&bytes).ok_or(LogoRefused::Kind)?;
        Ok(Self { bytes: bytes.into(), media_type })
    }

    /// What is in it, for example `image/png`.
    pub fn media_type(&self) -> &'static str {
        self.media_type
    }
}

fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => std::str::from_utf8(bytes).ok().filter(|text| is_svg(text)).map(|_| "image/svg+xml"),
    }
}

/// Whether the first element is an `svg`; before it may stand declarations and comments.
fn is_svg(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = match rest {
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!--") => "-->",
            _ if rest.starts_with("<!DOCTYPE") => ">",
            _ => break,
        };
        match rest.split_once(end) {
            Some((_, after)) => rest = after.trim_start(),
            None => return false,
        }
    }
    rest.strip_prefix("<svg").is_some_and(|after| after.starts_with([' ', '\t', '\r', '\n', '>', '/']))
}

/// `GET /connect/logo`.
pub(crate) async fn logo(State(pages): State<Pages>) -> Response {
    let Some(logo) = &pages.branding.logo else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [
        (CONTENT_TYPE, logo.media_type),
        (CONTENT_SECURITY_POLICY, LOGO_POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Long enough for one visit, short enough that a new logo is seen on the same day.
        (CACHE_CONTROL, "public, max-age=600"),
        (RESOURCE_POLICY, "same-origin"),
    ];
    (headers.map(|(name, value)| (name, HeaderValue::from_static(value))), logo.bytes.clone()).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(bytes: &[u8]) -> Option<&'static str> {
        Logo::new(bytes.to_vec()).ok().map(|logo| logo.media_type())
    }

    #[test]
    fn a_logo_is_what_is_in_it() {
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n...."), Some("image/png"));
        assert_eq!(kind(b"\xff\xd8\xff\xe0...."), Some("image/jpeg"));
        assert_eq!(kind(b"RIFF....WEBPVP8 "), Some("image/webp"));
        assert_eq!(kind(b"<svg/>"), Some("image/svg+xml"));
        let introduced =
            "\u{feff}<?xml version=\"1.0\"?>\n<!-- ours -->\n<!DOCTYPE svg>\n<svg xmlns=\"x\"></svg>";
        assert_eq!(kind(introduced.as_bytes()), Some("image/svg+xml"));
    }

    #[test]
    fn a_page_or_a_program_is_no_logo() {
        let others: [&[u8]; 7] = [
            b"",
            b"<html><svg/></html>",
            b"<svgx/>",
            b"<!-- <svg/>",
            b"GIF89a",
            b"RIFF....WAVE",
            b"\xff\xfe<svg/>",
        ];
        for other in others {
            assert_eq!(Logo::new(other.to_vec()).unwrap_err(), LogoRefused::Kind, "{other:?}");
        }
        let large = vec![0xff; LARGEST_LOGO + 1];
        assert_eq!(Logo::new(large).unwrap_err(), LogoRefused::Size { bytes: LARGEST_LOGO + 1 });
    }
}
