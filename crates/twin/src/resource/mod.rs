//! The general notion of a resource.
//!
//! Everything Close can list, fetch, create, change and delete is declared as data in `objects`: its fields, filters,
//! orders and dates, plus a few functions for what is special about it. This module carries all of them out the same
//! way. An operation that fits no resource is an [`Action`].

mod check;
mod custom;
mod custom_value;
mod declaration;
mod event;
mod field;
mod filter;
mod list;
pub(crate) mod phone;
mod render;
mod session;
mod sight;
mod verbs;
mod view;

pub(crate) use check::{
    FieldErrors, NO_OBJECT, NOT_A_CHOICE, REQUIRED, email as check_email, email_up_to as check_email_up_to,
    initial as initial_value, read as read_fields, wrong_type,
};
pub(crate) use custom::{
    CustomScope, definitions as custom_definitions, holder_of as custom_holder,
    named_values as custom_values, require as require_custom, rules as custom_rules,
};
pub(crate) use custom_value::convert as convert_value;
pub(crate) use declaration::{
    Action, Audit, Deleted, Draft, Hooks, ListRules, Methods, Order, Resource, Run,
};
pub(crate) use field::{Field, FieldKind, Initial, Show, Write, field_type};
pub(crate) use filter::{Compare, Filter, member};
pub(crate) use list::{Page, Projection, find, find_all, find_numbers, project};
pub(crate) use render::{Detail, render};
pub(crate) use session::{Caller, Session};
pub(crate) use sight::{Sight, VIEW_ALL_LEADS};
pub(crate) use verbs::{create, delete, envelope, fetch, list, update};
pub(crate) use view::{View, full_name};
