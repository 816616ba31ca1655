//! Addresses on this machine: the requested port, or the next free one.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::Router;
use axum::serve::ListenerExt as _;
use tokio::net::{TcpListener, TcpStream};

use crate::tls::Authority;

/// How far a port may move.
const REACH: u16 = 100;

/// One port of `localhost`, on IPv4 and, if the machine has it, IPv6: browsers try both.
pub struct Listener {
    sockets: Vec<TcpListener>,
    port: u16,
    authority: Option<Authority>,
}

impl Listener {
    /// Binds `port`, or the next free one. 0 means any.
    ///
    /// # Errors
    /// If no port within reach is free.
    pub async fn bind(port: u16) -> io::Result<Self> {
        let mut last = io::Error::from(io::ErrorKind::AddrInUse);
        for candidate in port..=port.saturating_add(REACH) {
            match Self::bind_exactly(candidate).await {
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => last = error,
                outcome => return outcome,
            }
        }
        Err(last)
    }

    /// Binds this very port. 0 means any.
    ///
    /// # Errors
    /// If it is not free.
    pub async fn bind_exactly(port: u16) -> io::Result<Self> {
        let v4 = TcpListener::bind((IpAddr::from(Ipv4Addr::LOCALHOST), port)).await?;
        let port = v4.local_addr()?.port();
        let mut sockets = vec![v4];
        match TcpListener::bind((IpAddr::from(Ipv6Addr::LOCALHOST), port)).await {
            Ok(v6) => sockets.push(v6),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
            Err(_) => {}
        }
        Ok(Self { sockets, port, authority: None })
    }

    /// The same port, over TLS if there is an authority.
    #[must_use]
    pub fn over_tls(self, authority: Option<&Authority>) -> Self {
        Self { authority: authority.cloned(), ..self }
    }

    /// `http://localhost:<port>`; with TLS `https://127.0.0.1:<port>`, because benchmarks use it, and should not measure
    /// how this machine resolves names.
    #[must_use]
    pub fn url(&self) -> String {
        let origin = if self.authority.is_some() { "https://127.0.0.1" } else { "http://localhost" };
        format!("{origin}:{}", self.port)
    }

    /// Serves until the runtime ends.
    pub(crate) fn serve(self, router: &Router) {
        for socket in self.sockets {
            let (router, authority) = (router.clone(), self.authority.clone());
            // Accept errors are retried inside; it returns only when the runtime ends.
            tokio::spawn(async move {
                match authority {
                    Some(authority) => axum::serve(authority.listen(socket)?, router).await,
                    None => axum::serve(socket.tap_io(without_delay), router).await,
                }
            });
        }
    }
}

/// Like real servers: an answer in two writes must not wait for an acknowledgement.
pub(crate) fn without_delay(stream: &mut TcpStream) {
    // If this fails, it is only slower.
    let _ = stream.set_nodelay(true);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_passed_over() {
        let first = Listener::bind(0).await.unwrap();
        let second = Listener::bind(first.port).await.unwrap();
        assert!(second.port > first.port);
    }
}
