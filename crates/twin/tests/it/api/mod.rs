//! Objects of the API and what happens when they change.

mod activities;
mod contacts;
mod events;
mod leads;
mod messages;
mod opportunities;
mod protocol;
mod searches;
mod sequences;
mod settings;
mod tasks;
