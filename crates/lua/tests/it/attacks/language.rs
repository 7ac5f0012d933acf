//! Source text as a weapon: nesting, length, and what is not source at all. Compiling cannot be interrupted and is
//! not held to the memory limit, so it has to be short and small by itself.

use std::fmt::Write as _;

use crate::attacks::Ends::{Refused, Somehow, Syntax};
use crate::attacks::bench::run_all;
use crate::attacks::{Attack, Ends};

#[test]
fn no_source_text_is_too_much_for_the_compiler() {
    run_all(&attacks());
}

#[test]
fn the_longest_source_is_still_compiled_and_a_longer_one_is_refused() {
    let longest = format!("return 1 --{}", "x".repeat(128 * 1024 - 11));
    assert_eq!(longest.len(), 128 * 1024);
    assert!(crate::support::run(&longest).success);
    let record = crate::support::run(&format!("{longest}x"));
    assert_eq!(record.error_class.as_deref(), Some("syntax"));
    assert!(record.error.expect("an error").contains("longer than 131072 bytes"));
}

#[test]
fn compiled_code_is_never_loaded() {
    for code in ["\u{1b}Lua", "\u{6}\u{3}\u{0}", "\u{1}\u{0}\u{0}\u{0}"] {
        let record = crate::support::run(code);
        assert_eq!(record.error_class.as_deref(), Some("syntax"), "{code:?}");
    }
    let record = crate::support::run("return load, loadstring, string.dump, dofile, loadfile, require");
    assert_eq!(record.result, Some(vec![serde_json::Value::Null; 6]));
}

/// What fills a source text.
const LENGTH: usize = 127 * 1024;

fn attacks() -> Vec<Attack> {
    let nested = [
        ("parentheses", "(", ")"),
        ("tables", "{", "}"),
        ("negations", "not ", ""),
        ("functions", "function() return ", " end"),
        ("conditions", "if a then 1 else ", ""),
        ("powers", "2^", ""),
        ("interpolation", "`{", "}`"),
        ("typeof", "1 :: typeof(", ")"),
    ];
    let mut attacks: Vec<Attack> = nested
        .map(|(name, open, close)| {
            let count = LENGTH / (open.len() + close.len() + 1);
            (name, Syntax, leak(format!("return {}1{}", open.repeat(count), close.repeat(count))))
        })
        .into();
    let repeated: [(&str, Ends, &str, &str, &str); 18] = [
        ("members", Syntax, "return a", ".b", ""),
        ("calls", Syntax, "return a", "()", ""),
        ("sums", Syntax, "return 1", "+1", ""),
        ("concatenations", Syntax, "return ''", "..''", ""),
        ("alternatives", Syntax, "if a then", " elseif b then", " end"),
        ("blocks", Syntax, "", "do ", ""),
        ("loops", Syntax, "", "while a do ", ""),
        ("types", Syntax, "type T = string", "|string", ""),
        ("optional types", Somehow, "local a: string", "?", ""),
        ("locals", Somehow, "", "local a ", ""),
        ("functions in a row", Somehow, "", "function a() end ", ""),
        ("assignments", Refused, "", "a.b += 1 ", ""),
        ("names", Syntax, "f(a", ",a", ")"),
        ("parameters", Syntax, "function f(a", ",a", ") end"),
        ("garbage", Syntax, "", "!! ", ""),
        ("a long number", Somehow, "return 1", "1", ""),
        ("branches", Somehow, "while a do ", "if b then c = 1 else d = 1 end ", "end"),
        ("breaks", Somehow, "while a do ", "if b then break end ", "end"),
    ];
    attacks.extend(repeated.map(|(name, ends, before, middle, after)| {
        let count = (LENGTH - before.len() - after.len()) / middle.len();
        (name, ends, leak(format!("{before}{}{after}", middle.repeat(count))))
    }));
    attacks.push(("constants", Somehow, leak(numbered("return #{", |list, i| write!(list, "'{i}',"), "}"))));
    attacks.push(("fields", Somehow, leak(numbered("return #{", |list, i| write!(list, "a{i}=1,"), "}"))));
    attacks.push(("globals", Somehow, leak(numbered("", |list, i| write!(list, "a{i}={i} "), ""))));
    attacks
}

fn numbered(before: &str, item: impl Fn(&mut String, usize) -> std::fmt::Result, after: &str) -> String {
    let mut text = before.to_owned();
    for place in 0.. {
        if text.len() + 32 > LENGTH || item(&mut text, place).is_err() {
            break;
        }
    }
    text + after
}

/// Tables of attacks hold texts that live as long as the process.
fn leak(text: String) -> &'static str {
    text.leak()
}
