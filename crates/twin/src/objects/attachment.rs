//! Attachments: files that hang on notes, messages, templates and opportunities.
//!
//! They are posted with an address of a file that was uploaded; it is temporary, and becomes one that lasts once the
//! file hangs on something (documented). Text messages give their attachments ids of their own.

use serde_json::{Value, json};

use super::file;
use crate::resource::{Field, FieldKind, Initial, Resource, View};
use crate::store::{Kind, Object, text};

/// Attachments of notes, opportunities and `WhatsApp` messages.
pub(crate) const ATTACHMENTS: Field = attachments(&[
    Field::new("url", FieldKind::Checked(address)).required(),
    Field::text("filename").required(),
    Field::text("content_type").required(),
    Field::count("size"),
    Field::text("thumbnail_url"),
]);

/// Attachments of e-mails and their templates.
pub(crate) const MAIL_ATTACHMENTS: Field = attachments(&[
    Field::text("content_id"),
    Field::text("content_type").required(),
    Field::text("filename").required(),
    Field::new("inline_only", FieldKind::Boolean).starts(Initial::False),
    Field::count("size"),
    Field::new("url", FieldKind::Checked(address)).required(),
]);

/// Attachments of text messages.
pub(crate) const SMS_ATTACHMENTS: Field = attachments(&[
    Field::text("media_id").starts(Initial::Absent),
    Field::new("url", FieldKind::Checked(address)).required(),
    Field::text("filename").required(),
    Field::choice("content_type", SMS_MEDIA_TYPES).required(),
    Field::count("size"),
    Field::text("thumbnail_url"),
]);

/// Attachments of templates of text messages.
pub(crate) const SMS_TEMPLATE_ATTACHMENTS: Field = attachments(&[
    Field::new("url", FieldKind::Checked(address)).required(),
    Field::text("filename").required(),
    Field::choice("content_type", SMS_MEDIA_TYPES).required(),
]);

const fn attachments(rows: &'static [Field]) -> Field {
    Field::new("attachments", FieldKind::Rows(rows)).starts(Initial::EmptyList)
}

/// What a text message can carry (documented).
const SMS_MEDIA_TYPES: &[&str] = &[
    "application/pdf",
    "application/vcard",
    "audio/3gpp",
    "audio/3gpp2",
    "audio/L24",
    "audio/ac3",
    "audio/amr",
    "audio/amr-nb",
    "audio/basic",
    "audio/mp4",
    "audio/mpeg",
    "audio/ogg",
    "audio/vnd.rn-realaudio",
    "audio/vnd.wave",
    "audio/webm",
    "image/bmp",
    "image/gif",
    "image/jpeg",
    "image/jpg",
    "image/png",
    "image/tiff",
    "text/calendar",
    "text/csv",
    "text/directory",
    "text/richtext",
    "text/rtf",
    "text/vcard",
    "text/x-vcard",
    "video/3gpp",
    "video/3gpp-tt",
    "video/3gpp2",
    "video/H261",
    "video/H263",
    "video/H263-1998",
    "video/H263-2000",
    "video/H264",
    "video/mp4",
    "video/mpeg",
    "video/quicktime",
    "video/webm",
];

/// Where addresses of files lead, on Close and on a twin alike.
const FILES: &str = "/go/file/";
/// Where the media of text messages are.
const MEDIA: &str = "/go/sms/";
const TEMPORARY: &str = "/go/file/temporary/";

/// Addresses are those of the Files API (documented for e-mails); a temporary one must still lead to a file.
fn address(view: View<'_>, value: &Value) -> Result<Value, Value> {
    let written = value.as_str().ok_or("Value must be of str type.")?.trim();
    let path = url::Url::parse(written).map(|url| url.path().to_owned()).unwrap_or_default();
    if path.starts_with(TEMPORARY) {
        let found = file::at(view, &path);
        if found.is_none_or(|file| file::is_past(file, "temporary_until", view.now())) {
            return Err("There is no uploaded file at this address, or not any more.".into());
        }
        // What follows the path says nothing about the file.
        return Ok(written.split(['?', '#']).next().unwrap_or(written).into());
    }
    if path.starts_with(FILES) || path.starts_with(MEDIA) {
        Ok(written.into())
    } else {
        Err("Invalid URL.".into())
    }
}

/// Makes the addresses of what hangs on an object lasting. Does nothing before the object has its id.
pub(crate) fn keep(view: View<'_>, resource: &Resource, object: &mut Object) {
    let Some(id) = text(object, "id").map(str::to_owned) else { return };
    if object.get("attachments").is_some_and(Value::is_null) {
        object.insert("attachments".to_owned(), json!([]));
    }
    let Some(Value::Array(rows)) = object.get_mut("attachments") else { return };
    for row in rows.iter_mut().filter_map(Value::as_object_mut) {
        keep_row(view, resource, &id, row);
    }
}

fn keep_row(view: View<'_>, resource: &Resource, id: &str, row: &mut Object) {
    let Some((origin, path)) = text(row, "url").and_then(|url| url.split_once(TEMPORARY)) else { return };
    let Some(file) = file::at(view, path) else { return };
    // What follows the user: the short id of the file, and its name.
    let rest = path.split_once('/').map_or(path, |(_user, rest)| rest);
    let media_id = text(file, "id").unwrap_or_default();
    let url = if resource.kind == Kind::Sms {
        format!("{origin}{MEDIA}{id}/media/{media_id}/")
    } else {
        let organization = &view.caller.organization_id;
        format!(
            "{origin}{FILES}persisted/{organization}/{}/{id}/{rest}",
            resource.event.unwrap_or(resource.path)
        )
    };
    if resource.kind == Kind::Sms {
        row.insert("media_id".to_owned(), media_id.into());
    }
    row.insert("url".to_owned(), url.into());
    if row.get("size").is_some_and(Value::is_null) {
        row.insert("size".to_owned(), file.get("size").cloned().unwrap_or_default());
    }
}

/// What the attachments of an object weigh together, in bytes, as far as that is known.
pub(crate) fn total_size(view: View<'_>, object: &Object) -> u64 {
    let rows = object.get("attachments").and_then(Value::as_array).into_iter().flatten();
    let sizes = rows.filter_map(|row| {
        let uploaded = row["url"].as_str().and_then(|url| file::at(view, url)).map(|file| &file["size"]);
        uploaded.unwrap_or(&row["size"]).as_u64()
    });
    sizes.fold(0, u64::saturating_add)
}
