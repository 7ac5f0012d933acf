//! Ids in Close's shape: `<prefix>_<base62>`.
//!
//! Long-standing objects have 43 characters after the prefix, newer ones 22 of which the first lies between `0` and
//! `7` (documented). Ids come from the seeded generator of the world, so the same requests give the same ids.

use rand::Rng;
use rand::rngs::SmallRng;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Prefixes whose ids have the short form; every other prefix has the long one.
const SHORT: &[&str] = &[
    "pipe",
    "seq",
    "seqstep",
    "sub",
    "sched",
    "whsub",
    "ev",
    "req",
    "dial",
    "smstmpl",
    "actitype",
    "cotype",
    "group",
    "outcome",
    "convtyp",
    "comm",
    "comthr",
    "media",
    "form",
    "formfld",
    "schlnk",
    "sdas",
    "blkph",
    "oa2client",
    "share",
    "role",
];

/// Draws a new id for `prefix`.
pub(crate) fn mint(random: &mut SmallRng, prefix: &str) -> String {
    let short = SHORT.contains(&prefix);
    let length = if short { 22 } else { 43 };
    let mut id = String::with_capacity(prefix.len() + 1 + length);
    id.push_str(prefix);
    id.push('_');
    for position in 0..length {
        let letters = if short && position == 0 { 8 } else { ALPHABET.len() };
        id.push(char::from(ALPHABET[random.random_range(0..letters)]));
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn lengths_follow_the_age_of_the_object() {
        let mut random = SmallRng::seed_from_u64(1);
        assert_eq!(mint(&mut random, "lead").len(), "lead_".len() + 43);
        let pipeline = mint(&mut random, "pipe");
        assert_eq!(pipeline.len(), "pipe_".len() + 22);
        assert!(('0'..='7').contains(&pipeline.chars().nth(5).unwrap()), "{pipeline}");
    }
}
