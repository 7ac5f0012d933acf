//! Which door a request came to, and what may be said of its address.
//!
//! An address can hold secrets (the token of a link) and names (an identifier). The route that it matched holds
//! neither, so that is what logs and traces get.

use std::borrow::Cow;

use axum::extract::MatchedPath;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Request};

/// The route that a request took within a door that sorts requests by itself, such as
/// `/api/v1/connected_accounts/{id}`. Put among the extensions of the response, it stands in logs and traces in place
/// of the route that the router knows. It must never be an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route(pub Cow<'static, str>);

/// A group of routes that an operator thinks of as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Door {
    Rest,
    Grpc,
    Proxy,
    Mcp,
    /// Tokens for API clients and the keys to check them with.
    Tokens,
    /// Pages for people.
    Web,
    Health,
    /// No route matched.
    None,
}

impl Door {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Grpc => "grpc",
            Self::Proxy => "proxy",
            Self::Mcp => "mcp",
            Self::Tokens => "tokens",
            Self::Web => "web",
            Self::Health => "health",
            Self::None => "none",
        }
    }

    fn of(route: Option<&str>, headers: &HeaderMap) -> Self {
        if headers.get(CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/grpc")) {
            return Self::Grpc;
        }
        let Some(route) = route else { return Self::None };
        let mut segments = route.split('/').skip(1);
        match (segments.next().unwrap_or_default(), segments.next()) {
            ("api" | "openapi.json", _) => Self::Rest,
            ("proxy", _) => Self::Proxy,
            ("mcp", _) => Self::Mcp,
            ("oauth", Some("token")) | ("keys" | ".well-known", _) => Self::Tokens,
            ("livez" | "readyz" | "metrics", _) => Self::Health,
            (service, Some(_)) if service.contains('.') => Self::Grpc,
            _ => Self::Web,
        }
    }
}

/// What is said of a request's address.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) door: Door,
    /// The route that matched, such as `/api/v1/tools/{name}`; for gRPC `/service/method`.
    pub(crate) route: Option<String>,
}

impl Place {
    /// The place of a request that `route` has matched, or else a route of the router.
    pub(crate) fn of<B>(request: &Request<B>, route: Option<&'static str>) -> Self {
        let matched = || request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
        let matched = route.or_else(matched);
        let door = Door::of(matched, request.headers());
        let method = Some(request.uri().path()).filter(|path| door == Door::Grpc && is_grpc_method(path));
        Self { door, route: method.or(matched).map(str::to_owned) }
    }
}

/// Whether a path looks like `/scalekit.v1.tools.ToolsService/ListTools`: such a path holds no secret.
fn is_grpc_method(path: &str) -> bool {
    let is_name = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
    };
    path.len() <= 200
        && path
            .strip_prefix('/')
            .and_then(|path| path.split_once('/'))
            .is_some_and(|(service, method)| is_name(service) && service.contains('.') && is_name(method))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_belong_to_the_door_that_people_know() {
        let door = |route| Door::of(Some(route), &HeaderMap::new());
        assert_eq!(door("/api/v1/tools/{name}"), Door::Rest);
        assert_eq!(door("/scalekit.v1.tools.ToolsService/{*rest}"), Door::Grpc);
        assert_eq!(door("/proxy/{*path}"), Door::Proxy);
        assert_eq!(door("/oauth/token"), Door::Tokens);
        assert_eq!(door("/oauth/callback"), Door::Web);
        assert_eq!(door("/"), Door::Web);
        assert_eq!(Door::of(None, &HeaderMap::new()), Door::None);
    }

    #[test]
    fn only_the_names_of_grpc_methods_pass_for_one() {
        assert!(is_grpc_method("/scalekit.v1.tools.ToolsService/ListTools"));
        for path in ["/", "/api/v1", "/a.B/C/d", "/a.B/", "/a.B/%20", "/connect/0123456789"] {
            assert!(!is_grpc_method(path), "{path}");
        }
    }
}
