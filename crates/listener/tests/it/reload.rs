//! Certificates that are replaced while they are served.

use std::fs;
use std::time::Duration;

use latch_listener::{Certificate, CertificateError, Limits, LocalAuthority};

use crate::support::{Server, handshake, soon};

/// The certificate that the server shows.
async fn shown(server: &Server) -> Vec<u8> {
    let ca = server.folder.path().join("trusted.pem");
    if !ca.exists() {
        fs::copy(server.authority.ca_file(), &ca).unwrap();
    }
    let stream = handshake(server.address, &ca, "localhost", &[]).await.unwrap();
    stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
}

/// Makes the server's files of another certificate of the same authority, and gives them without writing them.
fn renewed(server: &Server) -> (Vec<u8>, Vec<u8>) {
    let elsewhere = tempfile::tempdir().unwrap();
    let folder = elsewhere.path().join("tls");
    fs::create_dir(&folder).unwrap();
    for name in ["ca.pem", "ca-key.pem"] {
        fs::copy(server.folder.path().join("tls").join(name), folder.join(name)).unwrap();
    }
    let authority = LocalAuthority::of_data_folder(elsewhere.path());
    authority.prepare().unwrap();
    let files = authority.certificate_files();
    (fs::read(files.certificate).unwrap(), fs::read(files.key).unwrap())
}

#[tokio::test]
async fn a_new_pair_is_taken_over_and_half_of_one_is_not() {
    let (server, in_use) = Server::with_files().await;
    let files = server.authority.certificate_files();
    let before = shown(&server).await;
    let (certificate, key) = renewed(&server);
    assert!(!in_use.reload().unwrap(), "nothing has changed");

    // As a slow writer leaves it.
    fs::write(&files.certificate, &certificate[..100]).unwrap();
    assert!(matches!(in_use.reload(), Err(CertificateError::NoCertificate { .. })));
    assert!(!in_use.reload().unwrap(), "it is complained about once");
    assert_eq!(shown(&server).await, before, "what was good stays in use");
    fs::write(&files.certificate, &certificate).unwrap();
    assert!(matches!(in_use.reload(), Err(CertificateError::Mismatch { .. })));
    assert_eq!(shown(&server).await, before);
    fs::remove_file(&files.key).unwrap();
    assert!(matches!(in_use.reload(), Err(CertificateError::Unreadable { .. })));
    assert_eq!(shown(&server).await, before);

    fs::write(&files.key, &key).unwrap();
    assert!(in_use.reload().unwrap());
    assert_ne!(shown(&server).await, before);
}

#[tokio::test]
async fn a_private_certificate_is_renewed_while_it_is_served() {
    let server = Server::tls(Limits::default()).await;
    let before = shown(&server).await;
    fs::remove_file(server.authority.certificate_files().certificate).unwrap();
    soon("another one is shown", async {
        while shown(&server).await == before {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[test]
fn a_pair_that_cannot_be_used_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let authority = LocalAuthority::of_data_folder(folder.path());
    authority.prepare().unwrap();
    let files = authority.certificate_files();
    let said = || Certificate::from_files(files.clone()).unwrap_err();

    fs::copy(folder.path().join("tls/ca-key.pem"), &files.key).unwrap();
    assert!(matches!(said(), CertificateError::Mismatch { .. }));
    fs::write(
        &files.key,
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
    )
    .unwrap();
    assert!(said().to_string().ends_with("an encrypted key has to be decrypted first"));
    fs::write(&files.certificate, "").unwrap();
    assert!(matches!(said(), CertificateError::NoCertificate { .. }));
    fs::remove_file(&files.certificate).unwrap();
    assert!(said().to_string().contains("certificate.pem cannot be read"), "{}", said());
}
