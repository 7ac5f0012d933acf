//! Checks what callers send against the declared fields, and normalises it.
//!
//! Messages are those of Close's framework; nested errors follow its nesting: a list answers
//! `{"errors": {"0": …}}`, an object inside `{"field-errors": {…}}`.

use serde_json::{Map, Value, json};

use super::declaration::Draft;
use super::field::{Field, FieldKind, Initial, Write};
use super::phone;
use super::view::View;
use crate::http::Refusal;
use crate::store::{DateStyle, Object, parse_date, parse_moment};

pub(crate) const REQUIRED: &str = "This field is required.";
pub(crate) const NOT_A_CHOICE: &str = "Not a valid choice.";
pub(crate) const NO_OBJECT: &str = "Object does not exist.";

/// What is wrong with an object, field by field.
#[derive(Debug, Default)]
pub(crate) struct FieldErrors {
    errors: Vec<String>,
    fields: Object,
}

impl FieldErrors {
    /// Adds an error of one field; the first one stays.
    pub(crate) fn add(&mut self, field: &str, message: impl Into<Value>) {
        self.fields.entry(field).or_insert_with(|| message.into());
    }

    /// Adds an error that concerns no single field.
    pub(crate) fn add_general(&mut self, message: impl Into<String>) {
        self.errors.push(message.into());
    }

    /// Whether nothing is wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.errors.is_empty() && self.fields.is_empty()
    }

    /// The errors of fields, for nesting.
    pub(crate) fn into_nested(self) -> Value {
        json!({ "field-errors": self.fields })
    }

    /// Refuses if anything is wrong.
    pub(crate) fn into_result(self) -> Result<(), Refusal> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Invalid { errors: self.errors, fields: self.fields })
        }
    }
}

/// Fills a draft from its input: checks what is given, requires what must be, and starts what is not said.
pub(crate) fn fill<'f>(view: View<'_>, fields: impl IntoIterator<Item = &'f Field>, draft: &mut Draft<'_>) {
    let creating = draft.old.is_none();
    for field in fields {
        let writable = match field.write {
            Write::Never => false,
            Write::OnCreate => creating,
            Write::Always => true,
        };
        let given = if writable { lookup(field, draft.input) } else { None };
        let given = given.filter(|value| creating || !field.keeps_on_null || !value.is_null());
        match given {
            None if field.is_required(creating) => draft.errors.add(field.error_key(), REQUIRED),
            None if creating => {
                if let Some(initial) = initial(view, field.initial) {
                    draft.object.entry(field.name).or_insert(initial);
                }
            }
            None => {}
            Some(value) => match check(view, field, value) {
                Ok(value) => {
                    draft.object.insert(field.name.to_owned(), value);
                }
                Err(error) => draft.errors.add(field.error_key(), error),
            },
        }
    }
}

fn lookup<'i>(field: &Field, input: &'i Object) -> Option<&'i Value> {
    std::iter::once(&field.name).chain(field.also).find_map(|name| input.get(*name))
}

/// What a field holds before anyone says otherwise.
pub(crate) fn initial(view: View<'_>, initial: Initial) -> Option<Value> {
    Some(match initial {
        Initial::Null => Value::Null,
        Initial::Text(text) => text.into(),
        Initial::True => true.into(),
        Initial::False => false.into(),
        Initial::Integer(number) => number.into(),
        Initial::EmptyList => json!([]),
        Initial::EmptyObject => json!({}),
        Initial::Caller => view.caller.user_id.clone().into(),
        Initial::Now(style) => style.write(view.now()).into(),
        Initial::Absent => return None,
    })
}

/// Checks one value against its field.
pub(crate) fn check(view: View<'_>, field: &Field, value: &Value) -> Result<Value, Value> {
    let blank = value.as_str().is_some_and(|text| text.trim().is_empty());
    if value.is_null() || (blank && field.is_required(true)) {
        return if field.nullable { Ok(Value::Null) } else { Err(REQUIRED.into()) };
    }
    let may_be_blank = matches!(field.kind, FieldKind::Text(_) | FieldKind::Any | FieldKind::Checked(_));
    if blank && field.nullable && !may_be_blank {
        return Ok(Value::Null);
    }
    check_kind(view, &field.kind, value)
}

