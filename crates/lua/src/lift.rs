//! Local variables of an entry, made to last.
//!
//! Each entry of a session is a chunk of its own, and what a chunk declares `local` ends with it. At a prompt
//! that is never what is meant, so declarations outside any block lose the word. Columns stay as they are, so
//! that messages point at what was typed.

/// Words and signs that open a block, and those that close one. `elseif` closes what its own `then` opens.
const OPENING: &[&str] = &["function", "do", "then", "repeat", "(", "{", "["];
const CLOSING: &[&str] = &["end", "until", "elseif", ")", "}", "]"];

/// `source` with the declarations of its outermost level made global.
pub(crate) fn lift_locals(source: &str) -> String {
    let mut lifted = String::with_capacity(source.len() + 8);
    let (mut rest, mut depth) = (source, 0_usize);
    while let Some(token) = next_token(rest) {
        let after = &rest[token.len()..];
        if token == "local" && depth == 0 {
            match declared(after) {
                Some(Declared::Function) => lifted.push_str("     "),
                Some(Declared::Names { length, has_value }) => {
                    lifted.push_str("     ");
                    lifted.push_str(&after[..length]);
                    if !has_value {
                        lifted.push_str(" = nil");
                    }
                    rest = &after[length..];
                    continue;
                }
                None => lifted.push_str(token),
            }
        } else {
            if OPENING.contains(&token) {
                depth += 1;
            } else if CLOSING.contains(&token) {
                depth = depth.saturating_sub(1);
            }
            lifted.push_str(token);
        }
        rest = after;
    }
    lifted
}

enum Declared {
    Function,
    Names { length: usize, has_value: bool },
}

/// What stands after the word `local`. Nothing for what is better left alone, such as typed names.
fn declared(after: &str) -> Option<Declared> {
    let mut place = spaces(after);
    if next_token(&after[place..]) == Some("function") {
        return Some(Declared::Function);
    }
    loop {
        place += spaces(&after[place..]);
        let name = next_token(&after[place..]).filter(|token| is_name(token))?;
        place += name.len();
        let gap = spaces(&after[place..]);
        match after[place + gap..].chars().next() {
            Some(',') => place += gap + 1,
            Some('=') if !after[place + gap..].starts_with("==") => {
                return Some(Declared::Names { length: place, has_value: true });
            }
            Some(':' | '<') => return None,
            _ => return Some(Declared::Names { length: place, has_value: false }),
        }
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_')
}

fn spaces(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// The next word, sign, text, comment or run of spaces.
fn next_token(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    let length = if first.is_whitespace() {
        spaces(text)
    } else if is_name(text) {
        text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(text.len())
    } else if let Some(comment) = text.strip_prefix("--") {
        2 + long_bracket(comment).unwrap_or_else(|| comment.find('\n').unwrap_or(comment.len()))
    } else if let ('[', Some(length)) = (first, long_bracket(text)) {
        length
    } else if matches!(first, '"' | '\'' | '`') {
        quoted(text, first)
    } else {
        first.len_utf8()
    };
    Some(&text[..length])
}

/// The length of `[[…]]` or `[=[…]=]` at the start of `text`, to the end if it is not closed.
fn long_bracket(text: &str) -> Option<usize> {
    let level = text.strip_prefix('[')?.bytes().take_while(|byte| *byte == b'=').count();
    text[1 + level..].strip_prefix('[')?;
    let close = format!("]{}]", "=".repeat(level));
    Some(text.find(&close).map_or(text.len(), |place| place + close.len()))
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (place, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return place + letter.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::lift_locals;

    #[test]
    fn declarations_outside_of_blocks_last_and_others_stay() {
        for (typed, lifted) in [
            ("local x = 1", "      x = 1"),
            ("local a, b = 1, 2 local c", "      a, b = 1, 2       c = nil"),
            ("local function f() local y = 1 end", "      function f() local y = 1 end"),
            ("for i = 1, 2 do local x = i end local z = 1", "for i = 1, 2 do local x = i end       z = 1"),
            (
                "if a then local x elseif b then local y end local z",
                "if a then local x elseif b then local y end       z = nil",
            ),
            ("print('local x = 1') -- local y", "print('local x = 1') -- local y"),
            ("s = [[ local x ]] local t = {local_x = 1}", "s = [[ local x ]]       t = {local_x = 1}"),
            ("local x: number = 1", "local x: number = 1"),
            ("local", "local"),
        ] {
            assert_eq!(lift_locals(typed), lifted, "{typed}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_at_all_is_carried_over(text in "(local|function|end|do|[a-z]=,'\"\\[\\]\\-\n é]| ){0,30}") {
            let without = |text: &str| text.replace("local", "").replace(" = nil", "").replace(' ', "");
            proptest::prop_assert_eq!(without(&lift_locals(&text)), without(&text));
        }
    }
}
