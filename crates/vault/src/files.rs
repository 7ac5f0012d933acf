//! Folders and files that belong to their owner alone.
//!
//! Promises that what it creates is never readable by others, not even for a moment. On systems without Unix
//! permissions it leaves that to the folder's own access list.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::Path;

/// Makes a folder (and those above it) unless it is there.
pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes a new file for its owner only; fails if there is one.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes an empty file for its owner only unless it is there, and takes from others what they may do with one
/// that is.
pub(crate) fn ensure_private(path: &Path) -> io::Result<()> {
    match create_private(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        outcome => return outcome.map(drop),
    }
    let metadata = fs::metadata(path)?;
    if mode(&metadata) & 0o077 != 0 {
        tracing::warn!(path = %path.display(), "taking away other users' access to this file");
        restrict(path, &metadata)?;
    }
    Ok(())
}

/// The permission bits of a file; owner-only where the system has none.
#[cfg(unix)]
pub(crate) fn mode(metadata: &Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o7777
}

#[cfg(not(unix))]
pub(crate) fn mode(_metadata: &Metadata) -> u32 {
    0o600
}

#[cfg(unix)]
fn restrict(path: &Path, metadata: &Metadata) -> io::Result<()> {
    let mut permissions = metadata.permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o600);
    fs::set_permissions(path, permissions)
}

#[cfg(not(unix))]
fn restrict(_path: &Path, _metadata: &Metadata) -> io::Result<()> {
    Ok(())
}
