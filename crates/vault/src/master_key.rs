//! Where the master key comes from, and who may read it.
//!
//! Promises that a key file others can read is refused, that a new key is made only where nothing was sealed
//! before, and that two programs started at once agree on one. It leaves it to the seal whether a key fits.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use crate::seal::{KeyBytes, random_key};
use crate::{MasterKeySource, VaultError, files};

/// Base64 with or without the `=` at its end.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// No key file is longer than this; anything longer is not one.
const LONGEST_FILE: u64 = 1024;

/// The name of the key file in a data folder that keeps its own.
pub(crate) const FILE_NAME: &str = "master.key";

/// Reads the master key, or makes one if the folder is to keep its own and `sealed_before` is false.
pub(crate) fn obtain(
    source: &MasterKeySource,
    data_folder: &Path,
    sealed_before: bool,
) -> Result<KeyBytes, VaultError> {
    match source {
        MasterKeySource::Environment(text) => decode(text.expose_secret(), "the environment"),
        MasterKeySource::File(path) => read(path),
        MasterKeySource::Folder => {
            let path = data_folder.join(FILE_NAME);
            match read(&path) {
                Err(VaultError::MasterKeyUnreadable { source, .. })
                    if source.kind() == ErrorKind::NotFound => {}
                outcome => return outcome,
            }
            if sealed_before {
                return Err(VaultError::MasterKeyMissing { data_folder: data_folder.to_owned(), path });
            }
            create(&path, &random_key()?)
                .map_err(|source| VaultError::DataFolder { path: path.clone(), source })?;
            read(&path)
        }
    }
}

fn read(path: &Path) -> Result<KeyBytes, VaultError> {
    let unreadable = |source| VaultError::MasterKeyUnreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let mode = files::mode(&file.metadata().map_err(unreadable)?);
    if mode & 0o077 != 0 {
        return Err(VaultError::KeyFilePermissions { path: path.to_owned(), mode });
    }
    let mut text = Zeroizing::new(String::new());
    file.take(LONGEST_FILE).read_to_string(&mut text).map_err(unreadable)?;
    decode(&text, &path.display().to_string())
}

fn decode(text: &str, from: &str) -> Result<KeyBytes, VaultError> {
    let bytes = Zeroizing::new(BASE64.decode(text.trim()).unwrap_or_default());
    let mut key = KeyBytes::default();
    if bytes.len() != key.len() {
        return Err(VaultError::MasterKeyMalformed { from: from.to_owned() });
    }
    key.copy_from_slice(&bytes);
    Ok(key)
}

/// Puts a new key at `path`, complete or not at all; keeps a key that another program put there meanwhile.
fn create(path: &Path, key: &KeyBytes) -> io::Result<()> {
    let text = Zeroizing::new(STANDARD.encode(key.as_slice()) + "\n");
    let draft = path.with_extension(format!("key.{}", crate::identifiers::generate("draft_")));
    let mut file = files::create_private(&draft)?;
    let placed = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        // A hard link never replaces what is there: the first program to arrive decides.
        .and_then(|()| fs::hard_link(&draft, path));
    let removed = fs::remove_file(&draft);
    match placed {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => removed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_with_and_without_padding_and_line_ends() {
        let padded = STANDARD.encode([7_u8; 32]);
        for text in [padded.clone(), format!("{padded}\n"), padded.trim_end_matches('=').to_owned()] {
            assert_eq!(*decode(&text, "a test").unwrap(), [7_u8; 32]);
        }
    }

    #[test]
    fn what_is_no_key_is_refused_without_being_repeated() {
        for text in ["", "hunter2", &STANDARD.encode([7_u8; 31])] {
            let problem = decode(text, "the environment").unwrap_err().to_string();
            assert!(problem.contains("the environment") && problem.contains("openssl rand -base64 32"));
            assert!(text.is_empty() || !problem.contains(text));
        }
    }

    proptest::proptest! {
        #[test]
        fn every_key_reads_back_and_no_other_text_is_a_key(key: [u8; 32], text: String) {
            assert_eq!(*decode(&STANDARD.encode(key), "a test").unwrap(), key);
            assert_eq!(decode(&text, "a test").is_ok(), BASE64.decode(text.trim()).is_ok_and(|key| key.len() == 32));
        }
    }
}
