//! The one place that says what passes by itself, what may be repeated, and what is known afterwards.
//!
//! Repeating is never a guess. A read may be repeated whenever the failure is likely to pass. A write may
//! be repeated only when Close certainly did not act on it, because Close has no idempotency keys:
//! a second `POST` makes a second object (documented).

use http::StatusCode;

use crate::error::Outcome;
use crate::failure::Failure;
use crate::request::Effect;

/// Whether and when to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// Trying again would bring the same, or could do harm.
    Never,
    /// After the next wait of the back-off schedule.
    AfterBackoff,
    /// After the wait that Close asked for.
    AsTold,
}

/// Whether to try again after this failure.
#[expect(clippy::match_same_arms, reason = "a table with one row for each reason")]
pub(crate) fn repeat(failure: &Failure, effect: Effect) -> Repeat {
    use Effect::{Read, Write};
    match (failure, effect) {
        // Refused, unknown host, TLS: nothing was sent, so nothing can happen twice. A certificate that
        // does not fit, or a machine without certificate authorities, does not pass by itself.
        (Failure::NotConnected { lasting: false, .. }, Read | Write) => Repeat::AfterBackoff,
        (Failure::NotConnected { lasting: true, .. }, Read | Write) => Repeat::Never,

        // The connection broke, or nothing came in time: a read asks again, a write may have arrived.
        (Failure::Lost { .. } | Failure::TimedOut { by_deadline: false, .. }, Read) => Repeat::AfterBackoff,
        (Failure::Lost { .. } | Failure::TimedOut { .. }, Write) => Repeat::Never,
        // There is no time left to ask again.
        (Failure::TimedOut { by_deadline: true, .. }, Read) => Repeat::Never,

        (Failure::Answered(answer), effect) => match (answer.status, effect) {
            // Counted and refused before anything is done, and Close says when to come back (documented).
            (StatusCode::TOO_MANY_REQUESTS, Read | Write) => Repeat::AsTold,
            // A proxy without a server behind it, maintenance, overload: they pass. But something behind
            // the proxy may have carried a write out, 503 included.
            (
                StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT,
                Read,
            ) => Repeat::AfterBackoff,
            // Everything else, 500 included, is an answer to this very request.
            _ => Repeat::Never,
        },

        // The same request would bring the same.
        (Failure::Unsendable { .. } | Failure::TooLarge { .. }, Read | Write) => Repeat::Never,
    }
}

/// What is known about whether Close acted.
pub(crate) fn outcome(failure: &Failure, effect: Effect) -> Outcome {
    match (failure, effect) {
        (Failure::Unsendable { .. } | Failure::NotConnected { .. }, _) => Outcome::NotSent,
        (_, Effect::Read) => Outcome::NotApplied,
        (Failure::Answered(answer), Effect::Write) => match answer.status {
            // The sender was too slow for something on the way; how much arrived is not known.
            StatusCode::REQUEST_TIMEOUT => Outcome::Unknown,
            // "It is elsewhere": whoever said so did not act.
            StatusCode::MOVED_PERMANENTLY
            | StatusCode::TEMPORARY_REDIRECT
            | StatusCode::PERMANENT_REDIRECT => Outcome::NotApplied,
            // Close refuses with 4xx before it acts.
            status if status.is_client_error() => Outcome::NotApplied,
            // 5xx; 302 and 303, which are also how "done, now look there" is said; success with an
            // answer that is not Close's.
            _ => Outcome::Unknown,
        },
        (Failure::Lost { .. } | Failure::TimedOut { .. } | Failure::TooLarge { .. }, Effect::Write) => {
            Outcome::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::HeaderMap;
    use url::Url;

    use super::*;
    use crate::answer::Answer;

    fn answered(status: u16) -> Failure {
        let url = Url::parse("https://api.close.com/api/v1/lead/").unwrap();
        let status = StatusCode::from_u16(status).unwrap();
        Failure::Answered(Box::new(Answer::head(status, &url, HeaderMap::new())))
    }

    fn lost(status: Option<StatusCode>) -> Failure {
        Failure::Lost { status, reason: "connection reset".to_owned() }
    }

    fn not_connected(lasting: bool) -> Failure {
        Failure::NotConnected { reason: "connection refused".to_owned(), lasting }
    }

    fn timed_out(by_deadline: bool) -> Failure {
        Failure::TimedOut { status: None, after: Duration::from_secs(30), by_deadline }
    }

    fn repeats(failure: &Failure) -> [Repeat; 2] {
        [repeat(failure, Effect::Read), repeat(failure, Effect::Write)]
    }

    #[test]
    fn the_rate_limit_is_waited_out_by_reads_and_writes() {
        assert_eq!(repeats(&answered(429)), [Repeat::AsTold; 2]);
    }

    #[test]
    fn what_never_left_is_repeated_unless_it_never_will() {
        assert_eq!(repeats(&not_connected(false)), [Repeat::AfterBackoff; 2]);
        assert_eq!(repeats(&not_connected(true)), [Repeat::Never; 2]);
    }

    #[test]
    fn what_may_have_arrived_is_repeated_for_reads_alone() {
        for failure in [answered(502), answered(503), answered(504), lost(None), timed_out(false)] {
            assert_eq!(repeats(&failure), [Repeat::AfterBackoff, Repeat::Never], "{failure:?}");
        }
    }

    #[test]
    fn a_definite_answer_is_never_repeated() {
        for status in [200, 301, 302, 400, 401, 402, 403, 404, 405, 408, 409, 415, 422, 500, 501] {
            assert_eq!(repeats(&answered(status)), [Repeat::Never; 2], "{status}");
        }
        assert_eq!(repeats(&timed_out(true)), [Repeat::Never; 2]);
    }

    #[test]
    fn a_read_never_leaves_anybody_wondering() {
        for failure in [answered(500), answered(200), lost(None), timed_out(true)] {
            assert_eq!(outcome(&failure, Effect::Read), Outcome::NotApplied, "{failure:?}");
        }
        assert_eq!(outcome(&not_connected(false), Effect::Read), Outcome::NotSent);
    }

    #[test]
    fn a_write_is_known_not_to_have_happened_only_when_it_cannot_have() {
        for status in [301, 307, 308, 400, 401, 402, 403, 404, 405, 409, 415, 422, 429] {
            assert_eq!(outcome(&answered(status), Effect::Write), Outcome::NotApplied, "{status}");
        }
        for status in [200, 302, 303, 408, 500, 502, 503, 504] {
            assert_eq!(outcome(&answered(status), Effect::Write), Outcome::Unknown, "{status}");
        }
        for failure in [lost(None), lost(Some(StatusCode::CREATED)), timed_out(true), timed_out(false)] {
            assert_eq!(outcome(&failure, Effect::Write), Outcome::Unknown, "{failure:?}");
        }
        assert_eq!(outcome(&not_connected(true), Effect::Write), Outcome::NotSent);
    }
}
