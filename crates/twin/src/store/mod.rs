//! What the twin remembers: objects, their order, events, time and ids.

mod clock;
mod dates;
mod events;
mod ids;
mod index;
mod keeper;
mod kind;
mod placing;
mod reader;
mod record;
mod world;

pub use clock::Clock;
pub(crate) use dates::{DateStyle, date_at, parse_date, parse_moment, parse_moment_at, parse_offset_hours};
pub(crate) use events::{Axis, CAPACITY as EVENT_CAPACITY, horizon};
pub(crate) use ids::mint;
pub(crate) use index::{Created, EVERYONE, Shelf};
pub(crate) use keeper::{Keeper, KeepingError};
pub(crate) use kind::Kind;
pub(crate) use placing::{Key, Placed};
pub(crate) use reader::{Reader, Scratch};
pub(crate) use record::Record;
pub(crate) use world::{Object, World, text};
