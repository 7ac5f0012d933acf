//! What holds for any text and any value, not only for those that somebody thought of.

use std::time::Duration;

use latch_lua::{Script, WantedLimits};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{run, run_script};

/// Source text of a string with these bytes.
fn quoted(bytes: &[u8]) -> String {
    let escaped: Vec<String> = bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect();
    format!("'{}'", escaped.concat())
}

/// JSON that scripts can hold: no null, which is nothing there, and no number that is not exact.
fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1e15..1e15_f64).prop_filter("a fraction", |number| number.fract() != 0.0).prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-z0-9 ]{0,6}", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_that_a_script_reads_and_writes_stays_what_it_is(value in values()) {
        let text = quoted(value.to_string().as_bytes());
        let record = run(&format!("local v = json.decode({text}) return v, json.decode(json.encode(v)), json.encode(v)"));
        prop_assert!(record.success, "{:?}", record.error);
        let result = record.result.expect("a result");
        prop_assert_eq!(&result[0], &value);
        prop_assert_eq!(&result[1], &value);
        let written: Value = serde_json::from_str(result[2].as_str().expect("text")).expect("JSON");
        prop_assert_eq!(&written, &value);
    }

    #[test]
    fn no_bytes_are_too_strange_for_the_functions_that_read_text(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        other in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let (text, other) = (quoted(&bytes), quoted(&other));
        let record = run(&format!(
            "local s, p = {text}, {other} local n = 0 \
             for _, f in {{json.decode, json.encode, regex.match, regex.match_all, regex.gsub, string.find, string.match, \
             string.gsub, string.split, string.format, string.rep, dates.add_days, dates.in_zone, dates.today, os.date, \
             tonumber, utf8.len, string.pack, print, dump, tostring}} do \
             for _, a in {{{{s}}, {{s, p}}, {{p, s}}, {{s, p, s}}}} do \
             local ok, e = pcall(f, unpack(a)) n += 1 \
             if not ok and type(e) ~= 'string' then error(type(e)) end end end return n"
        ));
        prop_assert!(record.success, "{:?}", record.error);
        prop_assert_eq!(json!(record.result), json!([84]));
    }

    #[test]
    fn every_regular_expression_ends(
        pattern in "[ab(){}|*+?.,0-9\\[\\]^$\\\\wdsbpL-]{0,40}",
        letters in "[ab01 é]{0,30}",
        times in 1_usize..2000,
        flags in "[imsxuUA]{0,3}",
    ) {
        let (pattern, letters, flags) =
            (quoted(pattern.as_bytes()), quoted(letters.as_bytes()), quoted(flags.as_bytes()));
        let record = run_script(Script {
            source: format!(
                "local s = string.rep({letters}, {times}) \
                 pcall(regex.match, s, {pattern}, {flags}) pcall(regex.match_all, s, {pattern}, {flags}) \
                 pcall(regex.gsub, s, {pattern}, '<$0>')"
            ),
            limits: WantedLimits { cpu: Some(Duration::from_millis(100)), ..WantedLimits::default() },
            ..Script::default()
        });
        let class = record.error_class.as_deref();
        prop_assert!(matches!(class, None | Some("cpu_limit" | "memory_limit")), "{:?}", record.error);
        prop_assert!(record.cpu_time_ms < 200.0, "{} ms", record.cpu_time_ms);
    }

    #[test]
    fn a_regular_expression_finds_the_same_in_a_long_text_as_in_a_short_one(
        pattern in prop::sample::select(vec![
            "(a|b)[a-c]{1,3}(c?|\\b)", "\\b[abc]+\\b", "[abc ]+$", "c*b", "(?:ab|abc|a)c?", "[^#]+?", "a.*c", "(?m)^a|b$",
            "\\Bb", "\\x{23}a", "(?u)\\b[abc]{2}\\b",
        ]),
        letters in "[abc ]{3,30}",
    ) {
        // A short text is searched in one go; a long one byte by byte.
        let source = format!(
            "local function places(s) local t = {{}} for i, m in regex.match_all(s, {0})[1] or {{}} do t[i] = m end return t end \
             local short = '#' .. {1} .. '#' \
             local long = string.rep('#', 400000) .. short .. '#' \
             return places(short), places(long)",
            quoted(pattern.as_bytes()),
            quoted(letters.as_bytes()),
        );
        let record = run(&source);
        let result = record.result.unwrap_or_else(|| panic!("{:?}", record.error));
        prop_assert_eq!(&result[0], &result[1]);
    }
}
