//! Things nobody can guess, and what is kept to recognise them by.
//!
//! Promises that link tokens, states and client secrets are 256 random bits, and that what is stored of them (a
//! SHA-256) does not give them away. A slow hash would add nothing: there is nothing to guess from.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::VaultError;
use crate::seal::random_key;

/// No token of ours is longer than this; anything longer is not looked up.
const LONGEST: usize = 128;

/// 256 random bits in 43 characters that need no escaping in an address.
pub(crate) fn token() -> Result<SecretString, VaultError> {
    let text = Zeroizing::new(URL_SAFE_NO_PAD.encode(random_key()?.as_slice()));
    Ok(SecretString::from(text.as_str()))
}

/// What is stored of a token.
pub(crate) fn hash(token: &SecretString) -> Vec<u8> {
    let text = token.expose_secret();
    let known_length = &text.as_bytes()[..text.len().min(LONGEST)];
    digest(&SHA256, known_length).as_ref().to_vec()
}

/// The S256 challenge of a PKCE verifier (RFC 7636).
pub(crate) fn challenge(verifier: &SecretString) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.expose_secret().as_bytes()))
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_rfc_7636() {
        let verifier = SecretString::from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
        assert_eq!(challenge(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn tokens_are_long_and_never_the_same() {
        let (one, two) = (token().unwrap(), token().unwrap());
        assert_eq!(one.expose_secret().len(), 43);
        assert_ne!(one.expose_secret(), two.expose_secret());
        assert_eq!(hex(&[0, 255, 16]), "00ff10");
    }
}
