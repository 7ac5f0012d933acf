//! Every route of the REST door: one table for serving them and for describing them.

use http::Method;

/// Where a call's message comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// From the path and the query.
    None,
    /// From the path and the body.
    Whole,
    /// From the path and the body, which is one field of the message.
    Field(&'static str),
}

/// One route.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    pub(crate) method: fn() -> Method,
    /// The path; `{name}` stands for a field of the message.
    pub(crate) path: &'static str,
    pub(crate) body: Body,
    /// The call, as the definitions name it.
    pub(crate) call: &'static str,
    /// The status of success.
    pub(crate) status: u16,
}

macro_rules! tool_call {
    ($name:literal) => {
        concat!("scalekit.v1.tools.ToolService.", $name)
    };
}
macro_rules! account_call {
    ($name:literal) => {
        concat!("scalekit.v1.connected_accounts.ConnectedAccountService.", $name)
    };
}
macro_rules! connection_call {
    ($name:literal) => {
        concat!("scalekit.v1.connections.ConnectionService.", $name)
    };
}
macro_rules! our_call {
    ($name:literal) => {
        concat!("latch.v1.LatchService.", $name)
    };
}

/// All of them. Of two that fit a path, the first counts.
pub(crate) const ROUTES: &[Route] = &[
    get("/api/v1/tools", tool_call!("ListTools")),
    get("/api/v1/tools/scoped", tool_call!("ListScopedTools")),
    get("/api/v1/tools/available", tool_call!("ListAvailableTools")),
    post("/api/v1/tools:search", tool_call!("SearchTools")),
    post("/api/v1/tools:refresh", tool_call!("RefreshTools")),
    get("/api/v1/tools/{name}", our_call!("GetTool")),
    post("/api/v1/execute_tool", our_call!("ExecuteTool")),
    get("/api/v1/connected_accounts", account_call!("ListConnectedAccounts")),
    get("/api/v1/connected_accounts:search", account_call!("SearchConnectedAccounts")),
    created(post("/api/v1/connected_accounts", account_call!("CreateConnectedAccount"))),
    with(put, "/api/v1/connected_accounts", Body::Whole, account_call!("UpdateConnectedAccount")),
    post("/api/v1/connected_accounts:delete", account_call!("DeleteConnectedAccount")),
    post("/api/v1/connected_accounts:get_or_create", our_call!("GetOrCreateConnectedAccount")),
    post("/api/v1/connected_accounts:disconnect", our_call!("DisconnectConnectedAccount")),
    post("/api/v1/connected_accounts/magic_link", account_call!("GetMagicLinkForConnectedAccount")),
    get("/api/v1/connected_accounts/auth", account_call!("GetConnectedAccountAuth")),
    get("/api/v1/connected_accounts/details", account_call!("GetConnectedAccountDetails")),
    post("/api/v1/connected_accounts/user/verify", account_call!("VerifyConnectedAccountUser")),
    get("/api/v1/connected_accounts/this", account_call!("GetConnectedAccount")),
    get("/api/v1/connected_accounts/{id}", account_call!("GetConnectedAccount")),
    post("/api/v1/connected_accounts/-:disconnect", account_call!("DisconnectConnectedAccount")),
    post("/api/v1/connected_accounts/this:disconnect", account_call!("DisconnectConnectedAccount")),
    post("/api/v1/connected_accounts/{id}:disconnect", account_call!("DisconnectConnectedAccount")),
    get("/api/v1/connections/app", connection_call!("ListAppConnections")),
    get("/api/v1/connections/{connection_id}", connection_call!("GetEnvironmentConnection")),
    with(
        post_method,
        "/api/v1/connections",
        Body::Field("connection"),
        connection_call!("CreateEnvironmentConnection"),
    ),
    with(
        patch,
        "/api/v1/connections/{connection_id}:enable",
        Body::None,
        connection_call!("EnableEnvironmentConnection"),
    ),
    with(
        patch,
        "/api/v1/connections/{connection_id}:disable",
        Body::None,
        connection_call!("DisableEnvironmentConnection"),
    ),
    with(
        patch,
        "/api/v1/connections/{connection_id}",
        Body::Field("connection"),
        connection_call!("UpdateEnvironmentConnection"),
    ),
    with(
        delete,
        "/api/v1/connections/{connection_id}",
        Body::None,
        connection_call!("DeleteEnvironmentConnection"),
    ),
];

const fn with(method: fn() -> Method, path: &'static str, body: Body, call: &'static str) -> Route {
    Route { method, path, body, call, status: 200 }
}

const fn get(path: &'static str, call: &'static str) -> Route {
    with(get_method, path, Body::None, call)
}

const fn post(path: &'static str, call: &'static str) -> Route {
    with(post_method, path, Body::Whole, call)
}

