//! Renting a telephone number.
//!
//! There is no telephone network behind a twin: numbers are made up, and what can be rented where is chosen. Requests
//! and answers are those documented, the machine-readable refusals included, so that a client can be tried out.

use http::{Method, StatusCode};
use jiff::ToSpan;
use rand::Rng;
use serde_json::{Value, json};

use super::phone_number::{MANAGE_TEAM_NUMBERS, PHONE_NUMBER};
use crate::http::{Answer, Call, Refusal};
use crate::resource::{
    Action, Detail, Field, FieldKind, Initial, Projection, REQUIRED, Run, Session, View, phone, read_fields,
    render,
};
use crate::store::{Kind, Object, text};

/// `POST /phone_number/request/internal/`
pub(crate) const ACTIONS: &[Action] =
    &[Action { method: Method::POST, path: "phone_number/request/internal", run: Run::Write(rent) }];

/// What a request says.
const REQUEST: &[Field] = &[
    Field::new("country", FieldKind::Checked(country_code)).required(),
    Field::choice("sharing", &["personal", "group"]),
    Field::new("assign_to", FieldKind::List(&FieldKind::Reference(&[Kind::User]))),
    Field::new("prefix", FieldKind::Checked(area_code)).starts(Initial::Text("")),
    Field::new("with_sms", FieldKind::Boolean),
    Field::new("with_mms", FieldKind::Boolean),
    Field::choice("carrier_type", &["local", "national", "mobile", "tollfree"])
        .starts(Initial::Text("local")),
    Field::text("bundle_id"),
];

/// Where numbers can send text messages (chosen), and where those can go.
const WITH_SMS: &[&str] = &["US", "CA", "GB", "AU", "SE"];
/// Where numbers can send pictures (chosen).
const WITH_MMS: &[&str] = &["US", "CA"];
/// Where somebody must say who they are before they get a number: a `bundle_id` says it (chosen).
const WITH_PAPERS: &[&str] = &["DE", "FR", "ES", "IT"];

/// Digits of a number behind the calling code: right for `+1`, and long enough for the others.
const NATIONAL_DIGITS: usize = 10;

fn rent(session: &mut Session<'_>, call: &Call, _: &[&str]) -> Result<Answer, Refusal> {
    let request = read(session.view(), &call.body)?;
    let flag = |name: &str| request.get(name).and_then(Value::as_bool);
    let country = text(&request, "country").unwrap_or_default();
    let users = users(session, &request)?;
    let shared = users.len() > 1 || text(&request, "sharing") == Some("group");
    if shared || users.first() != Some(&session.caller.user_id) {
        session.require(MANAGE_TEAM_NUMBERS)?;
    }
    let Some(code) = phone::calling_code(country) else {
        return Err(refused("error", Some("There are no phone numbers to rent in this country.")));
    };
    if WITH_PAPERS.contains(&country) && request.get("bundle_id").is_none_or(Value::is_null) {
        return Err(refused("needs-more-info", None));
    }
    let (can_text, can_picture) = (WITH_SMS.contains(&country), WITH_MMS.contains(&country));
    match (can_text, flag("with_sms")) {
        (false, None) => return Err(refused("has-voice-only", None)),
        (false, Some(true)) => {
            return Err(refused("error", Some("No phone number in this country can send text messages.")));
        }
        _ if !can_picture && flag("with_mms") == Some(true) => {
            return Err(refused("error", Some("No phone number in this country can send pictures.")));
        }
        _ => {}
    }
    let texts = can_text && flag("with_sms") != Some(false);
    let pictures = texts && can_picture && flag("with_mms") != Some(false);
    let number = free_number(session, code, text(&request, "prefix").unwrap_or_default())?;
    let today = session.view().today();
    let object = json!({
        "type": "internal",
        "number": number,
        "country": country,
        "user_id": if shared { None } else { users.first() },
        "is_group_number": shared,
        "participants": if shared { users.as_slice() } else { &[] },
        "is_verified": true,
        "is_premium": false,
        "sms_enabled": texts,
        "mms_enabled": pictures,
        "supports_sms_to_countries": if texts { WITH_SMS } else { &[] },
        "supports_mms_to_countries": if pictures { WITH_MMS } else { &[] },
        "carrier": "twilio",
        "carrier_type": request.get("carrier_type"),
        "bundle_id": request.get("bundle_id"),
        "last_billed_price": "1.15",
        "next_billing_on": today.saturating_add(1.month()).to_string(),
        "was_ported": false,
    });
    let id = session.record(Kind::PhoneNumber, object.as_object().cloned().unwrap_or_default());
    let view = session.view();
    let rented = view.find(Kind::PhoneNumber, &id).ok_or(Refusal::NoObject(PHONE_NUMBER.model))?;
    let body = render(view, &PHONE_NUMBER, rented, Detail::Single, &Projection::All);
    Ok(Answer::created(body, format!("/api/v1/{}/{id}/", PHONE_NUMBER.path)))
}

