//! The catalogue's data model: what one file under `data/` may say.
//!
//! These types are read straight from TOML and never change afterwards. A file that says something the
//! model does not know is refused when the catalogue loads, so that a misspelt key cannot silently mean
//! nothing. What the data means for a call is decided in `arguments`, `request` and `result`.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

/// One file under `data/`: everything known about one kind of Close object.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectFile {
    /// Heading of the object's documentation page, for example `Leads`.
    pub title: String,
    /// One paragraph: what the object is and how it hangs together with others.
    pub summary: String,
    /// Shapes of results that the tools of this file (or others) return.
    #[serde(default, rename = "shape")]
    pub shapes: Vec<Shape>,
    /// Lists that turn names into ids.
    #[serde(default, rename = "lookup")]
    pub lookups: Vec<Lookup>,
    /// Parameters that several tools share, by name; see [`Tool::include`].
    #[serde(default)]
    pub shared: IndexMap<String, Parameter>,
    /// The operations.
    #[serde(default, rename = "tool")]
    pub tools: Vec<Tool>,
}

/// The documented members of an object that Close answers with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shape {
    /// Name by which [`ResultRule::shape`] refers to it, for example `lead`.
    pub name: String,
    /// What one such object stands for.
    pub summary: String,
    /// Members: name, type (`string`, `integer`, `boolean`, `object`, `array`, or another shape's name,
    /// optionally followed by `[]` or `?`), meaning.
    pub fields: Vec<(String, String, String)>,
}

/// A list at Close that knows ids by name, so that people and models may write the name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lookup {
    /// Name by which [`Parameter::lookup`] refers to it.
    pub name: String,
    /// What one entry is called in messages, for example `lead status`.
    pub noun: String,
    /// Path of the list, read with GET.
    pub path: String,
    /// Ids begin with this; a value that does is not looked up.
    pub prefix: String,
    /// Members compared with the value, ignoring case. `first_name+last_name` joins two with a space.
    pub matches: Vec<String>,
    /// Members shown when the value is unknown or names several entries.
    pub show: Vec<String>,
}

/// What a call may do at Close.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Changes nothing.
    Read,
    /// Creates or changes something.
    Write,
    /// Deletes or merges; cannot be undone through the API.
    Destructive,
}

impl Kind {
    /// The word used in data, records and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Destructive => "destructive",
        }
    }
}

/// One operation an agent may call.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// The AgentKit name, for example `close_lead_create`.
    pub name: String,
    /// The function name, for example `create_lead`; `close_` in front of it is the function's slug.
    pub function: String,
    /// Further bare names it answers to.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Two or three words for lists, for example `Create lead`.
    pub title: String,
    /// Whether it reads, writes or destroys.
    pub kind: Kind,
    /// Method and path at Close below `/api/v1`, with path parameters in braces: `PUT /lead/{lead_id}/`.
    pub call: String,
    /// One sentence for lists.
    pub summary: String,
    /// What it does beyond the summary, when to use it, what to fetch first.
    #[serde(default)]
    pub description: String,
    /// Markdown shown on the documentation page only.
    #[serde(default)]
    pub notes: String,
    /// Names of shared parameters to add after the tool's own.
    #[serde(default)]
    pub include: Vec<String>,
    /// The tool's own parameters, in the order people should read them.
    #[serde(default, rename = "parameter")]
    pub parameters: Vec<Parameter>,
    /// Conditions between parameters.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Rule>,
    /// Values sent with every call, in the body (POST, PUT) or the query (GET, DELETE).
    #[serde(default)]
    pub fixed: IndexMap<String, Value>,
    /// What comes back, and how it is presented.
    #[serde(default)]
    pub result: ResultRule,
    /// Inputs that work, in AgentKit's parameter names and with natural values (arrays as arrays).
    #[serde(rename = "example")]
    pub examples: Vec<Example>,
}

/// An input that works against the twin's demo data as it stands after a fresh start.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What the example shows, as a short phrase.
    pub title: String,
    /// The arguments.
    pub input: serde_json::Map<String, Value>,
}

/// The type of a parameter's value, in JSON Schema's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ValueType {
    /// Text.
    String,
    /// A whole number; `10.0` counts as `10`.
    Integer,
    /// Any finite number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list; a string that holds a JSON list is taken too.
    Array,
    /// An object; a string that holds a JSON object is taken too.
    Object,
}

