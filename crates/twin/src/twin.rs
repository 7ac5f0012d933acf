//! A running twin.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::control::Control;
use crate::http::Shared;
use crate::lever_error::LeverError;
use crate::options::{ApiKeyInfo, OAuthAppInfo, TwinOptions};
use crate::{agenda, delivery, people, server};

/// How long [`Twin::shutdown`] waits for requests in progress.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);

/// A twin that could not start.
#[derive(Debug, Error)]
pub enum TwinError {
    /// The options cannot be carried out.
    #[error(transparent)]
    Options(#[from] LeverError),
    /// The folder for its data cannot be used.
    #[error("cannot keep data in {}: {problem}", folder.display())]
    Data {
        /// The folder asked for.
        folder: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// The address is taken, or may not be used.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
}

/// A running server. It stops when dropped, or when [`shutdown`](Twin::shutdown) is called.
#[derive(Debug)]
pub struct Twin {
    shared: Arc<Shared>,
    address: SocketAddr,
    control: Option<SocketAddr>,
    stop: CancellationToken,
    servers: Vec<JoinHandle<()>>,
    /// What it does besides answering: delivering webhooks, watching the clock.
    chores: Vec<JoinHandle<()>>,
}

impl Twin {
    /// Makes the demo data and starts to listen. Answers are given from the moment this returns.
    pub async fn start(options: TwinOptions) -> Result<Self, TwinError> {
        options.rate_limits.check()?;
        let (listener, address) = listen(options.listen).await?;
        let control = match options.control {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let shared = Shared::new(&options).map_err(|error| TwinError::Data {
            folder: options.data.clone().unwrap_or_default(),
            problem: error.to_string(),
        })?;
        let shared = Arc::new(shared);
        let stop = CancellationToken::new();
        let (patience, application) = (options.patience, server::application(Arc::clone(&shared)));
        let mut servers = vec![tokio::spawn(server::run(listener, application, patience, stop.clone()))];
        let control = control.map(|(listener, address)| {
            let levers = server::control(Arc::clone(&shared));
            servers.push(tokio::spawn(server::run(listener, levers, patience, stop.clone())));
            address
        });
        let chores = vec![
            tokio::spawn(delivery::run(Arc::clone(&shared), stop.clone())),
            tokio::spawn(agenda::run(Arc::clone(&shared), stop.clone())),
        ];
        tracing::debug!(%address, ?control, leads = options.leads, "the twin listens");
        Ok(Self { shared, address, control, stop, servers, chores })
    }

    /// Where it listens, for example `http://127.0.0.1:41234`. The API is below `/api/v1/`, OAuth below `/oauth2/`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the levers for tests answer over HTTP, if they were asked for.
    pub fn control_url(&self) -> Option<String> {
        self.control.map(|address| format!("http://{address}"))
    }

    /// The API keys of all users.
    pub fn api_keys(&self) -> Vec<ApiKeyInfo> {
        people::api_keys(&self.shared)
    }

    /// The OAuth app that is always registered.
    pub fn oauth_app(&self) -> OAuthAppInfo {
        self.shared.grants.demo_app()
    }

    /// Registers another OAuth app.
    pub fn register_oauth_app(&self, name: &str, redirect_uri: &str) -> OAuthAppInfo {
        self.shared.grants.register_app(name, &[redirect_uri])
    }

    /// Levers for tests.
    pub fn control(&self) -> Control {
        Control::new(Arc::clone(&self.shared))
    }

    /// Stops listening, lets requests in progress finish for a moment, and closes every connection. Deliveries of
    /// webhooks end at once.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        let servers = std::mem::take(&mut self.servers);
        for mut task in servers.into_iter().chain(std::mem::take(&mut self.chores)) {
            if tokio::time::timeout(SHUTDOWN_GRACE, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), TwinError> {
    let failed = |source| TwinError::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

impl Drop for Twin {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
