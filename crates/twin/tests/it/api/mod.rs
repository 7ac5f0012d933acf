//! Objects of the API and what happens when they change.

mod activities;
mod blocked_phone_numbers;
mod bulk_actions;
mod contacts;
mod events;
mod exports;
mod files;
mod inbox;
mod leads;
mod meetings;
mod messages;
mod opportunities;
mod phone_numbers;
mod playbooks;
mod protocol;
mod reports;
mod scheduling_links;
mod searches;
mod send_as;
mod sequences;
mod settings;
mod tasks;
mod templates;
mod unsubscribed_emails;
mod webhook_delivery;
mod webhooks;
