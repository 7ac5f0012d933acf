//! What every resource can do over HTTP: list, fetch, create, update, delete.

use serde_json::{Value, json};

use super::declaration::{Deleted, Resource};
use super::list::{self, Page, Projection};
use super::render::{Detail, render};
use super::session::Session;
use super::view::View;
use crate::http::{Answer, Call, Refusal};
use crate::objects::resource_of;
use crate::store::{Object, Shelf};

/// `GET` on a collection.
pub(crate) fn list(view: View<'_>, resource: &Resource, call: &Call) -> Result<Answer, Refusal> {
    envelope(view, &resource.list, Shelf::Of(resource.kind), call)
}

/// A list in its envelope.
pub(crate) fn envelope(
    view: View<'_>,
    rules: &super::declaration::ListRules,
    shelf: Shelf,
    call: &Call,
) -> Result<Answer, Refusal> {
    let page = Page::read(rules, &call.parameters)?;
    let wanted = Projection::read(&call.parameters);
    let found = list::find(view, rules, shelf, &call.parameters, page)?;
    let data: Vec<Value> = found
        .page
        .iter()
        .map(|record| render(view, resource_of(record.kind), &record.object, Detail::Listed, &wanted).into())
        .collect();
    let mut body = Object::new();
    body.insert("data".to_owned(), data.into());
    if rules.has_more {
        body.insert("has_more".to_owned(), found.has_more.into());
    }
    if rules.total {
        body.insert("total_results".to_owned(), found.total.into());
    }
    if let Some(summary) = rules.summary {
        body.extend(summary(view, &found.all));
    }
    Ok(Answer::ok(body))
}

/// `GET` on one object.
pub(crate) fn fetch(view: View<'_>, resource: &Resource, id: &str, call: &Call) -> Result<Answer, Refusal> {
    let object = view.find(resource.kind, id).ok_or(Refusal::NoObject(resource.model))?;
    let wanted = Projection::read(&call.parameters);
    Ok(Answer::ok(render(view, resource, object, Detail::Single, &wanted)))
}

/// `POST` on a collection.
pub(crate) fn create(session: &mut Session<'_>, resource: &Resource, call: &Call) -> Result<Answer, Refusal> {
    if let Some(permission) = resource.permission {
        session.require(permission)?;
    }
    let id = session.create(resource, &call.body)?;
    let body = shown(session.view(), resource, &id, call)?;
    if resource.answers_created {
        return Ok(Answer::created(body, format!("/api/v1/{}/{id}/", resource.path)));
    }
    Ok(Answer::ok(body))
}

/// `PUT` on one object: members that are not sent stay as they are.
pub(crate) fn update(
    session: &mut Session<'_>,
    resource: &Resource,
    id: &str,
    call: &Call,
) -> Result<Answer, Refusal> {
    if let Some(permission) = resource.permission {
        session.require(permission)?;
    }
    session.update(resource, id, &call.body)?;
    shown(session.view(), resource, id, call).map(Answer::ok)
}

/// `DELETE` on one object.
pub(crate) fn delete(session: &mut Session<'_>, resource: &Resource, id: &str) -> Result<Answer, Refusal> {
    if let Some(permission) = resource.permission {
        session.require(permission)?;
    }
    session.delete(resource, id)?;
    Ok(match resource.deleted {
        Deleted::EmptyObject => Answer::ok(json!({})),
        Deleted::NoContent => Answer::empty(),
    })
}

/// The answer to a change shows what was changed, also when it has just been given away.
fn shown(view: View<'_>, resource: &Resource, id: &str, call: &Call) -> Result<Object, Refusal> {
    let view = view.whole();
    let object = view.find(resource.kind, id).ok_or(Refusal::NoObject(resource.model))?;
    Ok(render(view, resource, object, Detail::Single, &Projection::read(&call.parameters)))
}
