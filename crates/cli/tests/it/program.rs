//! Running the built program in a clean home.

use std::process::{Output, Stdio};

use latch_twin::{Twin, TwinOptions};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// The program, with a home of its own.
pub(crate) struct Latch {
    pub(crate) home: TempDir,
    environment: Vec<(String, String)>,
}

/// What a run left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Latch {
    pub(crate) fn new() -> Self {
        latch_close::install_tls_provider();
        Self { home: tempfile::tempdir().unwrap(), environment: Vec::new() }
    }

    /// With the API key of the twin's first user in the environment, as a person with one key has it.
    pub(crate) fn with_key_of(twin: &Twin) -> Self {
        Self::new().with("CLOSE_API_KEY", &ann(twin)).with("CLOSE_URL", &format!("{}/api/v1", twin.url()))
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The command, with nothing of this process's environment but what is needed to find programs.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_latch"));
        command
            .args(arguments)
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap_or_default())
            .env("HOME", self.home.path())
            // What it leaves behind, temporary or not, is found in its home.
            .env("TMPDIR", self.home.path())
            .env("TZ", "UTC")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .kill_on_drop(true)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Ran {
        Ran::from(self.command(arguments).output().await.unwrap())
    }

    pub(crate) async fn run_with_input(&self, arguments: &[&str], input: &str) -> Ran {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // The program may stop reading early; what it says about it is what matters.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        Ran::from(child.wait_with_output().await.unwrap())
    }

    /// A run that must succeed and print JSON.
    pub(crate) async fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.run(arguments).await;
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.json()
    }

    pub(crate) fn data_folder(&self) -> std::path::PathBuf {
        self.home.path().join(".local/share/latch")
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Exit code and both streams, with everything that changes from run to run replaced.
    pub(crate) fn told(&self) -> String {
        format!("exit {}\n--- out\n{}--- err\n{}", self.code, self.out, self.err)
    }
}

/// Replaces what changes from run to run.
pub(crate) fn steady() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    for (pattern, with) in [
        (r"127\.0\.0\.1:\d+", "127.0.0.1:PORT"),
        (r"port \d+", "port PORT"),
        (r"/[^ \n'()]*/\.tmp\w{6}", "/HOME"),
        (r"latch-\w{6}/", "latch-RANDOM/"),
        (r" +\d+\.\d ms", "   N ms"),
        (r"in \d+ ms", "in N ms"),
        // The pauses between attempts are drawn at random, so how many fit into the time differs.
        (r"after \d attempts", "after N attempts"),
        (r"after \d+ attempts", "after N attempts"),
        (r#""duration_ms": [\d.]+"#, "\"duration_ms\": N"),
        (r"\d{4}-\d{2}-\d{2}T[0-9:.]+(Z|\+00:00)", "TIMESTAMP"),
        (r"\d{4}-\d{2}-\d{2}", "DATE"),
        (r"call_[0-9a-f]{32}", "call_ID"),
        (r"ca_[0-9a-z]{26}", "ca_ID"),
        (r"key_[0-9a-z]{26}", "key_ID"),
        (r"latch_[0-9a-z]{26}", "latch_ID"),
        (r"\b(lead|oppo|acti|task|cont|sub|seq|stat|pipe|user|orga|oa2client)_[0-9A-Za-z]{10,}", "${1}_ID"),
    ] {
        settings.add_filter(pattern, with);
    }
    settings
}

/// A twin with nothing but what is always there.
pub(crate) async fn twin() -> Twin {
    Twin::start(TwinOptions { leads: 0, ..TwinOptions::default() }).await.unwrap()
}

/// The API key of the twin's first user, Ann Reyes.
pub(crate) fn ann(twin: &Twin) -> String {
    twin.api_keys().into_iter().next().unwrap().key
}
