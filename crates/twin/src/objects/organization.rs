//! The organization of a key or grant, and its members.

use http::Method;
use serde_json::{Value, json};

use super::user;
use super::{pipeline, role, status};
use crate::http::{Answer, Call, Refusal};
use crate::resource::{
    Action, Audit, Detail, Draft, Field, FieldKind, Hooks, Initial, Methods, NO_OBJECT, Projection, Resource,
    Run, Session, View, project, render,
};
use crate::store::{Kind, Object, text};

/// `/organization/`
pub(crate) static ORGANIZATION: Resource = Resource {
    methods: Methods { update: true, ..Methods::NONE },
    audit: Audit::Plain,
    fields: &[
        Field::text("name").required(),
        Field::choice("currency", &["USD", "EUR", "GBP", "CAD", "AUD", "CHF", "JPY", "SEK", "NOK", "DKK"])
            .not_null(),
        Field::stored("currency_symbol"),
        Field::stored("status"),
        Field::stored("trial_ends"),
        Field::stored("cancellation_date"),
        Field::stored("payment_fail_date"),
        Field::stored("leads_email"),
        Field::stored("billing_account_id"),
        Field::new("lead_statuses", FieldKind::FreeList).not_null().reads(|view, _| {
            let shown = |status: &Object| json!({"id": status["id"], "label": status["label"]});
            status::lead_statuses(view).into_iter().map(shown).collect()
        }),
        Field::computed("pipelines", |view, _| {
            let pipelines = view.all(Kind::Pipeline);
            pipelines.map(|found| listed(view, &pipeline::PIPELINE, found)).collect()
        }),
        Field::computed("lead_custom_fields", |view, _| {
            let fields = view.all(Kind::LeadCustomField);
            fields.map(|field| listed(view, super::resource_of(Kind::LeadCustomField), field)).collect()
        }),
        Field::computed("memberships", |view, _| {
            view.all(Kind::Membership)
                .map(|membership| Value::Object(shown_membership(view, membership)))
                .collect()
        }),
        Field::computed("inactive_memberships", |_, _| json!([])),
        Field::flag("enable_unsubscribe_link", false),
        Field::flag("require_unsubscribe_link", false),
    ],
    permission: Some("manage_organization"),
    hooks: Hooks { prepare, ..Hooks::NONE },
    ..Resource::new(Kind::Organization, "organization", "orga", "Organization")
};

/// `/membership/`
pub(crate) static MEMBERSHIP: Resource = Resource {
    methods: Methods { update: true, ..Methods::NONE },
    audit: Audit::None,
    fields: &[
        Field::stored("user_id"),
        Field::new("role_id", FieldKind::Checked(known_role)).not_null(),
        Field::computed("permissions_granted", role::permissions_of),
        Field::choice("auto_record_calls", &["unset", "enabled", "disabled"]).starts(Initial::Text("unset")),
        Field::flag("track_email_opens", true),
        Field::reference("default_caller_id", &[Kind::PhoneNumber]),
        Field::stored("primary_personal_number"),
        Field::text("hangup_recording_url"),
        Field::stored("country"),
    ],
    // Close tells only of memberships that are activated or deactivated.
    event: Some("membership"),
    permission: Some("manage_organization"),
    ..Resource::new(Kind::Membership, "membership", "memb", "Membership")
};

/// Fetching an organization, with `_expand`, and changing several memberships.
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::GET, path: "organization/{}", run: Run::Read(fetch) },
    Action { method: Method::PUT, path: "membership", run: Run::Write(update_memberships) },
];

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let view = session.view();
    let rows = draft.input.get("lead_statuses").and_then(Value::as_array).into_iter().flatten();
    let known =
        |row: &Value| row.get("id").and_then(Value::as_str).and_then(|id| view.find(Kind::LeadStatus, id));
    if rows.clone().any(|row| known(row).is_none()) {
        draft.errors.add("lead_statuses", NO_OBJECT);
    }
}

fn known_role(view: View<'_>, value: &Value) -> Result<Value, Value> {
    let id = value.as_str().ok_or("Value must be of str type.")?;
    let built_in = matches!(id, "admin" | "superuser" | "user" | "restricteduser");
    if built_in || view.find(Kind::Role, id).is_some() { Ok(value.clone()) } else { Err(NO_OBJECT.into()) }
}

fn fetch(view: View<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    if captured.first().copied() != Some(view.caller.organization_id.as_str()) {
        return Err(Refusal::NoObject(ORGANIZATION.model));
    }
    let mut body = shown(view)?;
    let expand = call.parameters.get("_expand").unwrap_or_default();
    for list in ["memberships", "inactive_memberships"] {
        if expand.split(',').any(|name| name.trim() == format!("{list}__user"))
            && let Some(rows) = body.get_mut(list).and_then(Value::as_array_mut)
        {
            rows.iter_mut().filter_map(Value::as_object_mut).for_each(|row| nest_user(view, row));
        }
    }
    Ok(Answer::ok(project(body, &Projection::read(&call.parameters))))
}

/// Replaces the `user_…` members of a membership by the user itself.
fn nest_user(view: View<'_>, membership: &mut Object) {
    let user = text(membership, "user_id").and_then(|id| view.find(Kind::User, id));
    let nested = user.map(|user| listed(view, &user::USER, user)).unwrap_or_default();
    membership.retain(|name, _| name == "user_id" || !name.starts_with("user_"));
    membership.insert("user".to_owned(), nested);
}

fn update_memberships(session: &mut Session<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    session.require("manage_organization")?;
    let ids =
        call.parameters.get("id__in").ok_or_else(|| Refusal::invalid("The id__in filter is required."))?;
    let ids: Vec<&str> = ids.split(',').map(str::trim).collect();
    for id in &ids {
        let old =
            session.view().find(Kind::Membership, id).cloned().ok_or(Refusal::NoObject(MEMBERSHIP.model))?;
        session.draft(&MEMBERSHIP, &call.body, Some(&old))?;
    }
    for id in &ids {
        session.update(&MEMBERSHIP, id, &call.body)?;
    }
    Ok(Answer::ok(json!({"count": ids.len()})))
}

/// The caller's organization in full.
pub(crate) fn shown(view: View<'_>) -> Result<Object, Refusal> {
    let organization = view.organization().ok_or(Refusal::NoObject(ORGANIZATION.model))?;
    Ok(render(view, &ORGANIZATION, organization, Detail::Single, &Projection::All))
}

/// A membership with the members of its user beside it.
pub(crate) fn shown_membership(view: View<'_>, membership: &Object) -> Object {
    let mut row = render(view, &MEMBERSHIP, membership, Detail::Listed, &Projection::All);
    if let Some(user) = text(membership, "user_id").and_then(|id| view.find(Kind::User, id)) {
        row.extend(user::beside_membership(user).map(|(name, value)| (name.to_owned(), value)));
    }
    row
}

fn listed(view: View<'_>, resource: &Resource, object: &Object) -> Value {
    render(view, resource, object, Detail::Listed, &Projection::All).into()
}
