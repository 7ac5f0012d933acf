//! Who may send e-mail in whose name.
//!
//! An association is made and ended by the one who allows it; both of its users see it, nobody else does.

use http::Method;
use serde_json::{Value, json};

use super::mailbox;
use crate::http::{Answer, Call, Parameters, Refusal};
use crate::resource::{
    Action, Audit, Deleted, Detail, Draft, Field, Filter, Hooks, Initial, ListRules, Methods, NO_OBJECT,
    Projection, REQUIRED, Resource, Run, Session, View, render,
};
use crate::store::{Kind, Object, Record, text};

/// `/send_as/`
pub(crate) static SEND_AS: Resource = Resource {
    methods: Methods { update: false, fetch: false, ..Methods::ALL },
    audit: Audit::None,
    answers_created: true,
    deleted: Deleted::NoContent,
    fields: &[
        Field::reference("allowing_user_id", &[Kind::User]).starts(Initial::Caller).not_null().on_create(),
        Field::reference("allowed_user_id", &[Kind::User]).required().on_create(),
    ],
    list: ListRules {
        filters: &[Filter::exact("allowing_user_id"), Filter::exact("allowed_user_id")],
        check: about_the_caller,
        keep: Some(allowed_by_the_caller_unless_asked),
        ..ListRules::OLDEST_FIRST
    },
    hooks: Hooks { prepare, may_delete, ..Hooks::NONE },
    ..Resource::new(Kind::SendAs, "send_as", "sdas", "SendAsAssociation")
};

/// What goes beyond a list, a creation and a deletion by id.
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::DELETE, path: "send_as", run: Run::Write(delete_by_users) },
    Action { method: Method::POST, path: "send_as/bulk", run: Run::Write(change_many) },
    Action { method: Method::GET, path: "send_as/{}", run: Run::Read(fetch) },
];

const ONLY_YOURSELF: &str = "You can only allow others to send as yourself.";

/// One of the two users asked for must be the caller (documented).
fn about_the_caller(view: View<'_>, parameters: &Parameters) -> Result<(), Refusal> {
    let users = [parameters.get("allowing_user_id"), parameters.get("allowed_user_id")];
    let named = users.into_iter().flatten().collect::<Vec<_>>();
    if named.is_empty() || named.contains(&view.caller.user_id.as_str()) {
        return Ok(());
    }
    Err(Refusal::invalid("Either allowing_user_id or allowed_user_id must be you."))
}

/// Without parameters the list is of those whom the caller allows (documented).
fn allowed_by_the_caller_unless_asked(view: View<'_>, record: &Record, parameters: &Parameters) -> bool {
    let asked = ["allowing_user_id", "allowed_user_id"].iter().any(|name| parameters.get(name).is_some());
    asked || text(&record.object, "allowing_user_id") == Some(&view.caller.user_id)
}

fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let allowing = text(&draft.object, "allowing_user_id");
    let allowed = text(&draft.object, "allowed_user_id");
    if allowing.is_some_and(|user| user != session.caller.user_id) {
        draft.errors.add("allowing_user", ONLY_YOURSELF);
    } else if allowing.is_some() && allowing == allowed {
        draft.errors.add("allowed_user", "You cannot allow yourself.");
    } else if let (Some(allowing), Some(allowed)) = (allowing, allowed)
        && between(session.view(), allowing, allowed).is_some()
    {
        draft.errors.add("allowed_user", "This user is already allowed.");
    }
}

fn may_delete(view: View<'_>, association: &Object) -> Result<(), Refusal> {
    match text(association, "allowing_user_id") == Some(&view.caller.user_id) {
        true => Ok(()),
        false if involves(association, &view.caller.user_id) => {
            Err(Refusal::forbidden("being the user who allows it"))
        }
        false => Err(Refusal::NoObject(SEND_AS.model)),
    }
}

fn fetch(view: View<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    let id = captured.first().copied().unwrap_or_default();
    let association = view
        .find(Kind::SendAs, id)
        .filter(|association| involves(association, &view.caller.user_id))
        .ok_or(Refusal::NoObject(SEND_AS.model))?;
    let wanted = Projection::read(&call.parameters);
    Ok(Answer::ok(render(view, &SEND_AS, association, Detail::Single, &wanted)))
}

