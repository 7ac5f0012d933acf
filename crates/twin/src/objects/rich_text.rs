//! Rich text and its plain reading.
//!
//! Rich text is a fragment wrapped in one `<body>` (documented). Plain text becomes one paragraph a line; rich text
//! is read back by dropping tags and ending a line with each block.

use serde_json::Value;

use crate::resource::Draft;

/// Wraps plain text as rich text.
pub(crate) fn from_plain(plain: &str) -> String {
    let paragraphs = plain.split('\n').map(|line| format!("<p>{}</p>", escape(line.trim_end_matches('\r'))));
    format!("<body>{}</body>", paragraphs.collect::<String>())
}

/// Wraps a fragment in `<body>` unless it already is.
pub(crate) fn wrapped(html: &str) -> String {
    let trimmed = html.trim();
    if trimmed.starts_with("<body") { trimmed.to_owned() } else { format!("<body>{trimmed}</body>") }
}

/// The plain reading of rich text.
pub(crate) fn to_plain(html: &str) -> String {
    let mut plain = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        plain.push_str(&unescape(&rest[..start]));
        let Some(length) = rest[start..].find('>') else {
            rest = "";
            break;
        };
        let tag = rest[start + 1..start + length].trim_end_matches('/').trim().to_ascii_lowercase();
        let blocks = ["/p", "/li", "/h1", "/h2", "/h3", "/h4", "/h5", "/h6", "/div", "br", "hr"];
        if blocks.contains(&tag.as_str()) {
            plain.push('\n');
        }
        rest = &rest[start + length + 1..];
    }
    plain.push_str(&unescape(rest));
    plain.trim_matches('\n').to_owned()
}

/// Keeps a plain member and its rich twin in step: each derives the other, the rich one wins, and null clears both.
pub(crate) fn keep_in_step(draft: &mut Draft<'_>, plain: &str, rich: &str) {
    if draft.given(rich) {
        let html = draft.object.get(rich).and_then(Value::as_str).map(wrapped);
        let read = html.as_deref().map(to_plain);
        draft.object.insert(plain.to_owned(), read.map_or(Value::Null, Value::String));
        draft.object.insert(rich.to_owned(), html.map_or(Value::Null, Value::String));
    } else if draft.given(plain) {
        let html = draft.object.get(plain).and_then(Value::as_str).map(from_plain);
        draft.object.insert(rich.to_owned(), html.map_or(Value::Null, Value::String));
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn unescape(text: &str) -> String {
    let named = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    named.replace("&nbsp;", " ").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_survives_the_way_there_and_back() {
        let html = from_plain("Budget <approved> & done\nCall Ann");
        assert_eq!(html, "<body><p>Budget &lt;approved&gt; &amp; done</p><p>Call Ann</p></body>");
        assert_eq!(to_plain(&html), "Budget <approved> & done\nCall Ann");
        assert_eq!(from_plain(""), "<body><p></p></body>");
        assert_eq!(to_plain("<p>Hi</p><ul><li>one</li><li>two</li></ul>"), "Hi\none\ntwo");
        assert_eq!(to_plain("broken <tag"), "broken ");
    }

    proptest::proptest! {
        #[test]
        fn any_line_survives(line in "[^\r\n]*") {
            let line = line.trim_matches('\n');
            proptest::prop_assume!(!line.contains('&'));
            proptest::prop_assert_eq!(to_plain(&from_plain(line)), line);
        }
    }
}
