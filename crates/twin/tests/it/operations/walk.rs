//! Calls operations one after the other, and remembers what was wrong with each.
//!
//! Promises to go on after a failure, so that one walk shows everything that is wrong. What an operation must answer is
//! said by `documentation`; which operations are called with what is said by the paths beside this file.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::Value;

use super::documentation::Documentation;
use crate::support::House;

/// Members that Close's schemas require and the twin does not, and why.
const LENIENT: &[(&str, &str, &str)] =
    &[("POST /task/", "_type", "chosen: what is posted without it is a plain task")];

/// A walk through a running twin.
pub(super) struct Walk {
    pub(super) house: House,
    documentation: Documentation,
    called: BTreeSet<String>,
    failures: BTreeMap<String, BTreeSet<String>>,
}

impl Walk {
    pub(super) fn new(house: House) -> Self {
        let documentation = Documentation::read();
        Self { house, documentation, called: BTreeSet::new(), failures: BTreeMap::new() }
    }

    /// Calls an operation without a body. What stands in braces in its path is given by `arguments`, in order.
    pub(super) async fn call(&mut self, operation: &str, arguments: &[&str]) -> Value {
        self.ask(operation, arguments, &[], None).await
    }

    /// Calls an operation with query parameters.
    pub(super) async fn find(&mut self, operation: &str, query: &[(&str, &str)]) -> Value {
        self.ask(operation, &[], query, None).await
    }

    /// Calls an operation with a body, and before that once without each member that the body must have.
    pub(super) async fn send(&mut self, operation: &str, arguments: &[&str], body: Value) -> Value {
        let required =
            self.documentation.find(operation).map(|found| found.required.clone()).unwrap_or_default();
        for name in required {
            let mut incomplete = body.clone();
            if incomplete.as_object_mut().and_then(|body| body.shift_remove(&name)).is_none() {
                self.fail(operation, format!("the walk gives no {name}, which must be given"));
                continue;
            }
            let (status, answer) = self.request(operation, arguments, &[], Some(&incomplete)).await;
            let lenient =
                LENIENT.iter().any(|(lenient, member, _)| (*lenient, *member) == (operation, &*name));
            if status != 400 && !lenient {
                self.fail(operation, format!("without {name}: {status} {answer}, instead of 400"));
            }
        }
        self.ask(operation, arguments, &[], Some(&body)).await
    }

    /// Calls an operation, and answers its body; null when it failed.
    pub(super) async fn ask(
        &mut self,
        operation: &str,
        arguments: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Value {
        let (status, answer) = self.request(operation, arguments, query, body).await;
        self.called.insert(operation.to_owned());
        let Some(documented) = self.documentation.find(operation) else {
            self.fail(operation, "is not documented".to_owned());
            return Value::Null;
        };
        let mut wrong: Vec<String> = query
            .iter()
            .filter(|(name, _)| !documented.query.iter().any(|known| known == name))
            .map(|(name, _)| format!("the parameter {name} is not documented"))
            .collect();
        let unknown = body.map(|body| documented.undocumented(body)).unwrap_or_default();
        wrong.extend(unknown.into_iter().map(|name| format!("the member {name} is not documented")));
        if status == documented.status {
            wrong.extend(self.documentation.undocumented(documented, &answer));
        } else {
            wrong.push(format!("answered {status} {answer}, instead of {}", documented.status));
        }
        let succeeded = status < 300;
        for wrong in wrong {
            self.fail(operation, wrong);
        }
        if succeeded { answer } else { Value::Null }
    }

    async fn request(
        &self,
        operation: &str,
        arguments: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> (u16, Value) {
        let (method, path) = operation.split_once(' ').unwrap();
        let mut arguments = arguments.iter();
        let mut filled = String::new();
        for part in path.trim_start_matches('/').split_inclusive('/') {
            match part.strip_prefix('{').and_then(|rest| rest.strip_suffix("}/")) {
                Some(_) => {
                    filled.push_str(arguments.next().unwrap());
                    filled.push('/');
                }
                None => filled.push_str(part),
            }
        }
        let mut request = self.house.request(method.parse::<Method>().unwrap(), &filled).query(query);
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = self.house.send(request).await;
        (answer.status.as_u16(), answer.body)
    }

    fn fail(&mut self, operation: &str, wrong: String) {
        self.failures.entry(operation.to_owned()).or_default().insert(wrong);
    }

    /// Everything that was wrong, and every operation that was not called.
    pub(super) fn report(mut self) -> String {
        for operation in self.documentation.operations() {
            if !self.called.contains(&operation.name) {
                let wrong = "was not called".to_owned();
                self.failures.entry(operation.name.clone()).or_default().insert(wrong);
            }
        }
        let lines = self
            .failures
            .iter()
            .flat_map(|(operation, wrong)| wrong.iter().map(move |wrong| format!("{operation}: {wrong}")));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The id of what was created; of nothing, when that failed.
pub(super) fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap_or("nothing")
}

/// The id of the first of a list.
pub(super) fn listed(list: &Value) -> &str {
    id(&list["data"][0])
}
