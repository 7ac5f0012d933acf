//! The server as its clients meet it, through real sockets.

mod authority;
mod clear;
mod overload;
mod patience;
mod reload;
mod shutdown;
mod support;
mod tls;
