//! Memberships: who belongs to an organization, with which role and which settings.
//!
//! A membership is never removed. Deactivated, it opens nothing any more: keys and tokens stop working, the user
//! leaves `/user/`, and the organization lists it among its `inactive_memberships`. What the user did stays theirs.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::permission;
use super::sequence_subscription;
use crate::http::{Answer, Call, Refusal};
use crate::resource::{
    Action, Audit, Detail, Draft, Field, FieldKind, Hooks, Initial, Methods, Projection, Resource, Run,
    Session, Show, View, full_name, phone, read_fields, render,
};
use crate::store::{Kind, Object, text};

/// `/membership/`
pub(crate) static MEMBERSHIP: Resource = Resource {
    methods: Methods { update: true, ..Methods::NONE },
    audit: Audit::None,
    fields: &[
        Field::stored("user_id"),
        Field::new("role_id", FieldKind::Checked(permission::known)).not_null().also(&["role"]),
        // The old name, still answered.
        Field::computed("role", |_, membership| json!(text(membership, "role_id"))),
        Field::computed("permissions_granted", permission::permissions_of),
        Field::choice("auto_record_calls", &["unset", "enabled", "disabled"])
            .starts(Initial::Text("unset"))
            .not_null(),
        Field::flag("track_email_opens", true),
        Field::reference("default_caller_id", &[Kind::PhoneNumber]),
        Field::stored("primary_personal_number"),
        Field::text("hangup_recording_url"),
        Field::stored("country"),
        // Documented as writable, and absent from the recorded members of an organization.
        Field::flag("may_workflows_impersonate", false).shown(Show::Single),
        Field::stored(ACTIVE).starts(Initial::True).shown(Show::Hidden),
        Field::stored(PINNED).starts(Initial::EmptyList).shown(Show::Hidden),
    ],
    // Close tells only of memberships that are activated or deactivated.
    event: Some("membership"),
    hooks: Hooks { prepare, ..Hooks::NONE },
    ..Resource::new(Kind::Membership, "membership", "memb", "Membership")
};

/// Whether a membership opens anything.
const ACTIVE: &str = "is_active";

/// Ids of the views a member has pinned, in their order.
const PINNED: &str = "saved_view_ids";

/// What is sent to make sure that somebody is a member.
const INVITATION: &[Field] = &[
    Field::new("email", FieldKind::Email).required(),
    Field::new("role_id", FieldKind::Checked(permission::known)).required(),
];

/// What is sent to pin views.
const PINNING: &[Field] =
    &[Field::new(PINNED, FieldKind::List(&FieldKind::Reference(&[Kind::SmartView]))).required()];

/// Everything but the change of one membership.
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::POST, path: "membership", run: Run::Write(ensure) },
    Action { method: Method::PUT, path: "membership", run: Run::Write(update_several) },
    Action { method: Method::DELETE, path: "membership/{}", run: Run::Write(deactivate) },
    Action { method: Method::GET, path: "membership/{}/pinned_views", run: Run::Read(pinned_views) },
    Action { method: Method::PUT, path: "membership/{}/pinned_views", run: Run::Write(pin_views) },
];

/// Whether a membership opens anything.
pub(crate) fn is_active(membership: &Object) -> bool {
    membership.get(ACTIVE) != Some(&Value::Bool(false))
}

/// A membership with the members of its user beside it, as the organization shows it.
pub(crate) fn beside_its_user(view: View<'_>, membership: &Object) -> Object {
    let mut row = render(view, &MEMBERSHIP, membership, Detail::Listed, &Projection::All);
    let Some(user) = text(membership, "user_id").and_then(|id| view.find(Kind::User, id)) else { return row };
    for name in ["email", "first_name", "last_name", "image"] {
        row.insert(format!("user_{name}"), user.get(name).cloned().unwrap_or_default());
    }
    let number = view.member_of(Kind::PhoneNumber, text(membership, "primary_personal_number"), "number");
    row.insert("user_full_name".to_owned(), full_name(user).into());
    row.insert("user_phone_formatted".to_owned(), number.as_str().map(phone::formatted).into());
    row.insert("user_phone".to_owned(), number);
    row
}

/// Members change their own settings; their role, and the settings of others, only with `manage_organization`
/// (chosen). Somebody always remains who may manage the organization (chosen).
fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let Some(old) = draft.old else { return };
    let view = session.view();
    let own = text(old, "user_id") == view.caller.user();
    if (!own || draft.given("role_id") || draft.given("role"))
        && let Err(refusal) = view.require(permission::MANAGE_ORGANIZATION)
    {
        return draft.refuse(refusal);
    }
    if !permission::allows(view, &draft.object, permission::MANAGE_ORGANIZATION) && is_last_manager(view, old)
    {
        draft.errors.add("role", "The organization needs a member who may manage it.");
    }
}

/// Whether nobody else may manage the organization.
fn is_last_manager(view: View<'_>, membership: &Object) -> bool {
    let manages = |member: &Object| permission::allows(view, member, permission::MANAGE_ORGANIZATION);
    let another = |member: &Object| member.get("id") != membership.get("id") && manages(member);
    is_active(membership) && manages(membership) && !view.members().any(another)
}

/// Makes sure that the owner of an address is an active member (documented: repeating it changes nothing).
fn ensure(session: &mut Session<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    session.require(permission::MANAGE_ORGANIZATION)?;
    let (wanted, errors) = read_fields(session.view(), INVITATION, &call.body);
    errors.into_result()?;
    let (email, role_id) = (text(&wanted, "email"), text(&wanted, "role_id"));
    let (email, role_id) = (email.unwrap_or_default(), role_id.unwrap_or_default());
    may_join(session.view(), email, role_id)?;
    let user_id = user_at(session.view(), email).unwrap_or_else(|| new_user(session, email));
    let member = session.view().membership(&user_id).and_then(|membership| text(membership, "id"));
    let member = member.map(str::to_owned);
    let id = member.unwrap_or_else(|| {
        let country = phone::home_country(session.view()).to_owned();
        activate(session, &user_id, role_id, &country)
    });
    let view = session.view();
    let membership = find(view, &id)?;
    Ok(Answer::ok(render(view, &MEMBERSHIP, membership, Detail::Single, &Projection::All)))
}

