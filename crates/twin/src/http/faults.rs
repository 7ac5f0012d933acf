//! Faults a test asks for: matching requests go wrong in a chosen way.
//!
//! Rules are kept and matched here; [`observe`](super::observe()) acts them out. Promises that a rule draws from a
//! generator of its own, so that the same seed and the same requests meet the same faults.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::{HeaderName, HeaderValue, StatusCode};
use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lever_error::LeverError;
use crate::seconds;

/// Most rules at a time.
const MOST_RULES: usize = 1000;

/// Which requests shall go wrong, how often, and how. The members that choose requests must all fit; those left out
/// fit every request. Rules apply in the order they were given, and a request meets the first that fits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// Only requests sent with this method, for example `POST`.
    #[serde(default)]
    pub method: Option<String>,
    /// Only requests whose path begins so, for example `/api/v1/lead/` or `/oauth2/token/`.
    #[serde(default)]
    pub path_prefix: String,
    /// Only requests with this whole path, in which `*` stands for one segment: `/api/v1/lead/*/`.
    #[serde(default)]
    pub path: Option<String>,
    /// Only requests of this account: the e-mail address or id of a user, the id or name of an organization, or an
    /// API key. Requests for tokens belong to the account of the code or token in them.
    #[serde(default)]
    pub account: Option<String>,
    /// How likely a request that fits meets the fault, from 0 to 1.
    #[serde(default = "certain")]
    pub probability: f64,
    /// Where the chances begin; the twin's own seed when absent.
    #[serde(default)]
    pub seed: Option<u64>,
    /// How many faults, after which the rule is gone; `None` goes on until the rule is cleared.
    #[serde(default)]
    pub times: Option<u32>,
    /// What happens.
    pub kind: FaultKind,
}

/// A way to go wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Answers this status with a JSON error; nothing is done.
    Status(u16),
    /// Answers what is given; nothing is done.
    Answer(FaultAnswer),
    /// Answers 502 with a page of HTML, as a proxy in front would; nothing is done.
    Html,
    /// Answers 429; nothing is done, and the window ends after so many seconds.
    RateLimited {
        /// Seconds told in `RateLimit` and `retry-after`.
        reset_seconds: u32,
    },
    /// Closes the connection; nothing is done.
    DropBefore,
    /// Does what was asked, then closes the connection instead of answering.
    DropAfter,
    /// Waits, then goes on as usual. Nothing is done for a client that goes away meanwhile.
    #[serde(rename = "delay_seconds", with = "seconds")]
    Delay(Duration),
    /// Does what was asked, then waits before it answers.
    #[serde(rename = "delay_answer_seconds", with = "seconds")]
    DelayAnswer(Duration),
    /// Does what was asked, and sends the body of the answer in small pieces.
    Dribble {
        /// Bytes in a piece.
        bytes: usize,
        /// The pause before each piece; `seconds` in JSON.
        #[serde(rename = "seconds", with = "seconds")]
        pause: Duration,
    },
    /// Does what was asked, and answers with a body that is no JSON: its last byte is missing.
    MalformedJson,
    /// Does what was asked, then closes the connection in the middle of the body.
    Truncated,
}

/// An answer given by a fault.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultAnswer {
    /// The status, from 200 to 599.
    pub status: u16,
    /// Headers, by name.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body: text is sent as it is, anything else as JSON, null not at all.
    #[serde(default)]
    pub body: Value,
}

/// A rule that is in force.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActiveFault {
    /// The number it is cleared by.
    pub id: u64,
    /// The rule as it was given; `times` says how many are left.
    #[serde(flatten)]
    pub rule: FaultRule,
    /// How many faults it has made so far.
    pub happened: u64,
}

/// The `probability` of rules that do not say one.
fn certain() -> f64 {
    1.0
}

impl Default for FaultRule {
    /// Every request, always, is answered with 503.
    fn default() -> Self {
        Self {
            method: None,
            path_prefix: String::new(),
            path: None,
            account: None,
            probability: certain(),
            seed: None,
            times: None,
            kind: FaultKind::Status(503),
        }
    }
}

impl FaultRule {
    fn check(&self) -> Result<(), LeverError> {
        if !(0.0..=1.0).contains(&self.probability) {
            return Err(LeverError::new(format!(
                "probability is {}; it lies between 0 and 1.",
                self.probability
            )));
        }
        if self.times == Some(0) {
            return Err(LeverError::new(
                "times is 0; leave it out for a fault that lasts until it is cleared.",
            ));
        }
        if let Some(path) = [Some(&self.path_prefix), self.path.as_ref()]
            .into_iter()
            .flatten()
            .find(|path| !path.is_empty() && !path.starts_with('/'))
        {
            return Err(LeverError::new(format!("The path {path:?} does not begin with a slash.")));
        }
        self.kind.check()
    }

