//! Reading everything back from the twin itself, with an API key and not through Latch.

use std::time::Instant;

use latch_twin::Twin;
use reqwest::Client;
use serde_json::Value;

use super::Stopped;
use super::door::client;
use super::report::Report;
use super::story::Made;

/// Compares what the twin holds with what the story made. Returns what was proven.
pub(crate) async fn read_back(
    twin: &Twin,
    made: &[Made],
    report: &mut Report<'_>,
) -> Result<Vec<String>, Stopped> {
    let started = Instant::now();
    let http = client()?;
    let key = twin.api_keys().into_iter().next().ok_or_else(|| Stopped::new("the twin has no API key"))?.key;
    let mut proven = Vec::new();
    for object in made {
        let held = get(&http, &format!("{}/api/v1{}", twin.url(), object.path), &key).await?;
        if let Some(difference) = difference(&object.expected, &held, "") {
            return Err(Stopped::new(format!(
                "the {} at the twin is not as it was made: {difference}",
                object.what
            )));
        }
        proven.push(object.what.to_owned());
    }
    let sent = format!("GET {}/api/v1/… with an API key, {} times", twin.url(), made.len());
    let got = format!("as they were made: {}", proven.join(", "));
    report.step("Read everything back from the twin itself", &sent, &got, started.elapsed())?;
    Ok(proven)
}

async fn get(http: &Client, url: &str, key: &str) -> Result<Value, Stopped> {
    let failed = |error: reqwest::Error| Stopped::new(format!("the twin did not answer: {error}"));
    let answer = http.get(url).basic_auth(key, Some("")).send().await.map_err(failed)?;
    let status = answer.status().as_u16();
    if status != 200 {
        return Err(Stopped::new(format!("the twin answered {status} for {url}")));
    }
    answer.json().await.map_err(failed)
}

/// Where `held` lacks something of `expected`, in words. What it has besides does not matter.
fn difference(expected: &Value, held: &Value, place: &str) -> Option<String> {
    match (expected, held) {
        (Value::Object(expected), Value::Object(held)) => expected.iter().find_map(|(name, value)| {
            let place = if place.is_empty() { name.clone() } else { format!("{place}.{name}") };
            difference(value, held.get(name).unwrap_or(&Value::Null), &place)
        }),
        (Value::Array(expected), Value::Array(held)) if expected.len() == held.len() => expected
            .iter()
            .zip(held)
            .enumerate()
            .find_map(|(index, (expected, held))| difference(expected, held, &format!("{place}.{index}"))),
        _ if expected == held => None,
        _ => Some(format!("{place} is {held} and should be {expected}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn more_is_no_difference_and_less_is_one() {
        let held = json!({"a": 1, "b": [{"c": "x", "d": 2}], "e": null});
        assert_eq!(difference(&json!({"a": 1, "b": [{"c": "x"}]}), &held, ""), None);
        let said = difference(&json!({"b": [{"c": "y"}]}), &held, "").unwrap();
        assert_eq!(said, "b.0.c is \"x\" and should be \"y\"");
        assert!(difference(&json!({"f": 1}), &held, "").is_some());
    }
}
