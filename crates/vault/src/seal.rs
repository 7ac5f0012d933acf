//! Sealing: nothing secret is written anywhere in clear.
//!
//! Every row that holds secrets has its own random 256-bit data key, sealed under the master key; every value is
//! sealed under its row's data key. Both are AES-256-GCM, and the associated data of each names the tenant, the
//! kind of row, the row and the field. It promises that a value copied to another row, field or tenant does not
//! open. It cannot tell an old value of the same field from a newer one: whoever can write to the database can
//! put back what was there before.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::{AccountId, TenantId, VaultError};

/// The first byte of everything sealed, so that another way of sealing can follow one day.
const VERSION: u8 = 1;
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// The bytes of a key in memory, wiped when dropped.
pub(crate) type KeyBytes = Zeroizing<[u8; 32]>;

/// The key under which all data keys are sealed.
pub(crate) struct MasterKey(RandomizedNonceKey);

/// The row a data key belongs to.
#[derive(Clone)]
pub(crate) struct Row {
    tenant: TenantId,
    kind: &'static str,
    id: String,
}

/// The field a value belongs to.
#[derive(Clone, Copy)]
pub(crate) enum Field<'a> {
    AccessToken,
    RefreshToken,
    ApiKey,
    ClientSecret,
    PrivateKey,
    /// What deliveries to one endpoint are signed with.
    SigningSecret,
    /// What is remembered of a script run.
    Record,
    /// The verifier of one authorization, by the hash of its state.
    CodeVerifier(&'a str),
}

/// The key under which the values of one row are sealed.
pub(crate) struct DataKey {
    key: RandomizedNonceKey,
    row: Row,
}

impl Row {
    pub(crate) fn account(tenant: &TenantId, id: &AccountId) -> Self {
        Self { tenant: tenant.clone(), kind: "account", id: id.to_string() }
    }

    pub(crate) fn oauth_app(tenant: &TenantId, id: &str) -> Self {
        Self { tenant: tenant.clone(), kind: "oauth-app", id: id.to_owned() }
    }

    pub(crate) fn run(tenant: &TenantId, id: &str) -> Self {
        Self { tenant: tenant.clone(), kind: "run", id: id.to_owned() }
    }

    pub(crate) fn webhook_endpoint(tenant: &TenantId, id: &str) -> Self {
        Self { tenant: tenant.clone(), kind: "webhook-endpoint", id: id.to_owned() }
    }

    pub(crate) fn signing_key(id: &str) -> Self {
        Self { tenant: TenantId::default(), kind: "signing-key", id: id.to_owned() }
    }

    /// No part of it can hold a `|`, so no two rows share an address.
    fn address(&self, of: &str) -> String {
        ["latch/1|", of, "|", self.tenant.as_str(), "|", self.kind, "|", &self.id].concat()
    }

    fn broken(&self, field: &'static str) -> VaultError {
        VaultError::Sealed { field, row: format!("{} {}", self.kind, self.id) }
    }
}

impl Field<'_> {
    fn name(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::RefreshToken => "refresh_token",
            Self::ApiKey => "api_key",
            Self::ClientSecret => "client_secret",
            Self::PrivateKey => "private_key",
            Self::SigningSecret => "signing_secret",
            Self::Record => "record",
            Self::CodeVerifier(_) => "code_verifier",
        }
    }
}

impl MasterKey {
    pub(crate) fn new(bytes: &KeyBytes) -> Result<Self, VaultError> {
        Ok(Self(cipher(bytes)?))
    }

    /// What is kept in the database to recognise this key by.
    pub(crate) fn check_value(&self) -> Result<Vec<u8>, VaultError> {
        seal(&self.0, "latch/1|master-key-check", b"latch")
    }

    /// Whether this is the key that `check_value` was made with.
    pub(crate) fn fits(&self, check_value: &[u8]) -> bool {
        open(&self.0, "latch/1|master-key-check", check_value).is_some()
    }

    /// Makes a data key for a new row, and the sealed form of it to store there.
    pub(crate) fn new_data_key(&self, row: Row) -> Result<(DataKey, Vec<u8>), VaultError> {
        let bytes = random_key()?;
        let sealed = seal(&self.0, &row.address("data-key"), bytes.as_slice())?;
        Ok((DataKey { key: cipher(&bytes)?, row }, sealed))
    }

    /// Opens the data key of a row.
    pub(crate) fn data_key(&self, row: Row, sealed: &[u8]) -> Result<DataKey, VaultError> {
        let opened = open(&self.0, &row.address("data-key"), sealed).ok_or_else(|| row.broken("data_key"))?;
        let mut bytes = KeyBytes::default();
        if opened.len() != bytes.len() {
            return Err(row.broken("data_key"));
        }
        bytes.copy_from_slice(&opened);
        Ok(DataKey { key: cipher(&bytes)?, row })
    }
}

impl DataKey {
    pub(crate) fn seal(&self, field: Field<'_>, secret: &SecretString) -> Result<Vec<u8>, VaultError> {
        seal(&self.key, &self.address(field), secret.expose_secret().as_bytes())
    }

