//! TLS by ring, with built-in Mozilla roots: nothing is read from files at a cold start.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{CipherSuite, ClientConfig, NamedGroup, RootCertStore};

use crate::environment::{Environment, LoadError};

/// TLS that trusts the `private` roots in addition to Mozilla's.
pub(super) fn config(mut private: RootCertStore) -> ClientConfig {
    private.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    ClientConfig::builder_with_provider(Arc::new(ring()))
        .with_safe_default_protocol_versions()
        .expect("ring supports TLS 1.2 and 1.3")
        .with_root_certificates(private)
        .with_no_client_auth()
}

/// The certificates in the PEM file that `SSL_CERT_FILE` names: a private CA's, or those of the sandbox.
///
/// # Errors
/// [`LoadError::Invalid`] if the file cannot be read, holds no certificate, or holds one that cannot be
/// parsed.
pub(super) fn private_roots(environment: &Environment) -> Result<RootCertStore, LoadError> {
    let mut roots = RootCertStore::empty();
    let Some(file) = environment.get("SSL_CERT_FILE") else { return Ok(roots) };
    let problem = |what: &str| LoadError::Invalid(vec![format!("SSL_CERT_FILE {what}")]);
    let certificates = std::fs::read(file).map_err(|_| problem("cannot be read"))?;
    for certificate in CertificateDer::pem_slice_iter(&certificates) {
        certificate
            .ok()
            .and_then(|certificate| roots.add(certificate).ok())
            .ok_or_else(|| problem("holds a certificate that cannot be read"))?;
    }
    if roots.is_empty() { Err(problem("holds no certificate in PEM")) } else { Ok(roots) }
}

/// Ring, preferring what is fastest on Lambda's processors unless the server prefers another: P-256, for
/// which ring has assembly, and AES-128 with SHA-256, which they have in hardware.
fn ring() -> CryptoProvider {
    let mut provider = rustls::crypto::ring::default_provider();
    provider.kx_groups.sort_by_key(|group| group.name() != NamedGroup::secp256r1);
    provider.cipher_suites.sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
    provider
}
