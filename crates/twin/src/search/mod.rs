//! Searches as a whole: one entry for text and structured queries, whoever saved or sent them.
//!
//! `query` and `filtering` each know one language. This module knows Smart Views, which hold either, the bodies of
//! `POST /data/search/`, and how their results are paged.

mod body;
mod cursor;
mod fields;
mod smart_view;

pub(crate) use body::answer;
pub(crate) use fields::check as check_selectors;
pub(crate) use smart_view::{members, named_view};