impl ValueType {
    /// The JSON Schema word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// Where a parameter goes in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Into the path, as one escaped segment.
    Path,
    /// Into the query string.
    Query,
    /// Into the JSON body.
    Body,
    /// Nowhere: accepted because callers send it, but Close has no such field.
    Nowhere,
}

/// What a text must look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// `2026-04-15`.
    Date,
    /// ISO 8601 with a time, with or without a zone.
    DateTime,
    /// Either of the two.
    DateOrDateTime,
    /// An `http` or `https` address.
    Url,
    /// Close's rich text; plain text is escaped and wrapped in `<body><p>…</p></body>`.
    RichText,
}

/// One named argument.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "independent properties, as they stand in the data")]
pub struct Parameter {
    /// AgentKit's name.
    pub name: String,
    /// The function's name for it, where that differs.
    #[serde(default)]
    pub function_name: Option<String>,
    /// Further names accepted, never published.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Type of the value.
    #[serde(rename = "type")]
    pub value_type: ValueType,
    /// Whether a call without it is refused.
    #[serde(default)]
    pub required: bool,
    /// The same for calls under a function name, where that differs.
    #[serde(default)]
    pub function_required: Option<bool>,
    /// What it means, with units; allowed values and limits are added by the documentation.
    pub description: String,
    /// Where it goes; by default the path if the call names it there, else the body of a POST or PUT, else
    /// the query.
    #[serde(default)]
    pub place: Option<Place>,
    /// Close's name for it, where that differs.
    #[serde(default)]
    pub field: Option<String>,
    /// The words allowed, compared without regard to case.
    #[serde(default)]
    pub values: Vec<String>,
    /// What a word (or `true`/`false`) is sent as. A table sets several fields at once.
    #[serde(default)]
    pub map: IndexMap<String, Value>,
    /// Smallest number allowed.
    #[serde(default)]
    pub minimum: Option<i64>,
    /// Largest number allowed; for text the greatest number of characters.
    #[serde(default)]
    pub maximum: Option<i64>,
    /// Lower a number above `maximum` to it instead of refusing.
    #[serde(default)]
    pub clamp: bool,
    /// What Close does when it is absent; documentation only.
    #[serde(default)]
    pub default: Option<Value>,
    /// Sent when a call under a function name leaves it out.
    #[serde(default)]
    pub function_default: Option<Value>,
    /// JSON Schema of an array's items (flat: no references).
    #[serde(default)]
    pub items: Option<Value>,
    /// JSON Schema of an object's members (flat: no references).
    #[serde(default)]
    pub properties: Option<Value>,
    /// AgentKit declares it a string that holds JSON: published so under the AgentKit name.
    #[serde(default)]
    pub as_text: bool,
    /// Array items that are objects are replaced by this member of theirs.
    #[serde(default)]
    pub pluck: Option<String>,
    /// What the text must look like.
    #[serde(default)]
    pub format: Option<Format>,
    /// Name of the [`Lookup`] that turns names into ids; with `spread`, for the members' names.
    #[serde(default)]
    pub lookup: Option<String>,
    /// The object's members become fields of their own with this prefix (`custom.`).
    #[serde(default)]
    pub spread: Option<String>,
    /// An explicit null is sent and clears the field.
    #[serde(default)]
    pub nullable: bool,
}

/// A condition between parameters, by AgentKit name.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// One of these, and not two.
    ExactlyOneOf(Vec<String>),
    /// One of these or more.
    AtLeastOneOf(Vec<String>),
    /// The first needs the second; the third says why.
    Requires(String, String, String),
}

/// What comes back, and how it is presented.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResultRule {
    /// The [`Shape`] of the object, or of a list's items.
    #[serde(default)]
    pub shape: Option<String>,
    /// For lists: the plural under which items are known, for example `leads`.
    #[serde(default)]
    pub list: Option<String>,
    /// Whether calls under the function name get the list as `{<plural>, count, total, has_more, _skip}`
    /// instead of Close's envelope.
    #[serde(default)]
    pub wrap: bool,
    /// Members added to each item under the function name: name, and the member whose words are turned
    /// from `LeadStatusChange` into `lead_status_change`.
    #[serde(default)]
    pub derive: Vec<(String, String)>,
    /// For deletions: the sentence returned in `message`, with parameters in braces.
    #[serde(default)]
    pub deleted: Option<String>,
}
