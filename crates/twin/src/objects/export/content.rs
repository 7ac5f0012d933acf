//! What an export's file holds: JSON objects as the API answers them, or a table.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::{OPPORTUNITIES, parameters, table};
use crate::filtering;
use crate::http::Refusal;
use crate::objects::opportunity::OPPORTUNITY;
use crate::objects::{resource_of, selection};
use crate::resource::{Detail, Projection, View, find_numbers, render};
use crate::store::{Kind, Object, Record, Shelf, text};

/// A file, compressed with gzip.
pub(crate) struct Written {
    pub(crate) content_type: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// Numbers of the objects an export writes: one line or element each.
pub(super) fn numbers(view: View<'_>, export: &Object) -> Result<Vec<u32>, Refusal> {
    Ok(match text(export, "type") {
        Some(OPPORTUNITIES) => opportunities(view, export)?,
        Some("contacts") => selection::select(view, export, Kind::Contact).numbers,
        Some("lead_opps") if text(export, "format") == Some("csv") => {
            selection::select(view, export, Kind::Opportunity).numbers
        }
        _ => selection::select(view, export, Kind::Lead).numbers,
    })
}

/// The opportunities that the filters of an export leave.
pub(super) fn opportunities(view: View<'_>, export: &Object) -> Result<Vec<u32>, Refusal> {
    find_numbers(view, &OPPORTUNITY.list, Kind::Opportunity, &parameters(export))
}

/// Writes an export's file. Objects are read one at a time, so that the file is all that is held.
pub(crate) fn write(view: View<'_>, export: &Object) -> Result<Written, Refusal> {
    let numbers = numbers(view, export)?;
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    let (content_type, outcome) = if text(export, "format") == Some("csv") {
        ("text/csv; charset=utf-8", table::write(view, export, &numbers, &mut out))
    } else {
        ("application/json", write_json(view, export, &numbers, &mut out))
    };
    let bytes =
        outcome.and_then(|()| out.finish()).map_err(|error| Refusal::bad_request(error.to_string()))?;
    Ok(Written { content_type, bytes })
}

fn write_json(view: View<'_>, export: &Object, numbers: &[u32], out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"[")?;
    for (position, number) in numbers.iter().enumerate() {
        let between: &[u8] = if position > 0 { b",\n" } else { b"\n" };
        out.write_all(between)?;
        let object = view.aside(|view| view.world.at(*number).map(|record| element(view, export, record)));
        serde_json::to_writer(&mut *out, &object.unwrap_or_default())?;
    }
    out.write_all(b"\n]\n")
}

/// The members an export was asked for, or all.
pub(super) fn projection(export: &Object) -> Projection {
    let fields = export.get("fields").and_then(Value::as_array).filter(|fields| !fields.is_empty());
    fields.map_or(Projection::All, |fields| {
        Projection::Only(fields.iter().filter_map(Value::as_str).map(str::to_owned).collect())
    })
}

fn element(view: View<'_>, export: &Object, record: &Record) -> Value {
    let wanted = projection(export);
    let flag = |name: &str| export.get(name) == Some(&Value::Bool(true));
    let mut object = render(view, resource_of(record.kind), &record.object, Detail::Single, &wanted);
    let smart = flag("include_smart_fields") || matches!(wanted, Projection::Only(_));
    if smart {
        let more = filtering::worked_out(view, record);
        object.extend(more.into_iter().filter(|(name, _)| wanted.wants(name)));
    }
    if record.kind != Kind::Lead {
        return object.into();
    }
    if !flag("include_addresses") {
        object.shift_remove("addresses");
    }
    let id = text(&record.object, "id").unwrap_or_default();
    let children = |shelf: Shelf| -> Value {
        // A conversation is told by its e-mails, as in the list of activities.
        let all = view.world.shelf(id, shelf).filter(|child| child.kind != Kind::EmailThread);
        let shown = all.map(|child| {
            json!(render(view, resource_of(child.kind), &child.object, Detail::Listed, &Projection::All))
        });
        shown.collect()
    };
    if flag("include_activities") {
        object.insert("activities".to_owned(), children(Shelf::Activities));
    }
    if flag("include_custom_objects") {
        object.insert("custom_objects".to_owned(), children(Shelf::Of(Kind::CustomObject)));
    }
    object.into()
}
