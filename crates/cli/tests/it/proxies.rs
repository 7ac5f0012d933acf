//! Close behind the proxy of an office: over TLS, through a tunnel, with a login.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::program::{Latch, ann, twin};

/// A name that no resolver knows: only whoever goes through the proxy gets there.
const CLOSE: &str = "close.test";

/// A certificate for Close and for the proxy, and a file that makes it trusted.
struct Identity {
    acceptor: TlsAcceptor,
    file: tempfile::NamedTempFile,
}

impl Identity {
    fn new() -> Self {
        latch_close::install_tls_provider();
        let made = rcgen::generate_simple_self_signed([CLOSE.to_owned(), "localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder().with_no_client_auth();
        let config = config.with_single_cert(vec![made.cert.der().clone()], key).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), made.cert.pem()).unwrap();
        Self { acceptor: TlsAcceptor::from(Arc::new(config)), file }
    }

    fn path(&self) -> &str {
        self.file.path().to_str().unwrap()
    }
}

/// Close's address over TLS, in front of the twin.
async fn encrypted(identity: &Identity, twin: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = identity.acceptor.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut there = TcpStream::connect(twin).await.unwrap();
                let _ = copy_bidirectional(&mut stream, &mut there).await;
            });
        }
    });
    address
}

/// A proxy that leads every tunnel to `to` and remembers what it was asked.
struct Proxy {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    async fn start(to: SocketAddr, tls: Option<TlsAcceptor>, answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (notes, tls) = (Arc::clone(&notes), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => tunnel(stream, to, answer, &notes).await,
                        Some(tls) => {
                            let Ok(stream) = tls.accept(stream).await else { return };
                            tunnel(stream, to, answer, &notes).await;
                        }
                    }
                });
            }
        });
        Self { port, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn tunnel(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    to: SocketAddr,
    answer: &str,
    notes: &Mutex<Vec<String>>,
) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    notes.lock().unwrap().push(String::from_utf8(head).unwrap());
    stream.write_all(answer.as_bytes()).await.unwrap();
    if answer.contains(" 200 ") {
        let mut there = TcpStream::connect(to).await.unwrap();
        let _ = copy_bidirectional(&mut stream, &mut there).await;
    }
}

const OPENED: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

/// The program of somebody whose only way out is this proxy.
fn in_the_office(identity: &Identity, proxy: &str, key: &str) -> Latch {
    Latch::new()
        .with("SSL_CERT_FILE", identity.path())
        .with("HTTPS_PROXY", proxy)
        .with("CLOSE_API_KEY", key)
        .with("CLOSE_URL", &format!("https://{CLOSE}/api/v1"))
}

#[tokio::test]
async fn close_is_reached_through_the_proxy_of_the_environment() {
    let twin = twin().await;
    let identity = Identity::new();
    let close = encrypted(&identity, twin.address()).await;
    for tls in [None, Some(identity.acceptor.clone())] {
        let scheme = if tls.is_some() { "https" } else { "http" };
        let proxy = Proxy::start(close, tls, OPENED).await;
        let url = format!("{scheme}://desk:secret@localhost:{}", proxy.port);
        let latch = in_the_office(&identity, &url, &ann(&twin));
        let me = latch.json(&["call", "get_current_user"]).await;
        assert_eq!(me["first_name"], "Ann", "{scheme}");
        let asked = proxy.asked();
        assert!(asked[0].starts_with("CONNECT close.test:443 HTTP/1.1\r\n"), "{asked:?}");
        assert!(asked[0].contains("Proxy-Authorization: Basic ZGVzazpzZWNyZXQ=\r\n"), "{asked:?}");
        assert!(!asked[0].contains(&ann(&twin)), "the key stays inside the tunnel");
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_or_is_not_there_is_said_to_be_the_reason() {
    let twin = twin().await;
    let identity = Identity::new();
    let refusing =
        Proxy::start(twin.address(), None, "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").await;
    for (proxy, said) in [
        (format!("http://localhost:{}", refusing.port), "through the proxy localhost: "),
        ("http://localhost:9".to_owned(), "through the proxy localhost: connection refused"),
        ("socks5://desk:secret@localhost:9".to_owned(), "only http and https ones can be used"),
    ] {
        let latch = in_the_office(&identity, &proxy, &ann(&twin));
        let ran = latch.run(&["call", "get_current_user", "--deadline", "3"]).await;
        assert!(ran.code != 0 && ran.err.contains(said), "{proxy}: {ran:?}");
        assert!(!ran.err.contains("secret") && !ran.err.contains(&ann(&twin)), "{ran:?}");
    }
}

#[tokio::test]
async fn this_machine_is_reached_without_the_proxy() {
    let twin = twin().await;
    let latch = Latch::with_key_of(&twin)
        .with("HTTP_PROXY", "http://localhost:9")
        .with("HTTPS_PROXY", "http://localhost:9")
        .with("ALL_PROXY", "http://localhost:9");
    assert_eq!(latch.json(&["call", "get_current_user"]).await["first_name"], "Ann");
}

#[tokio::test]
async fn a_close_whose_certificate_is_not_trusted_gets_no_key() {
    let twin = twin().await;
    let (identity, stranger) = (Identity::new(), Identity::new());
    let close = encrypted(&stranger, twin.address()).await;
    let proxy = Proxy::start(close, None, OPENED).await;
    let url = format!("http://localhost:{}", proxy.port);
    let latch = in_the_office(&identity, &url, &ann(&twin));
    let ran = latch.run(&["call", "get_current_user"]).await;
    assert!(ran.code != 0 && ran.err.contains("invalid peer certificate"), "{ran:?}");
    assert_eq!(proxy.asked().len(), 1, "it is not tried again");
}
