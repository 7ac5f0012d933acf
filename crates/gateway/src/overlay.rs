//! What the planned writes of a rehearsal would have changed at Close, laid over what Close answers.
//!
//! Objects are known by id, which Close never uses twice. Lists show what was made up where it certainly
//! belongs, and what was changed or deleted as it would be; they do not find a real object that only the change
//! would have brought into the list.

use serde_json::{Map, Value, json};

/// The changed objects of all accounts of a rehearsal.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    account: String,
    /// Path of the list that the object is in: `/lead/`.
    collection: String,
    id: String,
    /// Gone, if there is none.
    object: Option<Value>,
    /// Close knows nothing of it.
    is_imagined: bool,
}

impl Entry {
    fn known(&self) -> Known {
        self.object.clone().map_or(Known::Deleted, Known::Object)
    }
}

/// What a rehearsal knows of an object.
#[derive(Debug, PartialEq)]
pub(crate) enum Known {
    /// It would be this.
    Object(Value),
    /// It would be gone.
    Deleted,
}

/// A filter of a list against an object.
#[derive(PartialEq)]
enum Fit {
    Yes,
    No,
    /// The object alone does not tell.
    Unknown,
}

/// Collection and id of a path that names an object: `/lead/`, `lead_x`.
pub(crate) fn split_path(path: &str) -> Option<(&str, &str)> {
    let (collection, id) = path.trim_end_matches('/').rsplit_once('/')?;
    let collection = path.get(..=collection.len())?;
    (!id.is_empty()).then_some((collection, id))
}

impl Overlay {
    /// Remembers an object as a write would leave it.
    pub(crate) fn put(&mut self, account: &str, collection: &str, object: Value, is_imagined: bool) {
        let Some(id) = object.get("id").and_then(Value::as_str).map(str::to_owned) else { return };
        if let Some(entry) = self.find_mut(account, &id) {
            entry.object = Some(object);
        } else {
            let (account, collection) = (account.to_owned(), collection.to_owned());
            self.entries.push(Entry { account, collection, id, object: Some(object), is_imagined });
        }
    }

    /// Remembers that an object would be gone.
    pub(crate) fn delete(&mut self, account: &str, collection: &str, id: &str) {
        // What hangs on a lead disappears with it. Of what Close has, it would have to be asked.
        let parent = (collection == "/lead/").then_some(id);
        for entry in self.entries.iter_mut().filter(|entry| entry.account == account && entry.is_imagined) {
            let lead = entry.object.as_ref().and_then(|object| object.get("lead_id")).and_then(Value::as_str);
            if parent.is_some() && lead == parent {
                entry.object = None;
            }
        }
        if let Some(entry) = self.find_mut(account, id) {
            entry.object = None;
        } else {
            let (account, collection, id) = (account.to_owned(), collection.to_owned(), id.to_owned());
            self.entries.push(Entry { account, collection, id, object: None, is_imagined: false });
        }
    }

    /// What is known of the object of a collection, if anything was planned for it. An id asked for in another
    /// collection than its own is Close's to refuse.
    pub(crate) fn get(&self, account: &str, collection: &str, id: &str) -> Option<Known> {
        self.of(account).find(|entry| entry.id == id && entry.collection == collection).map(Entry::known)
    }

    pub(crate) fn imagined_in(&self, account: &str, list: &str) -> impl Iterator<Item = &Value> {
        self.of(account)
            .filter(move |entry| entry.is_imagined && entry.collection.starts_with(list))
            .filter_map(|entry| entry.object.as_ref())
    }

    /// The answer to a list that asks for what belongs to an object which Close does not have, or would not
    /// have any more.
    pub(crate) fn list_without_close(
        &self,
        account: &str,
        list: &str,
        query: &[(String, String)],
    ) -> Option<Value> {
        let is_hidden = |id: &str| {
            self.of(account).any(|entry| entry.id == id && (entry.is_imagined || entry.object.is_none()))
        };
        if !filters(query).any(|(_, value)| value.split(',').any(is_hidden)) {
            return None;
        }
        let mut answer = json!({"data": [], "has_more": false});
        self.lay_over(account, list, query, &mut answer);
        if let Some(count) = answer["data"].as_array().map(Vec::len) {
            answer["total_results"] = json!(count);
        }
        Some(answer)
    }

    /// Changes a list that Close answered with into what it would be.
    pub(crate) fn lay_over(&self, account: &str, list: &str, query: &[(String, String)], answer: &mut Value) {
        let is_last_page = answer.get("has_more").and_then(Value::as_bool) != Some(true);
        let Some(items) = answer.get_mut("data").and_then(Value::as_array_mut) else { return };
        let is_beyond_end =
            items.is_empty() && query.iter().any(|(name, value)| name == "_skip" && value != "0");
        let before = items.len();
        items.retain_mut(|item| self.keep(account, query, item));
        let removed = before - items.len();
        let mut added = 0;
        if is_last_page && !is_beyond_end {
            for object in self.imagined_in(account, list) {
                if fits(query, object) == Fit::Yes {
                    items.push(with_fields(query, object.clone()));
                    added += 1;
                }
            }
        }
        if let Some(total) = answer.get("total_results").and_then(Value::as_u64) {
            answer["total_results"] = json!(total.saturating_sub(removed as u64) + added);
        }
    }

    /// Brings one item of a list up to date; says whether it would still be in the list.
    fn keep(&self, account: &str, query: &[(String, String)], item: &mut Value) -> bool {
        let Some(id) = item.get("id").and_then(Value::as_str) else { return true };
        match self.of(account).find(|entry| entry.id == id).map(Entry::known) {
            None => true,
            Some(Known::Deleted) => false,
            Some(Known::Object(object)) => {
                // A list may show fewer members than the object has.
                for (name, value) in item.as_object_mut().into_iter().flatten() {
                    if let Some(newer) = object.get(name) {
                        value.clone_from(newer);
                    }
                }
                fits(query, &object) != Fit::No
            }
        }
    }

    fn of(&self, account: &str) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.account == account)
    }

    fn find_mut(&mut self, account: &str, id: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.account == account && entry.id == id)
    }
}

/// An object with the members only that `_fields` asks for.
pub(crate) fn with_fields(query: &[(String, String)], object: Value) -> Value {
    let wanted = query.iter().find(|(name, value)| name == "_fields" && !value.is_empty());
    match (wanted, object) {
        (Some((_, wanted)), Value::Object(members)) => {
            let wanted: Vec<&str> = wanted.split(',').map(str::trim).collect();
            let kept: Map<String, Value> =
                members.into_iter().filter(|(name, _)| wanted.contains(&name.as_str())).collect();
            Value::Object(kept)
        }
        (_, object) => object,
    }
}

/// The parameters that choose what is in a list; the others say how it is shown.
fn filters(query: &[(String, String)]) -> impl Iterator<Item = (&str, &str)> {
    let all = query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    all.filter(|(name, value)| (!name.starts_with('_') || *name == "_type") && !value.is_empty())
}

fn fits(query: &[(String, String)], object: &Value) -> Fit {
    let mut fit = Fit::Yes;
    for (name, wanted) in filters(query) {
        let Some(value) = object.get(name) else {
            fit = Fit::Unknown;
            continue;
        };
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if !wanted.split(',').any(|wanted| wanted == text) {
            return Fit::No;
        }
    }
    fit
}
