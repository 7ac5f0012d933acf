//! Certificates for the gateway's ports, with advice where they cannot be used.

use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};

use latch_listener::{AuthorityError, Certificate, CertificateFiles, LocalAuthority, Port, Tls};
use tokio::net::TcpListener;
use url::Url;

use crate::failure::Failure;
use crate::server::{address_of, listen, loopback};

/// Where the gateway answers with TLS on this machine.
#[derive(Debug)]
pub(crate) struct TlsDoor {
    /// `https://localhost:PORT`.
    pub(crate) url: String,
    /// The private authority that clients have to trust.
    pub(crate) ca_file: PathBuf,
}

/// Takes a port on both addresses that `localhost` may stand for. A machine without the second does without.
pub(crate) async fn listen_locally(port: u16) -> Result<Vec<TcpListener>, Failure> {
    let first = listen(loopback(port), "--port").await?;
    let port = address_of(&first)?.port();
    let second = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await.ok();
    Ok(std::iter::once(first).chain(second).collect())
}

/// Where clients find the ports; nothing without sockets.
pub(crate) fn local_url(sockets: &[TcpListener]) -> Result<Option<Url>, Failure> {
    let Some(first) = sockets.first() else { return Ok(None) };
    let text = format!("https://localhost:{}", address_of(first)?.port());
    let url = Url::parse(&text);
    url.map(Some).map_err(|error| Failure::local(format!("{text} cannot be written as a URL: {error}")))
}

/// The ports that speak TLS with the private authority, and how clients find them; nothing without sockets.
pub(crate) fn local_ports(
    sockets: Vec<TcpListener>,
    data_folder: &Path,
) -> Result<(Vec<Port>, Option<TlsDoor>), Failure> {
    let Some(url) = local_url(&sockets)? else { return Ok((Vec::new(), None)) };
    let url = url.as_str().trim_end_matches('/').to_owned();
    let (tls, ca_file) = private(data_folder)?;
    let ports = sockets.into_iter().map(|socket| Port::new(socket, tls.clone())).collect();
    Ok((ports, Some(TlsDoor { url, ca_file })))
}

/// TLS with a certificate of the data folder's private authority, and where clients find that authority. The
/// folder has to be there.
pub(crate) fn private(data_folder: &Path) -> Result<(Tls, PathBuf), Failure> {
    let authority = LocalAuthority::of_data_folder(data_folder);
    let certificate = authority.certificate().map_err(|error| unusable_authority(&authority, &error))?;
    let ca_file = authority.ca_file();
    // Other programs are told of it, and they may work elsewhere.
    let ca_file = std::path::absolute(&ca_file).unwrap_or(ca_file);
    Ok((Tls::Required(certificate), ca_file))
}

/// TLS with a certificate that somebody else gave.
pub(crate) fn from_files(certificate: &Path, key: &Path) -> Result<Tls, Failure> {
    let files = CertificateFiles { certificate: certificate.to_owned(), key: key.to_owned() };
    Certificate::from_files(files).map(Tls::Required).map_err(|error| {
        Failure::not_configured(error.to_string()).with_hint(
            "--tls-certificate wants the certificate and those that lead to its authority, --tls-key the private key of the first; both PEM files",
        )
    })
}

fn unusable_authority(authority: &LocalAuthority, error: &AuthorityError) -> Failure {
    let folder = authority.ca_file().parent().unwrap_or(Path::new("")).display().to_string();
    Failure::local(error.to_string())
        .with_hint(format!("see who may read and write {folder}, or remove it: it is made again then"))
}
