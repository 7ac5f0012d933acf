//! Answers of Close: a text is held if and only if it can be taken apart, and then nothing of it is lost.

#![no_main]

use latch_close::JsonText;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|text: String| {
    let read = serde_json::from_str::<Value>(&text);
    match (JsonText::new(text.clone()), read) {
        (Ok(held), Ok(value)) => {
            assert_eq!(held.to_value(), value);
            assert_eq!(held.as_str(), text);
        }
        (Err(_), Err(_)) => {}
        (held, read) => panic!("held {}, read {}", held.is_ok(), read.is_ok()),
    }
});