/// Lets a user who is no active member of the organization join it, or come back to it; answers the membership's id.
pub(crate) fn activate(session: &mut Session<'_>, user_id: &str, role_id: &str, country: &str) -> String {
    let former = session.view().any_membership(user_id).and_then(|membership| text(membership, "id"));
    let id = if let Some(id) = former.map(str::to_owned) {
        session.amend(Kind::Membership, &id, |membership| {
            membership.insert(ACTIVE.to_owned(), true.into());
            membership.insert("role_id".to_owned(), role_id.into());
        });
        id
    } else {
        let membership = [("user_id", user_id), ("role_id", role_id), ("country", country)];
        let membership = membership.map(|(name, value)| (name.to_owned(), value.into()));
        session.record(Kind::Membership, membership.into_iter().collect())
    };
    session.announce(Kind::Membership, &id, "activated");
    id
}

/// The three reasons for a 403 (documented).
fn may_join(view: View<'_>, email: &str, role_id: &str) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Refusal::Message(StatusCode::FORBIDDEN, message));
    let domains = view.organization().and_then(|organization| organization.get("verified_domains"));
    let domains = domains.and_then(Value::as_array).filter(|domains| !domains.is_empty());
    let Some(domains) = domains else {
        let message = "Members can only be added while the organization is restricted to verified domains.";
        return refuse(message.to_owned());
    };
    let domain = email.rsplit_once('@').map(|(_, domain)| domain).unwrap_or_default();
    let verified = |known: &Value| known.as_str().is_some_and(|known| known.eq_ignore_ascii_case(domain));
    if !domains.iter().any(verified) {
        return refuse(format!("{domain} is not a verified domain of the organization."));
    }
    if permission::permits(view, role_id, permission::MANAGE_ORGANIZATION) {
        return refuse("Members cannot be added with a role that grants manage_organization.".to_owned());
    }
    Ok(())
}

/// The user with this address, in any case.
pub(crate) fn user_at(view: View<'_>, email: &str) -> Option<String> {
    let same = |user: &&Object| text(user, "email").is_some_and(|own| own.eq_ignore_ascii_case(email));
    view.world.everyone(Kind::User).find(same).and_then(|user| text(user, "id")).map(str::to_owned)
}

/// Somebody who has not signed up yet: an address, and no name but what stands before its `@` (chosen).
fn new_user(session: &mut Session<'_>, email: &str) -> String {
    let mut user = Object::new();
    let name = email.split('@').next().unwrap_or_default();
    for (member, value) in [("email", email), ("first_name", name), ("last_name", "")] {
        user.insert(member.to_owned(), value.into());
    }
    session.record(Kind::User, user)
}

fn update_several(session: &mut Session<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    session.require(permission::MANAGE_ORGANIZATION)?;
    let ids =
        call.parameters.get("id__in").ok_or_else(|| Refusal::invalid("The id__in filter is required."))?;
    let mut ids: Vec<&str> = ids.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
    ids.sort_unstable();
    ids.dedup();
    for id in &ids {
        let old = find(session.view(), id)?.clone();
        session.draft(&MEMBERSHIP, &call.body, Some(&old))?;
    }
    for id in &ids {
        session.update(&MEMBERSHIP, id, &call.body)?;
    }
    Ok(Answer::ok(json!({"count": ids.len()})))
}

/// Deactivating somebody who is not active changes nothing.
fn deactivate(session: &mut Session<'_>, _: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    session.require(permission::MANAGE_ORGANIZATION)?;
    let id = captured.first().copied().unwrap_or_default();
    let membership = find(session.view(), id)?.clone();
    if is_last_manager(session.view(), &membership) {
        return Err(Refusal::invalid("The organization needs a member who may manage it."));
    }
    if is_active(&membership) {
        session.amend(Kind::Membership, id, |membership| {
            membership.insert(ACTIVE.to_owned(), false.into());
        });
        session.announce(Kind::Membership, id, "deactivated");
        sequence_subscription::pause_of(session, text(&membership, "user_id").unwrap_or_default());
    }
    Ok(Answer::ok(json!({})))
}

fn pinned_views(view: View<'_>, _: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    let membership = find(view, captured.first().copied().unwrap_or_default())?;
    let pinned = membership.get(PINNED).and_then(Value::as_array).into_iter().flatten();
    // A view that was deleted is not pinned any more.
    let exists = |id: &&Value| id.as_str().is_some_and(|id| view.find(Kind::SmartView, id).is_some());
    Ok(Answer::ok(json!({ PINNED: pinned.filter(exists).collect::<Vec<_>>() })))
}

fn pin_views(session: &mut Session<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    let id = captured.first().copied().unwrap_or_default();
    if text(find(session.view(), id)?, "user_id") != session.caller.user() {
        session.require(permission::MANAGE_ORGANIZATION)?;
    }
    let (pinning, errors) = read_fields(session.view(), PINNING, &call.body);
    errors.into_result()?;
    session.amend(Kind::Membership, id, |membership| membership.extend(pinning));
    pinned_views(session.view(), call, captured)
}

fn find<'w>(view: View<'w>, id: &str) -> Result<&'w Object, Refusal> {
    view.find(Kind::Membership, id).ok_or(Refusal::NoObject(MEMBERSHIP.model))
}
