//! Arguments of every tool: whatever JSON comes, there is a request or a message, and what passed once
//! passes again unchanged.

#![no_main]

use latch_catalog::catalog;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: (u8, String)| {
    let (choice, text) = input;
    let Ok(given) = serde_json::from_str::<Value>(&text) else { return };
    let tools: Vec<_> = catalog().tools().collect();
    let tool = tools[usize::from(choice) % tools.len()];
    let address = catalog().find(&tool.function).expect("every tool answers to its function name");
    match address.prepare(&given) {
        Ok(prepared) => {
            let request = prepared.request();
            assert_eq!(request.path.matches('/').count(), tool.call.matches('/').count());
            let again = Value::Object(prepared.arguments());
            assert_eq!(address.prepare(&again).expect("still right").arguments(), prepared.arguments());
        }
        Err(error) => assert!(!error.problems.is_empty()),
    }
});
