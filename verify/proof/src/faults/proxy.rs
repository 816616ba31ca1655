//! A TLS proxy in front of a stand-in, which misbehaves on the wire in ways that an HTTP server cannot.
//!
//! A connection carries one request, so that a fault hits exactly the call it is meant for.

use std::fmt::Write as _;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::call::Call;
use super::certificates::Certificates;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is listening.
    Refused,
    /// The connection is reset before a byte of an answer; the call is not carried out.
    ResetBeforeHead,
    /// The call is carried out, and the connection is reset after the answer's head.
    ResetAfterHead,
    /// There is never an answer.
    Hang,
    /// The call is carried out, and the answer comes at one byte a second.
    Drip,
    /// The call is carried out, and its answer is shorter than its length says.
    WrongLength,
    /// The certificate is not trusted.
    BadTls,
    /// This answer comes; the call is not carried out.
    Reply(Reply),
}

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub headers: &'static [(&'static str, &'static str)],
    pub body: Body,
}

/// The body of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    Text(&'static str),
    /// A megabyte of JSON.
    Endless,
}

/// A fault, and the call it hits.
#[derive(Clone, Copy, Debug)]
pub struct Strike {
    pub call: Call,
    pub fault: Fault,
    /// How many times.
    pub times: u32,
}

impl Strike {
    /// Hits until there is another plan.
    pub fn always(call: Call, fault: Fault) -> Self {
        Self { call, fault, times: u32::MAX }
    }
}

/// How connections are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Open,
    /// Bound, but not listening.
    Refusing,
    BadTls,
}

/// A running proxy; it ends with its runtime.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: String,
    certificates: Arc<Certificates>,
    plan: Mutex<Vec<Strike>>,
    /// Calls before the one that finds the door closed.
    passed: AtomicU32,
    door: watch::Sender<Door>,
    /// Follows the door.
    is_listening: watch::Sender<bool>,
}

impl Proxy {
    /// A proxy in front of `upstream`, such as `http://localhost:1234`.
    pub async fn start(
        upstream: &str,
        certificates: Arc<Certificates>,
        plan: Vec<Strike>,
    ) -> io::Result<Self> {
        let upstream = upstream.strip_prefix("http://").unwrap_or(upstream).to_owned();
        let socket = bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let address = socket.local_addr()?;
        let shared = Arc::new(Shared {
            upstream,
            certificates,
            plan: Mutex::default(),
            passed: AtomicU32::default(),
            door: watch::Sender::new(Door::Open),
            is_listening: watch::Sender::new(false),
        });
        shared.replan(plan);
        tokio::spawn(Arc::clone(&shared).listen(socket, address));
        let proxy = Self { address, shared };
        proxy.settled().await;
        Ok(proxy)
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// From now on, makes this fail, and nothing else.
    pub async fn replan(&self, plan: Vec<Strike>) {
        self.shared.replan(plan);
        self.settled().await;
    }

    async fn settled(&self) {
        self.shared.settled().await;
    }
}

impl Shared {
    fn replan(&self, plan: Vec<Strike>) {
        let first = plan.iter().find(|strike| strike.call.follows().is_none());
        self.door.send_replace(first.map_or(Door::Open, |strike| door(strike.fault)));
        *self.plan() = plan;
    }

    async fn settled(&self) {
        let wanted = *self.door.borrow() != Door::Refusing;
        // The sender lives as long as this.
        let _ = self.is_listening.subscribe().wait_for(|is| *is == wanted).await;
    }

    async fn listen(self: Arc<Self>, socket: TcpSocket, address: SocketAddr) -> io::Result<()> {
        let mut door = self.door.subscribe();
        let mut bound = socket;
        loop {
            if *door.borrow_and_update() == Door::Refusing {
                self.is_listening.send_replace(false);
                let _ = door.wait_for(|door| *door != Door::Refusing).await;
            }
            let listener = bound.listen(64)?;
            self.is_listening.send_replace(true);
            self.accept(&listener, &mut door).await;
            // Before the listener is dropped: a port that nobody holds may be given to another connection.
            bound = bind(address)?;
        }
    }

    /// Accepts until the door is closed.
    async fn accept(self: &Arc<Self>, listener: &TcpListener, door: &mut watch::Receiver<Door>) {
        loop {
            tokio::select! {
                biased;
                _ = door.wait_for(|door| *door == Door::Refusing) => return,
                Ok((connection, _)) = listener.accept() => {
                    let shared = Arc::clone(self);
                    // It is not an error if a client goes away.
                    tokio::spawn(async move { shared.serve(connection).await.unwrap_or_default() });
                }
            }
        }
    }

    async fn serve(&self, connection: TcpStream) -> io::Result<()> {
        let config = match *self.door.borrow() {
            Door::BadTls => self.certificates.untrusted(),
            Door::Open | Door::Refusing => self.certificates.trusted(),
        };
        let mut client = TlsAcceptor::from(config).accept(connection).await?;
        let request = read_request(&mut client).await?;
        match self.take(&request) {
            None => {
                let answer = self.carry_out(&request).await?;
                self.close_door_after(&request).await;
                client.write_all(&answer).await?;
                client.shutdown().await
            }
            Some(fault) => self.strike(fault, &request, client).await,
        }
    }

