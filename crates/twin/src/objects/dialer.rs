//! Dialer sessions: a list of leads being called one after the other. They begin and end in Close's own program, so
//! the API only shows them, and a twin without telephones has those its demo data brings.

use crate::resource::{Audit, Compare, Field, Filter, Initial, ListRules, Methods, Resource};
use crate::store::Kind;

/// `/dialer/`
pub(crate) static DIALER_SESSION: Resource = Resource {
    methods: Methods::READ,
    audit: Audit::NaiveDates,
    fields: &[
        Field::stored("user_id"),
        Field::stored("type").starts(Initial::Text("power")),
        Field::stored("status").starts(Initial::Text("inactive")),
        Field::stored("source_type"),
        Field::stored("source_value"),
        Field::stored("caller_id"),
        Field::stored("is_user_dependent").starts(Initial::False),
        Field::stored("music_preference"),
        Field::stored("ring_mode"),
        Field::stored("users").starts(Initial::EmptyList),
    ],
    list: ListRules {
        filters: &[
            Filter::exact("organization_id"),
            Filter::exact("source_type"),
            Filter::exact("source_value"),
            Filter::exact("status"),
            Filter::by("user_id", Compare::Users),
        ],
        ..ListRules::NEWEST_FIRST
    },
    ..Resource::new(Kind::DialerSession, "dialer", "dial", "DialerSession")
};
