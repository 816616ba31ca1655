//! TLS in front of the stand-ins, with a new certificate authority at each start.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::NoServerSessionStorage;
use tokio_rustls::server::TlsStream;

use crate::ports::without_delay;

/// Connections that have completed the handshake and wait to be served.
const BACKLOG: usize = 64;

/// An authority for `localhost`.
#[derive(Clone)]
pub struct Authority {
    acceptor: TlsAcceptor,
    certificate: PathBuf,
}

impl Authority {
    /// Generates one, and writes its certificate into `folder` for clients to trust.
    ///
    /// # Errors
    /// If the folder cannot be written to.
    pub fn new(folder: &Path) -> io::Result<Self> {
        let (config, pem) = make().map_err(io::Error::other)?;
        std::fs::create_dir_all(folder)?;
        let certificate = folder.join("authority.pem");
        std::fs::write(&certificate, pem)?;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), certificate })
    }

    /// Where its certificate is, in PEM: `SSL_CERT_FILE`.
    #[must_use]
    pub fn certificate(&self) -> &Path {
        &self.certificate
    }

    pub(crate) fn listen(&self, socket: TcpListener) -> io::Result<TlsListener> {
        let address = socket.local_addr()?;
        let (shaken, connections) = mpsc::channel(BACKLOG);
        let acceptor = self.acceptor.clone();
        tokio::spawn(async move {
            // One task per handshake: a slow client must not keep others waiting.
            while !shaken.is_closed() {
                let Ok((mut stream, peer)) = socket.accept().await else { continue };
                without_delay(&mut stream);
                let (acceptor, shaken) = (acceptor.clone(), shaken.clone());
                tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        let _ = shaken.send((stream, peer)).await;
                    }
                });
            }
        });
        Ok(TlsListener { connections, address })
    }
}

fn make() -> Result<(ServerConfig, String), Box<dyn std::error::Error + Send + Sync>> {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name = DistinguishedName::new();
    authority.distinguished_name.push(DnType::CommonName, "sandbox authority");
    let authority_key = KeyPair::generate()?;
    let pem = authority.self_signed(&authority_key)?.pem();

    let key = KeyPair::generate()?;
    let server = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()])?;
    let certificate = server.signed_by(&key, &Issuer::new(authority, authority_key))?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    // To a client, all stand-ins are `localhost`: a ticket from one would save it the handshake with the next.
    config.send_tls13_tickets = 0;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    Ok((config, pem))
}

/// Accepts connections once they have completed the handshake.
pub(crate) struct TlsListener {
    connections: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl axum::serve::Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.connections.recv().await {
            Some(connection) => connection,
            // The accepting task ends only with the runtime.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}
