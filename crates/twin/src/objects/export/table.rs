//! Exports as CSV: one line an object, columns by name.
//!
//! Which columns Close writes is not documented; here they are the plain members of the object, then its custom
//! fields as `custom.<name>`, unless `fields` names others.

use std::io::{self, Write};

use serde_json::Value;

use super::content::projection;
use crate::filtering;
use crate::objects::{contact, lead, resource_of};
use crate::resource::{Detail, Projection, View, render};
use crate::store::{Kind, Object, Record, parse_date, parse_moment, text};

const LEAD: &[&str] = &[
    "id",
    "display_name",
    "name",
    "description",
    "url",
    "html_url",
    "status_id",
    "status_label",
    "primary_contact_name",
    "primary_email",
    "primary_phone",
    "created_by",
    "created_by_name",
    "updated_by",
    "updated_by_name",
    "date_created",
    "date_updated",
];

const ADDRESS: &[&str] = &["address_1", "address_2", "city", "state", "zipcode", "country"];

const CONTACT: &[&str] = &[
    "id",
    "lead_id",
    "lead_name",
    "name",
    "title",
    "primary_email",
    "primary_phone",
    "emails",
    "phones",
    "urls",
    "created_by",
    "updated_by",
    "date_created",
    "date_updated",
];

const OPPORTUNITY: &[&str] = &[
    "id",
    "lead_id",
    "lead_name",
    "contact_id",
    "contact_name",
    "user_id",
    "user_name",
    "pipeline_name",
    "status_id",
    "status_label",
    "status_type",
    "value",
    "value_currency",
    "value_period",
    "value_formatted",
    "annualized_value",
    "expected_value",
    "confidence",
    "note",
    "date_won",
    "date_lost",
    "created_by",
    "created_by_name",
    "date_created",
    "date_updated",
];

/// Writes the table of an export.
pub(super) fn write(
    view: View<'_>,
    export: &Object,
    numbers: &[u32],
    out: &mut impl Write,
) -> io::Result<()> {
    let columns = columns(view, export);
    let dates = text(export, "date_format").unwrap_or("original");
    let mut table = csv::Writer::from_writer(out);
    table.write_record(&columns)?;
    for number in numbers {
        let row = view.aside(|view| {
            let values = values(view, view.world.at(*number)?);
            let cells = columns.iter().map(|name| cell(values.get(name).unwrap_or(&Value::Null), dates));
            Some(cells.collect::<Vec<_>>())
        });
        table.write_record(row.unwrap_or_default())?;
    }
    table.flush()
}

fn columns(view: View<'_>, export: &Object) -> Vec<String> {
    if let Projection::Only(wanted) = projection(export) {
        return wanted;
    }
    let flag = |name: &str| export.get(name) == Some(&Value::Bool(true));
    let (kind, plain, fields) = match text(export, "type") {
        Some("contacts") => (Kind::Contact, CONTACT, Kind::ContactCustomField),
        Some("leads") => (Kind::Lead, LEAD, Kind::LeadCustomField),
        _ => (Kind::Opportunity, OPPORTUNITY, Kind::OpportunityCustomField),
    };
    let mut columns: Vec<String> = plain.iter().copied().map(str::to_owned).collect();
    if kind == Kind::Lead && flag("include_addresses") {
        columns.extend(ADDRESS.iter().copied().map(str::to_owned));
    }
    if flag("include_smart_fields") {
        columns.extend(filtering::worked_out_names(kind).map(str::to_owned));
    }
    let own = view.all(fields).filter_map(|field| text(field, "name"));
    columns.extend(own.map(|name| format!("custom.{name}")));
    columns
}

/// Everything a column can ask of an object.
fn values(view: View<'_>, record: &Record) -> Object {
    let mut values = render(view, resource_of(record.kind), &record.object, Detail::Single, &Projection::All);
    values.extend(filtering::worked_out(view, record));
    let lead_id = text(&record.object, "lead_id");
    let owner = lead_id.and_then(|id| view.find(Kind::Lead, id));
    if let Some(owner) = owner {
        values.insert("lead_name".to_owned(), lead::display_name(view, owner).into());
    }
    let first = match record.kind {
        Kind::Lead => view.children(text(&record.object, "id").unwrap_or_default(), Kind::Contact).next(),
        Kind::Contact => Some(&record.object),
        _ => None,
    };
    if let Some(person) = first {
        let name = contact::display_name(person);
        values.insert("primary_contact_name".to_owned(), name.into());
        for (column, list, member) in
            [("primary_email", "emails", "email"), ("primary_phone", "phones", "phone")]
        {
            let value = person.get(list).and_then(|rows| rows.get(0)?.get(member)).cloned();
            values.insert(column.to_owned(), value.unwrap_or_default());
        }
    }
    if let Some(Value::Object(address)) = values.get("addresses").and_then(|rows| rows.get(0)).cloned() {
        values.extend(address);
    }
    let customs = crate::resource::custom_values(view, record);
    values.extend(customs.into_iter().map(|(name, value)| (format!("custom.{name}"), value)));
    values
}

/// A value as it stands in a table. Rows of lists show what they are about: an address, a number.
fn cell(value: &Value, dates: &str) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(written) => moment(written, dates).unwrap_or_else(|| written.clone()),
        Value::Array(items) => items.iter().map(|item| cell(item, dates)).collect::<Vec<_>>().join(", "),
        Value::Object(row) => {
            let told = ["email", "phone", "url", "address_1"].iter().find_map(|name| row.get(*name));
            told.and_then(Value::as_str).map_or_else(|| value.to_string(), str::to_owned)
        }
        other => other.to_string(),
    }
}

/// A date-time in the format asked for (documented); anything else stays as it is.
fn moment(written: &str, dates: &str) -> Option<String> {
    let timed =
        written.len() > 10 && written.as_bytes()[10] == b'T' && parse_date(written.get(..10)?).is_some();
    let instant = parse_moment(written).filter(|_| timed)?;
    let text = match dates {
        "iso8601" => "%Y-%m-%dT%H:%M:%S+00:00",
        "excel" => "%Y-%m-%d %I:%M:%S %p",
        _ => return Some(written.replacen('T', " ", 1)),
    };
    Some(instant.strftime(text).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn dates_are_written_as_documented() {
        let written = json!("2024-03-05T14:07:31.482000+00:00");
        assert_eq!(cell(&written, "original"), "2024-03-05 14:07:31.482000+00:00");
        assert_eq!(cell(&written, "iso8601"), "2024-03-05T14:07:31+00:00");
        assert_eq!(cell(&written, "excel"), "2024-03-05 02:07:31 PM");
        assert_eq!(cell(&json!("2024-03-05"), "excel"), "2024-03-05");
        assert_eq!(cell(&json!("Thursday"), "excel"), "Thursday");
        assert_eq!(
            cell(&json!([{"email": "a@example.com", "type": "office"}, 3]), "excel"),
            "a@example.com, 3"
        );
    }
}
