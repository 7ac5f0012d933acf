//! Making keys and certificates.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, GeneralSubtree,
    IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, PKCS_ECDSA_P256_SHA256,
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// As long as a machine of a developer may live.
const AUTHORITY_LIFETIME: Duration = DAY.saturating_mul(3653);

/// Short, because renewing costs nothing.
pub(super) const CERTIFICATE_LIFETIME: Duration = DAY.saturating_mul(90);

/// Clocks of other machines and containers may be behind.
const BEGINS_BEFORE: Duration = DAY;

/// A new key.
pub(super) fn key() -> Result<KeyPair, rcgen::Error> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
}

/// A certificate with which `key` vouches for itself, as PEM.
pub(super) fn authority(key: &KeyPair, now: SystemTime) -> Result<String, rcgen::Error> {
    let mut parameters = authority_parameters(key);
    parameters.not_before = (now - BEGINS_BEFORE).into();
    parameters.not_after = (now + AUTHORITY_LIFETIME).into();
    Ok(parameters.self_signed(key)?.pem())
}

/// A server's certificate for `names`, as PEM.
pub(super) fn certificate(
    names: &[&str],
    key: &KeyPair,
    ca_key: &KeyPair,
    now: SystemTime,
) -> Result<String, rcgen::Error> {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let first = names.first().cloned().unwrap_or_default();
    let mut parameters = CertificateParams::new(names)?;
    parameters.not_before = (now - BEGINS_BEFORE).into();
    parameters.not_after = (now + CERTIFICATE_LIFETIME).into();
    parameters.distinguished_name = name(&first);
    parameters.is_ca = IsCa::ExplicitNoCa;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    parameters.use_authority_key_identifier_extension = true;
    let issuer = Issuer::new(authority_parameters(ca_key), ca_key);
    Ok(parameters.signed_by(key, &issuer)?.pem())
}

/// Everything about an authority but its validity. It follows from the key alone, so that the key is all that is
/// needed to issue.
fn authority_parameters(key: &KeyPair) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    let mut short = String::new();
    for byte in parameters.key_identifier(key).iter().take(4) {
        let _ = write!(short, "{byte:02x}");
    }
    // Authorities of several data folders may be trusted in one place, and must not be mistaken for each other.
    parameters.distinguished_name = name(&format!("Latch private authority {short}"));
    parameters.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    // Names alone: gRPC's TLS library refuses every certificate for an IP address whose authority is constrained
    // in IP addresses, even to those that it permits.
    parameters.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![GeneralSubtree::DnsName("localhost".to_owned())],
        excluded_subtrees: Vec::new(),
    });
    parameters
}

fn name(common: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, common);
    name
}