fn check_kind(view: View<'_>, kind: &FieldKind, value: &Value) -> Result<Value, Value> {
    match kind {
        FieldKind::Any => Ok(value.clone()),
        FieldKind::Text(limit) => {
            let text = text_of(value)?;
            if *limit > 0 && text.chars().count() > *limit {
                return Err(format!("The value must be no longer than {limit} characters.").into());
            }
            Ok(value.clone())
        }
        FieldKind::Integer(least, most) => {
            let number = value.as_i64().ok_or_else(|| wrong_type("int"))?;
            if number < *least {
                return Err(format!("The value must be at least {least}.").into());
            }
            if number > *most {
                return Err(format!("The value must be at most {most}.").into());
            }
            Ok(value.clone())
        }
        FieldKind::Boolean => value.as_bool().map(Value::Bool).ok_or_else(|| wrong_type("bool")),
        FieldKind::Date => date(text_of(value)?).map(Value::String),
        FieldKind::Moment(style) => moment(text_of(value)?, *style).map(Value::String),
        FieldKind::DateOrMoment => {
            let text = text_of(value)?;
            if parse_date(text).is_some() {
                return Ok(text.trim().into());
            }
            moment(text, DateStyle::Offset).map(Value::String)
        }
        FieldKind::Choice(words) => {
            let text = text_of(value)?;
            if words.contains(&text) { Ok(value.clone()) } else { Err(NOT_A_CHOICE.into()) }
        }
        FieldKind::Reference(kinds) => {
            let text = text_of(value)?;
            let exists = view.record(text).is_some_and(|record| kinds.contains(&record.kind));
            if exists { Ok(value.clone()) } else { Err(NO_OBJECT.into()) }
        }
        FieldKind::Email => email(text_of(value)?).map(Value::String),
        FieldKind::Phone => phone::normalise(text_of(value)?, phone::home_country(view))
            .map(Value::String)
            .ok_or_else(|| "Invalid phone number.".into()),
        FieldKind::Url => {
            let text = text_of(value)?.trim();
            let absolute = url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
            if absolute { Ok(text.into()) } else { Err("Invalid URL.".into()) }
        }
        FieldKind::List(item) => items(value, |value| check_kind(view, item, value)),
        FieldKind::Rows(fields) => items(value, |value| row(view, fields, value)),
        FieldKind::Free => {
            if value.is_object() {
                Ok(value.clone())
            } else {
                Err(wrong_type("dict"))
            }
        }
        FieldKind::FreeList => {
            if value.is_array() {
                Ok(value.clone())
            } else {
                Err(wrong_type("list"))
            }
        }
        FieldKind::Checked(check) => check(view, value),
    }
}

fn items(value: &Value, check: impl Fn(&Value) -> Result<Value, Value>) -> Result<Value, Value> {
    let values = value.as_array().ok_or_else(|| wrong_type("list"))?;
    let mut checked = Vec::with_capacity(values.len());
    let mut errors = Map::new();
    for (position, value) in values.iter().enumerate() {
        match check(value) {
            Ok(value) => checked.push(value),
            Err(error) => {
                errors.insert(position.to_string(), error);
            }
        }
    }
    if errors.is_empty() { Ok(Value::Array(checked)) } else { Err(json!({ "errors": errors })) }
}

/// Checks an object inside a list: unknown members are dropped.
fn row(view: View<'_>, fields: &[Field], value: &Value) -> Result<Value, Value> {
    let input = value.as_object().ok_or_else(|| wrong_type("dict"))?;
    let (object, errors) = read(view, fields, input);
    if errors.is_empty() { Ok(Value::Object(object)) } else { Err(errors.into_nested()) }
}

/// Reads an object that is not stored as it is, a row or a request, with what is wrong with it.
pub(crate) fn read(view: View<'_>, fields: &[Field], input: &Object) -> (Object, FieldErrors) {
    let mut draft = Draft {
        kind: None,
        input,
        old: None,
        object: Object::new(),
        errors: FieldErrors::default(),
        refusal: None,
    };
    fill(view, fields, &mut draft);
    (draft.object, draft.errors)
}

fn text_of(value: &Value) -> Result<&str, Value> {
    value.as_str().ok_or_else(|| wrong_type("str"))
}

/// `Value must be of … type.`, with the type's name as Close's framework writes it.
pub(crate) fn wrong_type(name: &str) -> Value {
    format!("Value must be of {name} type.").into()
}

/// Normalises a date; a date-time is cut to its date.
pub(crate) fn date(text: &str) -> Result<String, Value> {
    let written = || text.trim().get(..10).and_then(parse_date);
    let found = parse_date(text).or_else(|| parse_moment(text).and_then(|_| written()));
    found.map(|date| date.to_string()).ok_or_else(|| "Could not parse datetime".into())
}

/// Normalises a date-time.
pub(crate) fn moment(text: &str, style: DateStyle) -> Result<String, Value> {
    parse_moment(text).map(|instant| style.write(instant)).ok_or_else(|| "Invalid ISO 8601 datetime.".into())
}

/// Longest e-mail address (Close's framework).
const LONGEST_EMAIL: usize = 254;

/// Trims an e-mail address and checks its shape; case stays as given.
pub(crate) fn email(text: &str) -> Result<String, Value> {
    email_up_to(LONGEST_EMAIL, text)
}

/// The same for an address that may have so many bytes.
pub(crate) fn email_up_to(longest: usize, text: &str) -> Result<String, Value> {
    let text = text.trim();
    let wrong = || Value::from("Invalid email address.");
    let (local, domain) = text.rsplit_once('@').ok_or_else(wrong)?;
    let fine = !local.is_empty()
        && text.len() <= longest
        && domain.contains('.')
        && domain.split('.').all(|label| !label.is_empty())
        && !text
            .contains(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>' | '(' | ')' | '"'))
        && !local.contains('@');
    if fine { Ok(text.to_owned()) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_need_a_name_and_a_domain() {
        assert_eq!(email(" ann@closer.example.com ").unwrap(), "ann@closer.example.com");
        for wrong in
            ["", "ann", "@example.com", "ann@example", "a b@example.com", "a@@example.com", "a@example..com"]
        {
            assert_eq!(email(wrong), Err("Invalid email address.".into()), "{wrong:?}");
        }
    }

    #[test]
    fn dates_may_come_as_date_times() {
        assert_eq!(date("2024-06-30").unwrap(), "2024-06-30");
        assert_eq!(date("2024-06-30T12:00:00Z").unwrap(), "2024-06-30");
        assert!(date("30.6.2024").is_err());
    }
}
