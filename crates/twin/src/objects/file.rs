//! Files: asking for a place to upload one to, and what is known of those that were.
//!
//! `POST /files/upload/` answers with a form that stands for one upload within a minute, as Close does through S3;
//! the bytes go through `http::files` and are kept there. What was uploaded can be attached for a day (documented).
//! A file's id, `media_…`, is also what its addresses hold, without the prefix.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::Method;
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rand::Rng;
use serde_json::{Value, json};

use crate::http::{Answer, Call, Refusal, UPLOADS};
use crate::resource::{Action, Audit, Field, FieldKind, Methods, Resource, Run, Session, View, read_fields};
use crate::store::{DateStyle, Kind, Object, Record, parse_moment, text};

/// What is known of a file; nothing shows it but the addresses that name it.
pub(crate) static FILE: Resource =
    Resource { methods: Methods::NONE, audit: Audit::None, ..Resource::new(Kind::File, "", PREFIX, "File") };

/// `POST /files/upload/`
pub(crate) const ACTIONS: &[Action] =
    &[Action { method: Method::POST, path: "files/upload", run: Run::Write(offer) }];

/// Prefix of the ids of files.
const PREFIX: &str = "media";
/// How long the form is good for (documented: about a minute).
const FORM_LIFETIME: SignedDuration = SignedDuration::from_secs(60);
/// How long what was uploaded can be attached (documented).
const TEMPORARY_LIFETIME: SignedDuration = SignedDuration::from_hours(24);

const REQUEST: &[Field] = &[
    Field::text("filename").required(),
    Field::new("content_type", FieldKind::Checked(media_type)).required(),
];

/// `type/subtype`, possibly with parameters; it becomes a header when the file is fetched.
fn media_type(_: View<'_>, value: &Value) -> Result<Value, Value> {
    let written = value.as_str().ok_or("Value must be of str type.")?.trim();
    let fine = written.split_once('/').is_some_and(|(kind, subtype)| !kind.is_empty() && !subtype.is_empty())
        && written.len() <= 255
        && written.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if fine { Ok(written.into()) } else { Err("Invalid content type.".into()) }
}

fn offer(session: &mut Session<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let (request, errors) = read_fields(session.view(), REQUEST, &call.body);
    errors.into_result()?;
    let origin = call.origin.as_deref().ok_or_else(|| {
        Refusal::bad_request("A Host header is needed: it says where to upload the file to.")
    })?;
    // The name becomes the last segment of addresses.
    let filename = text(&request, "filename").unwrap_or_default().trim().replace(['/', '\\'], "_");
    let content_type = text(&request, "content_type").unwrap_or_default();
    let user_id = session.caller.user_id.clone();
    let id = session.world.mint(PREFIX);
    let name = short(&id);
    let key = format!("temporary/user/{user_id}/{name}/{filename}");
    let now = session.world.now();
    let until = |lifetime| DateStyle::Naive.write(now.saturating_add(lifetime).unwrap_or(Timestamp::MAX));
    let conditions = json!({"expiration": until(FORM_LIFETIME), "conditions": [{ "key": key }]});
    let signature: [u8; 20] = session.world.random().random();
    let quoted = filename.replace('"', "'");
    let fields = json!({
        "key": key,
        "Content-Type": content_type,
        "Content-Disposition": format!("inline; filename=\"{quoted}\""),
        "AWSAccessKeyId": "TWIN",
        "policy": BASE64_STANDARD.encode(conditions.to_string()),
        "signature": BASE64_STANDARD.encode(signature),
        "success_action_status": "201",
    });
    let encoded = utf8_percent_encode(&filename, NON_ALPHANUMERIC);
    let answer = json!({
        "upload": {"url": format!("{origin}{UPLOADS}"), "fields": fields},
        "download": {"url": format!("{origin}/go/file/temporary/{user_id}/{name}/{encoded}/")},
    });
    let file = json!({
        "id": id, "fields": fields, "filename": filename, "content_type": content_type, "size": null,
        "form_until": until(FORM_LIFETIME), "temporary_until": until(TEMPORARY_LIFETIME),
    });
    session.put(&FILE, file.as_object().cloned().unwrap_or_default());
    Ok(Answer::ok(answer))
}

/// The id of a file without its prefix, as addresses hold it.
pub(crate) fn short(id: &str) -> &str {
    id.split_once('_').map_or(id, |(_, short)| short)
}

/// The id of the file an address holds so.
pub(crate) fn id(short: &str) -> String {
    format!("{PREFIX}_{short}")
}

/// Whether a moment a file holds has passed.
pub(crate) fn is_past(file: &Object, member: &str, now: Timestamp) -> bool {
    text(file, member).and_then(parse_moment).is_none_or(|until| until < now)
}

/// The file an address ends with, `…/<short id>/<file name>/`, if the caller's organization uploaded it.
pub(crate) fn at<'w>(view: View<'w>, address: &str) -> Option<&'w Object> {
    let mut segments = address.trim_end_matches('/').rsplit('/');
    let name = segments.nth(1)?;
    view.find(Kind::File, &id(name)).filter(|file| is_uploaded(file))
}

/// Whether its bytes came.
pub(crate) fn is_uploaded(file: &Object) -> bool {
    file.get("size").is_some_and(Value::is_u64)
}

/// The file with this short id, whoever uploaded it: addresses are not guessed, and need no key.
pub(crate) fn known(record: Option<&Record>) -> Option<&Object> {
    record.filter(|record| record.kind == Kind::File).map(|record| &record.object)
}
