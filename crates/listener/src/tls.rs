//! Whether a port speaks TLS, and with which settings.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;

use crate::certificate::Certificate;

/// Whether a port speaks TLS.
#[derive(Debug, Clone)]
pub enum Tls {
    /// In clear. HTTP/1.1, and HTTP/2 with prior knowledge.
    None,
    /// TLS 1.2 or 1.3 only. The client chooses between `h2` and `http/1.1`; one that names neither gets
    /// HTTP/1.1.
    Required(Certificate),
}

impl Tls {
    pub(crate) fn certificate(&self) -> Option<&Certificate> {
        match self {
            Self::None => None,
            Self::Required(certificate) => Some(certificate),
        }
    }
}

/// The settings of every handshake.
pub(crate) fn server_config(certificate: &Certificate) -> Result<Arc<ServerConfig>, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(certificate.resolver());
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
