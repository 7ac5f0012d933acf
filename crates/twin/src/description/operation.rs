//! Operations with their parameters, bodies and answers.

use http::Method;
use serde_json::{Value, json};

use super::examples::Examples;
use super::schema;
use crate::objects::resource_at;
use crate::resource::{Action, Compare, Deleted, ListRules, Resource, Run};
use crate::store::Object;

/// The operators a filter understands, which stand after its name.
const EQUALITIES: [&str; 2] = ["", "__in"];
const COMPARISONS: [&str; 4] = ["__gt", "__gte", "__lt", "__lte"];

/// Adds all operations of a resource at one of its paths.
pub(super) fn resource(
    paths: &mut Object,
    known: Examples<'_>,
    resource: &'static Resource,
    path: &str,
    old: bool,
) {
    let methods = resource.methods;
    let made = if resource.answers_created { "201" } else { "200" };
    let fields = || resource.all_fields();
    let answered = || Some(schema::answered(resource));
    let collection = format!("/{path}/");
    let one = format!("/{path}/{{id}}/");
    let shown = || vec![fields_parameter()];
    let single = || vec![id_parameter("id", known.first(resource)), fields_parameter()];
    let mut described = Vec::new();
    if methods.list {
        let operation = Operation { parameters: list(&resource.list), ..Operation::answering("200") };
        described.push((&collection, "get", operation.with(None, Some(schema::page(resource)))));
    }
    if methods.create {
        let operation = Operation { parameters: shown(), ..Operation::answering(made) };
        let body = schema::body(known, fields(), true);
        described.push((&collection, "post", operation.with(Some(body), answered())));
    }
    if methods.fetch {
        let operation = Operation { parameters: single(), ..Operation::answering("200") };
        described.push((&one, "get", operation.with(None, answered())));
    }
    if methods.update {
        let operation = Operation { parameters: single(), ..Operation::answering("200") };
        let body = schema::body(known, fields(), false);
        described.push((&one, "put", operation.with(Some(body), answered())));
    }
    if methods.delete {
        let status = if resource.deleted == Deleted::NoContent { "204" } else { "200" };
        // Others than elsewhere where there are enough, so that trying the examples leaves something to try.
        let parameters = vec![id_parameter("id", known.last(resource))];
        let operation = Operation { parameters, ..Operation::answering(status) };
        let answer = (status != "204").then(|| json!({ "type": "object" }));
        described.push((&one, "delete", operation.with(None, answer)));
    }
    for (path, method, operation) in described {
        add(paths, path, method, Operation { old, ..operation });
    }
}

/// Adds an operation that belongs to no resource.
pub(super) fn action(paths: &mut Object, known: Examples<'_>, action: &Action) {
    let mut path = String::from("/");
    let mut parameters = Vec::new();
    for segment in action.path.split('/') {
        if segment == "{}" {
            let owner = resource_at(path.trim_matches('/'));
            let ids = owner.map(|owner| known.first(owner)).unwrap_or_default();
            let name = if parameters.is_empty() { "id" } else { "other_id" };
            parameters.push(id_parameter(name, ids));
            path.extend(["{", name, "}/"]);
        } else {
            path.push_str(segment);
            path.push('/');
        }
    }
    let has_body = action.method == Method::POST || action.method == Method::PUT;
    let sends = has_body && !matches!(action.run, Run::Touch(_));
    let body = sends.then(|| json!({ "type": "object" }));
    let operation = Operation { parameters, ..Operation::answering("2XX") };
    add(paths, &path, &action.method.as_str().to_lowercase(), operation.with(body, None));
}

/// One operation on its way into the document.
#[derive(Default)]
struct Operation {
    parameters: Vec<Value>,
    body: Option<Value>,
    status: &'static str,
    answer: Option<Value>,
    old: bool,
}

impl Operation {
    fn answering(status: &'static str) -> Self {
        Self { status, ..Self::default() }
    }

    fn with(self, body: Option<Value>, answer: Option<Value>) -> Self {
        Self { body, answer, ..self }
    }

    fn into_value(self) -> Value {
        let content = |schema: Value| json!({ "application/json": { "schema": schema } });
        let mut success = json!({ "description": "Done." });
        if let Some(answer) = self.answer {
            success["content"] = content(answer);
        }
        let refused = json!({ "$ref": "#/components/schemas/Refusal" });
        let mut responses = Object::new();
        responses.insert(self.status.to_owned(), success);
        responses.insert(
            "4XX".to_owned(),
            json!({ "description": "Refused; nothing was done.", "content": content(refused) }),
        );
        let mut operation = json!({ "parameters": self.parameters, "responses": responses });
        if let Some(body) = self.body {
            operation["requestBody"] = json!({ "required": true, "content": content(body) });
        }
        if self.old {
            operation["deprecated"] = true.into();
        }
        operation
    }
}

/// Adds an operation unless its path and method are described already.
fn add(paths: &mut Object, path: &str, method: &str, operation: Operation) {
    let item = paths.entry(path).or_insert_with(|| json!({}));
    if item.get(method).is_none() {
        item[method] = operation.into_value();
    }
}

fn list(rules: &ListRules) -> Vec<Value> {
    let mut parameters = vec![
        query("_limit", json!({ "type": "integer", "minimum": 0, "maximum": rules.max_limit })),
        query("_skip", json!({ "type": "integer", "minimum": 0, "maximum": rules.max_skip })),
        fields_parameter(),
    ];
    if !rules.orders.is_empty() {
        let orders: Vec<String> =
            rules.orders.iter().flat_map(|name| [(*name).to_owned(), format!("-{name}")]).collect();
        parameters.push(query("_order_by", json!({ "type": "string", "examples": orders })));
    }
    for filter in rules.filters {
        let compares = matches!(filter.compare, Compare::Moments | Compare::Days);
        let operators = EQUALITIES.iter().chain(COMPARISONS.iter().filter(|_| compares));
        for operator in operators {
            let schema = if *operator == "__in" {
                json!({ "type": "string" })
            } else {
                schema::filter(filter.compare)
            };
            parameters.push(query(&format!("{}{operator}", filter.name), schema));
        }
    }
    for name in rules.reads {
        parameters.push(query(name, json!({ "type": "string" })));
    }
    parameters
}

fn fields_parameter() -> Value {
    query("_fields", json!({ "type": "string", "examples": ["id"] }))
}

fn query(name: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "required": false, "schema": schema })
}

fn id_parameter(name: &str, ids: Vec<Value>) -> Value {
    // A segment of a path is never empty and holds no slash.
    let mut schema = json!({ "type": "string", "pattern": "^[^/]+$" });
    if !ids.is_empty() {
        schema["examples"] = ids.into();
    }
    json!({ "name": name, "in": "path", "required": true, "schema": schema })
}
