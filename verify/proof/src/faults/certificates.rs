//! Certificates from a private CA, which the functions trust, and one that nobody trusts.

use std::path::Path;
use std::sync::Arc;
use std::{error, fs};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// What servers present.
pub struct Certificates {
    trusted: Arc<ServerConfig>,
    untrusted: Arc<ServerConfig>,
}

impl Certificates {
    /// Issues new ones, and writes the CA's to a file for `SSL_CERT_FILE`.
    pub fn issue(ca_file: &Path) -> Result<Self, Box<dyn error::Error>> {
        let mut ca = CertificateParams::default();
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate()?)?;
        fs::write(ca_file, ca.pem())?;

        let server = || CertificateParams::new(["127.0.0.1".to_owned()]);
        let (key, other_key) = (KeyPair::generate()?, KeyPair::generate()?);
        let trusted = server()?.signed_by(&key, &ca)?;
        let untrusted = server()?.self_signed(&other_key)?;
        Ok(Self { trusted: config(trusted.der(), &key)?, untrusted: config(untrusted.der(), &other_key)? })
    }

    pub fn trusted(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.trusted)
    }

    pub fn untrusted(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.untrusted)
    }
}

fn config(
    certificate: &CertificateDer<'static>,
    key: &KeyPair,
) -> Result<Arc<ServerConfig>, Box<dyn error::Error>> {
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)?;
    Ok(Arc::new(config))
}
