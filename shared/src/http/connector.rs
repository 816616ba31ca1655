//! Opens connections: TCP, and TLS by ring with Mozilla's roots, which are built in.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::BoxFuture;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioIo;
use lambda_http::http::Uri;
use lambda_http::tower::Service;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{CipherSuite, ClientConfig, NamedGroup, RootCertStore};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::settings::{Environment, LoadError};

/// Opens connections within a time that counts the TLS handshake.
#[derive(Clone)]
pub(super) struct Connector {
    https: HttpsConnector<HttpConnector>,
    within: Duration,
}

impl Connector {
    /// Trusts these roots and Mozilla's.
    pub(super) fn new(mut roots: RootCertStore, within: Duration) -> Self {
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let tls = ClientConfig::builder_with_provider(Arc::new(ring()))
            .with_safe_default_protocol_versions()
            .expect("ring supports TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        let https = HttpsConnectorBuilder::new()
            .with_tls_config(tls)
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        Self { https, within }
    }
}

impl Service<Uri> for Connector {
    type Response = MaybeHttpsStream<TokioIo<TcpStream>>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.https.poll_ready(context)
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        let connection = timeout(self.within, self.https.call(address));
        Box::pin(async { connection.await? })
    }
}

/// The certificates in the PEM file that `SSL_CERT_FILE` names: a private CA's, or that of TLS stand-ins.
///
/// # Errors
/// [`LoadError::Invalid`] when the file cannot be read, or holds a certificate that cannot be, or none at all.
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

/// With the quickest first, where the other side has no wish of its own: P-256, which ring has in assembly for
/// both of Lambda's processors, and SHA-256, which those have built in. All else stays on offer.
fn ring() -> CryptoProvider {
    let mut provider = rustls::crypto::ring::default_provider();
    provider.kx_groups.sort_by_key(|group| group.name() != NamedGroup::secp256r1);
    provider.cipher_suites.sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
    provider
}
