//! A person who opens an authorization link and agrees, without scripts and without cookies.

use std::time::{Duration, Instant};

use latch_twin::ApiKeyInfo;
use reqwest::Response;
use reqwest::header::LOCATION;
use url::Url;

use super::Stopped;
use super::door::client;
use super::form::Form;

/// More redirects than this lead nowhere.
const MOST_REDIRECTS: usize = 10;

/// What the person saw.
#[derive(Debug)]
pub(crate) struct Consent {
    /// The address of the consent page, without its query.
    pub(crate) asked_at: String,
    /// The heading of the page at the end.
    pub(crate) heading: String,
    /// How long all of it took.
    pub(crate) took: Duration,
}

/// Opens `link`, chooses `person` on the consent page, approves, and comes back.
pub(crate) async fn consent(link: &str, person: &ApiKeyInfo) -> Result<Consent, Stopped> {
    let started = Instant::now();
    let http = client()?;
    let start =
        Url::parse(link).map_err(|error| Stopped::new(format!("the link is not an address: {error}")))?;
    let (address, page) = follow(&http, start).await?;
    let (address, page) = press(&http, &address, &page, &[], &["continue"]).await?;
    let liked = [
        person.user_name.as_str(),
        &person.user_email,
        &person.user_id,
        &person.organization_name,
        &person.organization_id,
    ];
    let (_, page) = press(&http, &address, &page, &liked, &["approve", "allow", "authorize"]).await?;
    let mut asked_at = address;
    asked_at.set_query(None);
    Ok(Consent { asked_at: asked_at.to_string(), heading: heading(&page), took: started.elapsed() })
}

/// Fills in the page's form, presses the button that says one of `words`, and shows the page after it.
async fn press(
    http: &reqwest::Client,
    address: &Url,
    page: &str,
    liked: &[&str],
    words: &[&str],
) -> Result<(Url, String), Stopped> {
    let form = Form::read(page)
        .ok_or_else(|| Stopped::new(format!("there is no form on the page: {}", heading(page))))?;
    let fields = form.filled(liked, words).ok_or_else(|| {
        Stopped::new(format!("no button says {} on the page: {}", words.join(" or "), heading(page)))
    })?;
    let action = address
        .join(&form.action)
        .map_err(|error| Stopped::new(format!("the form leads nowhere: {error}")))?;
    let answer = http.post(action.clone()).form(&fields).send().await.map_err(unloaded)?;
    match redirect(&action, &answer)? {
        Some(next) => follow(http, next).await,
        None => Ok((action, shown(answer).await?)),
    }
}

/// Loads pages until one is shown.
async fn follow(http: &reqwest::Client, mut address: Url) -> Result<(Url, String), Stopped> {
    for _ in 0..MOST_REDIRECTS {
        let answer = http.get(address.clone()).send().await.map_err(unloaded)?;
        if let Some(next) = redirect(&address, &answer)? {
            address = next;
            continue;
        }
        return Ok((address, shown(answer).await?));
    }
    Err(Stopped::new("the pages lead in circles"))
}

/// The page that is shown, unless it tells of an error.
async fn shown(answer: Response) -> Result<String, Stopped> {
    let status = answer.status();
    let page = answer.text().await.map_err(unloaded)?;
    if status.is_success() {
        return Ok(page);
    }
    Err(Stopped::new(format!("a page answered {}: {}", status.as_u16(), heading(&page))))
}

/// The address may hold a code, so it is left out.
fn unloaded(error: reqwest::Error) -> Stopped {
    Stopped::new(format!("a page could not be loaded: {}", error.without_url()))
}

fn redirect(from: &Url, answer: &Response) -> Result<Option<Url>, Stopped> {
    if !answer.status().is_redirection() {
        return Ok(None);
    }
    let location = answer.headers().get(LOCATION).and_then(|location| location.to_str().ok());
    match location.and_then(|location| from.join(location).ok()) {
        Some(next) => Ok(Some(next)),
        None => Err(Stopped::new("a page leads on without saying where to")),
    }
}

/// The heading of a page; of plain text, the beginning.
fn heading(page: &str) -> String {
    const LONGEST: usize = 200;
    let inside = |start: &str, end: &str| {
        let from = page.split_once(start)?.1.split_once('>')?.1;
        Some(from.split_once(end)?.0.trim().to_owned())
    };
    inside("<h1", "</h1>")
        .or_else(|| inside("<title", "</title>"))
        .unwrap_or_else(|| page.trim().chars().take(LONGEST).collect())
}
