//! One request at work: it makes, changes and removes objects, with checks, side effects and events.

use serde_json::Value;

use super::check::{self, FieldErrors, NO_OBJECT};
use super::custom;
use super::declaration::{Draft, Resource};
use super::event::{changed, emit};
use super::list::Projection;
use super::render::{Detail, render};
use super::sight::Sight;
use super::view::View;
use crate::http::{App, Call, Refusal};
use crate::objects::{keep_files, resource_of};
use crate::store::{Kind, Object, Scratch, World, text};

/// Who asks, from where.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The user behind the key or token.
    pub(crate) user_id: String,
    /// The organization it opens.
    pub(crate) organization_id: String,
    /// The API key, if it is one.
    pub(crate) api_key_id: Option<String>,
    /// The time zone told by `x-tz-offset`; UTC without it.
    pub(crate) offset: jiff::tz::Offset,
    /// Method of the request.
    pub(crate) method: String,
    /// Path of the request.
    pub(crate) path: String,
    /// Which leads they see; `None` means all.
    pub(crate) sight: Option<Sight>,
}

impl Caller {
    /// Nobody: for what happens by itself. Its events name no user, key or request.
    pub(crate) fn nobody(organization_id: &str) -> Self {
        Self {
            user_id: String::new(),
            organization_id: organization_id.to_owned(),
            api_key_id: None,
            offset: jiff::tz::Offset::UTC,
            method: String::new(),
            path: String::new(),
            sight: None,
        }
    }

    /// The user behind the key or token, unless it is nobody.
    pub(crate) fn user(&self) -> Option<&str> {
        Some(self.user_id.as_str()).filter(|id| !id.is_empty())
    }
}

/// A request that may change the world.
pub(crate) struct Session<'w> {
    /// All organizations.
    pub(crate) world: &'w mut World,
    /// Who asks.
    pub(crate) caller: &'w Caller,
    /// The id all events of this request share.
    pub(crate) request_id: String,
    /// Further members of the events' `meta`.
    pub(crate) meta: Object,
    /// The request itself, for what hooks read from its query or credentials.
    call: Option<&'w Call>,
    /// What was read since the last change.
    scratch: Scratch,
}

impl<'w> Session<'w> {
    /// Starts a request.
    pub(crate) fn new(world: &'w mut World, caller: &'w Caller) -> Self {
        let request_id = world.mint("req");
        Self { world, caller, request_id, meta: Object::new(), call: None, scratch: Scratch::default() }
    }

    /// Says which request this is.
    pub(crate) fn answering(mut self, call: &'w Call) -> Self {
        self.call = Some(call);
        self
    }

    /// Whether the request sets a flag in its query; any value but `false` does (Close's framework).
    pub(crate) fn asks_for(&self, flag: &str) -> bool {
        self.call.and_then(|call| call.parameters.get(flag)).is_some_and(|value| value != "false")
    }

