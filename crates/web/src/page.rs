//! The parts of which pages are made: a frame with the owner's name and logo, and in most of them a message.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use latch_vault::{Account, OpenLink};
use url::Url;

use crate::headers::{STYLE, protect};
use crate::{Branding, Pages};

/// The way from a page below `/connect/` or `/oauth/` to the root of the pages. Addresses in pages are
/// relative, because a proxy may serve all of them below a path of its own.
pub(crate) const ONE_UP: &str = "../";

/// What is around every page.
#[derive(Debug)]
pub(crate) struct Frame {
    branding: std::sync::Arc<Branding>,
    to_root: &'static str,
}

impl Frame {
    /// The frame of a page from which `to_root` leads to the root of the pages.
    pub(crate) fn new(pages: &Pages, to_root: &'static str) -> Self {
        Self { branding: pages.branding.clone(), to_root }
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.branding.name()
    }

    pub(crate) fn logo(&self) -> Option<String> {
        self.branding.logo.as_ref().map(|_| format!("{}connect/logo", self.to_root))
    }

    #[expect(clippy::unused_self, reason = "templates call methods")]
    pub(crate) fn style(&self) -> &'static str {
        STYLE
    }
}

/// One page that tells: a heading, what happened, what to do next.
#[derive(Debug, Template)]
#[template(path = "message.html")]
pub(crate) struct Message {
    pub(crate) frame: Frame,
    pub(crate) title: &'static str,
    pub(crate) what_happened: String,
    pub(crate) what_next: String,
    /// Whether the person has reached what they came for.
    pub(crate) done: bool,
    /// What was connected.
    pub(crate) account: Option<Connected>,
    /// Where to go on to, and the name of that place.
    pub(crate) onward: Option<String>,
    pub(crate) onward_host: String,
}

/// An account as its owner knows it.
#[derive(Debug)]
pub(crate) struct Connected {
    person: Option<String>,
    organization: Option<String>,
    identifier: String,
}

impl From<Account> for Connected {
    fn from(account: Account) -> Self {
        let identity = account.identity;
        let person = match (identity.user_name, identity.user_email) {
            (Some(name), Some(email)) => Some(format!("{name} ({email})")),
            (name, email) => name.or(email),
        };
        Self { person, organization: identity.organization_name, identifier: account.identifier }
    }
}

impl Message {
    /// A message without anything special.
    pub(crate) fn new(frame: Frame, title: &'static str, what_happened: &str, what_next: &str) -> Self {
        Self {
            frame,
            title,
            what_happened: what_happened.to_owned(),
            what_next: what_next.to_owned(),
            done: false,
            account: None,
            onward: None,
            onward_host: String::new(),
        }
    }

    /// The message as an answer.
    pub(crate) fn answer(&self, status: StatusCode) -> Response {
        answer(self, status, false)
    }
}

/// A page as an answer; `has_form` if it asks for something.
pub(crate) fn answer(page: &impl Template, status: StatusCode, has_form: bool) -> Response {
    let mut response = match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page could not be rendered");
            (StatusCode::INTERNAL_SERVER_ERROR, "The page could not be shown. Try again in a moment.")
                .into_response()
        }
    };
    protect(&mut response, has_form);
    response
}

/// The place that an address leads to, as people read it.
pub(crate) fn host(address: &Url) -> String {
    address.host_str().unwrap_or("the next page").to_owned()
}

/// What a link is for, as its page says it.
#[derive(Debug)]
pub(crate) struct About {
    pub(crate) identifier: String,
    pub(crate) expires_at: String,
    /// A time of day. Links live for minutes, so the day goes without saying; the zone does not, because a page
    /// without scripts cannot know the reader's.
    pub(crate) expires_at_text: String,
}

impl From<OpenLink> for About {
    fn from(link: OpenLink) -> Self {
        Self {
            identifier: link.account.identifier,
            expires_at: link.expires_at.to_string(),
            expires_at_text: link.expires_at.strftime("%H:%M UTC").to_string(),
        }
    }
}
