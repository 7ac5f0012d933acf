//! Why a connection did not come about, in words of our own: those of the libraries may repeat an address with what is
//! secret in it.

use std::error::Error;

/// What to say of `host`, to which there is no connection because of `error`.
pub(crate) fn no_connection(error: &reqwest::Error, host: &str) -> String {
    if is_about_a_certificate(error) {
        format!("{host} shows a certificate that this machine does not trust")
    } else {
        format!("no connection to {host}")
    }
}

fn is_about_a_certificate(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if matches!(error.downcast_ref(), Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        // An error of input and output leaves out the one that it wraps when asked for its source.
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        cause = wrapped.map(|wrapped| wrapped as &(dyn Error + 'static)).or_else(|| error.source());
    }
    false
}
