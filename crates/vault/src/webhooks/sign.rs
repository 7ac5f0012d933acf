//! Signatures, so that a receiver knows who speaks: HMAC-SHA256 over `id.timestamp.body`, under the bytes that
//! the secret holds in base64 after its first underscore.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::VaultError;
use crate::seal::random_key;

/// A new secret: 256 random bits as `whsec_` and base64.
pub(crate) fn new_secret() -> Result<SecretString, VaultError> {
    let encoded = Zeroizing::new(STANDARD.encode(random_key()?.as_slice()));
    Ok(SecretString::from(format!("whsec_{}", encoded.as_str())))
}

/// The value of the signature header: one signature for each secret, separated by spaces. A secret that cannot
/// be read signs nothing.
pub(super) fn signatures(secrets: &[SecretString], id: &str, timestamp: i64, body: &str) -> String {
    let signed: Vec<String> =
        secrets.iter().filter_map(|secret| signature(secret, id, timestamp, body)).collect();
    signed.join(" ")
}

fn signature(secret: &SecretString, id: &str, timestamp: i64, body: &str) -> Option<String> {
    let (_, encoded) = secret.expose_secret().split_once('_')?;
    let key = Zeroizing::new(STANDARD.decode(encoded).ok()?);
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let tag = hmac::sign(&key, format!("{id}.{timestamp}.{body}").as_bytes());
    Some(format!("v1,{}", STANDARD.encode(tag.as_ref())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with `openssl dgst -sha256 -mac HMAC` over the same text.
    #[test]
    fn the_signature_is_the_one_that_another_program_makes() {
        let secret = SecretString::from("whsec_bGF0Y2gtd2ViaG9vay10ZXN0LWtleQ==");
        let made = signatures(&[secret], "evt_1", 1_772_442_000, r#"{"a":1}"#);
        assert_eq!(made, "v1,OusBaJZ1Gfr6b5qDfBFrIkPawvoBbo6VuIGc15+773w=");
    }

    #[test]
    fn new_secrets_hold_32_bytes_and_are_never_the_same() {
        let (one, two) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(one.expose_secret(), two.expose_secret());
        let encoded = one.expose_secret().strip_prefix("whsec_").unwrap();
        assert_eq!(STANDARD.decode(encoded).unwrap().len(), 32);
    }
}
