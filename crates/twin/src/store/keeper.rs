//! Keeping a world in a folder, so that it survives whatever ends the process.
//!
//! Each request that changes something is one transaction, committed before it is answered: an acknowledged write is
//! never lost, and a write that was cut short is not there at all. Objects are stored as the world keeps them, under
//! their number of arrival; when a world is read back its indexes are made again.

use std::path::Path;

use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition, TableError};
use serde_json::Value;
use thiserror::Error;

use super::clock::Clock;
use super::kind::Kind;
use super::record::unpack;
use super::world::{Change, World};

/// Objects by number of arrival: kind and JSON text.
const OBJECTS: TableDefinition<'_, u32, (&str, &str)> = TableDefinition::new("objects");
/// Events by their position in the log, as JSON text.
const EVENTS: TableDefinition<'_, u64, &str> = TableDefinition::new("events");
/// What else is kept, by name, as JSON text.
const NOTES: TableDefinition<'_, &str, &str> = TableDefinition::new("notes");

/// Name of the note that says how the rest is to be read.
const FORMAT: &str = "format";
/// The one format there is.
const FORMAT_1: &str = "1";

/// A folder that cannot keep a world, or holds none that can be read.
#[derive(Debug, Error)]
pub(crate) enum KeepingError {
    /// The operating system refuses.
    #[error(transparent)]
    System(#[from] std::io::Error),
    /// The database refuses.
    #[error("{0}")]
    Database(#[from] redb::Error),
    /// It was written by another version.
    #[error("it was written by another version of the twin (format {0})")]
    Format(String),
    /// Something in it is not what was written.
    #[error("the object with number {0} cannot be read")]
    Object(u32),
    /// Something noted in it is not what was written.
    #[error("what is kept under {0} cannot be read")]
    Note(&'static str),
}

/// The file that keeps a world.
#[derive(Debug)]
pub(crate) struct Keeper {
    database: Database,
}

impl Keeper {
    /// Opens the file in `folder`, which is made when it is missing.
    pub(crate) fn open(folder: &Path) -> Result<Self, KeepingError> {
        std::fs::create_dir_all(folder)?;
        let database = Database::create(folder.join("twin.redb")).map_err(redb::Error::from)?;
        Ok(Self { database })
    }

    /// The world that was kept, or `None` in a new file. From here on the world notes what changes in it.
    pub(crate) fn load(&self, clock: Clock, seed: u64) -> Result<Option<World>, KeepingError> {
        match self.note(FORMAT)?.as_deref() {
            None => return Ok(None),
            Some(FORMAT_1) => {}
            Some(other) => return Err(KeepingError::Format(other.to_owned())),
        }
        let reading = self.database.begin_read().map_err(redb::Error::from)?;
        let mut world = World::new(clock, seed);
        let objects = reading.open_table(OBJECTS).map_err(redb::Error::from)?;
        let mut last = 0;
        for row in objects.iter().map_err(redb::Error::from)? {
            let (number, value) = row.map_err(redb::Error::from)?;
            let (number, (kind, text)) = (number.value(), value.value());
            let kind: Kind =
                serde_json::from_value(Value::from(kind)).map_err(|_| KeepingError::Object(number))?;
            world.restore(number, kind, unpack(text));
            last = number;
        }
        let events = reading.open_table(EVENTS).map_err(redb::Error::from)?;
        for row in events.iter().map_err(redb::Error::from)? {
            let (position, text) = row.map_err(redb::Error::from)?;
            world.events.restore(position.value(), unpack(text.value()));
        }
        world.reseed(seed ^ u64::from(last).rotate_left(32));
        world.note_changes();
        Ok(Some(world))
    }

    /// Keeps a whole world in place of what was kept. From here on it notes what changes in it.
    pub(crate) fn replace(&self, world: &mut World) -> Result<(), KeepingError> {
        world.note_changes();
        world.take_changes();
        world.events.take_news();
        let writing = self.database.begin_write().map_err(redb::Error::from)?;
        {
            writing.delete_table(OBJECTS).map_err(redb::Error::from)?;
            writing.delete_table(EVENTS).map_err(redb::Error::from)?;
            let mut objects = writing.open_table(OBJECTS).map_err(redb::Error::from)?;
            for change in world.everything() {
                put(&mut objects, &change)?;
            }
            let mut events = writing.open_table(EVENTS).map_err(redb::Error::from)?;
            for (position, event) in world.events.oldest_first() {
                let text = Value::Object(event.clone()).to_string();
                events.insert(position, text.as_str()).map_err(redb::Error::from)?;
            }
            let mut notes = writing.open_table(NOTES).map_err(redb::Error::from)?;
            notes.insert(FORMAT, FORMAT_1).map_err(redb::Error::from)?;
        }
        writing.commit().map_err(redb::Error::from)?;
        Ok(())
    }

    /// Keeps what changed in a world since it was last kept. When this returns it is safe.
    pub(crate) fn keep(&self, world: &mut World) -> Result<(), KeepingError> {
        let (changes, news) = (world.take_changes(), world.events.take_news());
        if changes.is_empty() && news.is_empty() {
            return Ok(());
        }
        let writing = self.database.begin_write().map_err(redb::Error::from)?;
        {
            let mut objects = writing.open_table(OBJECTS).map_err(redb::Error::from)?;
            for change in &changes {
                put(&mut objects, change)?;
            }
            let mut events = writing.open_table(EVENTS).map_err(redb::Error::from)?;
            for (position, event) in news {
                let text = event.map(|event| Value::Object(event).to_string());
                match text {
                    Some(text) => drop(events.insert(position, text.as_str()).map_err(redb::Error::from)?),
                    None => drop(events.remove(position).map_err(redb::Error::from)?),
                }
            }
        }
        writing.commit().map_err(redb::Error::from)?;
        Ok(())
    }

    /// What was noted under a name.
    pub(crate) fn note(&self, name: &str) -> Result<Option<String>, KeepingError> {
        let reading = self.database.begin_read().map_err(redb::Error::from)?;
        let notes = match reading.open_table(NOTES) {
            Ok(notes) => notes,
            Err(TableError::TableDoesNotExist(_)) => return Ok(None),
            Err(error) => return Err(redb::Error::from(error).into()),
        };
        let found = notes.get(name).map_err(redb::Error::from)?;
        Ok(found.map(|text| text.value().to_owned()))
    }

    /// Notes something under a name. When this returns it is safe.
    pub(crate) fn write_note(&self, name: &str, text: &str) -> Result<(), KeepingError> {
        let writing = self.database.begin_write().map_err(redb::Error::from)?;
        {
            let mut notes = writing.open_table(NOTES).map_err(redb::Error::from)?;
            notes.insert(name, text).map_err(redb::Error::from)?;
        }
        writing.commit().map_err(redb::Error::from)?;
        Ok(())
    }
}

fn put(
    objects: &mut redb::Table<'_, u32, (&'static str, &'static str)>,
    change: &Change,
) -> Result<(), KeepingError> {
    match &change.now {
        Some((kind, text)) => {
            let kind = serde_json::to_value(kind).unwrap_or_default();
            let row = (kind.as_str().unwrap_or_default(), &**text);
            drop(objects.insert(change.number, row).map_err(redb::Error::from)?);
        }
        None => drop(objects.remove(change.number).map_err(redb::Error::from)?),
    }
    Ok(())
}
