//! When to refresh next. Pure arithmetic.

use std::time::Duration;

use jiff::Timestamp;

use crate::RefreshOptions;
use crate::clock::later;

/// When the background task should look at a grant that runs out at `expires_at`. `luck`, between 0 and 1, is
/// the share of the jitter it gets. Tokens that live for a short time only are refreshed half-way through.
pub(crate) fn refresh_at(
    options: &RefreshOptions,
    now: Timestamp,
    expires_at: Option<Timestamp>,
    can_refresh: bool,
    luck: f64,
) -> Option<Timestamp> {
    let expires_at = expires_at?;
    if !can_refresh {
        return Some(expires_at);
    }
    let lifetime = Duration::try_from(expires_at.duration_since(now)).unwrap_or_default();
    let ahead = options.ahead.saturating_add(options.jitter.mul_f64(luck.clamp(0.0, 1.0)));
    Some(later(now, lifetime.saturating_sub(ahead.min(lifetime / 2))))
}

/// When to try again after `failures` failures in a row before this one.
pub(crate) fn retry_at(options: &RefreshOptions, now: Timestamp, failures: u32, luck: f64) -> Timestamp {
    let wait = options.first_retry.saturating_mul(1 << failures.min(20)).min(options.longest_retry);
    later(now, wait.saturating_add(wait.mul_f64(luck.clamp(0.0, 1.0) / 4.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_grant_is_refreshed_before_it_runs_out() {
        let options = RefreshOptions::default();
        let plan = |lifetime, luck| refresh_at(&options, at(0), Some(at(lifetime)), true, luck).unwrap();
        assert_eq!(plan(3600, 0.0), at(3300));
        assert_eq!(plan(3600, 1.0), at(3240));
        assert_eq!(plan(300, 1.0), at(150), "short-lived tokens are not refreshed without end");
        assert_eq!(plan(-5, 0.0), at(0));
        assert_eq!(refresh_at(&options, at(0), Some(at(60)), false, 0.0), Some(at(60)));
        assert_eq!(refresh_at(&options, at(0), None, true, 0.0), None);
    }

    #[test]
    fn waiting_doubles_up_to_its_longest() {
        let options = RefreshOptions::default();
        let waits: Vec<i64> = [0, 1, 2, 30]
            .iter()
            .map(|failures| retry_at(&options, at(0), *failures, 0.0).as_second())
            .collect();
        assert_eq!(waits, [5, 10, 20, 600]);
    }
}
