//! The one TLS implementation of the program.

/// Makes aws-lc-rs the process-wide TLS provider. Call it first thing in `main`.
///
/// Calling it again does nothing, and neither does calling it after somebody else chose a provider:
/// the first choice stands.
pub fn install_tls_provider() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Losing the race against another thread leaves a provider installed, which is all that is wanted.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    }
}
