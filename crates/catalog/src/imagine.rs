//! Imagining answers: what Close would plausibly say to a write that is not sent.
//!
//! Promises an object with every documented member, in which whatever was sent stands as it was sent, so that
//! whoever made the call can go on with it. What Close alone would know stays null. Pure data: nothing is read
//! or remembered here.

use serde_json::{Map, Value, json};

use crate::catalog::{Address, Catalog};
use crate::model::Shape;
use crate::prepared::Prepared;

/// An object that does not exist.
#[derive(Debug, Clone, PartialEq)]
pub struct Imagined {
    /// The object, as Close would answer with it.
    pub object: Value,
    /// The objects within it that have an id of their own: path of their collection (`/contact/`), object.
    pub parts: Vec<(String, Value)>,
}

/// Where objects come from that are not there: the moment, and new ids.
pub struct Source<'a> {
    /// Now, as Close writes moments.
    pub now: String,
    /// A new id that begins with the prefix it is given (`lead_`).
    pub new_id: &'a mut dyn FnMut(&str) -> String,
}

impl std::fmt::Debug for Source<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Source").field("now", &self.now).finish_non_exhaustive()
    }
}

impl<'c> Prepared<'c> {
    /// What Close would answer if this call created something.
    pub fn imagine_created(&self, source: &mut Source<'_>) -> Imagined {
        let body = self.request().body.unwrap_or_default();
        let address = self.address();
        let Some(shape) = shape_of(address) else {
            return Imagined { object: Value::Object(body), parts: Vec::new() };
        };
        let mut parts = Vec::new();
        let object = create(address.catalog, shape, &body, source, &mut parts);
        Imagined { object: Value::Object(object), parts }
    }

    /// What Close would answer if this call changed the object that is `current` now; where that is not known,
    /// what was sent over an object of which nothing is known.
    pub fn imagine_changed(&self, current: Option<Value>, now: &str) -> Value {
        let body = self.request().body.unwrap_or_default();
        let mut object = if let Some(Value::Object(members)) = current { members } else { self.unknown() };
        for (name, value) in body {
            set(&mut object, &name, value);
        }
        for name in ["date_updated", "updated_at"] {
            if let Some(slot) = object.get_mut(name) {
                *slot = json!(now);
            }
        }
        Value::Object(object)
    }

    /// The object of which nothing is known but its id; a change of many at once names none.
    fn unknown(&self) -> Map<String, Value> {
        let mut object = shape_of(self.address()).map(blank).unwrap_or_default();
        let path = self.request().path;
        if let (Some(slot), Some(id)) = (object.get_mut("id"), path.trim_end_matches('/').rsplit('/').next())
        {
            *slot = json!(id);
        }
        object
    }

    /// The tool that reads the object which this call changes or deletes, if there is one.
    pub fn reader(&self) -> Option<Address<'c>> {
        let address = self.address();
        let path = address.tool.call.split_once(' ')?.1;
        let wanted = format!("GET {path}");
        let tool = address.catalog.tools().find(|tool| path.contains('{') && tool.call == wanted)?;
        Some(address.catalog.address(tool, address.vocabulary))
    }
}

fn shape_of(address: Address<'_>) -> Option<&Shape> {
    address.catalog.shape(address.tool.result.shape.as_deref()?)
}

fn create(
    catalog: &Catalog,
    shape: &Shape,
    body: &Map<String, Value>,
    source: &mut Source<'_>,
    parts: &mut Vec<(String, Value)>,
) -> Map<String, Value> {
    let mut object = blank(shape);
    let id = prefix_of(shape).map(|prefix| (source.new_id)(&prefix));
    if let Some(id) = &id {
        object.insert("id".to_owned(), json!(id));
    }
    for name in ["date_created", "date_updated", "created_at", "updated_at", "activity_at"] {
        if let Some(slot) = object.get_mut(name) {
            *slot = json!(source.now);
        }
    }
    for (name, value) in body {
        let part = shape
            .fields
            .iter()
            .find(|(member, ..)| member == name)
            .and_then(|(_, kind, _)| catalog.shape(kind.trim_end_matches('?').strip_suffix("[]")?));
        let value = match (part, value) {
            (Some(part), Value::Array(items)) => {
                let owner = id.as_ref().map(|id| (format!("{}_id", shape.name), id.as_str()));
                let items = create_parts(catalog, part, items, owner, source, parts);
                let ids: Vec<&Value> = items.iter().filter_map(|item| item.get("id")).collect();
                if let Some(slot) = object.get_mut(&format!("{}_ids", part.name)) {
                    *slot = json!(ids);
                }
                Value::Array(items)
            }
            (_, value) => value.clone(),
        };
        object.insert(name.clone(), value);
    }
    if let (Some(Value::Null), Some(name)) = (object.get("display_name"), object.get("name").cloned()) {
        object.insert("display_name".to_owned(), name);
    }
    object
}

fn create_parts(
    catalog: &Catalog,
    shape: &Shape,
    items: &[Value],
    owner: Option<(String, &str)>,
    source: &mut Source<'_>,
    parts: &mut Vec<(String, Value)>,
) -> Vec<Value> {
    let mut created = Vec::with_capacity(items.len());
    for item in items {
        let Value::Object(body) = item else {
            created.push(item.clone());
            continue;
        };
        let mut part = create(catalog, shape, body, source, parts);
        if let Some((member, id)) = &owner
            && let Some(slot) = part.get_mut(member)
        {
            *slot = json!(id);
        }
        let part = Value::Object(part);
        if let (Some(_), Some(path)) = (part.get("id"), collection_of(catalog, shape)) {
            parts.push((path, part.clone()));
        }
        created.push(part);
    }
    created
}

/// Where objects of this shape are created.
fn collection_of(catalog: &Catalog, shape: &Shape) -> Option<String> {
    let makes = |tool: &&crate::Tool| tool.result.shape.as_deref() == Some(shape.name.as_str());
    catalog.tools().filter(makes).find_map(|tool| tool.call.strip_prefix("POST ").map(str::to_owned))
}

/// Every documented member, empty by its type.
fn blank(shape: &Shape) -> Map<String, Value> {
    let members = shape.fields.iter().filter(|(name, ..)| !name.contains('…'));
    members
        .map(|(name, kind, _)| {
            let empty = match kind.as_str() {
                kind if kind.ends_with("[]") => json!([]),
                "array" => json!([]),
                "object" => json!({}),
                "boolean" => json!(false),
                _ => Value::Null,
            };
            (name.clone(), empty)
        })
        .collect()
}

/// `lead_`, from what the catalogue says of the shape's id.
fn prefix_of(shape: &Shape) -> Option<String> {
    let (.., meaning) = shape.fields.iter().find(|(name, ..)| name == "id")?;
    let from_code = meaning.split_once('`').map_or("", |(_, rest)| rest);
    let word = from_code.split('`').next().unwrap_or_default();
    Some(word.strip_suffix('…').filter(|prefix| prefix.ends_with('_')).unwrap_or("id_").to_owned())
}

/// Sets one member. What else the object says about the thing that a changed id stood for is no longer known.
fn set(object: &mut Map<String, Value>, name: &str, value: Value) {
    if object.get(name) == Some(&value) {
        return;
    }
    let about = match name.strip_suffix("_id") {
        Some(stem) => {
            ["label", "name", "display_name", "type"].map(|member| format!("{stem}_{member}")).to_vec()
        }
        None => vec![format!("{name}_name")],
    };
    for member in about {
        if let Some(slot) = object.get_mut(&member) {
            *slot = Value::Null;
        }
    }
    object.insert(name.to_owned(), value);
}
