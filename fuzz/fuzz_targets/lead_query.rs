//! The search-bar language: whatever is typed, there is a query or a sentence, and a query's plainest form
//! reads as itself.

#![no_main]

use latch_twin::plain_query;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(plain) = plain_query(text) {
        assert_eq!(plain_query(&plain).expect("the plain form reads"), plain);
    }
});
