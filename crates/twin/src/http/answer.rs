//! Answers of the API, and the shapes its errors have.

use axum::body::Body;
use axum::response::Response;
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::{Value, json};

use crate::store::Object;

/// A successful answer.
#[derive(Debug)]
pub(crate) struct Answer {
    status: StatusCode,
    body: Option<Value>,
    table: Option<String>,
    location: Option<String>,
}

impl Answer {
    /// 200 with a body.
    pub(crate) fn ok(body: impl Into<Value>) -> Self {
        Self { status: StatusCode::OK, body: Some(body.into()), table: None, location: None }
    }

    /// 201 with a body and where the new object is.
    pub(crate) fn created(body: impl Into<Value>, location: String) -> Self {
        Self { status: StatusCode::CREATED, body: Some(body.into()), table: None, location: Some(location) }
    }

    /// 204 without a body.
    pub(crate) fn empty() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None, table: None, location: None }
    }

    /// 200 with a table: a column for each member of the first row.
    pub(crate) fn csv(rows: &[Object]) -> Self {
        let mut table = csv::Writer::from_writer(Vec::new());
        let columns: Vec<&String> = rows.first().into_iter().flat_map(Object::keys).collect();
        let cell = |value: &Value| match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let cells =
            rows.iter().map(|row| columns.iter().map(|name| row.get(*name).map(cell)).collect::<Vec<_>>());
        // Writing to memory cannot fail, and all rows have the same columns.
        let mut outcome = table.write_record(&columns);
        for row in cells {
            outcome =
                outcome.and_then(|()| table.write_record(row.into_iter().map(Option::unwrap_or_default)));
        }
        debug_assert!(outcome.is_ok());
        let bytes = table.into_inner().unwrap_or_default();
        let table = String::from_utf8_lossy(&bytes).into_owned();
        Self { status: StatusCode::OK, body: None, table: Some(table), location: None }
    }

    /// As an HTTP response.
    pub(crate) fn into_response(self) -> Response {
        let mut response = self.body.map_or_else(Response::default, |body| json_response(self.status, &body));
        if let Some(table) = self.table {
            *response.body_mut() = Body::from(table);
            let kind = HeaderValue::from_static("text/csv; charset=utf-8");
            response.headers_mut().insert(header::CONTENT_TYPE, kind);
        }
        *response.status_mut() = self.status;
        if let Some(location) = self.location.and_then(|location| HeaderValue::try_from(location).ok()) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}

/// Why a request was not carried out.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// No such object; the name is that of Close's class, for example `Lead`.
    NoObject(&'static str),
    /// No such path.
    NoUrl,
    /// The path has other methods: 405 with those in `Allow`.
    NotAllowed(Vec<Method>),
    /// `{"error": "…"}`.
    Message(StatusCode, String),
    /// A body of its own.
    Body(StatusCode, Object),
    /// `{"errors": ["…"]}`.
    Errors(StatusCode, Vec<String>),
    /// `{"errors": […], "field-errors": {…}}` with status 400.
    Invalid {
        /// What concerns no single field.
        errors: Vec<String>,
        /// Message, or nested errors, for each field.
        fields: Object,
    },
}

impl Refusal {
    /// A 400 that concerns one field.
    pub(crate) fn field(name: &str, message: impl Into<Value>) -> Self {
        let mut fields = Object::new();
        fields.insert(name.to_owned(), message.into());
        Self::Invalid { errors: Vec::new(), fields }
    }

    /// A 400 with a single message.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::Message(StatusCode::BAD_REQUEST, message.into())
    }

    /// A 400 that concerns no single field.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::Invalid { errors: vec![message.into()], fields: Object::new() }
    }

    /// A 403: the caller's role does not grant `permission`.
    pub(crate) fn forbidden(permission: &str) -> Self {
        let message = format!("You do not have permission to perform this action: it needs {permission}.");
        Self::Message(StatusCode::FORBIDDEN, message)
    }

    /// As status and body.
    pub(crate) fn into_parts(self) -> (StatusCode, Value) {
        match self {
            Self::NoObject(model) => {
                let message = format!("Empty query: {model} matching query does not exist.");
                (StatusCode::NOT_FOUND, json!({ "error": message }))
            }
            Self::NoUrl => {
                let message = "The requested URL was not found on the server. If you entered the URL manually please \
                               check your spelling and try again.";
                (StatusCode::NOT_FOUND, json!({ "error": message }))
            }
            Self::NotAllowed(_) => {
                let message = "The method is not allowed for the requested URL.";
                (StatusCode::METHOD_NOT_ALLOWED, json!({ "error": message }))
            }
            Self::Message(status, message) => (status, json!({ "error": message })),
            Self::Body(status, body) => (status, body.into()),
            Self::Errors(status, errors) => (status, json!({ "errors": errors })),
            Self::Invalid { errors, fields } => {
                (StatusCode::BAD_REQUEST, json!({ "errors": errors, "field-errors": fields }))
            }
        }
    }

    /// As an HTTP response.
    pub(crate) fn into_response(self) -> Response {
        let allowed = match &self {
            Self::NotAllowed(methods) => {
                let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
                HeaderValue::try_from(names.join(", ")).ok()
            }
            _ => None,
        };
        let (status, body) = self.into_parts();
        let mut response = json_response(status, &body);
        if let Some(allowed) = allowed {
            response.headers_mut().insert(header::ALLOW, allowed);
        }
        response
    }
}

/// A response with a JSON body.
pub(crate) fn json_response(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
