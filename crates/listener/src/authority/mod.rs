//! A private certificate authority for this machine, kept in a folder.

mod files;
mod issue;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::KeyPair;
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

use crate::certificate::Certificate;
use crate::pair::{CertificateError, CertificateFiles};
use files::Folder;

/// What this machine calls itself.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A certificate that ends sooner than this is renewed.
const RENEWED_BEFORE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A private certificate authority, and a certificate of it for `localhost`, `127.0.0.1` and `::1`.
///
/// They are kept in the folder `tls` of the data folder and made when they are not there: `ca.pem` is what
/// clients have to trust, `ca-key.pem` its key, `certificate.pem` and `key.pem` are for the server. The authority
/// can vouch for no other name than `localhost`, so that trusting it is no danger elsewhere.
#[derive(Debug, Clone)]
pub struct LocalAuthority {
    folder: Folder,
}

/// Why there is no private authority.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthorityError {
    /// A file or the folder cannot be read or written.
    #[error("{path} cannot be used: {source}", path = path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// No certificate can be made.
    #[error("no certificate can be made: {0}")]
    Issue(#[from] rcgen::Error),
    /// What was made is not accepted.
    #[error("the certificate that was made is not accepted: {0}")]
    NotAccepted(rustls::Error),
    /// What is kept cannot be used by the server.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
}

impl LocalAuthority {
    /// The authority of a data folder.
    pub fn of_data_folder(data_folder: &Path) -> Self {
        Self { folder: Folder::new(data_folder.join("tls")) }
    }

    /// What clients have to trust.
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path(files::CA)
    }

    /// Where the server's certificate is.
    pub fn certificate_files(&self) -> CertificateFiles {
        CertificateFiles {
            certificate: self.folder.path(files::CERTIFICATE),
            key: self.folder.path(files::KEY),
        }
    }

    /// The server's certificate, made or renewed if need be, and renewed in time while it is served.
    pub fn certificate(&self) -> Result<Certificate, AuthorityError> {
        self.prepare()?;
        Ok(Certificate::from_files(self.certificate_files())?.renewed_by(self.clone()))
    }

    /// Makes what is not there, renews what ends soon, and leaves alone what is good.
    pub fn prepare(&self) -> Result<(), AuthorityError> {
        self.prepare_at(SystemTime::now())
    }

    /// The same at another time than now.
    pub fn prepare_at(&self, now: SystemTime) -> Result<(), AuthorityError> {
        // The usual case needs no lock.
        if self.is_good(now) {
            return Ok(());
        }
        let _locked = self.folder.lock()?;
        // Another process may have been faster.
        if self.is_good(now) {
            return Ok(());
        }
        if let Some(ca_key) = self.usable_authority(now) {
            self.issue(&ca_key, now)?;
            match self.check(now) {
                Ok(()) => return Ok(()),
                Err(error) => tracing::warn!(%error, "the private authority cannot be used"),
            }
        }
        if self.folder.path(files::CA).exists() {
            tracing::warn!(
                ca_file = %self.ca_file().display(),
                "a new private authority replaces the one before; clients have to be given its ca.pem"
            );
        }
        let ca_key = issue::key()?;
        let ca = issue::authority(&ca_key, now)?;
        self.folder.write_secret(files::CA_KEY, &ca_key.serialize_pem())?;
        self.folder.write(files::CA, &ca)?;
        self.issue(&ca_key, now)?;
        self.check(now).map_err(AuthorityError::NotAccepted)
    }

    fn issue(&self, ca_key: &KeyPair, now: SystemTime) -> Result<(), AuthorityError> {
        let key = issue::key()?;
        let certificate = issue::certificate(&NAMES, &key, ca_key, now)?;
        self.folder.write_secret(files::KEY, &key.serialize_pem())?;
        self.folder.write(files::CERTIFICATE, &certificate)
    }

    /// Whether everything can be used for some time to come.
    fn is_good(&self, now: SystemTime) -> bool {
        self.check(now).is_ok()
            && self.check(now + RENEWED_BEFORE).is_ok()
            && Certificate::from_files(self.certificate_files()).is_ok()
    }

    /// Looks at the certificate as a client would that trusts the authority.
    fn check(&self, at: SystemTime) -> Result<(), rustls::Error> {
        let general = |error: String| rustls::Error::General(error);
        let read = |name: &str| {
            let path = self.folder.path(name);
            CertificateDer::from_pem_file(&path)
                .map_err(|error| general(format!("{}: {error}", path.display())))
        };
        let mut roots = RootCertStore::empty();
        roots.add(read(files::CA)?)?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .map_err(|error| general(error.to_string()))?;
        let at = UnixTime::since_unix_epoch(at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default());
        let certificate = read(files::CERTIFICATE)?;
        for name in NAMES {
            let name = ServerName::try_from(name).map_err(|error| general(error.to_string()))?;
            verifier.verify_server_cert(&certificate, &[], &name, &[], at)?;
        }
        Ok(())
    }

    /// The authority's key, if the authority outlives a certificate that is made now.
    fn usable_authority(&self, now: SystemTime) -> Option<KeyPair> {
        let certificate = CertificateDer::from_pem_file(self.folder.path(files::CA)).ok()?;
        let outlives = crate::dates::ends(&certificate)? >= now + issue::CERTIFICATE_LIFETIME;
        let key = std::fs::read_to_string(self.folder.path(files::CA_KEY)).ok()?;
        KeyPair::from_pem(&key).ok().filter(|_| outlives)
    }
}
