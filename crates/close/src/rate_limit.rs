//! What Close says about its request budget, read from response headers.
//!
//! Understands the current `RateLimit` header, the two spellings that Close sent before it, and
//! `retry-after`. Whatever cannot be read counts as not said: a header must never fail a request.

use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderName};

/// What is left of the request budget of one group of Close's endpoints, for one key or token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// How many requests the window allows.
    pub limit: u64,
    /// How many of them are left.
    pub remaining: u64,
    /// How long until the window starts anew.
    pub reset: Duration,
}

/// How long to wait after a 429 that does not say: what Close's own Python client does.
const UNTOLD: Duration = Duration::from_secs(2);

/// The header that says everything (documented).
const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// Until 2024 Close said the same in separate headers, in two spellings that were also mixed; a proxy or an older
/// stand-in may still do so.
const OLDER: [[&str; 3]; 3] = [
    ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"],
    ["x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"],
    ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"],
];

/// Everything the headers of one answer say; each part may be missing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Told {
    limit: Option<u64>,
    remaining: Option<u64>,
    reset: Option<Duration>,
    retry_after: Option<Duration>,
}

impl Told {
    pub(crate) fn from_headers(headers: &HeaderMap) -> Self {
        let said = headers.get(RATE_LIMIT).and_then(|value| value.to_str().ok());
        let mut told = said.map(Self::parse).unwrap_or_default();
        if told.rate_limit().is_none() {
            told.complete_from_older(headers);
        }
        // `retry-after` may also be a date, which Close does not send: it would need the clocks to agree.
        told.retry_after = headers.get(RETRY_AFTER).and_then(|value| seconds(value.to_str().ok()?));
        told
    }

    fn complete_from_older(&mut self, headers: &HeaderMap) {
        for [limit, remaining, reset] in OLDER {
            let part = |name: &str| Some(first_number(headers.get(name)?.to_str().ok()?));
            self.limit = self.limit.or_else(|| part(limit).and_then(whole));
            self.remaining = self.remaining.or_else(|| part(remaining).and_then(whole));
            self.reset = self.reset.or_else(|| part(reset).and_then(seconds));
        }
    }

    /// Reads `limit=100, remaining=50, reset=5`, in any order and case, with or without spaces.
    fn parse(header: &str) -> Self {
        let mut told = Self::default();
        for pair in header.split([',', ';']) {
            let Some((name, value)) = pair.split_once('=') else { continue };
            match name.trim().to_ascii_lowercase().as_str() {
                "limit" => told.limit = whole(value),
                "remaining" => told.remaining = whole(value),
                "reset" => told.reset = seconds(value),
                _ => {}
            }
        }
        told
    }

    /// The budget, where all three of its parts were said.
    pub(crate) fn rate_limit(self) -> Option<RateLimit> {
        Some(RateLimit { limit: self.limit?, remaining: self.remaining?, reset: self.reset? })
    }

    /// How long to wait after a 429. `retry-after` is rounded up and `reset` may be exact: the longer
    /// of the two is never too short.
    pub(crate) fn wait(self) -> Duration {
        self.retry_after.max(self.reset).unwrap_or(UNTOLD)
    }

    /// How long an answer other than 429 asks to wait.
    pub(crate) fn retry_after(self) -> Option<Duration> {
        self.retry_after
    }
}

/// The older `x-ratelimit-limit` continues with the windows: `60, 60;w=1, 100;w=1`.
fn first_number(text: &str) -> &str {
    text.split([',', ';']).next().unwrap_or_default()
}

