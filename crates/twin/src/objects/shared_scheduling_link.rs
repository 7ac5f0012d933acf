//! Shared scheduling links: placeholders in templates that mean another link for each user.

use http::Method;
use serde_json::{Value, json};

use super::scheduling_link::address;
use crate::http::{Answer, Call, Refusal};
use crate::resource::{
    Action, Audit, Deleted, Draft, Field, FieldKind, Hooks, Initial, ListRules, Methods, NO_OBJECT, REQUIRED,
    Resource, Run, Session, View,
};
use crate::store::{Kind, Object, text};

/// `/shared_scheduling_link/`
pub(crate) static SHARED_SCHEDULING_LINK: Resource = Resource {
    audit: Audit::None,
    answers_created: true,
    deleted: Deleted::NoContent,
    fields: &[
        Field::stored("user_id"),
        Field::stored("type").starts(Initial::Text("SHARED")),
        Field::text("name").required(),
        Field::stored("url"),
        Field::text("description"),
        Field::stored("duration_in_minutes"),
        Field::stored("source").starts(Initial::Text("MANUAL")),
        Field::stored("source_id"),
        Field::stored("source_type"),
        Field::stored("template_tag").starts(Initial::Absent),
    ],
    list: ListRules::OLDEST_FIRST,
    hooks: Hooks {
        prepare: tag,
        deleting: |session, link| forget(session, "shared_scheduling_link_id", link),
        ..Hooks::NONE
    },
    ..Resource::new(Kind::SharedSchedulingLink, "shared_scheduling_link", "schlnk", "SharedSchedulingLink")
};

/// What a shared link means for a user: one of their links, or an address. Kept under the two ids it joins.
pub(crate) static SCHEDULING_LINK_MAPPING: Resource = Resource {
    methods: Methods::NONE,
    audit: Audit::None,
    fields: &[
        Field::reference("shared_scheduling_link_id", &[Kind::SharedSchedulingLink]).required(),
        Field::reference("user_id", &[Kind::User]).starts(Initial::Caller).not_null(),
        Field::reference("user_scheduling_link_id", &[Kind::SchedulingLink]),
        Field::new("url", FieldKind::Checked(address)),
    ],
    hooks: Hooks { prepare: one_meaning, ..Hooks::NONE },
    ..Resource::new(Kind::SchedulingLinkMapping, "", "schmap", "SharedSchedulingLinkAssociation")
};

/// Saying what a shared link means for a user, and taking that back.
pub(crate) const ACTIONS: &[Action] = &[
    Action { method: Method::POST, path: "shared_scheduling_link_association", run: Run::Write(map) },
    Action { method: Method::POST, path: "shared_scheduling_link_association/unmap", run: Run::Write(unmap) },
];

/// The tag templates use is a slug of the first name, and stays when the link is renamed: templates hold it.
fn tag(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    if draft.old.is_some() {
        return;
    }
    let Some(slug) = text(&draft.object, "name").map(slug) else { return };
    let taken = |link: &Object| text(link, "template_tag") == Some(&slug);
    if slug.is_empty() {
        draft.errors.add("name", "The name needs at least one letter or digit.");
    } else if session.view().all(Kind::SharedSchedulingLink).any(taken) {
        draft.errors.add("name", "A shared scheduling link with this name already exists.");
    }
    draft.object.insert("template_tag".to_owned(), slug.into());
}

/// Lower-case letters and digits, with `_` for everything between them.
fn slug(name: &str) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("_")
}

/// Exactly one of a link and an address; a link must be the user's own.
fn one_meaning(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    let user_id = text(&draft.object, "user_id").unwrap_or_default();
    if user_id != session.caller.user_id
        && let Err(refusal) = session.require("manage_organization")
    {
        return draft.refuse(refusal);
    }
    let link = text(&draft.object, "user_scheduling_link_id");
    match (link, text(&draft.object, "url")) {
        (Some(_), None) | (None, Some(_)) => {}
        _ => draft.errors.add_general("Exactly one of user_scheduling_link_id and url is required."),
    }
    let link = link.and_then(|id| session.view().find(Kind::SchedulingLink, id));
    if link.is_some_and(|link| text(link, "user_id") != Some(user_id)) {
        draft.errors.add("user_scheduling_link", NO_OBJECT);
    }
}

/// The newest mapping of a user takes the place of the one before.
fn map(session: &mut Session<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let object = session.draft(&SCHEDULING_LINK_MAPPING, &call.body, None)?.object;
    let shared_id = text(&object, "shared_scheduling_link_id").unwrap_or_default().to_owned();
    let user_id = text(&object, "user_id").unwrap_or_default().to_owned();
    if let Some(old) = mapping(session.view(), &shared_id, &user_id) {
        session.discard(Kind::SchedulingLinkMapping, &old);
    }
    let mut shown = Object::new();
    shown.insert("organization_id".to_owned(), session.caller.organization_id.clone().into());
    shown.extend(object.clone());
    session.put(&SCHEDULING_LINK_MAPPING, object);
    let location = format!("/api/v1/{}/{shared_id}/", SHARED_SCHEDULING_LINK.path);
    Ok(Answer::created(shown, location))
}

fn unmap(session: &mut Session<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let given = |name: &str| call.body.get(name).and_then(Value::as_str);
    let shared_id = given("shared_scheduling_link_id")
        .ok_or_else(|| Refusal::field("shared_scheduling_link", REQUIRED))?;
    let user_id = given("user_id").unwrap_or(&session.caller.user_id);
    if user_id != session.caller.user_id {
        session.require("manage_organization")?;
    }
    let missing = Refusal::NoObject(SCHEDULING_LINK_MAPPING.model);
    let id = mapping(session.view(), shared_id, user_id).ok_or(missing)?;
    session.discard(Kind::SchedulingLinkMapping, &id);
    Ok(Answer::ok(json!({})))
}

fn mapping(view: View<'_>, shared_id: &str, user_id: &str) -> Option<String> {
    let found = view.all(Kind::SchedulingLinkMapping).find(|mapping| {
        text(mapping, "shared_scheduling_link_id") == Some(shared_id)
            && text(mapping, "user_id") == Some(user_id)
    });
    found.and_then(|mapping| text(mapping, "id")).map(str::to_owned)
}

/// Ends every mapping that names a link which is going away under `member`.
pub(crate) fn forget(session: &mut Session<'_>, member: &str, link: &Object) {
    let id = text(link, "id").unwrap_or_default();
    let mappings = session.view().all(Kind::SchedulingLinkMapping);
    let named = mappings.filter(|mapping| text(mapping, member) == Some(id));
    let ids: Vec<String> = named.filter_map(|mapping| text(mapping, "id")).map(str::to_owned).collect();
    for id in ids {
        session.discard(Kind::SchedulingLinkMapping, &id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_keep_letters_and_digits_of_any_script() {
        assert_eq!(slug("Scheduling link name"), "scheduling_link_name");
        assert_eq!(slug("  Team-Demo (30 min)! "), "team_demo_30_min");
        assert_eq!(slug("Ünïcode Тест"), "ünïcode_тест");
        assert_eq!(slug("!!!"), "");
    }
}
