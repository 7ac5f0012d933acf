//! Reading `multipart/form-data`: what browsers and upload forms send (RFC 7578).
//!
//! It reads a whole body that is already in memory and copies nothing. Header names are read in any case; encodings
//! of parts other than the bytes themselves are not known to any client of today and not undone.

/// One part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part<'b> {
    /// The name of its field.
    pub(super) name: String,
    /// What it holds.
    pub(super) bytes: &'b [u8],
}

/// Why a body is no form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    /// The content type is not `multipart/form-data`, or names no boundary.
    Boundary,
    /// The body does not consist of parts between boundaries.
    Parts,
    /// A part does not say the name of its field.
    Name,
}

/// The parts of a form in the order they came.
pub(super) fn read<'b>(content_type: &str, body: &'b [u8]) -> Result<Vec<Part<'b>>, Malformed> {
    let boundary = boundary(content_type).ok_or(Malformed::Boundary)?;
    let delimiter = format!("\r\n--{boundary}");
    let first = &delimiter.as_bytes()[2..];
    // The first boundary may stand at the very beginning, without a line before it.
    let start = if body.starts_with(first) {
        first.len()
    } else {
        find(body, delimiter.as_bytes()).ok_or(Malformed::Parts)? + delimiter.len()
    };
    let mut rest = &body[start..];
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let line = find(rest, b"\r\n").ok_or(Malformed::Parts)?;
        if !rest[..line].iter().all(|byte| matches!(byte, b' ' | b'\t')) {
            return Err(Malformed::Parts);
        }
        // The line end of the boundary also ends an empty list of headers.
        let section = &rest[line..];
        let headers = find(section, b"\r\n\r\n").ok_or(Malformed::Parts)?;
        let content = &section[headers + 4..];
        let end = find(content, delimiter.as_bytes()).ok_or(Malformed::Parts)?;
        let name = field_name(&section[..headers]).ok_or(Malformed::Name)?;
        parts.push(Part { name, bytes: &content[..end] });
        rest = &content[end + delimiter.len()..];
    }
    Ok(parts)
}

fn boundary(content_type: &str) -> Option<String> {
    let (essence, parameters) = content_type.split_once(';')?;
    if !essence.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let value = parameter(parameters, "boundary")?;
    (!value.is_empty() && value.len() <= 70).then_some(value)
}

/// The `name` in `Content-Disposition: form-data; name="…"`.
fn field_name(headers: &[u8]) -> Option<String> {
    let headers = String::from_utf8_lossy(headers);
    let disposition = headers
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find_map(|(name, value)| name.trim().eq_ignore_ascii_case("content-disposition").then_some(value))?;
    parameter(disposition.split_once(';')?.1, "name")
}

/// One parameter of a header: a token, or a quoted string in which `\` makes the next character plain.
fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, after) = if let Some(quoted) = after.strip_prefix('"') {
            let (value, length) = unquoted(quoted)?;
            (value, &quoted[length..])
        } else {
            let end = after.find(';').unwrap_or(after.len());
            (after[..end].trim().to_owned(), &after[end..])
        };
        if name.trim().trim_start_matches(';').trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = after;
    }
}

/// A quoted string behind its opening quote, and how many bytes it takes up to behind its closing one.
fn unquoted(quoted: &str) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    loop {
        match characters.next()? {
            (end, '"') => return Some((value, end + 1)),
            (_, '\\') => value.push(characters.next()?.1),
            (_, character) => value.push(character),
        }
    }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TYPE: &str = "multipart/form-data; boundary=\"x y\"";

    #[test]
    fn a_form_is_read_part_by_part() {
        let body = b"preamble\r\n--x y  \r\nContent-Disposition: form-data; filename=\"a=\\\"b\\\".txt\"; name=\"file\"\r\n\
            Content-Type: text/plain\r\n\r\none\r\n--x z\r\n\r\n--x y\r\ncontent-disposition: form-data; name=empty\r\n\r\n\r\n--x y--\r\n";
        let parts = read(TYPE, body).unwrap();
        let expected = [
            Part { name: "file".to_owned(), bytes: b"one\r\n--x z\r\n" },
            Part { name: "empty".to_owned(), bytes: b"" },
        ];
        assert_eq!(parts, expected);
    }

    #[test]
    fn what_is_no_form_is_refused() {
        assert_eq!(read("application/json", b"{}"), Err(Malformed::Boundary));
        assert_eq!(read("multipart/form-data", b""), Err(Malformed::Boundary));
        assert_eq!(read(TYPE, b"nothing"), Err(Malformed::Parts));
        assert_eq!(read(TYPE, b"--x y\r\nHost: a\r\n\r\nb\r\n--x y--"), Err(Malformed::Name));
        assert_eq!(read(TYPE, b"--x y\r\nHost: a\r\n\r\nb"), Err(Malformed::Parts));
        assert_eq!(read(TYPE, b"--x y--"), Ok(Vec::new()));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(parts in prop::collection::vec(("[a-zA-Z-]{1,12}", prop::collection::vec(any::<u8>(), 0..40)), 0..5)) {
            let mut body = Vec::new();
            for (name, bytes) in &parts {
                body.extend(format!("--edge-7f3a\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").bytes());
                body.extend(bytes);
                body.extend(b"\r\n");
            }
            body.extend(b"--edge-7f3a--\r\n");
            let read = read("multipart/form-data; boundary=edge-7f3a", &body).unwrap();
            let read: Vec<(String, Vec<u8>)> = read.into_iter().map(|part| (part.name, part.bytes.to_vec())).collect();
            prop_assert_eq!(read, parts);
        }

        #[test]
        fn any_bytes_are_read_or_refused(content_type in "(multipart/form-data; ?boundary=[-\"a\\\\;=]{0,4}|.{0,30})", body in "[-a\"\r\n:;= ]{0,80}") {
            let _ = read(&content_type, body.as_bytes());
        }
    }
}
