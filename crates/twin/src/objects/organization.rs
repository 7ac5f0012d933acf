//! The organization of a key or grant.

use http::Method;
use serde_json::{Value, json};

use super::user;
use super::{currency, custom_field, membership, permission, pipeline, status};
use crate::http::{Answer, Call, Refusal};
use crate::resource::{
    Action, Audit, CustomScope, Detail, Draft, Field, FieldKind, Hooks, Initial, Methods, NO_OBJECT,
    Projection, Resource, Run, Session, Show, View, project, render,
};
use crate::store::{Kind, Object, text};

/// `/organization/`
pub(crate) static ORGANIZATION: Resource = Resource {
    methods: Methods { update: true, ..Methods::NONE },
    audit: Audit::Plain,
    fields: &[
        Field::text("name").required(),
        Field::new("currency", FieldKind::Checked(currency::check)).not_null(),
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
        // Deprecated in favour of the pipelines, and still answered.
        Field::computed("opportunity_statuses", |view, _| {
            let shown = |status: &Object| json!({"id": status["id"], "label": status["label"], "type": status["type"]});
            pipeline::statuses(view).into_iter().map(shown).collect()
        }),
        Field::computed("lead_custom_fields", |view, _| {
            let all = custom_field::shown(view, CustomScope::Lead, &Object::new());
            let own = |field: &&Value| field["is_shared"] == false;
            all.as_array().into_iter().flatten().filter(own).cloned().collect()
        }),
        Field::computed("memberships", |view, _| {
            view.members().map(|member| Value::Object(membership::beside_its_user(view, member))).collect()
        }),
        Field::computed("inactive_memberships", |view, _| {
            let inactive = view.all(Kind::Membership).filter(|member| !membership::is_active(member));
            inactive.map(|member| Value::Object(membership::beside_its_user(view, member))).collect()
        }),
        // Members may only be added from these; without any the restriction is off. Set up outside the API.
        Field::stored("verified_domains").starts(Initial::EmptyList).shown(Show::Hidden),
        Field::stored(custom_field::SCHEMA_ORDER).starts(Initial::EmptyObject).shown(Show::Hidden),
        Field::flag("enable_unsubscribe_link", false),
        Field::flag("require_unsubscribe_link", false),
    ],
    permission: Some(permission::MANAGE_ORGANIZATION),
    hooks: Hooks { prepare, ..Hooks::NONE },
    ..Resource::new(Kind::Organization, "organization", "orga", "Organization")
};

/// Fetching and changing an organization, with `_expand`.
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::GET, path: "organization/{}", run: Run::Read(fetch) },
    Action { method: Method::PUT, path: "organization/{}", run: Run::Write(update) },
];

/// Keeps the order of lead statuses as ids alone; the sign follows the currency.
fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let view = session.view();
    if draft.given("lead_statuses") {
        let rows = draft.object.get("lead_statuses").and_then(Value::as_array).cloned().unwrap_or_default();
        let id = |row: &Value| row.get("id").and_then(Value::as_str).map(str::to_owned);
        let ids: Vec<String> = rows.iter().filter_map(id).collect();
        if ids.len() < rows.len() || ids.iter().any(|id| view.find(Kind::LeadStatus, id).is_none()) {
            draft.errors.add("lead_statuses", NO_OBJECT);
        }
        let order: Value = ids.iter().map(|id| json!({ "id": id })).collect();
        draft.object.insert("lead_statuses".to_owned(), order);
    }
    let sign = text(&draft.object, "currency").map(|code| currency::sign(code).to_owned());
    if draft.given("currency") {
        draft.object.insert("currency_symbol".to_owned(), json!(sign));
    }
}

fn update(session: &mut Session<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    session.require(permission::MANAGE_ORGANIZATION)?;
    session.update(&ORGANIZATION, captured.first().copied().unwrap_or_default(), &call.body)?;
    fetch(session.view(), call, captured)
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

/// The caller's organization in full.
pub(crate) fn shown(view: View<'_>) -> Result<Object, Refusal> {
    let organization = view.organization().ok_or(Refusal::NoObject(ORGANIZATION.model))?;
    Ok(render(view, &ORGANIZATION, organization, Detail::Single, &Projection::All))
}

fn listed(view: View<'_>, resource: &Resource, object: &Object) -> Value {
    render(view, resource, object, Detail::Listed, &Projection::All).into()
}
