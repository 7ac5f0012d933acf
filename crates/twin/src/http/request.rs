//! A request to the API, taken apart: parameters, body, time zone, method override.

use http::{HeaderMap, Method, StatusCode, header};
use serde_json::Value;

use super::answer::Refusal;
use crate::objects;
use crate::store::Object;

/// What a request asks for.
#[derive(Debug)]
pub(crate) struct Call {
    /// The method meant, after `x-http-method-override`.
    pub(crate) method: Method,
    /// Segments of the path below `/api/v1/`.
    pub(crate) segments: Vec<String>,
    /// Query parameters, those in `_params` included.
    pub(crate) parameters: Parameters,
    /// The JSON body without `_params`; empty for methods without one.
    pub(crate) body: Object,
    /// Where the caller reaches this twin, for example `http://127.0.0.1:41234`; `None` without a `Host` header.
    pub(crate) origin: Option<String>,
    /// The OAuth app that asks; `None` for API keys.
    pub(crate) app: Option<App>,
    /// Whether a table is asked for instead of JSON: `Accept: text/csv`.
    pub(crate) wants_csv: bool,
}

/// An OAuth app, as the objects it makes name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct App {
    /// Its public id, `oa2client_…`.
    pub(crate) client_id: String,
    /// Its name on the consent page.
    pub(crate) name: String,
}

/// Query parameters in the order they came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// The first parameter with this name.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All parameters.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl FromIterator<(String, String)> for Parameters {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

impl Call {
    /// Reads a request below `/api/v1/`; `path` is what follows that.
    pub(crate) fn read(
        method: &Method,
        path: &str,
        query: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self, Refusal> {
        let mut parameters: Vec<(String, String)> =
            url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let overridden = headers.get("x-http-method-override").and_then(|value| value.to_str().ok());
        let meant = match overridden.map(str::trim) {
            Some(name) if *method == Method::POST => {
                Method::from_bytes(name.to_ascii_uppercase().as_bytes()).unwrap_or(Method::POST)
            }
            _ => method.clone(),
        };
        // Close's framework looks at the body only once it knows who shall read it.
        let segments = segments(path).ok_or(Refusal::NoUrl)?;
        let needs_body = objects::needs_body(&meant, &segments)?;
        let sends = *method == Method::POST || *method == Method::PUT || *method == Method::PATCH;
        let bare = body.is_empty() && !headers.contains_key(header::CONTENT_TYPE);
        let mut body = if sends && (needs_body || !bare) { read_body(headers, body)? } else { Object::new() };
        if let Some(Value::Object(more)) = body.shift_remove("_params") {
            parameters.extend(more.into_iter().map(|(name, value)| (name, plain(&value))));
        }
        let parameters = joined(parameters);
        let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
        Ok(Self {
            method: meant,
            segments,
            parameters: Parameters(parameters),
            body,
            origin: origin(headers),
            app: None,
            wants_csv: accepted.is_some_and(|accepted| accepted.contains("text/csv")),
        })
    }

    /// The app that asks. Some operations are for apps alone (documented; the answer to an API key is not).
    pub(crate) fn require_app(&self) -> Result<&App, Refusal> {
        let message = "This operation is only available to OAuth apps; it cannot be used with an API key.";
        self.app.as_ref().ok_or_else(|| Refusal::Message(StatusCode::FORBIDDEN, message.to_owned()))
    }
}

/// The scheme and host a caller used. A proxy that speaks TLS for the twin says so in `x-forwarded-proto`.
fn origin(headers: &HeaderMap) -> Option<String> {
    let plain = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let host = plain(header::HOST.as_str()).filter(|host| !host.is_empty())?;
    let scheme = if plain("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    Some(format!("{scheme}://{host}"))
}

/// Repeated `…__in` parameters are one list, as Close documents them ("multi").
fn joined(parameters: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut joined: Vec<(String, String)> = Vec::new();
    for (name, value) in parameters {
        match joined.iter_mut().find(|(earlier, _)| *earlier == name && name.ends_with("__in")) {
            Some((_, values)) => {
                values.push(',');
                values.push_str(&value);
            }
            None => joined.push((name, value)),
        }
    }
    joined
}

/// The decoded segments of a path that ends with a slash, as every path of Close does.
pub(super) fn segments(path: &str) -> Option<Vec<String>> {
    let inner = path.strip_suffix('/')?;
    let decode = |segment: &str| {
        percent_encoding::percent_decode_str(segment).decode_utf8().ok().map(std::borrow::Cow::into_owned)
    };
    inner.split('/').map(decode).collect()
}

/// A parameter given as JSON, as it would stand in a query string.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

fn read_body(headers: &HeaderMap, body: &[u8]) -> Result<Object, Refusal> {
    if headers.get(header::TRANSFER_ENCODING).is_some_and(|value| value.as_bytes() == b"chunked") {
        return Err(Refusal::bad_request("Chunked Transfer-Encoding is not supported."));
    }
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        let message = "Please send valid JSON with a 'Content-Type: application/json' header.";
        return Err(Refusal::Message(StatusCode::UNSUPPORTED_MEDIA_TYPE, message.to_owned()));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Refusal::bad_request("JSON data must be a dict.")),
        Err(_) => Err(Refusal::bad_request("The request contains invalid JSON.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(method: &Method, headers: &[(&'static str, &str)], body: &Value) -> Result<Call, Refusal> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, value.parse().unwrap());
        }
        Call::read(method, "lead/lead_1/", "_limit=2&id__in=a%2Cb", &map, body.to_string().as_bytes())
    }

    #[test]
    fn params_in_the_body_join_the_query() {
        let headers =
            [("content-type", "application/json; charset=utf-8"), ("x-http-method-override", "GET")];
        let body = json!({"_params": {"_skip": 3, "is_complete": false, "name": "A&B"}});
        let call = read(&Method::POST, &headers, &body).unwrap();
        assert_eq!(call.method, Method::GET);
        assert_eq!(call.segments, ["lead", "lead_1"]);
        assert_eq!(call.parameters.get("id__in"), Some("a,b"));
        assert_eq!(call.parameters.get("_skip"), Some("3"));
        assert_eq!(call.parameters.get("is_complete"), Some("false"));
        assert!(call.body.is_empty());
    }

    #[test]
    fn bodies_that_are_not_json_objects_are_refused() {
        let (status, _) = read(&Method::PUT, &[], &json!({})).unwrap_err().into_parts();
        assert_eq!(status, 415);
        let headers = [("content-type", "application/json")];
        let (status, body) = read(&Method::PUT, &headers, &json!([1])).unwrap_err().into_parts();
        assert_eq!((status.as_u16(), body), (400, json!({"error": "JSON data must be a dict."})));
    }
}
