//! Every operation of Close, called against a running twin so that it succeeds.
//!
//! Fails for any operation that is missing, that refuses what Close documents, that accepts a body without what Close
//! requires, or whose answer has members its documented object does not have; for all of them at once. What each means
//! is tested elsewhere.

mod activities;
mod automation;
mod custom;
mod documentation;
mod filters;
mod messages;
mod organization;
mod sales;
mod searches;
mod settings;
mod walk;

use walk::Walk;

use crate::support::House;

#[tokio::test]
async fn every_operation_of_close_is_there_and_answers_what_is_documented() {
    let mut walk = Walk::new(House::new().await);
    sales::walk(&mut walk).await;
    activities::walk(&mut walk).await;
    messages::walk(&mut walk).await;
    automation::walk(&mut walk).await;
    searches::walk(&mut walk).await;
    custom::walk(&mut walk).await;
    settings::walk(&mut walk).await;
    organization::walk(&mut walk).await;
    let wrong = walk.report();
    assert!(wrong.is_empty(), "\n{wrong}");
}
