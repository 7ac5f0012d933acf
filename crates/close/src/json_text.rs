//! JSON as it came, read through once and taken apart only when somebody wants to look inside.
//!
//! Most answers are handed on as they are. Making values of one and text of them again costs more than the whole rest
//! of a call. Promises that what it holds can be taken apart.

use std::fmt;

use serde_json::Value;

use crate::json_scan::is_json;

/// The text of one JSON value.
#[derive(Clone, PartialEq, Eq)]
pub struct JsonText(String);

impl JsonText {
    /// The text, if it is one JSON value and nothing else.
    ///
    /// # Errors
    ///
    /// Where and why it is none.
    pub fn new(text: String) -> Result<Self, serde_json::Error> {
        if !is_json(&text) {
            // Only the reader can say where and why.
            serde_json::from_str::<Value>(&text)?;
        }
        Ok(Self(text))
    }

    /// `{}`, for answers that say nothing.
    pub(crate) fn empty_object() -> Self {
        Self("{}".to_owned())
    }

    /// The text as it came, blanks around it included.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        self.0.trim_ascii_start().starts_with('{')
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        self.0.trim_ascii_start().starts_with('[')
    }

    /// What the text says.
    pub fn to_value(&self) -> Value {
        // It was gone over to its end, by the same rules.
        serde_json::from_str(&self.0).unwrap_or_default()
    }
}

/// The text itself: it holds what customers say, so it shows only its size.
impl fmt::Debug for JsonText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "JsonText({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_taken_apart_is_no_json() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for text in ["", "{", "{}{}", "1e999", r#""\ud800""#, r#"{"a":1,}"#, "nul", "[1 2]", &deep] {
            assert!(JsonText::new(text.to_owned()).is_err(), "{text}");
        }
    }

    #[test]
    fn blanks_do_not_hide_what_it_is() {
        let text = |text: &str| JsonText::new(text.to_owned()).unwrap();
        assert!(text("\n {\"a\": [1]} ").is_object());
        assert!(text(" [] ").is_list());
        assert!(!text("\"[{\"").is_list() && !text("\"{\"").is_object());
    }

    proptest! {
        #[test]
        fn a_text_is_sound_if_and_only_if_it_can_be_taken_apart(text in r#"[\[\]{}",:\\ueE+.a0-9 \-]{0,24}|\PC*"#) {
            let value = serde_json::from_str::<Value>(&text);
            let sound = JsonText::new(text);
            prop_assert_eq!(sound.is_ok(), value.is_ok());
            if let (Ok(sound), Ok(value)) = (sound, value) {
                prop_assert_eq!(sound.to_value(), value);
            }
        }
    }
}