fn whole(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

fn seconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    // The number parser also knows signs, exponents, "inf" and "nan", which are not seconds.
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds = plain.then(|| text.parse::<f64>().ok()).flatten()?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    use super::*;

    fn told(headers: &[(&'static str, &'static str)]) -> Told {
        let pairs = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        Told::from_headers(&pairs.collect())
    }

    fn rate_limit(limit: u64, remaining: u64, reset_milliseconds: u64) -> RateLimit {
        RateLimit { limit, remaining, reset: Duration::from_millis(reset_milliseconds) }
    }

    #[test]
    fn the_documented_header_is_read() {
        let header = |value| told(&[("ratelimit", value)]).rate_limit();
        assert_eq!(header("limit=100, remaining=50, reset=5"), Some(rate_limit(100, 50, 5000)));
        assert_eq!(header("limit=100,remaining=0,reset=1.524"), Some(rate_limit(100, 0, 1524)));
        assert_eq!(header("Reset = 5 ; Limit = 9 ; Remaining = 1"), Some(rate_limit(9, 1, 5000)));
        assert_eq!(header("limit=100, remaining=50, reset=5, policy=key"), Some(rate_limit(100, 50, 5000)));
    }

    #[test]
    fn both_older_spellings_are_read() {
        let old = told(&[
            ("x-rate-limit-limit", "320"),
            ("x-rate-limit-remaining", "319"),
            ("x-rate-limit-reset", "0.595956"),
        ]);
        let draft = told(&[
            ("x-ratelimit-limit", "60, 60;w=1, 100;w=1"),
            ("ratelimit-remaining", "59"),
            ("ratelimit-reset", "1"),
        ]);
        assert_eq!(
            old.rate_limit().map(|old| (old.limit, old.reset)),
            Some((320, Duration::from_micros(595_956)))
        );
        assert_eq!(draft.rate_limit(), Some(rate_limit(60, 59, 1000)));
    }

    #[test]
    fn the_current_header_wins_over_older_ones() {
        let both = told(&[("ratelimit", "limit=100, remaining=50, reset=5"), ("x-rate-limit-reset", "9")]);
        assert_eq!(both.rate_limit(), Some(rate_limit(100, 50, 5000)));
    }

    #[test]
    fn the_longer_of_two_waits_is_taken_and_two_seconds_when_nothing_is_said() {
        let reset = ("ratelimit", "limit=1, remaining=0, reset=1.5");
        assert_eq!(told(&[reset, ("retry-after", "2")]).wait(), Duration::from_secs(2));
        assert_eq!(told(&[reset, ("retry-after", "1")]).wait(), Duration::from_millis(1500));
        assert_eq!(told(&[reset]).wait(), Duration::from_millis(1500));
        assert_eq!(told(&[("retry-after", "3")]).wait(), Duration::from_secs(3));
        assert_eq!(told(&[]).wait(), UNTOLD);
    }

    #[test]
    fn what_is_not_a_number_of_seconds_counts_as_not_said() {
        for value in ["-1", "inf", "NaN", "1e400", "1e3", "", ".", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            assert_eq!(told(&[("retry-after", value)]).wait(), UNTOLD, "{value}");
        }
        assert_eq!(told(&[("ratelimit", "limit=100, remaining=-1, reset=5")]).rate_limit(), None);
    }

    proptest! {
        #[test]
        fn any_header_is_read_without_panicking(name in "[a-z-]{1,20}", bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let mut headers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                for known in ["ratelimit", "retry-after", "x-ratelimit-limit", "x-rate-limit-reset"] {
                    headers.insert(known, value.clone());
                }
                if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
                    headers.insert(name, value);
                }
            }
            let told = Told::from_headers(&headers);
            prop_assert!(told.rate_limit().is_none_or(|limit| told.wait() >= limit.reset));
        }

        #[test]
        fn what_is_written_is_read_back(
            limit: u64, remaining: u64, reset in 0_u32..1_000_000, space in " {0,2}", upper: bool,
        ) {
            let milliseconds = Duration::from_millis(reset.into());
            let text = format!(
                "limit={limit},{space}remaining={space}{remaining},{space}reset={}.{:03}",
                milliseconds.as_secs(), milliseconds.subsec_millis(),
            );
            let text = if upper { text.to_uppercase() } else { text };
            let read = Told::parse(&text).rate_limit().expect("all three parts are there");
            prop_assert_eq!((read.limit, read.remaining), (limit, remaining));
            prop_assert!(read.reset.abs_diff(milliseconds) < Duration::from_micros(1));
        }
    }
}