    pub(crate) fn open(&self, field: Field<'_>, sealed: &[u8]) -> Result<SecretString, VaultError> {
        open(&self.key, &self.address(field), sealed)
            .as_deref()
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .map(SecretString::from)
            .ok_or_else(|| self.row.broken(field.name()))
    }

    fn address(&self, field: Field<'_>) -> String {
        let qualifier = if let Field::CodeVerifier(state) = field { state } else { "" };
        [&self.row.address("value"), "|", field.name(), "|", qualifier].concat()
    }
}

/// 256 bits that nobody can guess.
pub(crate) fn random_key() -> Result<KeyBytes, VaultError> {
    let mut bytes = KeyBytes::default();
    aws_lc_rs::rand::fill(bytes.as_mut_slice()).map_err(|_| VaultError::SealingFailed)?;
    Ok(bytes)
}

fn cipher(bytes: &KeyBytes) -> Result<RandomizedNonceKey, VaultError> {
    RandomizedNonceKey::new(&AES_256_GCM, bytes.as_slice()).map_err(|_| VaultError::SealingFailed)
}

/// Version, nonce, ciphertext, tag.
fn seal(key: &RandomizedNonceKey, address: &str, plain: &[u8]) -> Result<Vec<u8>, VaultError> {
    // Room for all of it at once, so that no half-encrypted copy is left behind by growing.
    let mut body = Zeroizing::new(Vec::with_capacity(plain.len() + TAG_BYTES));
    body.extend_from_slice(plain);
    let nonce = key
        .seal_in_place_append_tag(Aad::from(address.as_bytes()), &mut *body)
        .map_err(|_| VaultError::SealingFailed)?;
    let mut sealed = Vec::with_capacity(1 + NONCE_BYTES + body.len());
    sealed.push(VERSION);
    sealed.extend_from_slice(nonce.as_ref());
    sealed.extend_from_slice(&body);
    Ok(sealed)
}

fn open(key: &RandomizedNonceKey, address: &str, sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (&VERSION, rest) = sealed.split_first()? else { return None };
    let (nonce, body) = rest.split_at_checked(NONCE_BYTES)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut body = Zeroizing::new(body.to_vec());
    let length = key.open_in_place(nonce, Aad::from(address.as_bytes()), &mut body).ok()?.len();
    body.truncate(length);
    Some(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: &str) -> Row {
        Row::account(&TenantId::default(), &AccountId::new(id).unwrap())
    }

    #[test]
    fn a_value_opens_in_its_own_place_and_nowhere_else() {
        let master = MasterKey::new(&random_key().unwrap()).unwrap();
        let (key, sealed_key) = master.new_data_key(account("ca_one")).unwrap();
        let sealed = key.seal(Field::AccessToken, &"token-123".into()).unwrap();
        let again = master.data_key(account("ca_one"), &sealed_key).unwrap();
        assert_eq!(again.open(Field::AccessToken, &sealed).unwrap().expose_secret(), "token-123");

        let error = again.open(Field::RefreshToken, &sealed).unwrap_err().to_string();
        assert!(error.contains("refresh_token of account ca_one does not open"), "{error}");
        assert!(master.data_key(account("ca_two"), &sealed_key).is_err());
        let elsewhere = Row::account(&TenantId::new("env_b").unwrap(), &AccountId::new("ca_one").unwrap());
        assert!(master.data_key(elsewhere, &sealed_key).is_err());
        let first = key.seal(Field::CodeVerifier("aa"), &"verifier".into()).unwrap();
        assert!(key.open(Field::CodeVerifier("bb"), &first).is_err());
    }

    #[test]
    fn no_change_to_a_sealed_value_goes_unnoticed() {
        let master = MasterKey::new(&random_key().unwrap()).unwrap();
        let (key, _) = master.new_data_key(account("ca_one")).unwrap();
        let sealed = key.seal(Field::ApiKey, &"secret".into()).unwrap();
        for place in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[place] ^= 1;
            assert!(key.open(Field::ApiKey, &changed).is_err());
            assert!(key.open(Field::ApiKey, &sealed[..place]).is_err());
        }
        assert_ne!(sealed, key.seal(Field::ApiKey, &"secret".into()).unwrap());
    }

    #[test]
    fn another_master_key_is_recognised() {
        let ours = MasterKey::new(&random_key().unwrap()).unwrap();
        let theirs = MasterKey::new(&random_key().unwrap()).unwrap();
        let check = ours.check_value().unwrap();
        assert!(ours.fits(&check));
        assert!(!theirs.fits(&check));
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_sealed_comes_back(secret: String) {
            let master = MasterKey::new(&random_key().unwrap()).unwrap();
            let (key, _) = master.new_data_key(account("ca_one")).unwrap();
            let sealed = key.seal(Field::ApiKey, &secret.as_str().into()).unwrap();
            assert_eq!(key.open(Field::ApiKey, &sealed).unwrap().expose_secret(), secret);
        }

        #[test]
        fn whatever_was_not_sealed_does_not_open(bytes: Vec<u8>) {
            let master = MasterKey::new(&random_key().unwrap()).unwrap();
            assert!(master.data_key(account("ca_one"), &bytes).is_err());
            assert!(!master.fits(&bytes));
        }
    }
}
