//! What happens because time passes: meetings begin and end.
//!
//! The [`Agenda`] holds the coming moments of every meeting and has their events written when the twin's clock gets
//! there. They are nobody's doing: no user, no key, no request. Whoever moves the clock has the agenda keep up before
//! going on, so that tests see the same order every time; a task of the running twin ([`run`]) does it as real time
//! passes. Moments that passed before the twin started, or while it did not run, are not told afterwards.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::http::Shared;
use crate::objects::{Turn, meeting_turns, tell_of_meeting};
use crate::resource::{Caller, Session};
use crate::store::{Kind, Scratch, text};

/// The longest sleep; timers cannot wait for ever.
const LONGEST_SLEEP: Duration = Duration::from_secs(24 * 3600);

/// Coming moments, each of a meeting, with its organization.
type Moments = BTreeMap<(Timestamp, String), (String, Turn)>;

/// What is going to happen by itself.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    moments: Mutex<Moments>,
}

impl Agenda {
    /// Begins anew with the moments of the world that are still to come.
    pub(crate) fn read(&self, shared: &Shared) {
        // Always the agenda before the world, as in `keep_up`: two that lock the other way round wait for ever.
        let mut moments = self.moments();
        moments.clear();
        let (world, scratch) = (shared.world(), Scratch::default());
        let (world, now) = (world.reader(&scratch), world.now());
        for organization_id in world.everyone(Kind::Organization).filter_map(|found| text(found, "id")) {
            world.aside(|world| {
                for meeting in world.collection(organization_id, Kind::Meeting) {
                    let id = text(meeting, "id").unwrap_or_default();
                    for (at, turn) in meeting_turns(meeting).filter(|(at, _)| *at > now) {
                        moments.insert((at, id.to_owned()), (organization_id.to_owned(), turn));
                    }
                }
            });
        }
    }

    /// Has the events written whose time has come. When the next is due.
    pub(crate) fn keep_up(&self, shared: &Shared) -> Option<Timestamp> {
        let mut moments = self.moments();
        let now = shared.clock.now();
        if moments.first_key_value().is_some_and(|((at, _), _)| *at <= now) {
            let mut world = shared.world_mut();
            while let Some(first) = moments.first_entry().filter(|first| first.key().0 <= now) {
                let ((_, meeting_id), (organization_id, turn)) = first.remove_entry();
                let caller = Caller::nobody(&organization_id);
                tell_of_meeting(&mut Session::new(&mut world, &caller), &meeting_id, turn, now);
            }
            if let Err(error) = world.keep() {
                tracing::error!(%error, "events of meetings could not be kept");
            }
        }
        moments.first_key_value().map(|((at, _), _)| *at)
    }

    fn moments(&self) -> MutexGuard<'_, Moments> {
        self.moments.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Keeps the agenda up with real time, until told to stop.
pub(crate) async fn run(shared: Arc<Shared>, stop: CancellationToken) {
    loop {
        // Listens before it looks, so that nothing is missed in between.
        let moved = shared.clock.moved();
        let next = shared.agenda.keep_up(&shared);
        let left =
            next.map(|at| Duration::try_from(at.duration_since(shared.clock.now())).unwrap_or_default());
        let pause = left.unwrap_or(LONGEST_SLEEP).clamp(Duration::from_millis(10), LONGEST_SLEEP);
        tokio::select! {
            () = stop.cancelled() => break,
            () = moved => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}
