//! Users, and the keys they act through.

use http::Method;
use serde_json::{Value, json};

use super::{membership, organization};
use crate::http::{Answer, Call, Refusal};
use crate::resource::{
    Action, Audit, Detail, Field, ListRules, Methods, Projection, Resource, Run, View, project, render,
};
use crate::store::{Kind, text};

/// API keys are kept like everything else, and shown nowhere.
pub(crate) static API_KEY: Resource =
    Resource { methods: Methods::NONE, ..Resource::new(Kind::ApiKey, "", "api", "ApiKey") };

/// `/user/`
pub(crate) static USER: Resource = Resource {
    methods: Methods::READ,
    audit: Audit::Dates,
    fields: &[
        Field::stored("email"),
        Field::stored("first_name"),
        Field::stored("last_name"),
        Field::stored("image"),
        Field::stored("last_used_timezone"),
        Field::computed("organizations", |view, _| json!([view.caller.organization_id])),
        Field::stored("google_profile_image_url"),
        Field::stored("email_verified_at"),
    ],
    list: ListRules {
        orders: &["first_name", "last_name"],
        select: Some(|view, _| {
            let members = view.members().filter_map(|membership| text(membership, "user_id"));
            Ok(Some(members.map(str::to_owned).collect()))
        }),
        max_limit: 1000,
        ..ListRules::OLDEST_FIRST
    },
    ..Resource::new(Kind::User, "user", "user", "User")
};

/// `/me/`, `/user/availability/` and `/api_key/`
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::GET, path: "api_key", run: Run::Read(api_keys) },
    Action { method: Method::GET, path: "me", run: Run::Read(me) },
    Action { method: Method::GET, path: "user/availability", run: Run::Read(availability) },
];

/// Undocumented, and seen to say only which organization the credentials open.
#[expect(clippy::unnecessary_wraps, reason = "an action may refuse")]
fn api_keys(view: View<'_>, _: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    Ok(Answer::ok(json!({"data": [{"organization_id": view.caller.organization_id}]})))
}

fn me(view: View<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let user = view.find(Kind::User, &view.caller.user_id).ok_or(Refusal::NoObject(USER.model))?;
    let mut body = render(view, &USER, user, Detail::Single, &Projection::All);
    let membership = view.membership(&view.caller.user_id);
    let own = |kind: Kind| -> Vec<Value> {
        let mine = view.all(kind).filter(|object| text(object, "user_id") == Some(&view.caller.user_id));
        let resource = super::resource_of(kind);
        mine.map(|object| render(view, resource, object, Detail::Listed, &Projection::All).into()).collect()
    };
    let memberships: Vec<Value> = membership
        .map(|membership| membership::beside_its_user(view, membership).into())
        .into_iter()
        .collect();
    body.insert("email_accounts".to_owned(), own(Kind::ConnectedAccount).into());
    body.insert("phone_numbers".to_owned(), own(Kind::PhoneNumber).into());
    body.insert("memberships".to_owned(), memberships.into());
    body.insert("organizations".to_owned(), json!([organization::shown(view)?]));
    Ok(Answer::ok(project(body, &Projection::read(&call.parameters))))
}

/// Who is at work now. A twin has no telephones, so nobody is ever in a call.
fn availability(view: View<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let asked = call.parameters.get("organization_id").unwrap_or(&view.caller.organization_id);
    if asked != view.caller.organization_id {
        return Err(Refusal::field("organization", "Object does not exist."));
    }
    let state = |user_id: &str| {
        let status = if user_id == view.caller.user_id { "online" } else { "offline" };
        json!({
            "user_id": user_id,
            "availability": [
                {"type": "web", "status": status, "active_calls": []},
                {"type": "mobile", "status": "offline", "active_calls": []},
            ],
        })
    };
    let members = view.members().filter_map(|membership| text(membership, "user_id"));
    Ok(Answer::ok(json!({"data": members.map(state).collect::<Vec<_>>()})))
}
