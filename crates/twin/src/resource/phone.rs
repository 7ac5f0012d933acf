//! Telephone numbers: E.164 in the store, a readable form beside it.

use super::view::View;
use crate::store::text;

/// Countries and their calling codes; the first of several with one code is taken for its numbers.
const CODES: &[(&str, &str)] = &[
    ("US", "1"),
    ("CA", "1"),
    ("GB", "44"),
    ("IE", "353"),
    ("FR", "33"),
    ("DE", "49"),
    ("AT", "43"),
    ("CH", "41"),
    ("ES", "34"),
    ("PT", "351"),
    ("IT", "39"),
    ("NL", "31"),
    ("BE", "32"),
    ("LU", "352"),
    ("DK", "45"),
    ("SE", "46"),
    ("NO", "47"),
    ("FI", "358"),
    ("IS", "354"),
    ("PL", "48"),
    ("CZ", "420"),
    ("SK", "421"),
    ("HU", "36"),
    ("RO", "40"),
    ("BG", "359"),
    ("GR", "30"),
    ("TR", "90"),
    ("UA", "380"),
    ("EE", "372"),
    ("LV", "371"),
    ("LT", "370"),
    ("IL", "972"),
    ("AE", "971"),
    ("SA", "966"),
    ("EG", "20"),
    ("MA", "212"),
    ("NG", "234"),
    ("KE", "254"),
    ("ZA", "27"),
    ("IN", "91"),
    ("PK", "92"),
    ("BD", "880"),
    ("TH", "66"),
    ("VN", "84"),
    ("MY", "60"),
    ("SG", "65"),
    ("ID", "62"),
    ("PH", "63"),
    ("CN", "86"),
    ("HK", "852"),
    ("TW", "886"),
    ("JP", "81"),
    ("KR", "82"),
    ("AU", "61"),
    ("NZ", "64"),
    ("BR", "55"),
    ("AR", "54"),
    ("CL", "56"),
    ("CO", "57"),
    ("PE", "51"),
    ("MX", "52"),
    ("RU", "7"),
];

/// Turns what a person wrote into E.164. Numbers without a country code belong to `country`.
pub(crate) fn normalise(written: &str, country: &str) -> Option<String> {
    let written = written.trim();
    let international = written.strip_prefix('+').or_else(|| written.strip_prefix("00"));
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    let strange = written.chars().any(|c| !c.is_ascii_digit() && !"+ -().\u{a0}/".contains(c));
    if strange || digits.is_empty() || digits.len() > 18 {
        return None;
    }
    if let Some(rest) = international {
        let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
        return (digits.len() > 3).then(|| format!("+{digits}"));
    }
    let code = calling_code(country).unwrap_or("1");
    let national = match digits.strip_prefix(code) {
        Some(rest) if code == "1" && rest.len() == 10 => rest,
        _ => digits.trim_start_matches('0'),
    };
    Some(format!("+{code}{national}"))
}

/// The calling code of a country, without `+`.
pub(crate) fn calling_code(country: &str) -> Option<&'static str> {
    CODES.iter().find(|(name, _)| *name == country).map(|(_, code)| *code)
}

/// The country of an E.164 number, by its calling code.
pub(crate) fn country(number: &str) -> Option<&'static str> {
    split(number).map(|(country, _, _)| country)
}

/// The readable form, for example `+1 512-555-0123`; other countries in groups of three digits.
pub(crate) fn formatted(number: &str) -> String {
    match split(number) {
        Some((_, "1", rest)) if rest.len() == 10 => {
            format!("+1 {}-{}-{}", &rest[..3], &rest[3..6], &rest[6..])
        }
        Some((_, code, rest)) => {
            let mut text = format!("+{code}");
            let mut left = rest;
            while !left.is_empty() {
                let take = if left.len() <= 4 { left.len() } else { 3 };
                text.push(' ');
                text.push_str(&left[..take]);
                left = &left[take..];
            }
            text
        }
        None => number.to_owned(),
    }
}

/// The country numbers without a code belong to: the caller's own, else the United States.
pub(crate) fn home_country(view: View<'_>) -> &str {
    view.membership(&view.caller.user_id).and_then(|membership| text(membership, "country")).unwrap_or("US")
}

fn split(number: &str) -> Option<(&'static str, &'static str, &str)> {
    let digits =
        number.strip_prefix('+').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let fits =
        |length: usize| CODES.iter().find(|(_, code)| code.len() == length && digits.starts_with(code));
    let (country, code) = fits(3).or_else(|| fits(2)).or_else(|| fits(1))?;
    Some((country, code, &digits[code.len()..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn national_numbers_get_the_home_country() {
        assert_eq!(normalise("8004445555", "GB").as_deref(), Some("+448004445555"));
        assert_eq!(normalise("1234", "GB").as_deref(), Some("+441234"));
        assert_eq!(normalise("(512) 555-0123", "US").as_deref(), Some("+15125550123"));
        assert_eq!(normalise("1 512 555 0123", "US").as_deref(), Some("+15125550123"));
        assert_eq!(normalise("0049 30 1234567", "US").as_deref(), Some("+49301234567"));
        assert_eq!(normalise("call me", "US"), None);
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!(formatted("+15125550123"), "+1 512-555-0123");
        assert_eq!(formatted("+4930123456789"), "+49 301 234 567 89");
        assert_eq!(country("+81312345678"), Some("JP"));
        assert_eq!(formatted("extension 5"), "extension 5");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_either_a_number_or_refused(written in "\\PC*") {
            if let Some(number) = normalise(&written, "US") {
                proptest::prop_assert!(number[1..].bytes().all(|byte| byte.is_ascii_digit()));
                let _ = formatted(&number);
            }
        }
    }
}
