//! The private authority and what it keeps in its folder.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use latch_listener::LocalAuthority;
use rcgen::{CertificateParams, DistinguishedName, DnType, Issuer, KeyPair};
use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier as _;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What the four files hold: authority, its key, certificate, its key.
fn files(folder: &Path) -> [String; 4] {
    ["ca.pem", "ca-key.pem", "certificate.pem", "key.pem"]
        .map(|name| fs::read_to_string(folder.join("tls").join(name)).unwrap())
}

#[test]
fn what_is_good_is_kept_and_what_ends_soon_is_renewed() {
    let folder = tempfile::tempdir().unwrap();
    let authority = LocalAuthority::of_data_folder(folder.path());
    let now = SystemTime::now();
    authority.prepare_at(now).unwrap();
    let first = files(folder.path());
    authority.prepare_at(now + DAY).unwrap();
    assert_eq!(files(folder.path()), first);

    authority.prepare_at(now + 70 * DAY).unwrap();
    let second = files(folder.path());
    assert_eq!(second[..2], first[..2], "clients go on to trust the authority that they know");
    assert_ne!(second[2], first[2]);
    assert_ne!(second[3], first[3]);

    authority.prepare_at(now + 3650 * DAY).unwrap();
    assert_ne!(files(folder.path())[0], first[0], "an authority that ends is replaced");
}

#[test]
fn what_cannot_be_used_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let authority = LocalAuthority::of_data_folder(folder.path());
    authority.prepare().unwrap();
    let mut before = files(folder.path());
    for (name, kept) in
        [("certificate.pem", true), ("key.pem", true), ("ca.pem", false), ("ca-key.pem", true)]
    {
        fs::write(folder.path().join("tls").join(name), "not what it should be").unwrap();
        authority.prepare().unwrap();
        let after = files(folder.path());
        if name != "ca-key.pem" {
            assert_eq!(after[0] == before[0], kept, "{name}");
            assert_ne!(after[2], before[2], "{name}");
            before = after;
        }
        authority.certificate().unwrap();
    }
}

#[cfg(unix)]
#[test]
fn keys_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    LocalAuthority::of_data_folder(folder.path()).prepare().unwrap();
    for name in ["ca-key.pem", "key.pem"] {
        let mode = fs::metadata(folder.path().join("tls").join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn it_can_vouch_for_no_other_name() {
    let folder = tempfile::tempdir().unwrap();
    let authority = LocalAuthority::of_data_folder(folder.path());
    authority.prepare().unwrap();
    let [ca, ca_key, ..] = files(folder.path());
    let ca = CertificateDer::from_pem_slice(ca.as_bytes()).unwrap();
    let ca_key = KeyPair::from_pem(&ca_key).unwrap();
    let (_, parsed) = X509Certificate::from_der(&ca).unwrap();
    let name = parsed.subject().iter_common_name().next().unwrap().as_str().unwrap();
    let constraints = parsed.name_constraints().unwrap().unwrap().value;
    let permitted = constraints.permitted_subtrees.as_deref().unwrap_or_default();
    assert!(
        constraints.excluded_subtrees.is_none()
            && permitted.iter().all(|subtree| matches!(subtree.base, GeneralName::DNSName(_))),
        "gRPC for Python accepts no constraint of another kind: {constraints:?}"
    );
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, name);
    let issuer = Issuer::new(parameters, &ca_key);
    let mut roots = RootCertStore::empty();
    roots.add(ca.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    for (name, accepted) in [("localhost", true), ("api.close.com", false), ("127.0.0.1", true)] {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = certificate.signed_by(&key, &issuer).unwrap();
        let server_name = ServerName::try_from(name).unwrap();
        let checked = verifier.verify_server_cert(certificate.der(), &[], &server_name, &[], UnixTime::now());
        assert_eq!(checked.is_ok(), accepted, "{name}: {checked:?}");
    }
}

#[test]
fn processes_that_start_together_agree() {
    let folder = tempfile::tempdir().unwrap();
    let start = std::sync::Barrier::new(4);
    let seen: Vec<[String; 4]> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    LocalAuthority::of_data_folder(folder.path()).prepare().unwrap();
                    files(folder.path())
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]));
}
