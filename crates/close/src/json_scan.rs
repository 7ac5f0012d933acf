//! Whether a text is JSON, without making anything of it.
//!
//! Goes over the text once, eight bytes at a time where it can. Promises to say yes only where `serde_json` takes the
//! same text apart without complaint: nesting that is too deep, numbers that are too large and escapes that mean
//! nothing are found.

/// So deep lists and objects may be nested in each other, as `serde_json` has it.
const DEEPEST: u32 = 127;

/// More digits than this may be more than a number can hold.
const SURELY_A_NUMBER: usize = 300;

/// Whether the text is one JSON value and nothing else.
pub(crate) fn is_json(text: &str) -> bool {
    let mut scan = Scan { text, bytes: text.as_bytes(), at: 0 };
    scan.value().is_some() && scan.at == scan.bytes.len()
}

struct Scan<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

/// What is open: a bit for each list and object, which is set for an object, the innermost last.
#[derive(Default)]
struct Open {
    objects: u128,
    depth: u32,
}

impl Open {
    fn push(&mut self, is_object: bool) -> Option<()> {
        self.depth += 1;
        self.objects = (self.objects << 1) | u128::from(is_object);
        (self.depth <= DEEPEST).then_some(())
    }

    fn pop(&mut self) {
        self.depth -= 1;
        self.objects >>= 1;
    }

    fn is_object(&self) -> bool {
        self.objects & 1 == 1
    }
}

