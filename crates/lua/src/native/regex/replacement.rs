//! What a match is replaced with: text, and the groups of the match.

/// A piece of a replacement.
pub(super) enum Part {
    Text(Vec<u8>),
    /// `$1`, `${1}` or `\1`.
    Group(usize),
}

impl Part {
    pub(super) fn of(replacement: &[u8]) -> Vec<Self> {
        let (mut parts, mut text, mut place) = (Vec::new(), Vec::new(), 0);
        while place < replacement.len() {
            if let Some((group, length)) = Self::group_at(&replacement[place..]) {
                parts.push(Self::Text(std::mem::take(&mut text)));
                parts.push(Self::Group(group));
                place += length;
            } else {
                text.push(replacement[place]);
                place += 1;
            }
        }
        parts.push(Self::Text(text));
        parts
    }

    /// The group that is named at the start of `rest`, and how long its name is: two digits at most.
    fn group_at(rest: &[u8]) -> Option<(usize, usize)> {
        let braced = rest.starts_with(b"${");
        let digits_from = match rest.first()? {
            b'$' if braced => 2,
            b'$' | b'\\' => 1,
            _ => return None,
        };
        let digits = rest[digits_from..].iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
        let end = digits_from + digits;
        let number = std::str::from_utf8(&rest[digits_from..end]).ok()?.parse().ok()?;
        match (braced, rest.get(end)) {
            (true, Some(b'}')) => Some((number, end + 1)),
            (true, _) => None,
            (false, _) => Some((number, end)),
        }
    }
}
