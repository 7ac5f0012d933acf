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

use crate::agenda;
use crate::control::Control;
use crate::delivery;
use crate::http::{Listener, Shared};
use crate::options::{ApiKeyInfo, OAuthAppInfo, TwinOptions};
use crate::server;
use crate::store::{Kind, Scratch, text};

/// How long [`Twin::shutdown`] waits for requests in progress.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);

/// A twin that could not start.
#[derive(Debug, Error)]
pub enum TwinError {
    /// The address is taken, or may not be used.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
    /// The folder for its data cannot be used.
    #[error("cannot keep data in {}: {problem}", folder.display())]
    Data {
        /// The folder asked for.
        folder: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
}

/// A running server. It stops when dropped, or when [`shutdown`](Twin::shutdown) is called.
#[derive(Debug)]
pub struct Twin {
    shared: Arc<Shared>,
    address: SocketAddr,
    stop: CancellationToken,
    server: Option<JoinHandle<()>>,
    /// What it does besides answering: delivering webhooks, watching the clock.
    chores: Vec<JoinHandle<()>>,
}

impl Twin {
    /// Makes the demo data and starts to listen. Answers are given from the moment this returns.
    pub async fn start(options: TwinOptions) -> Result<Self, TwinError> {
        let failed = |source| TwinError::Listen { address: options.listen, source };
        let listener = TcpListener::bind(options.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let shared = Shared::new(&options).map_err(|error| TwinError::Data {
            folder: options.data.clone().unwrap_or_default(),
            problem: error.to_string(),
        })?;
        let shared = Arc::new(shared);
        let stop = CancellationToken::new();
        let application = server::application(Arc::clone(&shared), options.control);
        let serving = server::run(Listener(listener), application, stop.clone());
        let server = tokio::spawn(serving);
        let chores = vec![
            tokio::spawn(delivery::run(Arc::clone(&shared), stop.clone())),
            tokio::spawn(agenda::run(Arc::clone(&shared), stop.clone())),
        ];
        tracing::debug!(%address, leads = options.leads, "the twin listens");
        Ok(Self { shared, address, stop, server: Some(server), chores })
    }

    /// Where it listens, for example `http://127.0.0.1:41234`. The API is below `/api/v1/`, OAuth below `/oauth2/`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The API keys of the demo data.
    pub fn api_keys(&self) -> Vec<ApiKeyInfo> {
        let (world, scratch) = (self.shared.world(), Scratch::default());
        let world = world.reader(&scratch);
        let member = |kind, id: &str, name: &str| {
            world.object(kind, id).and_then(|object| text(object, name)).unwrap_or_default().to_owned()
        };
        let describe = |key: &crate::store::Object| {
            let user_id = text(key, "user_id")?;
            let organization_id = text(key, "organization_id")?;
            let first = member(Kind::User, user_id, "first_name");
            Some(ApiKeyInfo {
                key: text(key, "key")?.to_owned(),
                user_id: user_id.to_owned(),
                user_email: member(Kind::User, user_id, "email"),
                user_name: format!("{first} {}", member(Kind::User, user_id, "last_name")).trim().to_owned(),
                organization_id: organization_id.to_owned(),
                organization_name: member(Kind::Organization, organization_id, "name"),
            })
        };
        world.everyone(Kind::ApiKey).filter_map(describe).collect()
    }

    /// The OAuth app that is always registered.
    pub fn oauth_app(&self) -> OAuthAppInfo {
        self.shared.grants.demo_app()
    }

    /// Registers another OAuth app.
    pub fn register_oauth_app(&self, name: &str, redirect_uri: &str) -> OAuthAppInfo {
        self.shared.grants.register_app(name, redirect_uri)
    }

    /// Levers for tests.
    pub fn control(&self) -> Control {
        Control::new(Arc::clone(&self.shared))
    }

    /// Stops listening, lets requests in progress finish for a moment, and closes every connection. Deliveries of
    /// webhooks end at once.
    pub async fn shutdown(mut self) {
        self.stop.cancel();
        for mut task in self.server.take().into_iter().chain(std::mem::take(&mut self.chores)) {
            if tokio::time::timeout(SHUTDOWN_GRACE, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}

impl Drop for Twin {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
