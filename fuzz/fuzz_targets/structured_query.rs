//! Structured queries: whatever JSON is sent, there is a query or a sentence, and a query's plainest form reads as
//! itself.

#![no_main]

use latch_twin::plain_search;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(search) = serde_json::from_str(text) else { return };
    if let Ok(plain) = plain_search(&search) {
        assert_eq!(plain_search(&plain).expect("the plain form reads"), plain);
    }
});
