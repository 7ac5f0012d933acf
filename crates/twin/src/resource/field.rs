//! Fields: what a member of an object may hold, who may write it, and how it is read.

use serde_json::Value;

use super::view::View;
use crate::store::{DateStyle, Kind, Object};

/// One member of a resource. Declarations are constants built with the methods below.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) kind: FieldKind,
    pub(crate) write: Write,
    pub(crate) required: Required,
    pub(crate) nullable: bool,
    pub(crate) keeps_on_null: bool,
    pub(crate) initial: Initial,
    pub(crate) show: Show,
    pub(crate) computed: Option<Compute>,
    pub(crate) also: &'static [&'static str],
}

/// Works a member out from the stored object when it is answered.
pub(crate) type Compute = fn(View<'_>, &Object) -> Value;

/// What a field may hold.
#[derive(Clone, Copy)]
pub(crate) enum FieldKind {
    /// Text of at most so many characters; 0 means no limit.
    Text(usize),
    /// A whole number between two bounds.
    Integer(i64, i64),
    Boolean,
    /// `YYYY-MM-DD`; a date-time is cut to its date.
    Date,
    /// A date-time, written in the style given.
    Moment(DateStyle),
    /// A date or a date-time, kept as what it is.
    DateOrMoment,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// The id of an object of one of these kinds in the caller's organization.
    Reference(&'static [Kind]),
    /// An e-mail address.
    Email,
    /// A telephone number, stored as E.164.
    Phone,
    /// An absolute `http` or `https` address.
    Url,
    /// A list of values of one kind.
    List(&'static FieldKind),
    /// A list of objects with these fields.
    Rows(&'static [Field]),
    /// A JSON object, kept as it is.
    Free,
    /// Any JSON, kept as it is.
    Any,
    /// A list, kept as it is.
    FreeList,
    /// Checked and normalised by a function, which answers the error as it shall appear.
    Checked(fn(View<'_>, &Value) -> Result<Value, Value>),
}

/// When a field may be written. Members that may not be are ignored, not refused: Close's own scripts post whole
/// fetched objects back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Write {
    Never,
    OnCreate,
    Always,
}

/// When a field must be given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Required {
    Never,
    OnCreate,
    Always,
}

/// What a field holds when a new object does not say.
#[derive(Clone, Copy)]
pub(crate) enum Initial {
    Null,
    Text(&'static str),
    True,
    False,
    Integer(i64),
    EmptyList,
    EmptyObject,
    /// The caller's user id.
    Caller,
    /// Now, in the style given.
    Now(DateStyle),
    /// Not stored at all.
    Absent,
}

/// Where a field is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Show {
    Always,
    /// Only when `_fields` names it.
    OnRequest,
    /// In answers that show one object, and when `_fields` names it.
    Single,
    /// Only when the stored object has it: members of some types alone.
    Present,
    /// Not in events, which show an object without what hangs on it.
    Nested,
    /// Never: it is only for writing, or for the twin's own use.
    Hidden,
}

impl Field {
    /// A writable, nullable field that starts as null.
    pub(crate) const fn new(name: &'static str, kind: FieldKind) -> Self {
        Self {
            name,
            kind,
            write: Write::Always,
            required: Required::Never,
            nullable: true,
            keeps_on_null: false,
            initial: Initial::Null,
            show: Show::Always,
            computed: None,
            also: &[],
        }
    }

    /// Text without a limit.
    pub(crate) const fn text(name: &'static str) -> Self {
        Self::new(name, FieldKind::Text(0))
    }

    /// A flag; it has a start value and is never null.
    pub(crate) const fn flag(name: &'static str, initial: bool) -> Self {
        let initial = if initial { Initial::True } else { Initial::False };
        Self::new(name, FieldKind::Boolean).starts(initial).not_null()
    }

    /// A whole number that is not negative.
    pub(crate) const fn count(name: &'static str) -> Self {
        Self::new(name, FieldKind::Integer(0, i64::MAX))
    }

    /// One of several words.
    pub(crate) const fn choice(name: &'static str, words: &'static [&'static str]) -> Self {
        Self::new(name, FieldKind::Choice(words))
    }

    /// The id of another object.
    pub(crate) const fn reference(name: &'static str, kinds: &'static [Kind]) -> Self {
        Self::new(name, FieldKind::Reference(kinds))
    }

    /// A date-time in the long-standing style.
    pub(crate) const fn moment(name: &'static str) -> Self {
        Self::new(name, FieldKind::Moment(DateStyle::Offset))
    }

    /// Stored, and written only by the twin itself.
    pub(crate) const fn stored(name: &'static str) -> Self {
        Self::new(name, FieldKind::Any).read_only()
    }

    /// Worked out when answered.
    pub(crate) const fn computed(name: &'static str, compute: Compute) -> Self {
        let mut field = Self::new(name, FieldKind::Any).read_only();
        field.computed = Some(compute);
        field.initial = Initial::Absent;
        field
    }

    /// Must be given, and not blank.
    pub(crate) const fn required(mut self) -> Self {
        self.required = Required::OnCreate;
        self.nullable = false;
        self
    }

    /// Must be given in a change too: the few resources that have nothing else to change (documented).
    pub(crate) const fn required_in_changes(mut self) -> Self {
        self.required = Required::Always;
        self.nullable = false;
        self
    }

    /// May not be set to null.
    pub(crate) const fn not_null(mut self) -> Self {
        self.nullable = false;
        self
    }

    /// Null in a change leaves it as it is.
    pub(crate) const fn keeps_on_null(mut self) -> Self {
        self.keeps_on_null = true;
        self
    }

    /// Not writable by callers.
    pub(crate) const fn read_only(mut self) -> Self {
        self.write = Write::Never;
        self
    }

    /// Writable only when the object is made.
    pub(crate) const fn on_create(mut self) -> Self {
        self.write = Write::OnCreate;
        self
    }

    /// What a new object holds unless it says otherwise.
    pub(crate) const fn starts(mut self, initial: Initial) -> Self {
        self.initial = initial;
        self
    }

    /// Where it is shown.
    pub(crate) const fn shown(mut self, show: Show) -> Self {
        self.show = show;
        self
    }

    /// Answered by working it out, although it can be written.
    pub(crate) const fn reads(mut self, compute: Compute) -> Self {
        self.computed = Some(compute);
        self
    }

    /// Other names callers may write it under.
    pub(crate) const fn also(mut self, names: &'static [&'static str]) -> Self {
        self.also = names;
        self
    }

    /// Whether it must be given, when an object is made or when it is changed.
    pub(crate) fn is_required(&self, creating: bool) -> bool {
        match self.required {
            Required::Never => false,
            Required::OnCreate => creating,
            Required::Always => true,
        }
    }

    /// Whether a stored object without this member reads as one that holds the start value.
    pub(crate) fn is_initially_implied(&self) -> bool {
        self.show != Show::Present && matches!(self.initial, Initial::Null | Initial::EmptyList)
    }

    /// The name under which errors report it: references lose their `_id` (recorded: `lead` for `lead_id`).
    pub(crate) fn error_key(&self) -> &'static str {
        match self.kind {
            FieldKind::Reference(_) | FieldKind::Checked(_) => {
                self.name.strip_suffix("_id").unwrap_or(self.name)
            }
            _ => self.name,
        }
    }
}

/// What reports make of a field: `number`, `date` or `text`; `None` for what is no single value.
pub(crate) fn field_type(field: &Field) -> Option<&'static str> {
    if field.show != Show::Always {
        return None;
    }
    match field.kind {
        FieldKind::Integer(..) => Some("number"),
        FieldKind::Date | FieldKind::Moment(_) | FieldKind::DateOrMoment => Some("date"),
        FieldKind::Text(_) | FieldKind::Choice(_) | FieldKind::Reference(_) | FieldKind::Boolean => {
            Some("text")
        }
        _ if matches!(field.name, "annualized_value" | "expected_value" | "annualized_expected_value") => {
            Some("number")
        }
        _ if matches!(
            field.name,
            "status_id" | "status_label" | "status_type" | "user_name" | "direction"
        ) =>
        {
            Some("text")
        }
        _ => None,
    }
}
