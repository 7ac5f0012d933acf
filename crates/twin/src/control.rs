//! Levers for tests: time, tokens, faults, and a look at what happened.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::delivery::{DeliveryFaults, RecordedDelivery};
use crate::http::Shared;
pub use crate::http::{FaultKind, FaultRule, RecordedRequest};
use crate::objects;
use crate::store::{Kind, Scratch, text};

/// A handle on a running twin. Clones act on the same twin.
#[derive(Clone, Debug)]
pub struct Control {
    shared: Arc<Shared>,
}

impl Control {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Moves the twin's clock forward: tokens expire, rate-limit windows pass, tasks become due.
    pub fn advance_clock(&self, duration: Duration) {
        self.shared.advance_clock(duration);
    }

    /// Lets every access token of a user expire now; refresh tokens stay. Returns whether there is such a user.
    pub fn expire_access_tokens(&self, user_email: &str) -> bool {
        let user_id = self.user_id(user_email);
        if let Some(user_id) = &user_id {
            self.shared.grants.expire_access_tokens(user_id);
        }
        user_id.is_some()
    }

    /// Ends every grant of a user, as disconnecting the app in Close's settings does: neither access nor refresh
    /// tokens work afterwards. Returns whether there is such a user.
    pub fn revoke_grants(&self, user_email: &str) -> bool {
        let user_id = self.user_id(user_email);
        if let Some(user_id) = &user_id {
            self.shared.grants.revoke_grants(user_id);
        }
        user_id.is_some()
    }

    /// Makes the next matching requests go wrong. Rules apply in the order they are given.
    pub fn fail_next(&self, rule: FaultRule) {
        self.shared.faults.add(rule);
    }

    /// The last requests, oldest first; at most 1000 are remembered.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.recorder.all()
    }

    /// Forgets the remembered requests.
    pub fn clear_requests(&self) {
        self.shared.recorder.clear();
    }

    /// The last deliveries of webhooks, oldest first, each attempt by itself; at most 1000 are remembered.
    pub fn deliveries(&self) -> Vec<RecordedDelivery> {
        self.shared.outbox.deliveries()
    }

    /// Waits until every delivery of a webhook that is due has been attempted. Deliveries that failed and wait for
    /// their next time are not waited for: [`advance_clock`](Self::advance_clock) makes them due.
    pub async fn deliveries_settled(&self) {
        self.shared.outbox.settled(|| self.shared.clock.now()).await;
    }

    /// Disturbs the deliveries of events written from now on; [`DeliveryFaults::default`] ends it.
    pub fn disturb_deliveries(&self, faults: DeliveryFaults) {
        self.shared.outbox.disturb(faults);
    }

    /// An object as it is stored, whoever owns it: without the members Close works out when it answers.
    pub fn get(&self, id: &str) -> Option<Value> {
        let (world, scratch) = (self.shared.world(), Scratch::default());
        world.reader(&scratch).get(id).map(|record| Value::Object(record.object.clone()))
    }

    /// How many objects there are at a path of the API, in all organizations: `lead`, `activity/call`. 0 when there
    /// is no such path.
    pub fn count(&self, path: &str) -> usize {
        let kind = objects::resource_at(path).map(|resource| resource.kind);
        kind.map_or(0, |kind| self.shared.world().reader(&Scratch::default()).count(kind))
    }

    fn user_id(&self, email: &str) -> Option<String> {
        let (world, scratch) = (self.shared.world(), Scratch::default());
        let mut users = world.reader(&scratch).everyone(Kind::User);
        users
            .find(|user| text(user, "email") == Some(email))
            .and_then(|user| text(user, "id"))
            .map(str::to_owned)
    }
}
