//! Words in text, as the search bar sees them.
//!
//! A word is a run of letters and digits in lower case. Chinese and Japanese write no spaces: there each character is
//! a word, and what is searched for is found as a phrase.

/// The words of a text, in order.
pub(crate) fn words(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        let alone = stands_alone(character);
        if (alone || !character.is_alphanumeric()) && !word.is_empty() {
            found.push(std::mem::take(&mut word));
        }
        if alone {
            found.push(character.to_string());
        } else if character.is_alphanumeric() {
            word.push(character);
        }
    }
    if !word.is_empty() {
        found.push(word);
    }
    found
}

/// Characters of scripts written without spaces.
fn stands_alone(character: char) -> bool {
    matches!(character,
        '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether the words of `phrase` stand in `text` one after the other. With `prefix` the last one may be the
/// beginning of a word. A phrase without words is nowhere.
pub(crate) fn contains(text: &str, phrase: &[String], prefix: bool) -> bool {
    let Some((last, before)) = phrase.split_last() else { return false };
    let text = words(text);
    text.windows(phrase.len()).any(|window| {
        let (end, start) =
            window.split_last().expect("windows are as long as the phrase, which is not empty");
        let ends = if prefix { end.starts_with(last.as_str()) } else { end == last };
        ends && start == before
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, phrase: &str) -> bool {
        contains(text, &words(phrase), false)
    }

    #[test]
    fn words_are_found_in_any_case_and_phrases_in_order() {
        assert!(found("Acme Rockets", "ROCKETS"));
        assert!(!found("Acme Rockets", "Rocket"), "a part of a word is another word");
        assert!(contains("Acme Rockets", &words("rock"), true));
        assert!(found("wile@acme-rockets.example.com", "acme-rockets.example.com"));
        assert!(!found("Acme Rockets", "Rockets Acme"));
        assert!(!found("Acme", "--"));
    }

    #[test]
    fn names_in_every_script_are_found() {
        assert!(found("東京電機株式会社", "電機"));
        assert!(found("ООО «Северный ветер»", "северный"));
        assert!(found("شركة النخيل للتجارة", "النخيل"));
        assert!(found("Αιγαίο Ναυτιλιακή", "ΝΑΥΤΙΛΙΑΚΉ"));
        assert!(found("한빛 물류", "물류"));
    }
}
