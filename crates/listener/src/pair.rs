//! Two files that are to be a certificate and its key.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

/// Where a certificate is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFiles {
    /// The certificate, and after it those that lead to the authority. PEM.
    pub certificate: PathBuf,
    /// Its private key, not encrypted. PEM.
    pub key: PathBuf,
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// A file cannot be read.
    #[error("{path} cannot be read: {source}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// There is no certificate in the file.
    #[error("{path} holds no certificate in PEM form", path = path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// There is no key in the file.
    #[error("{path} holds no private key in PEM form; an encrypted key has to be decrypted first", path = path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// The key is of a kind that TLS cannot use.
    #[error("the private key in {path} cannot be used: {source}", path = path.display())]
    UnusableKey {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: rustls::Error,
    },
    /// Certificate and key are not of one pair.
    #[error("the certificate in {certificate} and the key in {key} do not belong together", certificate = files.certificate.display(), key = files.key.display())]
    Mismatch {
        /// The files.
        files: CertificateFiles,
    },
}

/// What the files hold: certificate and key.
pub(crate) type Contents = (Vec<u8>, Vec<u8>);

/// Reads both files.
pub(crate) fn read(files: &CertificateFiles) -> Result<Contents, CertificateError> {
    let read = |path: &Path| {
        std::fs::read(path).map_err(|source| CertificateError::Unreadable { path: path.to_owned(), source })
    };
    Ok((read(&files.certificate)?, read(&files.key)?))
}

/// The pair that the contents are, if they are one.
pub(crate) fn pair(files: &CertificateFiles, contents: &Contents) -> Result<CertifiedKey, CertificateError> {
    let no_certificate = || CertificateError::NoCertificate { path: files.certificate.clone() };
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(&contents.0)
        .collect::<Result<_, _>>()
        .map_err(|_| no_certificate())?;
    if chain.is_empty() {
        return Err(no_certificate());
    }
    let key = PrivateKeyDer::from_pem_slice(&contents.1)
        .map_err(|_| CertificateError::NoKey { path: files.key.clone() })?;
    let key = aws_lc_rs::sign::any_supported_type(&key)
        .map_err(|source| CertificateError::UnusableKey { path: files.key.clone(), source })?;
    let pair = CertifiedKey::new(chain, key);
    match pair.keys_match() {
        // Keys of which the public half is not known cannot be compared; the handshake will tell.
        Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => Ok(pair),
        Err(rustls::Error::InconsistentKeys(_)) => Err(CertificateError::Mismatch { files: files.clone() }),
        Err(_) => Err(no_certificate()),
    }
}

/// An ended certificate is used all the same: clients say more clearly what is wrong than a port that is not
/// there.
pub(crate) fn warn_if_ended(files: &CertificateFiles, key: &CertifiedKey) {
    if let Some(ends) = key.cert.first().and_then(crate::dates::ends)
        && ends < SystemTime::now()
    {
        tracing::warn!(certificate = %files.certificate.display(), "the certificate has ended; clients will refuse it");
    }
}
