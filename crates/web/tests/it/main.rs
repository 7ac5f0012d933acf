//! The pages, as people see them.

mod api_key;
mod branding;
mod colours;
mod connecting;
mod endings;
mod markup;
mod protection;
mod verification;
mod visited;
