//! The bare function once more, which before it is ready makes one call to SSM over TLS, by hand: no HTTP client,
//! no signature, no look at the answer. What a function with secrets can take at the least.

use std::sync::Arc;

use lambda_http::{Body, Error, Request, Response, run, service_fn};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    call_ssm().await?;
    run(service_fn(|_: Request| async { Ok::<_, Error>(Response::new(Body::from("hello"))) })).await
}

async fn call_ssm() -> Result<(), Error> {
    let endpoint = std::env::var("AWS_ENDPOINT_URL_SSM")?;
    let Some(address) = endpoint.strip_prefix("https://") else { return Ok(()) };
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(std::env::var("SSL_CERT_FILE")?)?)?;
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let socket = TcpStream::connect(address).await?;
    socket.set_nodelay(true)?;
    let name = ServerName::try_from("localhost")?;
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, socket).await?;
    stream.write_all(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}").await?;
    let mut answer = [0; 4096];
    if stream.read(&mut answer).await? == 0 { Err("SSM gave no answer".into()) } else { Ok(()) }
}
