//! `latch twin` in other people's tests: the examples of its guide are run as they are printed.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tokio::process::Command;

use crate::program::Latch;
use crate::serving::Serving;

const GUIDE: &str = include_str!("../../../twin/TESTING.md");

/// The one example of the guide in this language.
fn example(language: &str) -> &'static str {
    let (_, rest) = GUIDE.split_once(&format!("```{language}\n")).expect("the guide has such an example");
    rest.split_once("\n```").expect("it ends").0
}

/// Runs an example as a person would who has `latch` on the path.
async fn run(program: &str, arguments: &[&str], language: &str) {
    let latch = Latch::new();
    let folder = Path::new(env!("CARGO_BIN_EXE_latch")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap_or_default());
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(latch.home.path())
        .env("PATH", path)
        .env("HOME", latch.home.path())
        .kill_on_drop(true)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program}, which the guide uses: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(example(language).as_bytes()).await.unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
}

#[cfg(unix)]
#[tokio::test]
async fn the_guides_shell_example_works() {
    run("sh", &["-eu"], "sh").await;
}

#[cfg(unix)]
#[tokio::test]
async fn the_guides_python_example_works() {
    run("python3", &["-"], "python").await;
}

#[tokio::test]
async fn its_help_is_a_manual() {
    let ran = Latch::new().run(&["twin", "--help"]).await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out);
    for group in latch_twin::RateLimits::GROUPS {
        assert!(ran.out.contains(group), "{group}");
    }
}

async fn get(url: &str, key: &Value) -> reqwest::Response {
    reqwest::Client::new().get(url).basic_auth(key.as_str().unwrap(), Some("")).send().await.unwrap()
}

#[tokio::test]
async fn its_options_arrive() {
    let latch = Latch::new();
    let arguments = [
        "twin",
        "--listen",
        "127.0.0.1:0",
        "--leads",
        "0",
        "--control-port",
        "0",
        "--rate-limit",
        "5/60",
        "--rate-limit",
        "lead=2/60",
        "--token-lifetime",
        "90",
        "--json",
    ];
    let (serving, twin) = Serving::start(&latch, &arguments).await;
    let key = &twin["twin_api_keys"][0]["key"];
    let api = twin["api_url"].as_str().unwrap();
    assert_eq!(
        get(&format!("{api}/me/"), key).await.headers()["ratelimit"].to_str().unwrap().split(',').next(),
        Some("limit=5")
    );
    assert_eq!(
        get(&format!("{api}/lead/"), key).await.headers()["ratelimit"].to_str().unwrap().split(',').next(),
        Some("limit=2")
    );
    let control = twin["control_url"].as_str().unwrap();
    let lifetimes: Value =
        reqwest::get(format!("{control}/token_lifetimes")).await.unwrap().json().await.unwrap();
    assert_eq!(lifetimes, json!({"access_seconds": 90, "refresh_seconds": null, "code_seconds": 60}));
    assert!(twin["oauth_app"]["client_secret"].is_string());
    serving.stop().await;
}

#[tokio::test]
async fn levers_are_off_unless_asked_for_and_a_port_in_use_is_named() {
    let latch = Latch::new();
    let (serving, twin) = Serving::start(&latch, &["twin", "--port", "0", "--leads", "0", "--json"]).await;
    assert_eq!(twin["control_url"], Value::Null);
    serving.stop().await;
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for option in ["--port", "--control-port"] {
        let arguments = ["twin", "--leads", "0", "--port", "0", "--control-port", "0"];
        let arguments: Vec<&str> = arguments
            .into_iter()
            .scan("", |before, word| {
                let given = if *before == option { port.as_str() } else { word };
                *before = word;
                Some(given)
            })
            .collect();
        let ran = latch.run(&arguments).await;
        assert!(ran.code != 0 && ran.err.contains(&format!("choose another with {option},")), "{ran:?}");
    }
    let ran = latch.run(&["twin", "--rate-limit", "leads=1/1"]).await;
    assert!(ran.err.contains("there is no group \"leads\"; the groups are activity, bulk,"), "{ran:?}");
}

#[tokio::test]
async fn nothing_that_was_acknowledged_is_lost_when_it_is_killed() {
    let latch = Latch::new();
    let folder = latch.home.path().join("kept");
    let arguments = ["twin", "--port", "0", "--leads", "2", "--json", "--data", folder.to_str().unwrap()];
    let client = reqwest::Client::new();
    let mut acknowledged: Vec<String> = Vec::new();
    for killed_after in [1, 15, 40, 0] {
        let (serving, told) = Serving::start(&latch, &arguments).await;
        let api = told["api_url"].as_str().unwrap().to_owned();
        let key = told["twin_api_keys"][0]["key"].as_str().unwrap().to_owned();
        for id in &acknowledged {
            let answer = client.get(format!("{api}/lead/{id}/")).basic_auth(&key, Some("")).send().await;
            assert_eq!(answer.unwrap().status(), 200, "{id} was acknowledged and is gone");
        }
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        for writer in 0..4 {
            let (api, key, tell, client) = (api.clone(), key.clone(), tell.clone(), client.clone());
            tokio::spawn(async move {
                loop {
                    let lead =
                        json!({"name": format!("Writer {writer}"), "contacts": [{"name": "Somebody"}]});
                    let request = client.post(format!("{api}/lead/")).basic_auth(&key, Some("")).json(&lead);
                    // What was not answered may be there or not; nobody was told.
                    let Ok(answer) = request.send().await else { return };
                    let Ok(lead) = answer.json::<Value>().await else { return };
                    drop(tell.send(lead["id"].as_str().unwrap().to_owned()));
                }
            });
        }
        drop(tell);
        for _ in 0..killed_after {
            acknowledged.extend(told.recv().await);
        }
        serving.kill().await;
        while let Some(id) = told.recv().await {
            acknowledged.push(id);
        }
    }
    assert!(acknowledged.len() >= 56);
}
