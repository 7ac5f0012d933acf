//! The files of a private authority.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::PathBuf;

use super::AuthorityError;

pub(super) const CA: &str = "ca.pem";
pub(super) const CA_KEY: &str = "ca-key.pem";
pub(super) const CERTIFICATE: &str = "certificate.pem";
pub(super) const KEY: &str = "key.pem";

/// Permission bits of what nobody else may read, and of what everybody may.
const SECRET: u32 = 0o600;
const PUBLIC: u32 = 0o644;

/// Where they are kept.
#[derive(Debug, Clone)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Waits until no other process makes certificates here, and keeps them away until the file is dropped.
    pub(super) fn lock(&self) -> Result<File, AuthorityError> {
        let fail = |path: PathBuf| move |source| AuthorityError::File { path, source };
        std::fs::create_dir_all(&self.0).map_err(fail(self.0.clone()))?;
        let path = self.path(".lock");
        let file = options(SECRET).truncate(false).open(&path).map_err(fail(path.clone()))?;
        file.lock().map_err(fail(path))?;
        Ok(file)
    }

    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), AuthorityError> {
        self.replace(name, text, PUBLIC)
    }

    pub(super) fn write_secret(&self, name: &str, text: &str) -> Result<(), AuthorityError> {
        self.replace(name, text, SECRET)
    }

    /// Puts a whole file in place of the one before, so that no reader sees half of it.
    fn replace(&self, name: &str, text: &str, mode: u32) -> Result<(), AuthorityError> {
        let path = self.path(name);
        let new = self.path(&format!(".{name}.new"));
        let written = || {
            // What an interrupted run left behind may have other permissions.
            match std::fs::remove_file(&new) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file = options(mode).create_new(true).open(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&new, &path)
        };
        written().map_err(|source| AuthorityError::File { path: path.clone(), source })
    }
}

/// Files for writing that have their permissions from the first moment on.
fn options(mode: u32) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options
}