    async fn strike(&self, fault: Fault, request: &[u8], mut client: TlsStream<TcpStream>) -> io::Result<()> {
        match fault {
            // Caused by the door: connections accepted before it closed are reset.
            Fault::Refused | Fault::BadTls | Fault::ResetBeforeHead => reset(client),
            Fault::ResetAfterHead => {
                let answer = self.carry_out(request).await?;
                client.write_all(&answer[..head_length(&answer)]).await?;
                client.flush().await?;
                // A reset overtakes data that was not read yet.
                tokio::time::sleep(Duration::from_millis(100)).await;
                reset(client)
            }
            Fault::Hang => client.read_to_end(&mut Vec::new()).await.map(|_| ()),
            Fault::Drip => {
                for byte in self.carry_out(request).await? {
                    client.write_all(&[byte]).await?;
                    client.flush().await?;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                Ok(())
            }
            Fault::WrongLength => {
                let answer = self.carry_out(request).await?;
                let head = head_length(&answer);
                let (text, body) = (String::from_utf8_lossy(&answer[..head]), &answer[head..]);
                let told = format!("content-length: {}", body.len());
                let longer = text.replace(&told, &format!("content-length: {}", body.len() + 100));
                client.write_all(&[longer.as_bytes(), body].concat()).await?;
                client.shutdown().await
            }
            Fault::Reply(reply) => {
                self.close_door_after(request).await;
                client.write_all(&reply.bytes()).await?;
                client.shutdown().await
            }
        }
    }

    /// The fault that hits this call, if any.
    fn take(&self, request: &[u8]) -> Option<Fault> {
        let mut plan = self.plan();
        let strike = plan.iter_mut().find(|strike| strike.times > 0 && strike.call.is(request))?;
        strike.times = if strike.times == u32::MAX { u32::MAX } else { strike.times - 1 };
        Some(strike.fault)
    }

    /// After the last call before the one that finds the door closed.
    async fn close_door_after(&self, request: &[u8]) {
        let next = self.plan().iter().find_map(|strike| {
            let (_, count) = strike.call.follows().filter(|(before, _)| before.is(request))?;
            Some((door(strike.fault), count)).filter(|(door, _)| *door != Door::Open)
        });
        let Some((door, count)) = next else { return };
        if self.passed.fetch_add(1, Ordering::SeqCst) + 1 == count {
            self.door.send_replace(door);
            self.settled().await;
        }
    }

    async fn carry_out(&self, request: &[u8]) -> io::Result<Vec<u8>> {
        let mut upstream = TcpStream::connect(&self.upstream).await?;
        let line = request.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let request = [&request[..line], b"connection: close\r\n", &request[line..]].concat();
        upstream.write_all(&request).await?;
        let mut answer = Vec::new();
        upstream.read_to_end(&mut answer).await?;
        Ok(answer)
    }

    fn plan(&self) -> MutexGuard<'_, Vec<Strike>> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reply {
    fn bytes(&self) -> Vec<u8> {
        let body = match self.body {
            Body::Text(text) => text.as_bytes().to_vec(),
            Body::Endless => format!(r#"{{"padding":"{}"}}"#, "x".repeat(1024 * 1024)).into_bytes(),
        };
        let mut head = format!("HTTP/1.1 {} Made up\r\nconnection: close\r\n", self.status);
        if self.status != 204 {
            let _ = write!(head, "content-length: {}\r\n", body.len());
        }
        for (name, value) in self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        [head.as_bytes(), b"\r\n", &body].concat()
    }
}

fn door(fault: Fault) -> Door {
    match fault {
        Fault::Refused => Door::Refusing,
        Fault::BadTls => Door::BadTls,
        _ => Door::Open,
    }
}

fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}

fn reset(client: TlsStream<TcpStream>) -> io::Result<()> {
    client.into_inner().0.set_zero_linger()
}

async fn read_request(client: &mut TlsStream<TcpStream>) -> io::Result<Vec<u8>> {
    let mut request = Vec::new();
    while request.len() < total_length(&request) {
        if client.read_buf(&mut request).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(request)
}

/// As far as the bytes read so far say.
fn total_length(request: &[u8]) -> usize {
    let head = head_length(request);
    if head == 0 {
        return usize::MAX;
    }
    let text = String::from_utf8_lossy(&request[..head]).to_lowercase();
    let length =
        text.split_once("content-length:").and_then(|(_, rest)| rest.lines().next()?.trim().parse().ok());
    head + length.unwrap_or(0)
}

/// Including the empty line; 0 if it has not arrived yet.
fn head_length(message: &[u8]) -> usize {
    message.windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |at| at + 4)
}