fn delete_by_users(session: &mut Session<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let user = |name: &str| {
        let id = call.parameters.get(name).filter(|id| !id.is_empty());
        id.ok_or_else(|| Refusal::field(name.trim_end_matches("_id"), REQUIRED))
    };
    let (allowing, allowed) = (user("allowing_user_id")?, user("allowed_user_id")?);
    let found = between(session.view(), allowing, allowed).and_then(|found| text(found, "id"));
    let id = found.map(str::to_owned).ok_or(Refusal::NoObject(SEND_AS.model))?;
    session.delete(&SEND_AS, &id)?;
    Ok(Answer::empty())
}

/// Allows some users and no longer allows others; answers everyone the caller allows now.
fn change_many(session: &mut Session<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let allowed = users(session.view(), &call.body, "allowed_user_ids", "allow")?;
    let disallowed = users(session.view(), &call.body, "disallowed_user_ids", "disallow")?;
    if allowed.contains(&session.caller.user_id) {
        return Err(Refusal::field("allowed_user_ids", "You cannot allow yourself."));
    }
    let own = session.caller.user_id.clone();
    for user in &allowed {
        if !disallowed.contains(user) && between(session.view(), &own, user).is_none() {
            session.record(Kind::SendAs, members(&own, user));
        }
    }
    for user in &disallowed {
        let found =
            between(session.view(), &own, user).and_then(|found| text(found, "id")).map(str::to_owned);
        if let Some(id) = found {
            session.discard(Kind::SendAs, &id);
        }
    }
    let view = session.view();
    let mine = view.all(Kind::SendAs).filter(|found| text(found, "allowing_user_id") == Some(&own));
    let data: Vec<Value> =
        mine.map(|found| render(view, &SEND_AS, found, Detail::Listed, &Projection::All).into()).collect();
    Ok(Answer::ok(json!({ "data": data })))
}

fn members(allowing: &str, allowed: &str) -> Object {
    let pair = [("allowing_user_id", allowing), ("allowed_user_id", allowed)];
    pair.into_iter().map(|(name, user)| (name.to_owned(), user.into())).collect()
}

/// A list of members of the organization. Close documents the longer name, a client of it sends the shorter.
fn users(view: View<'_>, body: &Object, name: &str, short: &str) -> Result<Vec<String>, Refusal> {
    let given = match body.get(name).or_else(|| body.get(short)) {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(given) => given.as_array().ok_or_else(|| Refusal::field(name, "Value must be of list type."))?,
    };
    let mut found = Vec::new();
    let mut errors = Object::new();
    for (position, user) in given.iter().enumerate() {
        match user.as_str().filter(|id| view.is_member(id)) {
            Some(id) => found.push(id.to_owned()),
            None => drop(errors.insert(position.to_string(), NO_OBJECT.into())),
        }
    }
    if errors.is_empty() { Ok(found) } else { Err(Refusal::field(name, json!({ "errors": errors }))) }
}

fn between<'w>(view: View<'w>, allowing: &str, allowed: &str) -> Option<&'w Object> {
    view.all(Kind::SendAs).find(|association| {
        text(association, "allowing_user_id") == Some(allowing)
            && text(association, "allowed_user_id") == Some(allowed)
    })
}

fn involves(association: &Object, user_id: &str) -> bool {
    ["allowing_user_id", "allowed_user_id"].iter().any(|name| text(association, name) == Some(user_id))
}

/// The association under which a user writes from this address: somebody else's, who allows it.
pub(crate) fn used_by(view: View<'_>, user_id: &str, sender: &str) -> Option<String> {
    let address = mailbox::split(sender).1;
    let association = view.all(Kind::SendAs).find(|association| {
        let owner = text(association, "allowing_user_id").unwrap_or_default();
        text(association, "allowed_user_id") == Some(user_id) && mailbox::belongs_to(view, owner, address)
    });
    association.and_then(|association| text(association, "id")).map(str::to_owned)
}
