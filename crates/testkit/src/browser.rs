//! A person with a browser: follows links, reads forms, presses buttons. No scripts run.

use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use url::Url;

/// A browser that does one thing at a time and shows what came of it.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    /// Address of the page that is shown.
    pub address: Url,
    /// The page, as HTML.
    pub page: String,
    /// Its status.
    pub status: u16,
}

impl Browser {
    /// Opens an address and follows redirects until a page is shown, or until the next address begins with
    /// `stop_at`.
    ///
    /// # Panics
    ///
    /// If a page cannot be loaded.
    pub async fn open(address: &str, stop_at: Option<&str>) -> Self {
        let client = Client::builder().redirect(Policy::none()).build().expect("a client");
        let address = Url::parse(address).expect("an address");
        let mut browser = Self { client, address, page: String::new(), status: 0 };
        browser.load(stop_at).await;
        browser
    }

    async fn load(&mut self, stop_at: Option<&str>) {
        for _ in 0..10 {
            if stop_at.is_some_and(|stop| self.address.as_str().starts_with(stop)) {
                return;
            }
            let answer = self.client.get(self.address.clone()).send().await.expect("the page loads");
            if !self.show(answer).await {
                return;
            }
        }
        panic!("redirected in circles at {}", self.address);
    }

    /// Shows an answer; true if it leads on to another address.
    async fn show(&mut self, answer: Response) -> bool {
        self.status = answer.status().as_u16();
        if let Some(location) = answer.headers().get("location") {
            let location = location.to_str().expect("an address in ASCII");
            self.address = self.address.join(location).expect("an address");
            return true;
        }
        self.page = answer.text().await.expect("a page");
        false
    }

    /// Chooses the option of the page's form whose label holds `text`, instead of the one chosen for them.
    ///
    /// # Panics
    ///
    /// If no option has such a label.
    pub fn choose(&mut self, text: &str) {
        let mut found = false;
        let tags: Vec<String> = self
            .page
            .split('<')
            .map(|tag| {
                let is_option = tag.starts_with("input") && tag.contains("type=\"radio\"");
                if !is_option {
                    return tag.to_owned();
                }
                let plain = tag.replace(" checked", "");
                let label = plain.split_once('>').map_or("", |(_, label)| label);
                if !found && label.contains(text) {
                    found = true;
                    return plain.replacen("input", "input checked", 1);
                }
                plain
            })
            .collect();
        assert!(found, "no option is called {text}");
        self.page = tags.join("<");
    }

    /// Fills the page's form with its own values and presses the button `name=value`.
    ///
    /// # Panics
    ///
    /// If there is no form.
    pub async fn press(&mut self, name: &str, value: &str, stop_at: Option<&str>) {
        let form = self.page.split("<form").nth(1).expect("the page has a form");
        let form = form.split("</form>").next().unwrap_or(form);
        let action = attribute(form, "action").unwrap_or_default();
        let target = self.address.join(&unescape(&action)).expect("an address");
        let mut fields: Vec<(String, String)> = Vec::new();
        for tag in form.split('<').filter(|tag| tag.starts_with("input")) {
            let kind = attribute(tag, "type").unwrap_or_default();
            let chosen = !matches!(kind.as_str(), "radio" | "checkbox") || tag.contains("checked");
            if let (true, Some(field)) = (chosen && kind != "submit", attribute(tag, "name")) {
                fields.push((unescape(&field), unescape(&attribute(tag, "value").unwrap_or_default())));
            }
        }
        for select in form.split("<select").skip(1) {
            let options: Vec<&str> =
                select.split("</select>").next().unwrap_or_default().split("<option").skip(1).collect();
            let chosen = options.iter().find(|option| option.contains("selected")).or(options.first());
            if let (Some(field), Some(option)) = (attribute(select, "name"), chosen) {
                fields.push((unescape(&field), unescape(&attribute(option, "value").unwrap_or_default())));
            }
        }
        fields.push((name.to_owned(), value.to_owned()));
        let answer = self.client.post(target.clone()).form(&fields).send().await.expect("the form is sent");
        self.address = target;
        if self.show(answer).await {
            self.load(stop_at).await;
        }
    }

    /// A query parameter of the address that is shown.
    pub fn parameter(&self, name: &str) -> Option<String> {
        self.address.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let marker = format!("{name}=\"");
    let start = tag.find(&format!(" {marker}"))? + marker.len() + 1;
    Some(tag[start..].split('"').next()?.to_owned())
}

fn unescape(text: &str) -> String {
    text.replace("&#38;", "&")
        .replace("&#x2F;", "/")
        .replace("&#x27;", "'")
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}
