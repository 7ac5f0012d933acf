//! Small servers on this machine, and a client that talks to them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Request as HttpRequest, Response as HttpResponse, Uri};
use latch_close::{Client, ClientOptions, CloseError, Credential, Request, Response};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::Instant;
use url::Url;

/// A request as a server saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// The status, headers and body of an answer.
pub(crate) type Scripted = (u16, &'static [(&'static str, &'static str)], &'static str);

type Script = dyn Fn(usize, &Seen) -> HttpResponse<Body> + Send + Sync;

type Recorder = (Arc<Mutex<Vec<Seen>>>, Arc<Script>);

/// A server that answers by a script and remembers what it was asked.
pub(crate) struct Server {
    pub(crate) api: Url,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Answers the n-th request, counted from zero, with what the script says.
    pub(crate) async fn start(
        script: impl Fn(usize, &Seen) -> HttpResponse<Body> + Send + Sync + 'static,
    ) -> Self {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let script: Arc<Script> = Arc::new(script);
        let router = Router::new().fallback(record).with_state((Arc::clone(&seen), script));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api = api_at(&listener);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { api, seen }
    }

    /// Gives these answers in turn, and the last one for ever.
    pub(crate) async fn answering(answers: Vec<Scripted>) -> Self {
        Self::start(move |number, _| {
            let (status, headers, body) = answers[number.min(answers.len() - 1)];
            answer(status, headers, body)
        })
        .await
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

async fn record(State((seen, script)): State<Recorder>, request: HttpRequest<Body>) -> HttpResponse<Body> {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let request = Seen { method: parts.method, uri: parts.uri, headers: parts.headers, body };
    let number = {
        let mut seen = seen.lock().unwrap();
        seen.push(request.clone());
        seen.len() - 1
    };
    script(number, &request)
}

/// A server below HTTP: reads a request, writes these bytes as they are, and hangs up. Remembers how
/// many connections it had.
pub(crate) async fn raw_server(answers: Vec<&'static str>) -> (Url, Arc<Mutex<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = api_at(&listener);
    let connections = Arc::new(Mutex::new(0));
    let count = Arc::clone(&connections);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let number = {
                let mut count = count.lock().unwrap();
                *count += 1;
                *count - 1
            };
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).await;
            let _ = stream.write_all(answers[number.min(answers.len() - 1)].as_bytes()).await;
        }
    });
    (api, connections)
}

fn api_at(listener: &TcpListener) -> Url {
    format!("http://{}/api/v1", listener.local_addr().unwrap()).parse().unwrap()
}

/// An address where nobody listens: bound once, so that it was free, and given back.
pub(crate) async fn nobody() -> Url {
    api_at(&TcpListener::bind("127.0.0.1:0").await.unwrap())
}

pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: impl Into<Body>) -> HttpResponse<Body> {
    let mut response = HttpResponse::builder().status(status);
    if !headers.iter().any(|(name, _)| *name == "content-type") {
        response = response.header("content-type", "application/json");
    }
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(body.into()).unwrap()
}

pub(crate) fn client() -> Client {
    Client::new(ClientOptions::default())
}

pub(crate) fn key() -> Credential {
    Credential::ApiKey("api_secret.key".into())
}

pub(crate) fn in_a_minute() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

/// Sends with the usual client, key and deadline.
pub(crate) async fn send(api: &Url, request: &Request) -> Result<Response, CloseError> {
    client().send(api, &key(), request, in_a_minute()).await
}

pub(crate) fn read() -> Request {
    Request::get("/lead/lead_x1/")
}

pub(crate) fn write() -> Request {
    Request::post("/lead/", json!({"name": "Acme"}))
}

/// The text of an error, with the server's port, which changes, taken out.
pub(crate) fn text(error: &CloseError, api: &Url) -> String {
    error.to_string().replace(&format!(":{}", api.port().unwrap()), ":PORT")
}

/// Stops the clock: from here on time passes only while everybody waits, and then at once.
///
/// The runtime moves a paused clock straight to the next timer whenever no task is ready, even though
/// an answer is on its way through a socket, and would fire the timeout of the attempt that waits for
/// it. A timer every millisecond leaves thousands of turns for the answer to arrive first.
pub(crate) fn stop_the_clock() {
    tokio::time::pause();
    tokio::spawn(async {
        loop {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
}
