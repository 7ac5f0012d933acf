//! Certificates for the gateway's ports, with advice where they cannot be used.

use std::path::{Path, PathBuf};

use latch_listener::{AuthorityError, Certificate, CertificateFiles, LocalAuthority, Tls};

use crate::failure::Failure;

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
