//! Opening a connection: name resolution, the proxy where one is set, TLS, and all of it within one limit of time.
//!
//! Every connection speaks HTTP/1.1. A request then has a connection to itself, so that what breaks one connection
//! concerns one request, and whether it can have been carried out is known from that connection alone.

use std::error::Error;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Uri};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::ConfigVerifierExt as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_util::either::Either;
use tower::Service as _;
use url::Url;

use crate::failure::Failure;

/// Finds out that the other side is gone while an answer is awaited.
const KEEPALIVE: Duration = Duration::from_secs(15);
const KEEPALIVE_RETRIES: u32 = 3;

/// What HTTP is spoken over: clear text to this machine, or TLS, be it through a tunnel.
pub(crate) type Stream = TokioIo<Either<TcpStream, Box<dyn Encrypted>>>;

/// A stream behind TLS.
pub(crate) trait Encrypted: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Encrypted for T {}

/// Opens connections.
#[derive(Debug)]
pub(crate) struct Connector {
    tcp: HttpConnector,
    /// The proxies that the environment names, if they are to be used.
    proxies: Option<Matcher>,
    /// Why there is no TLS is kept for when it is needed: a machine without certificate authorities can still work
    /// with a Close of its own.
    tls: Result<Arc<ClientConfig>, String>,
    limit: Duration,
}

/// The settings of TLS. Fails on a machine without certificate authorities.
pub(crate) fn tls_config() -> Result<Arc<ClientConfig>, String> {
    let mut config = ClientConfig::with_platform_verifier().map_err(|error| deepest(&error))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

impl Connector {
    pub(crate) fn new(
        tls: &Result<Arc<ClientConfig>, String>,
        proxies: Option<Matcher>,
        limit: Duration,
    ) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(limit));
        tcp.set_keepalive(Some(KEEPALIVE));
        tcp.set_keepalive_interval(Some(KEEPALIVE));
        tcp.set_keepalive_retries(Some(KEEPALIVE_RETRIES));
        Self { tcp, proxies, tls: tls.clone(), limit }
    }

    /// A connection to the host and port of an address. Boxed, because it is seldom needed.
    pub(crate) fn connect<'a>(
        &'a self,
        url: &'a Url,
    ) -> Pin<Box<dyn Future<Output = Result<Stream, Failure>> + Send + 'a>> {
        Box::pin(async move {
            match timeout(self.limit, self.connect_in_time(url)).await {
                Ok(connected) => connected.map(TokioIo::new),
                Err(_) => Err(passing("connecting took too long".to_owned())),
            }
        })
    }

    async fn connect_in_time(&self, url: &Url) -> Result<Either<TcpStream, Box<dyn Encrypted>>, Failure> {
        let address: Uri =
            url.as_str().parse().map_err(|error| Failure::Unsendable { reason: deepest(&error) })?;
        if url.scheme() != "https" {
            return Ok(Either::Left(self.tcp(address).await?));
        }
        let host = address.host().unwrap_or_default().to_owned();
        let encrypted = match self.proxies.as_ref().and_then(|proxies| proxies.intercept(&address)) {
            None => self.encrypted(&host, self.tcp(address).await?).await?,
            Some(proxy) => self.tunnelled(&host, address, &proxy).await?,
        };
        Ok(Either::Right(encrypted))
    }

    async fn tcp(&self, address: Uri) -> Result<TcpStream, Failure> {
        let connected = self.tcp.clone().call(address).await;
        connected.map(TokioIo::into_inner).map_err(|error| passing(deepest(&error)))
    }

    async fn encrypted<S>(&self, host: &str, stream: S) -> Result<Box<dyn Encrypted>, Failure>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let tls = self.tls.as_ref().map_err(|reason| no_authorities(reason))?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| Failure::Unsendable { reason: error.to_string() })?;
        match TlsConnector::from(Arc::clone(tls)).connect(name, stream).await {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => {
                Err(Failure::NotConnected { reason: deepest(&error), lasting: is_certificate_error(&error) })
            }
        }
    }

    /// TLS to the host inside a tunnel through the proxy. The proxy sees which host, and nothing else.
    async fn tunnelled(
        &self,
        host: &str,
        address: Uri,
        proxy: &Intercept,
    ) -> Result<Box<dyn Encrypted>, Failure> {
        let to = proxy.uri().clone();
        let connected: Either<TcpStream, Box<dyn Encrypted>> = match to.scheme_str() {
            Some("http") => {
                Either::Left(self.tcp(to.clone()).await.map_err(|failure| of_proxy(&to, failure))?)
            }
            Some("https") => {
                let stream = self.tcp(to.clone()).await.map_err(|failure| of_proxy(&to, failure))?;
                let encrypted = self.encrypted(to.host().unwrap_or_default(), stream).await;
                Either::Right(encrypted.map_err(|failure| of_proxy(&to, failure))?)
            }
            other => {
                let scheme = other.unwrap_or_default();
                let reason = format!(
                    "the proxy of the environment is for {scheme}: only http and https ones can be used"
                );
                return Err(Failure::NotConnected { reason, lasting: true });
            }
        };
        let login = proxy.basic_auth().cloned();
        let stream = tunnel(connected, to.clone(), login, address).await;
        let stream = stream.map_err(|reason| of_proxy(&to, passing(reason)))?;
        self.encrypted(host, stream).await
    }
}

/// Asks a proxy for a way to a host. The error says why it gave none.
async fn tunnel(
    to_proxy: Either<TcpStream, Box<dyn Encrypted>>,
    proxy: Uri,
    login: Option<HeaderValue>,
    address: Uri,
) -> Result<Either<TcpStream, Box<dyn Encrypted>>, String> {
    let mut connected = Some(TokioIo::new(to_proxy));
    let connector = tower::service_fn(move |_: Uri| {
        // It is asked once.
        std::future::ready(connected.take().ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected)))
    });
    let mut tunnel = Tunnel::new(proxy, connector);
    if let Some(login) = login {
        tunnel = tunnel.with_auth(login);
    }
    let opened = tunnel.call(address).await;
    opened.map(TokioIo::into_inner).map_err(|error| deepest(&error))
}

/// There was no connection this time.
fn passing(reason: String) -> Failure {
    Failure::NotConnected { reason, lasting: false }
}

/// Whose failure it was: not Close's.
fn of_proxy(proxy: &Uri, failure: Failure) -> Failure {
    let host = proxy.host().unwrap_or_default();
    match failure {
        Failure::NotConnected { reason, lasting } => {
            Failure::NotConnected { reason: format!("through the proxy {host}: {reason}"), lasting }
        }
        other => other,
    }
}

/// Why nothing can be sent from this machine.
fn no_authorities(reason: &str) -> Failure {
    Failure::NotConnected {
        reason: format!(
            "no server can be checked on this machine, install its certificate authorities (often the package \
             ca-certificates): {reason}"
        ),
        lasting: true,
    }
}

/// The innermost cause of an error: what a person can act on. The outer ones repeat the address.
/// An error of the operating system is named alike on all of them, without its number.
pub(crate) fn deepest(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = inner(cause) {
        cause = source;
    }
    let system = cause.downcast_ref::<io::Error>().filter(|error| error.raw_os_error().is_some());
    system.map_or_else(|| cause.to_string(), |error| error.kind().to_string())
}

/// What an error was caused by. An input and output error leaves out the error that it wraps when asked for its
/// source.
fn inner<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| error.source())
}

/// A certificate that is refused now will be refused in a second too.
fn is_certificate_error(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        cause = inner(error);
    }
    false
}
