//! The bare function again, with hand-written versions of the calls that our functions must make: one to SSM
//! over TLS before it is ready, and two over an open TLS connection for each event, as `userinfo` makes to
//! Stripe and the provider. It has no HTTP client, signs nothing and parses no response: the least that a
//! function can take.

use std::sync::Arc;

use lambda_http::{Body, Error, Request, Response, run, service_fn};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Mutex;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let mut ssm = connect().await?;
    if let Some(ssm) = &mut ssm {
        call(ssm).await?;
    }
    let ssm = &Mutex::new(ssm);
    run(service_fn(|_: Request| async {
        if let Some(ssm) = &mut *ssm.lock().await {
            call(ssm).await?;
            call(ssm).await?;
        }
        Ok::<_, Error>(Response::new(Body::from("hello")))
    }))
    .await
}

/// `None` without TLS: then the floor is `bare`.
async fn connect() -> Result<Option<TlsStream<TcpStream>>, Error> {
    let endpoint = std::env::var("AWS_ENDPOINT_URL_SSM")?;
    let Some(address) = endpoint.strip_prefix("https://") else { return Ok(None) };
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(std::env::var("SSL_CERT_FILE")?)?)?;
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let socket = TcpStream::connect(address).await?;
    socket.set_nodelay(true)?;
    let name = ServerName::try_from("localhost")?;
    Ok(Some(TlsConnector::from(Arc::new(config)).connect(name, socket).await?))
}

async fn call(stream: &mut TlsStream<TcpStream>) -> Result<(), Error> {
    stream.write_all(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{}").await?;
    let mut answer = [0; 4096];
    if stream.read(&mut answer).await? == 0 { Err("there was no answer".into()) } else { Ok(()) }
}
