//! How long the client waits, from the header `grpc-timeout`.

use std::time::Duration;

use http::HeaderMap;

/// What is kept back of the client's time, so that it hears why instead of giving up.
const MARGIN: Duration = Duration::from_millis(500);

/// How long a call may take so that the client still hears of its end; `None` if the client does not say.
pub(super) fn deadline(headers: &HeaderMap) -> Option<Duration> {
    let timeout = parse(headers.get("grpc-timeout")?.to_str().ok()?)?;
    Some(timeout.saturating_sub(MARGIN.min(timeout / 4)))
}

/// At most eight digits and a unit (gRPC over HTTP/2).
fn parse(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let number: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(number * 60 * 60),
        "M" => Duration::from_secs(number * 60),
        "S" => Duration::from_secs(number),
        "m" => Duration::from_millis(number),
        "u" => Duration::from_micros(number),
        "n" => Duration::from_nanos(number),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_that_clients_send_is_read() {
        for (text, seconds) in [("20S", 20.0), ("20100m", 20.1), ("1M", 60.0), ("2H", 7200.0), ("5u", 5e-6)] {
            assert_eq!(parse(text).map(|timeout| timeout.as_secs_f64()), Some(seconds), "{text}");
        }
        for text in ["", "S", "1", "1s", "-1S", "123456789S", "é", "1é", "１S"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_it(text: String) {
            let _ = parse(&text);
        }
    }
}
