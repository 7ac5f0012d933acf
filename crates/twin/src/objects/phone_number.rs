//! Telephone numbers of an organization: rented ones, and those its users have anyway.
//!
//! Personal numbers belong to one user, who alone may change them; numbers of a team need `manage_group_numbers`
//! (documented). Renting is in `phone_rental`.

use serde_json::Value;

use crate::http::Refusal;
use crate::resource::{
    Audit, Compare, Draft, Field, FieldKind, Filter, Hooks, Initial, ListRules, Methods, Resource, Session,
    Show, View, phone,
};
use crate::store::{Kind, Object, text};

/// `/phone_number/`
pub(crate) static PHONE_NUMBER: Resource = Resource {
    methods: Methods { create: false, ..Methods::ALL },
    audit: Audit::Dates,
    fields: &[
        Field::stored("user_id"),
        Field::stored("type"),
        Field::stored("number"),
        Field::computed("number_formatted", |_, number| formatted(number, "number")),
        Field::stored("country"),
        Field::text("label").starts(Initial::Text("")),
        Field::stored("is_group_number"),
        Field::stored("is_verified"),
        Field::stored("is_premium"),
        Field::new("participants", FieldKind::List(&FieldKind::Reference(&[Kind::User])))
            .starts(Initial::EmptyList),
        Field::new("phone_numbers", FieldKind::List(&FieldKind::Phone)).starts(Initial::EmptyList),
        Field::computed("phone_numbers_formatted", |_, number| {
            let numbers = number.get("phone_numbers").and_then(Value::as_array).into_iter().flatten();
            numbers.filter_map(Value::as_str).map(phone::formatted).collect()
        }),
        Field::new("forward_to", FieldKind::Phone),
        Field::computed("forward_to_formatted", |_, number| formatted(number, "forward_to")),
        Field::flag("forward_to_enabled", false),
        Field::flag("press_1_to_accept", false),
        Field::new("inbound_ring_duration", FieldKind::Integer(15, 90)),
        Field::new("voicemail_greeting_url", FieldKind::Checked(super::call::secure_url)),
        Field::stored("sms_enabled"),
        Field::stored("mms_enabled"),
        Field::stored("supports_sms_to_countries"),
        Field::stored("supports_mms_to_countries"),
        Field::stored("carrier"),
        Field::stored("carrier_type"),
        Field::stored("address_id"),
        Field::stored("bundle_id"),
        Field::stored("last_billed_price"),
        Field::stored("next_billing_on"),
        Field::stored("was_ported"),
        Field::computed("participant_user_id", users).shown(Show::Hidden),
    ],
    list: ListRules {
        filters: &[
            Filter::exact("number"),
            Filter::exact("user_id"),
            Filter::by("participant_user_id", Compare::Entries),
            Filter::by("is_group_number", Compare::Flags),
        ],
        ..ListRules::OLDEST_FIRST
    },
    event: Some("phone_number"),
    hooks: Hooks { prepare, may_delete: may_change, ..Hooks::NONE },
    ..Resource::new(Kind::PhoneNumber, "phone_number", "phon", "PhoneNumber")
};

/// What renting and changing the numbers of a team need.
pub(super) const MANAGE_TEAM_NUMBERS: &str = "manage_group_numbers";

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let Some(old) = draft.old else { return };
    if let Err(refusal) = may_change(session.view(), old) {
        draft.refuse(refusal);
    }
}

fn may_change(view: View<'_>, number: &Object) -> Result<(), Refusal> {
    if number.get("is_group_number") == Some(&Value::Bool(true)) {
        return view.require(MANAGE_TEAM_NUMBERS);
    }
    if text(number, "user_id") == Some(&view.caller.user_id) {
        return Ok(());
    }
    Err(Refusal::forbidden("being the user of the phone number"))
}

/// Everybody whom calls to the number reach: its user, or those who share it.
fn users(_: View<'_>, number: &Object) -> Value {
    let own = number.get("user_id").filter(|user| user.is_string()).into_iter();
    own.chain(number.get("participants").and_then(Value::as_array).into_iter().flatten()).cloned().collect()
}

fn formatted(number: &Object, name: &str) -> Value {
    text(number, name).map_or(Value::Null, |number| phone::formatted(number).into())
}