impl Scan<'_> {
    /// A value with everything in it, and the blanks around it.
    fn value(&mut self) -> Option<()> {
        let mut open = Open::default();
        loop {
            self.blanks();
            match self.next()? {
                b'{' => {
                    open.push(true)?;
                    if self.closes(b'}') {
                        open.pop();
                    } else {
                        self.key()?;
                        continue;
                    }
                }
                b'[' => {
                    open.push(false)?;
                    if !self.closes(b']') {
                        continue;
                    }
                    open.pop();
                }
                b'"' => self.string()?,
                b't' => self.word(b"rue")?,
                b'f' => self.word(b"alse")?,
                b'n' => self.word(b"ull")?,
                first => self.number(first)?,
            }
            if self.after(&mut open)? {
                return Some(());
            }
        }
    }

    /// What stands behind a value. True if nothing is open any more.
    fn after(&mut self, open: &mut Open) -> Option<bool> {
        loop {
            self.blanks();
            if open.depth == 0 {
                return Some(true);
            }
            match (self.next()?, open.is_object()) {
                (b',', true) => {
                    self.key()?;
                    return Some(false);
                }
                (b',', false) => return Some(false),
                (b'}', true) | (b']', false) => open.pop(),
                _ => return None,
            }
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.peek() {
            self.at += 1;
        }
    }

    /// Takes the mark that ends a list or an object, if there is nothing in it.
    fn closes(&mut self, mark: u8) -> bool {
        self.blanks();
        let closes = self.peek() == Some(mark);
        self.at += usize::from(closes);
        closes
    }

    fn word(&mut self, rest: &[u8]) -> Option<()> {
        self.bytes.get(self.at..)?.starts_with(rest).then(|| self.at += rest.len())
    }

    /// A name and its colon.
    fn key(&mut self) -> Option<()> {
        self.blanks();
        if self.next()? != b'"' {
            return None;
        }
        self.string()?;
        self.blanks();
        (self.next()? == b':').then_some(())
    }

    /// The rest of a string, whose first mark has been taken.
    fn string(&mut self) -> Option<()> {
        loop {
            self.plain();
            match self.next()? {
                b'"' => return Some(()),
                b'\\' => self.escape()?,
                // What needs an escape stands there without one, or is plain and was met at the end of the text.
                0..=0x1f => return None,
                _ => {}
            }
        }
    }

    /// Passes over what means itself, eight bytes at a time.
    fn plain(&mut self) {
        const ONES: u64 = u64::MAX / 255;
        // The high bit of every byte that is smaller than `limit`, unless its own high bit is set. A byte above one
        // that is smaller may be marked as well: only the first counts.
        let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
        while let Some(eight) = self.bytes.get(self.at..).and_then(|rest| rest.first_chunk()) {
            let word = u64::from_le_bytes(*eight);
            let quote = below(word ^ (ONES * u64::from(b'"')), 1);
            let backslash = below(word ^ (ONES * u64::from(b'\\')), 1);
            let marked = (below(word, 0x20) | quote | backslash) & (ONES << 7);
            if marked != 0 {
                self.at += (marked.trailing_zeros() / 8) as usize;
                return;
            }
            self.at += 8;
        }
    }

    /// The rest of an escape, whose backslash has been taken.
    fn escape(&mut self) -> Option<()> {
        match self.next()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => match self.unit()? {
                // Half of a character needs its other half behind it.
                0xd800..=0xdbff => {
                    self.word(b"\\u")?;
                    matches!(self.unit()?, 0xdc00..=0xdfff).then_some(())
                }
                0xdc00..=0xdfff => None,
                _ => Some(()),
            },
            _ => None,
        }
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            unit = unit * 16 + char::from(self.next()?).to_digit(16)?;
        }
        Some(unit)
    }

    /// The rest of a number, whose first byte has been taken.
    fn number(&mut self, first: u8) -> Option<()> {
        let start = self.at - 1;
        match if first == b'-' { self.next()? } else { first } {
            b'0' => {}
            b'1'..=b'9' => self.digits(),
            _ => return None,
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.some_digits()?;
        }
        let has_exponent = matches!(self.peek(), Some(b'e' | b'E'));
        if has_exponent {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.some_digits()?;
        }
        if !has_exponent && self.at - start < SURELY_A_NUMBER {
            return Some(());
        }
        let number: f64 = self.text.get(start..self.at)?.parse().ok()?;
        number.is_finite().then_some(())
    }

    fn digits(&mut self) {
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
    }

    fn some_digits(&mut self) -> Option<()> {
        let before = self.at;
        self.digits();
        (self.at > before).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn read(text: &str) -> bool {
        serde_json::from_str::<Value>(text).is_ok()
    }

    #[test]
    fn the_edges_are_those_of_the_reader() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let long = |digits: usize| "9".repeat(digits);
        for text in [
            nested(127),
            nested(128),
            format!("{}1{}", r#"{"a":["#.repeat(63), "]}".repeat(63)),
            format!("{}1{}", r#"{"a":["#.repeat(64), "]}".repeat(64)),
            long(300),
            long(308),
            long(309),
            long(400),
            format!("0.{}", long(400)),
        ]
        .iter()
        .map(String::as_str)
        .chain([
            "1e308",
            "1e309",
            "-1e309",
            "1e-400",
            "0e999999999999",
            "1e999999999999",
            "1e-999999999999",
            "-0",
            "-",
            "01",
            "1.",
            ".5",
            "1e",
            "1e+",
            "+1",
            "1.5E+3",
            "\"\\ud83d\\ude00\"",
            "\"\\ud83d\"",
            "\"\\ude00\"",
            "\"\\ud83d\\u0041\"",
            "\"\\u00e\"",
            "\"\\x\"",
            "\"\u{7f}é\"",
            "\"a\tb\"",
            "\"a\u{0}b\"",
            "\"12345678",
            "\"1234567\t",
            "",
            " ",
            "[1,]",
            "[,1]",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "{\"a\":1,}",
            "{}}",
            "[}",
            "{]",
            "[1 2]",
            "tru",
            "nulll",
            "\u{feff}1",
            " [ ] ",
            "{ \"a\" : [ 1 , 2 ] , \"b\" : { } }\n",
            "1 2",
            "\u{a0}1",
        ]) {
            assert_eq!(is_json(text), read(text), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn it_says_what_the_reader_says(text in r#"[\[\]{}",:\\utrfalsenE+.0-9 \-\x00-\x1f]{0,24}|\PC*"#) {
            prop_assert_eq!(is_json(&text), read(&text));
        }

        #[test]
        fn strings_are_read_to_their_end(text in r#"([a-zé"\\\x00-\x7f]|\\\\[\\\\"nu0-9a-f]{1,5}){0,40}"#) {
            let text = format!("[\"{text}\", 1]");
            prop_assert_eq!(is_json(&text), read(&text));
        }

        #[test]
        fn what_was_broken_in_one_place_is_judged_alike(
            value in any_value(),
            place: proptest::sample::Index,
            byte in prop::sample::select(br#"{}[],:"\ 0e-."#.to_vec()),
        ) {
            let mut text = value.to_string();
            prop_assert!(is_json(&text));
            let at = place.index(text.len());
            if text.is_char_boundary(at) && text.is_char_boundary(at + 1) {
                text.replace_range(at..=at, &char::from(byte).to_string());
            }
            prop_assert_eq!(is_json(&text), read(&text));
        }
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }
}
