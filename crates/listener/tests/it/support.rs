//! Servers and clients for the tests.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::routing::{any, get};
use http::Response;
use http_body_util::BodyExt as _;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use latch_listener::{Certificate, Ended, Limits, LocalAuthority, Meter, Port, Serving, Tls, Workers};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Nothing in these tests takes nearly this long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A wait that fails the test instead of going on for ever.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, is_so: impl Fn() -> bool) {
    soon(what, async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// Requests to `/wait` are answered when they are let go.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Semaphore>);

impl Default for Gate {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(0)))
    }
}

impl Gate {
    pub(crate) fn open(&self, requests: usize) {
        self.0.add_permits(requests);
    }
}

/// A server with a private authority, and the folder of that.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) authority: LocalAuthority,
    pub(crate) gate: Gate,
    pub(crate) folder: TempDir,
    serving: Serving,
    workers: Workers,
}

impl Server {
    /// In clear.
    pub(crate) async fn clear(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::start(folder, Tls::None, limits).await
    }

    /// With TLS.
    pub(crate) async fn tls(limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let certificate = LocalAuthority::of_data_folder(folder.path()).certificate().unwrap();
        let certificate = certificate.looked_at_every(Duration::from_millis(10));
        Self::start(folder, Tls::Required(certificate), limits).await
    }

    /// With TLS, the certificate in files that others write; it is looked at when the test wants.
    pub(crate) async fn with_files() -> (Self, Certificate) {
        let folder = tempfile::tempdir().unwrap();
        let authority = LocalAuthority::of_data_folder(folder.path());
        authority.prepare().unwrap();
        let certificate = Certificate::from_files(authority.certificate_files()).unwrap();
        let certificate = certificate.looked_at_every(Duration::from_secs(3600));
        (Self::start(folder, Tls::Required(certificate.clone()), Limits::default()).await, certificate)
    }

    async fn start(folder: TempDir, tls: Tls, limits: Limits) -> Self {
        latch_close::install_tls_provider();
        let gate = Gate::default();
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let workers = Workers::start_so_many(WORKERS).unwrap();
        let serving = workers.serve(vec![Port::new(socket, tls)], &router(&gate).into(), limits).unwrap();
        let address = serving.addresses()[0];
        let authority = LocalAuthority::of_data_folder(folder.path());
        Self { address, authority, gate, folder, serving, workers }
    }

    pub(crate) fn meter(&self) -> Meter {
        self.serving.meter()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Ends the threads while there is still something for them to do.
    pub(crate) fn without_threads(self) -> Meter {
        drop(self.workers);
        self.serving.meter()
    }

    pub(crate) async fn shutdown(self, grace: Duration) -> Ended {
        soon("the shutdown", self.serving.shutdown(grace)).await
    }
}

/// So many threads serve the connections of a server.
pub(crate) const WORKERS: usize = 2;

/// The routes of every server here.
pub(crate) fn router(gate: &Gate) -> Router {
    let gate = gate.clone();
    Router::new()
        .route("/", get(async |request: Request| format!("hello over {:?}", request.version())))
        .route("/oauth/token", any(async |request: Request| request.uri().to_string()))
        .route("/upload", any(async |body: axum::body::Bytes| body.len().to_string()))
        .route("/livez", get(async || "alive"))
        .route("/thread", get(async || std::thread::current().name().unwrap_or_default().to_owned()))
        .route(
            "/wait",
            any(async move || {
                gate.0.acquire().await.unwrap().forget();
                "waited"
            }),
        )
        .route("/panic", get(async || -> &'static str { panic!("as the test wants it") }))
}

/// Limits with one changed.
pub(crate) fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

/// What a client that trusts `ca` says: these protocols in this order.
pub(crate) async fn handshake(
    address: SocketAddr,
    ca: &Path,
    name: &'static str,
    protocols: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca).unwrap()).unwrap();
    let mut config =
        ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let stream = TcpStream::connect(address).await?;
    let name = ServerName::try_from(name).unwrap();
    soon("the handshake", TlsConnector::from(Arc::new(config)).connect(name, stream)).await
}

/// Sends text and reads until the other side closes.
pub(crate) async fn converse(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), text: &str) -> String {
    stream.write_all(text.as_bytes()).await.unwrap();
    read_all(stream).await
}

/// Reads until the other side closes, however it does that.
pub(crate) async fn read_all(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    // How the end is said differs; what was said before is what matters.
    let _ = soon("the end of the connection", stream.read_to_end(&mut bytes)).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(crate) const HELLO: &str = "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";

/// A client with one HTTP/2 connection.
pub(crate) async fn http2<S>(stream: S) -> http2::SendRequest<Body>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

/// A client with one HTTP/1.1 connection.
pub(crate) async fn http1<S>(stream: S) -> http1::SendRequest<Body>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    sender
}

pub(crate) fn request(path: &str) -> http::Request<Body> {
    http::Request::builder().uri(path).header("host", "localhost").body(Body::empty()).unwrap()
}

pub(crate) async fn text(response: Response<hyper::body::Incoming>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}
