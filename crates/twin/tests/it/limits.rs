//! Rate limits: what is told, when it is kept, and for whom.

use std::time::Duration;

use latch_twin::{Clock, RateLimit, RateLimits, TwinError, TwinOptions};
use serde_json::json;

use crate::oauth::App;
use crate::support::{ANN, BOB, House, NOW};

fn requests(requests: u32) -> RateLimit {
    RateLimit { requests, window: Duration::from_secs(8) }
}

async fn house(rate_limits: RateLimits) -> House {
    let clock = Clock::fixed(NOW.parse().unwrap());
    House::with(TwinOptions { leads: 0, clock, rate_limits, ..TwinOptions::default() }).await
}

#[tokio::test]
async fn limits_are_told_and_kept_for_each_group() {
    let house = house(requests(2).into()).await;
    let first = house.try_get("me/").await;
    assert_eq!(first.headers["ratelimit"], "limit=2, remaining=1, reset=8");
    house.control().advance_clock(Duration::from_millis(1500));
    house.get("user/").await;
    let third = house.try_get("me/").await;
    assert_eq!(third.status, 429);
    assert_eq!(third.headers["ratelimit"], "limit=2, remaining=0, reset=6.5");
    assert_eq!(third.headers["retry-after"], "7", "rounded up");
    house.get("lead/").await;
    house.control().advance_clock(Duration::from_millis(6500));
    house.get("me/").await;
}

#[tokio::test]
async fn groups_may_have_limits_of_their_own_and_methods_windows_of_their_own() {
    let mut limits = RateLimits::from(requests(100));
    limits.groups.insert("lead".to_owned(), requests(1));
    let house = house(limits.clone()).await;
    house.get("lead/").await;
    house.try_post("lead/", json!({"name": "One too many"})).await.refused(429);
    assert_eq!(house.try_get("task/").await.headers["ratelimit"], "limit=100, remaining=99, reset=8");

    limits.methods_apart = true;
    house.control().set_rate_limits(limits).unwrap();
    house.get("lead/").await;
    house.post("lead/", json!({"name": "Counted apart"})).await;
    house.try_get("lead/").await.refused(429);
}

#[tokio::test]
async fn all_keys_of_an_organization_together_have_three_times_the_limit_of_one() {
    let mut house = house(requests(2).into()).await;
    let ann = house.twin.api_keys()[0].clone();
    let third = house.control().create_api_key(&ann.user_email, &ann.organization_name).unwrap();
    let fourth = house.control().create_api_key(&ann.user_email, &ann.organization_name).unwrap();
    for user in [ANN, BOB] {
        house.become_user(user);
        house.get("me/").await;
        house.get("me/").await;
        house.try_get("me/").await.refused(429);
    }
    house.use_key(&third.key);
    house.get("me/").await;
    assert_eq!(house.try_get("me/").await.headers["ratelimit"], "limit=2, remaining=0, reset=8");
    house.use_key(&fourth.key);
    let refused = house.try_get("me/").await;
    assert_eq!(
        (refused.status.as_u16(), &refused.headers["ratelimit"]),
        (429, &"limit=6, remaining=0, reset=8".parse().unwrap())
    );

    let stranger =
        house.twin.api_keys().into_iter().find(|key| key.organization_id != ann.organization_id).unwrap();
    house.use_key(&stranger.key);
    house.get("me/").await;
}

#[tokio::test]
async fn each_access_token_has_a_window_of_its_own() {
    let app = App::at(house(requests(1).into()).await);
    let (access, refresh) = app.connect().await;
    assert_eq!(app.me(&access).await, 200);
    assert_eq!(app.me(&access).await, 429);
    let (_, pair) = app.refresh(&refresh).await;
    assert_eq!(app.me(pair["access_token"].as_str().unwrap()).await, 200);
}

#[tokio::test]
async fn limits_that_make_no_sense_are_refused() {
    let mut limits = RateLimits::default();
    limits.groups.insert("leads".to_owned(), requests(1));
    let refused = house(RateLimits::default()).await.control().set_rate_limits(limits.clone()).unwrap_err();
    assert!(refused.to_string().starts_with("There is no group \"leads\"; the groups are activity, bulk, "));
    let options = TwinOptions { leads: 0, rate_limits: limits, ..TwinOptions::default() };
    assert!(matches!(latch_twin::Twin::start(options).await.unwrap_err(), TwinError::Options(_)));
}
