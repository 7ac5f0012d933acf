//! `latch up` and `latch serve` with TLS, and where they insist on it.

use std::collections::HashMap;
use std::path::Path;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::program::Latch;
use crate::serving::{Serving, trusting};

/// What the door for health says, and in which version of HTTP.
async fn alive(client: &reqwest::Client, url: &str) -> (String, reqwest::Version) {
    let answer = client.get(format!("{url}/livez")).send().await.unwrap();
    let version = answer.version();
    (answer.text().await.unwrap(), version)
}

#[tokio::test]
async fn the_lines_that_up_prints_can_be_pasted() {
    let latch = Latch::new();
    let folder = latch.home.path().join("it's kept");
    let folder = folder.to_str().unwrap();
    let mut child = latch.command(&["--data-folder", folder, "up", "--leads", "0"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut printed = Vec::new();
    while !printed.last().is_some_and(|line: &String| line.starts_with("  latch --data-folder")) {
        printed.push(lines.next_line().await.unwrap().unwrap());
    }
    let pasted: Vec<&str> =
        printed.iter().filter(|line| line.starts_with("  export ")).map(String::as_str).collect();
    let script = format!("{}\nenv", pasted.join("\n"));
    let shell = Command::new("sh").arg("-c").arg(script).env_clear().env("PATH", "/usr/bin:/bin").output();
    let shell = String::from_utf8(shell.await.unwrap().stdout).unwrap();
    let set: HashMap<&str, &str> = shell.lines().filter_map(|line| line.split_once('=')).collect();

    for bundle in ["REQUESTS_CA_BUNDLE", "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", "NODE_EXTRA_CA_CERTS"] {
        assert!(Path::new(set[bundle]).is_file(), "{bundle}: {set:?}");
    }
    let answer = trusting(&json!({"ca_file": set["REQUESTS_CA_BUNDLE"]}))
        .get(format!("{}/api/v1/tools", set["SCALEKIT_ENV_URL"]))
        .basic_auth(set["SCALEKIT_CLIENT_ID"], Some(set["SCALEKIT_CLIENT_SECRET"]))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 200);

    let calls = printed.split_off(printed.iter().position(|line| line.contains("curl")).unwrap());
    let calls = calls.join("\n");
    let curl = calls.split("\n\n").next().unwrap();
    let ran = Command::new("sh").arg("-c").arg(format!("{curl} --silent --fail")).output().await.unwrap();
    assert!(ran.status.success(), "{curl}: {ran:?}");
    child.kill().await.unwrap();
}

#[tokio::test]
async fn a_kept_folder_keeps_its_authority() {
    let latch = Latch::new();
    let folder = latch.home.path().join("kept");
    let up = ["--data-folder", folder.to_str().unwrap(), "up", "--leads", "0", "--json"];
    let mut authorities = Vec::new();
    for _ in 0..2 {
        let (serving, up) = Serving::start(&latch, &up).await;
        authorities.push(std::fs::read(up["ca_file"].as_str().unwrap()).unwrap());
        serving.stop().await;
    }
    assert_eq!(authorities[0], authorities[1]);
}

#[tokio::test]
async fn serve_speaks_tls_with_the_private_authority_or_with_files() {
    let latch = Latch::new();
    let listen = ["serve", "--listen", "127.0.0.1:0", "--json"];
    let (serving, served) = Serving::start(&latch, &[&listen[..], &["--tls-private-ca"]].concat()).await;
    let client = trusting(&served);
    let url = served["gateway_url"].as_str().unwrap();
    assert!(url.starts_with("https://localhost:"), "{served}");
    assert_eq!(alive(&client, url).await, ("ok\n".to_owned(), reqwest::Version::HTTP_2));
    serving.stop().await;

    let tls = latch.data_folder().join("tls");
    let (certificate, key) = (tls.join("certificate.pem"), tls.join("key.pem"));
    let files = ["--tls-certificate", certificate.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
    let (serving, served) = Serving::start(&latch, &[&listen[..], &files[..]].concat()).await;
    let url = served["gateway_url"].as_str().unwrap();
    assert!(url.starts_with("https://127.0.0.1:"), "{served}");
    assert_eq!(served["ca_file"], Value::Null);
    assert_eq!(alive(&client, url).await.0, "ok\n");
    serving.stop().await;

    std::fs::copy(tls.join("ca-key.pem"), &key).unwrap();
    let ran = latch.run(&[&listen[..3], &files[..]].concat()).await;
    assert_ne!(ran.code, 0);
    assert!(ran.err.contains("do not belong together"), "{ran:?}");
}

#[tokio::test]
async fn an_address_that_others_reach_wants_a_decision() {
    let latch = Latch::new();
    let listen = ["serve", "--listen", "0.0.0.0:0", "--json"];
    let ran = latch.run(&listen).await;
    assert_eq!(ran.code, 2, "{ran:?}");
    let hint = ran.json()["hint"].as_str().unwrap().to_owned();
    assert!(hint.contains("--tls-certificate") && hint.contains("--cleartext"), "{hint}");

    let ran = latch.run(&["serve", "--listen", "192.0.2.1:0", "--tls-private-ca"]).await;
    assert!(ran.err.contains("only for localhost"), "{ran:?}");

    let (serving, served) = Serving::start(&latch, &[&listen[..], &["--cleartext"]].concat()).await;
    let url = served["gateway_url"].as_str().unwrap().replace("0.0.0.0", "127.0.0.1");
    assert_eq!(alive(&reqwest::Client::new(), &url).await.0, "ok\n");
    serving.stop().await;
}

#[cfg(unix)]
#[tokio::test]
async fn too_many_open_files_are_survived() {
    let latch = Latch::new();
    let program = latch.command(&[]).as_std().get_program().to_owned();
    let mut command = latch.command(&[]);
    let limited = "ulimit -n 64; exec \"$0\" serve --listen 127.0.0.1:0 --json";
    let mut shell = Command::new("sh");
    shell.args(["-c", limited]).arg(program).env_clear();
    for (name, value) in command.as_std_mut().get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    shell.stdin(std::process::Stdio::null()).stdout(std::process::Stdio::piped());
    shell.stderr(std::process::Stdio::piped()).kill_on_drop(true);
    let mut child = shell.spawn().unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
    let (serving, served) = Serving::of(child).await;
    let url = served["gateway_url"].as_str().unwrap().to_owned();
    let address = url.trim_start_matches("http://").to_owned();

    let mut connections = Vec::new();
    for _ in 0..100 {
        connections.push(tokio::net::TcpStream::connect(&address).await.unwrap());
    }
    while !log.next_line().await.unwrap().unwrap().contains("no connections can be accepted") {}
    drop(connections);
    assert_eq!(alive(&reqwest::Client::new(), &url).await.0, "ok\n");
    serving.stop().await;
}