/// A refusal with a machine-readable `status` (documented).
fn refused(status: &str, error: Option<&str>) -> Refusal {
    let mut body = Object::new();
    body.insert("status".to_owned(), status.into());
    if let Some(error) = error {
        body.insert("error".to_owned(), error.into());
    }
    Refusal::Body(StatusCode::BAD_REQUEST, body)
}

fn read(view: View<'_>, body: &Object) -> Result<Object, Refusal> {
    let (request, mut errors) = read_fields(view, REQUEST, body);
    let missing = |name: &str| request.get(name).is_none_or(Value::is_null);
    if missing("sharing") && missing("assign_to") {
        errors.add("sharing", REQUIRED);
    }
    let wanted = |name: &str| request.get(name) == Some(&Value::Bool(true));
    if wanted("with_mms") && !wanted("with_sms") {
        errors.add("with_mms", "MMS needs with_sms to be true as well.");
    }
    errors.into_result()?;
    Ok(request)
}

/// Whom the number is for: those named, else the caller; the number of a team may have no users yet.
fn users(session: &Session<'_>, request: &Object) -> Result<Vec<String>, Refusal> {
    let named = request.get("assign_to").and_then(Value::as_array);
    let named: Option<Vec<String>> =
        named.map(|users| users.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    match (text(request, "sharing"), named) {
        (_, Some(users)) if users.is_empty() => Err(Refusal::field("assign_to", "List must not be empty.")),
        (_, Some(users)) => Ok(users),
        (Some("group"), None) => Ok(Vec::new()),
        _ => Ok(vec![session.caller.user_id.clone()]),
    }
}

/// A number nobody in the organization has.
fn free_number(session: &mut Session<'_>, code: &str, prefix: &str) -> Result<String, Refusal> {
    let prefix = if prefix.is_empty() && code == "1" { "512" } else { prefix };
    for _ in 0..100 {
        let mut number = format!("+{code}{prefix}");
        for position in prefix.len()..NATIONAL_DIGITS {
            // No part of a number begins with 0 or 1 in most countries; `5` keeps clear of that.
            let digit = if position == prefix.len() { 5 } else { session.world.random().random_range(0..10) };
            number.push_str(&digit.to_string());
        }
        let taken = |owned: &Object| text(owned, "number") == Some(&number);
        if !session.view().all(Kind::PhoneNumber).any(taken) {
            return Ok(number);
        }
    }
    Err(refused("error", Some("There is no free phone number with this prefix.")))
}

fn country_code(_: View<'_>, value: &Value) -> Result<Value, Value> {
    let written = value.as_str().ok_or("Value must be of str type.")?.trim().to_ascii_uppercase();
    let fine = written.len() == 2 && written.bytes().all(|byte| byte.is_ascii_alphabetic());
    if fine { Ok(written.into()) } else { Err("Not a valid choice.".into()) }
}

/// Up to five digits; may be empty.
fn area_code(_: View<'_>, value: &Value) -> Result<Value, Value> {
    let written = value.as_str().ok_or("Value must be of str type.")?.trim();
    let fine = written.len() <= 5 && written.bytes().all(|byte| byte.is_ascii_digit());
    if fine { Ok(written.into()) } else { Err("The value must be an area code of at most 5 digits.".into()) }
}
