//! Formats of text: dates, addresses, rich text.

use jiff::civil;

use crate::model::Format;

/// `text` as it is sent, or what it must be instead.
pub(crate) fn apply(format: Format, text: String) -> Result<String, &'static str> {
    match format {
        Format::Date if is_date(&text) => Ok(text),
        Format::Date => Err("a date such as 2026-04-15"),
        Format::DateTime if is_date_time(&text) => Ok(text),
        Format::DateTime => Err("a date and time such as 2026-04-15T09:30:00Z"),
        Format::DateOrDateTime if is_date(&text) || is_date_time(&text) => Ok(text),
        Format::DateOrDateTime => {
            Err("a date such as 2026-04-15, or a date and time such as 2026-04-15T09:30:00Z")
        }
        Format::Url if is_url(&text) => Ok(text),
        Format::Url => Err("an address that begins with https:// or http://"),
        Format::RichText => Ok(rich_text(&text)),
    }
}

fn is_date(text: &str) -> bool {
    // jiff would take a date with a time for a date as well.
    text.len() == "2026-04-15".len() && text.parse::<civil::Date>().is_ok()
}

fn is_date_time(text: &str) -> bool {
    text.contains([':'])
        && (text.parse::<jiff::Timestamp>().is_ok() || text.parse::<civil::DateTime>().is_ok())
}

fn is_url(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !text.contains(char::is_whitespace))
}

/// Close's rich text is an XHTML fragment in one `<body>`. Text that is such a fragment, or holds tags, is
/// kept; plain text is escaped, each line a paragraph.
pub(crate) fn rich_text(text: &str) -> String {
    let trimmed = text.trim();
    if trimmed.starts_with("<body") {
        return text.to_owned();
    }
    if trimmed.starts_with('<') && trimmed.ends_with('>') {
        return format!("<body>{trimmed}</body>");
    }
    let mut fragment = "<body>".to_owned();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let escaped = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        fragment.extend(["<p>", &escaped, "</p>"]);
    }
    fragment.push_str("</body>");
    fragment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_becomes_escaped_paragraphs() {
        assert_eq!(rich_text("a < b\n\nR&D"), "<body><p>a &lt; b</p><p>R&amp;D</p></body>");
    }

    #[test]
    fn markup_is_kept_and_wrapped_once() {
        assert_eq!(rich_text("<p>Hi</p>"), "<body><p>Hi</p></body>");
        assert_eq!(rich_text("<body><p>Hi</p></body>"), "<body><p>Hi</p></body>");
    }

    #[test]
    fn dates_and_times_are_told_apart() {
        assert!(apply(Format::Date, "2026-04-15".to_owned()).is_ok());
        assert!(apply(Format::Date, "2026-02-30".to_owned()).is_err());
        assert!(apply(Format::DateTime, "2026-04-15".to_owned()).is_err());
        for text in ["2026-04-15", "2026-04-15T09:30:00Z", "2026-04-15T09:30", "2026-04-15T09:30:00+02:00"] {
            assert!(apply(Format::DateOrDateTime, text.to_owned()).is_ok(), "{text}");
        }
        assert!(apply(Format::DateOrDateTime, "tomorrow".to_owned()).is_err());
    }
}
