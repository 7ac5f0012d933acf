//! A certificate and its key, read again whenever their files change.

use std::fmt;
use std::sync::{Arc, RwLock};
use std::time::{Duration, SystemTime};

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::authority::LocalAuthority;
use crate::pair::{CertificateError, CertificateFiles, Contents, pair, read, warn_if_ended};

/// How often files are looked at.
const INTERVAL: Duration = Duration::from_secs(5);

/// A certificate for TLS, kept in two PEM files. While a port is served with it, changed files are taken over
/// without a restart; connections that are open keep what they have.
#[derive(Clone)]
pub struct Certificate {
    files: CertificateFiles,
    interval: Duration,
    renewal: Option<LocalAuthority>,
    current: Arc<Current>,
}

/// The pair in use, and the contents of the files when they were last looked at, used or not.
struct Current {
    key: RwLock<Arc<CertifiedKey>>,
    seen: RwLock<Contents>,
}

impl Certificate {
    /// Reads the pair.
    ///
    /// # Errors
    ///
    /// If it cannot be used as it is.
    pub fn from_files(files: CertificateFiles) -> Result<Self, CertificateError> {
        let contents = read(&files)?;
        let key = Arc::new(pair(&files, &contents)?);
        warn_if_ended(&files, &key);
        let current = Arc::new(Current { key: RwLock::new(key), seen: RwLock::new(contents) });
        Ok(Self { files, interval: INTERVAL, renewal: None, current })
    }

    /// How often the files are looked at; every five seconds by default.
    #[must_use]
    pub fn looked_at_every(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Renewed by `authority` before it ends.
    pub(crate) fn renewed_by(mut self, authority: LocalAuthority) -> Self {
        self.renewal = Some(authority);
        self
    }

    /// When the certificate in use ends; nothing if it does not say so in a way that can be read.
    pub fn ends(&self) -> Option<SystemTime> {
        self.current.key().cert.first().and_then(crate::dates::ends)
    }

    pub(crate) fn resolver(&self) -> Arc<dyn ResolvesServerCert> {
        Arc::clone(&self.current) as Arc<dyn ResolvesServerCert>
    }

    /// Whether both are the same certificate, and not only alike.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.current, &other.current)
    }

    /// Looks at the files again and again. Never ends.
    pub(crate) async fn watch(self) {
        loop {
            tokio::time::sleep(self.interval).await;
            let certificate = self.clone();
            // Reading may take its time, for example from a network drive.
            if let Err(error) = tokio::task::spawn_blocking(move || certificate.look()).await {
                tracing::error!(%error, "looking at the certificate failed");
            }
        }
    }

    fn look(&self) {
        if let Some(authority) = &self.renewal
            && let Err(error) = authority.prepare()
        {
            tracing::warn!(%error, "the certificate cannot be renewed");
        }
        match self.reload() {
            Ok(false) => {}
            Ok(true) => {
                tracing::info!(certificate = %self.files.certificate.display(), "a new certificate is in use");
            }
            Err(error) => {
                tracing::warn!(%error, "the new certificate is not used; the one before stays in use");
            }
        }
    }

    /// Looks at the files now, and uses what they hold if that has changed since the last look. Says whether
    /// another certificate is in use now.
    ///
    /// # Errors
    ///
    /// If they have changed to something that cannot be used; the pair before stays in use. The same contents are
    /// complained about once.
    pub fn reload(&self) -> Result<bool, CertificateError> {
        let contents = read(&self.files);
        // What cannot be read counts as empty here, so that it is complained about once too.
        if !self.current.see(contents.as_ref().cloned().unwrap_or_default()) {
            return Ok(false);
        }
        let key = Arc::new(pair(&self.files, &contents?)?);
        if self.current.key().cert == key.cert {
            return Ok(false);
        }
        warn_if_ended(&self.files, &key);
        self.current.put(key);
        Ok(true)
    }
}

impl Current {
    fn key(&self) -> Arc<CertifiedKey> {
        // A writer that panicked left a whole pair behind: it is put in one step.
        Arc::clone(&self.key.read().unwrap_or_else(std::sync::PoisonError::into_inner))
    }

    fn put(&self, key: Arc<CertifiedKey>) {
        *self.key.write().unwrap_or_else(std::sync::PoisonError::into_inner) = key;
    }

    /// Remembers the contents, and says whether they are news.
    fn see(&self, contents: Contents) -> bool {
        let mut seen = self.seen.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let news = *seen != contents;
        *seen = contents;
        news
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.key())
    }
}

impl fmt::Debug for Current {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The contents are secret.
        formatter.debug_struct("Current").finish_non_exhaustive()
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Certificate")
            .field("files", &self.files)
            .field("interval", &self.interval)
            .field("renewal", &self.renewal)
            .finish_non_exhaustive()
    }
}