    fn fits(&self, method: &str, path: &str, accounts: &[String]) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && path.starts_with(&self.path_prefix)
            && self.path.as_deref().is_none_or(|pattern| is_like(pattern, path))
            && self.account.as_ref().is_none_or(|account| accounts.contains(account))
    }
}

impl FaultKind {
    fn check(&self) -> Result<(), LeverError> {
        let status = match self {
            Self::Status(status) => *status,
            Self::Answer(answer) => {
                let bad = |(name, value): &(&String, &String)| {
                    HeaderName::try_from(name.as_str()).is_err()
                        || HeaderValue::try_from(value.as_str()).is_err()
                };
                if let Some((name, _)) = answer.headers.iter().find(bad) {
                    return Err(LeverError::new(format!("The header {name:?} cannot be sent.")));
                }
                answer.status
            }
            Self::Dribble { bytes: 0, .. } => return Err(LeverError::new("bytes must be at least 1.")),
            _ => return Ok(()),
        };
        let final_one = StatusCode::from_u16(status).is_ok_and(|_| (200..600).contains(&status));
        if final_one {
            Ok(())
        } else {
            Err(LeverError::new(format!("status is {status}; it lies between 200 and 599.")))
        }
    }
}

/// Whether a path is like a pattern, in which `*` stands for one segment.
fn is_like(pattern: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some("*"), Some(segment)) if !segment.is_empty() => {}
            (Some(wanted), Some(segment)) if wanted == segment => {}
            _ => return false,
        }
    }
}

/// Rules in the order they were given.
#[derive(Debug)]
pub(crate) struct Faults {
    seed: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    made: u64,
    rules: Vec<(ActiveFault, SmallRng)>,
}

impl Faults {
    /// No rules; those that come draw from `seed` unless they say another.
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, state: Mutex::default() }
    }

    /// Adds a rule after all others; answers its number.
    pub(crate) fn add(&self, rule: FaultRule) -> Result<u64, LeverError> {
        rule.check()?;
        let random = SmallRng::seed_from_u64(rule.seed.unwrap_or(self.seed));
        let mut state = self.state();
        if state.rules.len() >= MOST_RULES {
            return Err(LeverError::new(format!("There are {MOST_RULES} faults already; clear some first.")));
        }
        state.made += 1;
        let id = state.made;
        state.rules.push((ActiveFault { id, rule, happened: 0 }, random));
        Ok(id)
    }

    /// The rules in force.
    pub(crate) fn all(&self) -> Vec<ActiveFault> {
        self.state().rules.iter().map(|(active, _)| active.clone()).collect()
    }

    /// Forgets one rule. Answers whether there was one.
    pub(crate) fn remove(&self, id: u64) -> bool {
        let mut state = self.state();
        let before = state.rules.len();
        state.rules.retain(|(active, _)| active.id != id);
        state.rules.len() < before
    }

    /// Forgets all rules.
    pub(crate) fn clear(&self) {
        self.state().rules.clear();
    }

    /// The accounts that rules are aimed at.
    pub(crate) fn accounts(&self) -> Vec<String> {
        self.state().rules.iter().filter_map(|(active, _)| active.rule.account.clone()).collect()
    }

    /// The fault for this request, which counts as one of its times. `accounts` are those of
    /// [`accounts`](Self::accounts) that the request belongs to.
    pub(crate) fn take(&self, method: &str, path: &str, accounts: &[String]) -> Option<FaultKind> {
        let mut state = self.state();
        let position = state.rules.iter_mut().position(|(active, random)| {
            // Only requests that fit draw, so that others do not change what happens to them.
            active.rule.fits(method, path, accounts) && random.random_bool(active.rule.probability)
        })?;
        let (active, _) = state.rules.get_mut(position)?;
        active.happened += 1;
        let kind = active.rule.kind.clone();
        active.rule.times = active.rule.times.map(|times| times.saturating_sub(1));
        if active.rule.times == Some(0) {
            state.rules.remove(position);
        }
        Some(kind)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_segment() {
        assert!(is_like("/api/v1/lead/*/", "/api/v1/lead/lead_1/"));
        assert!(is_like("/oauth2/token/", "/oauth2/token/"));
        for path in ["/api/v1/lead/", "/api/v1/lead//", "/api/v1/lead/lead_1/x/", "/api/v1/task/task_1/"] {
            assert!(!is_like("/api/v1/lead/*/", path), "{path}");
        }
    }

    #[test]
    fn chances_come_from_the_seed() {
        let met = |seed| {
            let faults = Faults::new(7);
            faults.add(FaultRule { probability: 0.5, seed, ..FaultRule::default() }).unwrap();
            (0..64).map(|_| faults.take("GET", "/", &[]).is_some()).collect::<Vec<bool>>()
        };
        assert_eq!(met(Some(1)), met(Some(1)));
        assert_eq!(met(None), met(Some(7)));
        assert_ne!(met(Some(1)), met(Some(2)));
        let often = met(Some(1)).into_iter().filter(|met| *met).count();
        assert!((16..48).contains(&often), "{often} of 64");
    }
}
