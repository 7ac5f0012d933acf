//! Reading the form of a web page: just enough HTML for a consent page.

/// A form.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Form {
    /// Where it is sent; empty for the page's own address.
    pub(crate) action: String,
    fields: Vec<Field>,
    buttons: Vec<Button>,
}

#[derive(Debug, PartialEq, Eq)]
enum Field {
    /// Sent as it is.
    Plain { name: String, value: String },
    /// One of several is sent.
    Choice { name: String, options: Vec<Choice> },
}

#[derive(Debug, PartialEq, Eq)]
struct Choice {
    value: String,
    label: String,
    chosen: bool,
}

#[derive(Debug, PartialEq, Eq)]
struct Button {
    name: String,
    value: String,
    label: String,
}

impl Form {
    /// The first form of a page.
    pub(crate) fn read(page: &str) -> Option<Self> {
        let start = page.find("<form")?;
        let end = page[start..].find("</form>").map_or(page.len(), |end| start + end);
        let html = &page[start..end];
        let mut form = Self::default();
        let mut select: Option<String> = None;
        for (tag, text) in tags(html) {
            let value_of = |name: &str| attribute(tag, name).unwrap_or_default();
            match tag.split([' ', '\n', '\t', '/']).next().unwrap_or_default() {
                "form" => form.action = value_of("action"),
                "select" => select = Some(value_of("name")),
                "option" => {
                    if let Some(name) = &select {
                        let choice = Choice {
                            value: value_of("value"),
                            label: label(text),
                            chosen: has(tag, "selected"),
                        };
                        form.choice(name, choice);
                    }
                }
                "input" => form.input(tag, html),
                "button" => {
                    form.buttons.push(Button {
                        name: value_of("name"),
                        value: value_of("value"),
                        label: label(text),
                    });
                }
                _ => {}
            }
        }
        Some(form)
    }

    fn input(&mut self, tag: &str, html: &str) {
        let (name, value) =
            (attribute(tag, "name").unwrap_or_default(), attribute(tag, "value").unwrap_or_default());
        match attribute(tag, "type").unwrap_or_default().as_str() {
            "radio" => {
                let label = radio_label(tag, html);
                self.choice(&name, Choice { value, label, chosen: has(tag, "checked") });
            }
            "checkbox" if !has(tag, "checked") => {}
            "submit" => self.buttons.push(Button { label: value.clone(), name, value }),
            _ if name.is_empty() => {}
            _ => self.fields.push(Field::Plain { name, value }),
        }
    }

    fn choice(&mut self, wanted: &str, choice: Choice) {
        for field in &mut self.fields {
            if let Field::Choice { name, options } = field
                && name == wanted
            {
                options.push(choice);
                return;
            }
        }
        self.fields.push(Field::Choice { name: wanted.to_owned(), options: vec![choice] });
    }

    /// The form filled in, choosing what mentions most of `wanted`, and sent with the button that says one of
    /// `words`.
    pub(crate) fn filled(&self, wanted: &[&str], words: &[&str]) -> Option<Vec<(String, String)>> {
        let button = self.buttons.iter().find(|button| {
            let said = format!("{} {} {}", button.name, button.value, button.label).to_lowercase();
            words.iter().any(|word| said.contains(word))
        })?;
        let mut sent: Vec<(String, String)> = Vec::new();
        for field in &self.fields {
            match field {
                Field::Plain { name, value } => sent.push((name.clone(), value.clone())),
                Field::Choice { name, options } => {
                    let mentions = |choice: &Choice| {
                        wanted
                            .iter()
                            .filter(|text| choice.label.contains(**text) || choice.value == **text)
                            .count()
                    };
                    let most = options.iter().map(mentions).max().unwrap_or_default();
                    let best = options.iter().find(|choice| most > 0 && mentions(choice) == most);
                    let choice = best.or(options.iter().find(|choice| choice.chosen)).or(options.first())?;
                    sent.push((name.clone(), choice.value.clone()));
                }
            }
        }
        if !button.name.is_empty() {
            sent.push((button.name.clone(), button.value.clone()));
        }
        Some(sent)
    }
}

/// Opening tags with the HTML up to the next tag of the same importance.
fn tags(html: &str) -> impl Iterator<Item = (&str, &str)> {
    html.split('<').skip(1).filter_map(|piece| piece.split_once('>'))
}

/// What stands beside a radio button: the text up to the end of its label.
fn radio_label(tag: &str, html: &str) -> String {
    let after = html.split_once(&format!("<{tag}>")).map(|(_, after)| after).unwrap_or_default();
    let end = ["</label>", "<input"].iter().filter_map(|end| after.find(end)).min().unwrap_or(after.len());
    let mut text = String::new();
    for piece in format!(">{}", &after[..end]).split('<') {
        text.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
        text.push(' ');
    }
    label(&text)
}

fn label(text: &str) -> String {
    unescaped(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn has(tag: &str, name: &str) -> bool {
    tag.split([' ', '\n', '\t', '/']).any(|word| word == name || word.starts_with(&format!("{name}=")))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let start = [' ', '\n', '\t'].iter().find_map(|space| {
        let marker = format!("{space}{name}=\"");
        Some(tag.find(&marker)? + marker.len())
    })?;
    Some(unescaped(tag[start..].split('"').next()?))
}

fn unescaped(text: &str) -> String {
    let mut plain = text.to_owned();
    for (entity, letter) in [
        ("&#38;", "&"),
        ("&#x2F;", "/"),
        ("&#x27;", "'"),
        ("&#39;", "'"),
        ("&#34;", "\""),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        // Last, so that what it uncovers is not taken for another entity.
        ("&amp;", "&"),
    ] {
        plain = plain.replace(entity, letter);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<h1>Consent</h1><form method="post" action="/go?a=1&amp;b=2">
        <input type="hidden" name="state" value="x&amp;y">
        <label><input type="radio" name="who" value="u1" checked> Bob &amp; Co</label>
        <label><input type="radio" name="who" value="u2"> <b>Ann Reyes</b>, Closer Inc</label>
        <select name="organization"><option value="o1">Other</option><option value="o2">Closer Inc</option></select>
        <button name="decision" value="deny">Refuse</button><button name="decision" value="allow">Approve</button>
        </form>"#;

    #[test]
    fn a_form_is_filled_in_as_a_person_would() {
        let form = Form::read(PAGE).unwrap();
        assert_eq!(form.action, "/go?a=1&b=2");
        let sent = form.filled(&["Ann Reyes", "Closer Inc"], &["approve"]).unwrap();
        let sent: Vec<(&str, &str)> =
            sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(sent, [("state", "x&y"), ("who", "u2"), ("organization", "o2"), ("decision", "allow")]);
    }

    #[test]
    fn a_page_without_a_form_or_the_button_is_no_form() {
        assert_eq!(Form::read("<p>Nothing</p>"), None);
        assert_eq!(Form::read(PAGE).unwrap().filled(&[], &["transfer"]), None);
    }
}
