#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod browser;
mod fixtures;
mod house;
mod serve;

pub use browser::Browser;
pub use fixtures::{ACME, ANN, WILE};
pub use house::{House, HouseOptions};
pub use serve::Served;
