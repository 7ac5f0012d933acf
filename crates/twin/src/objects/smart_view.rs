//! Smart Views: searches somebody saved.

use serde_json::{Value, json};

use super::ownership::SMART_VIEWS;
use crate::resource::{
    Audit, Draft, Field, FieldKind, Hooks, Initial, ListRules, REQUIRED, Resource, Session, View,
};
use crate::store::{Kind, Object, text};

/// `/saved_search/`
pub(crate) static SMART_VIEW: Resource = Resource {
    audit: Audit::NaiveDates,
    fields: &[
        Field::stored("user_id").starts(Initial::Caller),
        Field::text("name").required(),
        Field::text("description").starts(Initial::Text("")),
        Field::choice("type", TYPES).starts(Initial::Text("lead")).not_null(),
        Field::flag("is_shared", false),
        Field::stored("is_user_dependent").starts(Initial::False),
        Field::new("shared_with", FieldKind::List(&FieldKind::Reference(&[Kind::Membership])))
            .starts(Initial::EmptyList),
        Field::new("sharing_settings", FieldKind::Free),
        Field::text("query"),
        Field::new("s_query", FieldKind::Free),
        Field::new("selected_fields", FieldKind::FreeList),
    ],
    list: ListRules {
        keep: Some(|_, record, parameters| {
            let wanted = parameters.get("type").or_else(|| parameters.get("type__in")).unwrap_or("lead");
            wanted.split(',').any(|name| text(&record.object, "type") == Some(name.trim()))
        }),
        reads: &["type", "type__in"],
        max_limit: 600,
        ..ListRules::NEWEST_FIRST
    },
    event: Some("saved_search"),
    hooks: Hooks {
        prepare,
        may_delete: |view, saved| SMART_VIEWS.check_deletion(view, saved),
        ..Hooks::NONE
    },
    ..Resource::new(Kind::SmartView, "saved_search", "save", "SavedSearch")
};

const TYPES: &[&str] = &[
    "lead",
    "contact",
    "opportunity",
    "call",
    "email",
    "sms",
    "meeting",
    "note",
    "whatsapp_message",
    "custom_activity",
    "form_submission",
];

/// Whether the caller sees a Smart View: it is theirs, nobody's, or shared with them (chosen).
pub(crate) fn is_shown_to_caller(view: View<'_>, saved: &Object) -> bool {
    let caller = view.caller.user_id.as_str();
    let owner = text(saved, "user_id");
    if owner.is_none_or(|owner| owner == caller) || saved.get("is_shared") == Some(&Value::Bool(true)) {
        return true;
    }
    let named = |list: Option<&Value>, is_meant: &dyn Fn(&str) -> bool| {
        let ids = list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        ids.into_iter().any(is_meant)
    };
    let membership = view.membership(caller).and_then(|membership| text(membership, "id"));
    let sharing = saved.get("sharing_settings");
    let part = |name: &str| sharing.and_then(|sharing| sharing.get(name));
    named(saved.get("shared_with"), &|id| Some(id) == membership)
        || part("whole_org") == Some(&Value::Bool(true))
        || named(part("user_ids"), &|id| id == caller)
        || named(part("group_ids"), &|id| view.users_of(id).iter().any(|user| user == caller))
}

/// Exactly one of the two kinds of query; what a structured one leaves out is filled in (documented).
fn prepare(session: &mut Session<'_>, draft: &mut Draft<'_>) {
    SMART_VIEWS.check_change(session.view(), draft);
    let set = |draft: &Draft<'_>, name: &str| draft.object.get(name).is_some_and(|value| !value.is_null());
    if draft.given("s_query") && set(draft, "s_query") && !draft.given("query") {
        draft.object.insert("query".to_owned(), Value::Null);
    } else if draft.given("query") && set(draft, "query") && !draft.given("s_query") {
        draft.object.insert("s_query".to_owned(), Value::Null);
    }
    match (set(draft, "query"), set(draft, "s_query")) {
        (false, false) => draft.errors.add("s_query", REQUIRED),
        (true, true) => draft.errors.add_general("Only one of query and s_query can be given."),
        _ => {}
    }
    let mut depends = false;
    let view_type = text(&draft.object, "type").unwrap_or("lead").to_owned();
    if let Some(Value::Object(search)) = draft.object.get_mut("s_query") {
        if let Some(query) = search.get_mut("query") {
            fill_negations(query);
            if !asks_for(query, &view_type) {
                let message =
                    format!("The query must be an \"and\" with an object_type node for {view_type}.");
                draft.errors.add("s_query", json!({"field-errors": {"query": message}}));
            }
        } else {
            draft.errors.add("s_query", json!({"field-errors": {"query": REQUIRED}}));
            return;
        }
        search.entry("sort").or_insert_with(|| json!([]));
        search.entry("results_limit").or_insert(Value::Null);
        depends = mentions_current_user(&Value::Object(search.clone()));
    }
    draft.object.insert("is_user_dependent".to_owned(), depends.into());
}

/// Whether a query asks for objects of a Smart View's type (documented). What else it asks may be more than the twin
/// can evaluate, so the node is looked for in the JSON.
fn asks_for(query: &Value, view_type: &str) -> bool {
    let named = query.get("object_type").and_then(Value::as_str);
    let own = named.is_some_and(|name| name.trim_start_matches("activity.") == view_type);
    let parts = query.get("queries").and_then(Value::as_array).into_iter().flatten();
    match query.get("type").and_then(Value::as_str) {
        Some("object_type") => own,
        Some("and") => parts.into_iter().any(|part| asks_for(part, view_type)),
        _ => false,
    }
}

fn fill_negations(node: &mut Value) {
    if let Value::Object(members) = node {
        if members.contains_key("type") {
            members.entry("negate").or_insert(Value::Bool(false));
        }
        if let Some(Value::Array(queries)) = members.get_mut("queries") {
            queries.iter_mut().for_each(fill_negations);
        }
        if let Some(related) = members.get_mut("related_query") {
            fill_negations(related);
        }
    }
}

fn mentions_current_user(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            members.get("type").is_some_and(|kind| kind == "current_user")
                || members.values().any(mentions_current_user)
        }
        Value::Array(values) => values.iter().any(mentions_current_user),
        _ => false,
    }
}