    /// The OAuth app that asks; `None` for API keys.
    pub(crate) fn app(&self) -> Option<&'w App> {
        self.call.and_then(|call| call.app.as_ref())
    }

    /// The world as the caller sees it now.
    pub(crate) fn view(&self) -> View<'_> {
        View::new(self.world.reader(&self.scratch), self.caller)
    }

    /// The organization's whole world: for what the twin does itself, whatever the caller may see.
    fn whole(&self) -> View<'_> {
        self.view().whole()
    }

    /// Refuses callers whose role does not grant a permission.
    pub(crate) fn require(&self, permission: &str) -> Result<(), Refusal> {
        self.view().require(permission)
    }

    /// Makes an object from what a caller sent. Nothing is changed unless all of it is right.
    pub(crate) fn create(&mut self, resource: &Resource, input: &Object) -> Result<String, Refusal> {
        let draft = self.draft(resource, input, None)?;
        let object = draft.object;
        Ok(self.put(resource, object))
    }

    /// Checks what a caller sent, without storing anything.
    pub(crate) fn draft<'d>(
        &mut self,
        resource: &Resource,
        input: &'d Object,
        old: Option<&'d Object>,
    ) -> Result<Draft<'d>, Refusal> {
        // A request may change very many objects: what was read for the one before is not needed any more.
        self.scratch = Scratch::default();
        let object = old.cloned().unwrap_or_default();
        let mut draft = Draft {
            kind: Some(resource.kind),
            input,
            old,
            object,
            errors: FieldErrors::default(),
            refusal: None,
        };
        let organization = input.get("organization_id").and_then(Value::as_str);
        if organization.is_some_and(|id| id != self.caller.organization_id) {
            draft.errors.add("organization", NO_OBJECT);
        }
        check::fill(self.view(), resource.all_fields(), &mut draft);
        if let Some(scope) = resource.custom {
            custom::fill(self.view(), scope, &mut draft);
        }
        (resource.hooks.prepare)(self, &mut draft);
        keep_files(self.view(), resource, &mut draft.object);
        if let Some(refusal) = draft.refusal {
            return Err(refusal);
        }
        std::mem::take(&mut draft.errors).into_result()?;
        Ok(draft)
    }

    /// Stores a new object that is known to be right, with id, owner and audit members, its event and side effects.
    pub(crate) fn put(&mut self, resource: &Resource, mut object: Object) -> String {
        (resource.hooks.storing)(self, &mut object);
        let preset = object.get("id").and_then(Value::as_str).map(str::to_owned);
        let id = preset.unwrap_or_else(|| self.world.mint(resource.prefix));
        object.insert("id".to_owned(), id.clone().into());
        keep_files(self.view(), resource, &mut object);
        if !matches!(resource.kind, Kind::User | Kind::Organization) {
            object.insert("organization_id".to_owned(), self.caller.organization_id.clone().into());
        }
        let now = resource.audit.style().write(self.world.now());
        if let Some((created, updated)) = resource.audit.actors() {
            discard_null(&mut object, created);
            let creator = object.entry(created).or_insert_with(|| self.caller.user_id.clone().into()).clone();
            object.insert(updated.to_owned(), creator);
        }
        if let Some((created, updated)) = resource.audit.moments() {
            discard_null(&mut object, created);
            object.entry(created).or_insert_with(|| now.clone().into());
            object.insert(updated.to_owned(), now.into());
        }
        self.world.insert(resource.kind, object.clone());
        let after = self.shown(resource, &object);
        emit(self, resource, "created", None, Some(&after));
        (resource.hooks.created)(self, &object);
        id
    }

    /// Stores an object the twin makes by itself: members not given start as declared.
    pub(crate) fn record(&mut self, kind: Kind, mut object: Object) -> String {
        let resource = resource_of(kind);
        for field in resource.all_fields() {
            if let Some(initial) = check::initial(self.view(), field.initial) {
                object.entry(field.name).or_insert(initial);
            }
        }
        self.put(resource, object)
    }

    /// Changes an object as a caller asked. Nothing is changed unless all of it is right.
    pub(crate) fn update(&mut self, resource: &Resource, id: &str, input: &Object) -> Result<(), Refusal> {
        let old = self.view().find(resource.kind, id).cloned().ok_or(Refusal::NoObject(resource.model))?;
        let draft = self.draft(resource, input, Some(&old))?;
        let object = draft.object;
        self.replace(resource, &old, object);
        Ok(())
    }

    /// Changes members of an object without checks: the twin's own doing.
    pub(crate) fn amend(&mut self, kind: Kind, id: &str, change: impl FnOnce(&mut Object)) {
        if let Some(old) = self.whole().find(kind, id).cloned() {
            let mut object = old.clone();
            change(&mut object);
            self.replace(resource_of(kind), &old, object);
        }
    }

    fn replace(&mut self, resource: &Resource, old: &Object, mut object: Object) {
        self.scratch = Scratch::default();
        let before = self.shown(resource, old);
        (resource.hooks.changing)(self, old, &mut object);
        if let Some((_, updated)) = resource.audit.actors() {
            object.insert(updated.to_owned(), self.caller.user_id.clone().into());
        }
        if let Some((_, updated)) = resource.audit.moments() {
            object.insert(updated.to_owned(), resource.audit.style().write(self.world.now()).into());
        }
        let id = object.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.world.replace(&id, object.clone());
        let after = self.shown(resource, &object);
        let audit_only = |name: &String| name.starts_with("updated_") || name == "date_updated";
        if !changed(&before, &after).iter().all(audit_only) {
            emit(self, resource, "updated", Some(&before), Some(&after));
        }
        (resource.hooks.updated)(self, old, &object);
    }

    /// Removes an object with what belongs to it.
    pub(crate) fn delete(&mut self, resource: &Resource, id: &str) -> Result<(), Refusal> {
        let object = self.view().find(resource.kind, id).cloned().ok_or(Refusal::NoObject(resource.model))?;
        (resource.hooks.may_delete)(self.view(), &object)?;
        (resource.hooks.deleting)(self, &object);
        self.discard(resource.kind, id);
        Ok(())
    }

    /// Removes an object without asking its rules: what it belonged to is going away.
    pub(crate) fn discard(&mut self, kind: Kind, id: &str) {
        self.scratch = Scratch::default();
        let resource = resource_of(kind);
        let Some(object) = self.whole().find(kind, id).cloned() else { return };
        let before = self.shown(resource, &object);
        if self.world.remove(id).is_some() {
            emit(self, resource, "deleted", Some(&before), None);
        }
    }

    /// Writes a further event about a stored object, for example `completed`.
    pub(crate) fn announce(&mut self, kind: Kind, id: &str, action: &str) {
        let resource = resource_of(kind);
        if let Some(object) = self.whole().find(kind, id).cloned() {
            let after = self.shown(resource, &object);
            emit(self, resource, action, None, Some(&after));
        }
    }

    /// Writes a further event when a member of an object has just come to hold a value.
    pub(crate) fn announce_when(
        &mut self,
        kind: Kind,
        old: Option<&Object>,
        new: &Object,
        (member, value): (&str, &str),
        action: &str,
    ) {
        let holds = |object: &Object| text(object, member) == Some(value);
        if holds(new) && !old.is_some_and(holds) {
            self.announce(kind, text(new, "id").unwrap_or_default(), action);
        }
    }

    fn shown(&self, resource: &Resource, object: &Object) -> Object {
        render(self.whole(), resource, object, Detail::Event, &Projection::All)
    }
}

/// Null says nothing about who made an object, or when.
fn discard_null(object: &mut Object, name: &str) {
    if object.get(name).is_some_and(Value::is_null) {
        object.shift_remove(name);
    }
}