const fn created(route: Route) -> Route {
    Route { status: 201, ..route }
}

fn get_method() -> Method {
    Method::GET
}

fn post_method() -> Method {
    Method::POST
}

fn put() -> Method {
    Method::PUT
}

fn patch() -> Method {
    Method::PATCH
}

fn delete() -> Method {
    Method::DELETE
}

/// What a request's path and method lead to.
pub(crate) enum Found {
    /// A route, and the fields that its path holds.
    Route(&'static Route, Vec<(&'static str, String)>),
    /// The path is known, with these methods.
    OtherMethod(Vec<Method>),
    /// Nothing.
    Nothing,
}

/// Finds the route for a method and a path as it stands in the request line.
pub(crate) fn find(method: &Method, path: &str) -> Found {
    let mut others = Vec::new();
    for route in ROUTES {
        let Some(fields) = fit(route.path, path) else { continue };
        if (route.method)() == *method {
            return Found::Route(route, fields);
        }
        others.push((route.method)());
    }
    if others.is_empty() { Found::Nothing } else { Found::OtherMethod(others) }
}

/// The fields that a path holds, if it fits the pattern.
fn fit(pattern: &'static str, path: &str) -> Option<Vec<(&'static str, String)>> {
    // Most of them are told apart by what they begin with.
    match pattern.split_once('{') {
        None => return (pattern == path).then(Vec::new),
        Some((before, _)) if !path.starts_with(before) => return None,
        Some(_) => {}
    }
    let (mut wanted, mut given) = (pattern.split('/'), path.split('/'));
    let mut fields = Vec::new();
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return Some(fields),
            (Some(wanted), Some(given)) => match field_of(wanted) {
                Some((name, after)) => {
                    let value = given.strip_suffix(after).filter(|value| !value.is_empty())?;
                    // A verb is never part of an id.
                    if after.is_empty() && value.contains(':') {
                        return None;
                    }
                    let value = percent_encoding::percent_decode_str(value).decode_utf8().ok()?;
                    fields.push((name, value.into_owned()));
                }
                None if wanted == given => {}
                None => return None,
            },
            _ => return None,
        }
    }
}

/// The field of a part of a pattern and what stands after it: `{id}:disconnect`.
fn field_of(part: &'static str) -> Option<(&'static str, &'static str)> {
    part.strip_prefix('{')?.split_once('}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::DESCRIPTORS;

    fn call(method: &Method, path: &str) -> Option<(String, Vec<String>)> {
        match find(method, path) {
            Found::Route(route, fields) => {
                let name = route.call.rsplit('.').next().unwrap_or_default().to_owned();
                Some((name, fields.into_iter().map(|(_, value)| value).collect()))
            }
            _ => None,
        }
    }

    #[test]
    fn every_route_leads_to_a_call_of_the_definitions_with_the_fields_it_names() {
        for route in ROUTES {
            let (service, method) = route.call.rsplit_once('.').unwrap();
            let service = DESCRIPTORS.get_service_by_name(service).unwrap();
            let method = service.methods().find(|candidate| candidate.name() == method).unwrap();
            for part in route.path.split('/') {
                if let Some((field, _)) = field_of(part) {
                    assert!(method.input().get_field_by_name(field).is_some(), "{} {field}", route.path);
                }
            }
            if let Body::Field(field) = route.body {
                assert!(method.input().get_field_by_name(field).is_some(), "{} {field}", route.path);
            }
        }
    }

    #[test]
    fn words_come_before_ids_and_verbs_are_no_part_of_them() {
        let found = |path: &str| call(&Method::GET, path);
        assert_eq!(found("/api/v1/tools/scoped").unwrap().0, "ListScopedTools");
        assert_eq!(
            found("/api/v1/tools/close_me_get").unwrap(),
            ("GetTool".into(), vec!["close_me_get".into()])
        );
        assert_eq!(found("/api/v1/connected_accounts/ca_1").unwrap().1, ["ca_1"]);
        assert!(found("/api/v1/connected_accounts/ca_1:x").is_none());
        assert!(found("/api/v1/tools/").is_none());
        assert!(found("/api/v1/tools/a/b").is_none());
        assert_eq!(found("/api/v1/tools/a%20b").unwrap().1, ["a b"]);
        let posted = call(&Method::POST, "/api/v1/connected_accounts/ca_1:disconnect").unwrap();
        assert_eq!(posted, ("DisconnectConnectedAccount".into(), vec!["ca_1".into()]));
        assert!(matches!(find(&Method::PUT, "/api/v1/tools"), Found::OtherMethod(_)));
        assert!(matches!(find(&Method::GET, "/api/v1"), Found::Nothing));
    }

    proptest::proptest! {
        #[test]
        fn no_path_breaks_it(path: String) {
            let _ = find(&Method::GET, &path);
        }
    }
}
