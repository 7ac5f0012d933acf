//! Mail addresses as they stand in headers: `ann@example.com`, `"Ann Reyes" <ann@example.com>`.

use serde_json::{Value, json};

use crate::resource::{View, check_email, full_name};
use crate::store::{Kind, Object, parse_moment, text};

/// Splits an address into its name, possibly empty, and the address alone.
pub(crate) fn split(written: &str) -> (&str, &str) {
    match written.trim().rsplit_once('<') {
        Some((name, rest)) => (name.trim().trim_matches('"'), rest.trim_end_matches('>').trim()),
        None => ("", written.trim()),
    }
}

/// Checks one address, with or without a name.
pub(crate) fn check(_: View<'_>, value: &Value) -> Result<Value, Value> {
    let written = value.as_str().ok_or("Value must be of str type.")?;
    check_email(split(written).1)?;
    Ok(written.trim().into())
}

/// Checks a list of addresses.
pub(crate) fn check_list(view: View<'_>, value: &Value) -> Result<Value, Value> {
    let items = value.as_array().ok_or("Value must be of list type.")?;
    let mut checked = Vec::new();
    let mut errors = Object::new();
    for (position, item) in items.iter().enumerate() {
        match check(view, item) {
            Ok(address) => checked.push(address),
            Err(error) => drop(errors.insert(position.to_string(), error)),
        }
    }
    if errors.is_empty() { Ok(checked.into()) } else { Err(json!({ "errors": errors })) }
}

/// The address a user writes from: that of their connected account, or their own.
pub(crate) fn own(view: View<'_>, user_id: &str) -> Option<String> {
    let user = view.find(Kind::User, user_id)?;
    let email =
        account(view, user_id).and_then(|account| text(account, "email")).or_else(|| text(user, "email"))?;
    Some(format!("{} <{email}>", full_name(user)))
}

/// Whether an address is that of a user or of one of their connected accounts, in any case.
pub(crate) fn belongs_to(view: View<'_>, user_id: &str, address: &str) -> bool {
    let same =
        |object: &Object| text(object, "email").is_some_and(|email| email.eq_ignore_ascii_case(address));
    let mut accounts = view.all(Kind::ConnectedAccount);
    view.find(Kind::User, user_id).is_some_and(same)
        || accounts.any(|account| text(account, "user_id") == Some(user_id) && same(account))
}

/// The account a user sends from.
pub(crate) fn account<'w>(view: View<'w>, user_id: &str) -> Option<&'w Object> {
    view.all(Kind::ConnectedAccount).find(|account| {
        let features = account.get("enabled_features").and_then(Value::as_array);
        let sends = features.is_some_and(|features| features.iter().any(|name| name == "email_sending"));
        sends && text(account, "user_id") == Some(user_id)
    })
}

/// The envelope of an e-mail: its headers, taken apart.
pub(crate) fn envelope(_: View<'_>, email: &Object) -> Value {
    let person = |written: &str| {
        let (name, address) = split(written);
        json!({"email": address, "name": name})
    };
    let list = |name: &str| -> Vec<Value> {
        let written = email.get(name).and_then(Value::as_array).into_iter().flatten();
        written.filter_map(Value::as_str).map(person).collect()
    };
    let from: Vec<Value> = text(email, "sender").map(person).into_iter().collect();
    let date = text(email, "date_sent").or_else(|| text(email, "date_created")).and_then(parse_moment);
    let message_id = email.get("message_ids").and_then(|ids| ids.get(0)).cloned().unwrap_or_default();
    json!({
        "from": from,
        "sender": from,
        "to": list("to"),
        "cc": list("cc"),
        "bcc": list("bcc"),
        "reply_to": [],
        "date": date.map(|date| date.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()),
        "in_reply_to": null,
        "message_id": message_id,
        "subject": email.get("subject"),
        "is_autoreply": false,
    })
}
