//! A query as it is written. `Display` writes it back in a form that reads as the same query.

use std::fmt;

use super::error::Span;

/// A whole query: a condition, and the directives that stood among its words.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Written {
    /// What must hold; nothing means every lead.
    pub(super) condition: Option<Expression>,
    /// `sort:` directives, the most important first.
    pub(super) sort: Vec<Sort>,
    /// `slice:i/n`.
    pub(super) slice: Option<Slice>,
}

/// `sort:field` or `sort:-field`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sort {
    pub(super) field: Name,
    pub(super) descending: bool,
}

/// `slice:2/5`: the second of five parts that together hold every result once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slice {
    /// From 1 to `of`.
    pub(super) part: u32,
    pub(super) of: u32,
}

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expression {
    /// `*`: always holds.
    Everything,
    /// A word, the beginning of a word (`Acm*`), or a quoted phrase, anywhere in the text.
    Words {
        content: String,
        prefix: bool,
    },
    /// A condition on a field.
    Clause(Clause),
    /// `call(…)`: one child for which everything inside holds.
    Nested {
        entity: Name,
        inner: Box<Expression>,
    },
    Not(Box<Expression>),
    And(Vec<Expression>),
    Or(Vec<Expression>),
}

/// `field:value`, `field > value`, `field in ("a", "b")`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Clause {
    pub(super) field: Name,
    pub(super) test: Test,
}

/// What is asked of a field.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// `:*`: any value.
    Any,
    /// `:`
    Is(Name),
    /// `>`, `>=`, `<`, `<=`
    Compare(Comparison, Name),
    /// `in (…)`
    In(Vec<Name>),
}

/// An order comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Comparison {
    pub(super) const ALL: [Self; 4] = [Self::GreaterOrEqual, Self::LessOrEqual, Self::Greater, Self::Less];

    /// As it is written.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
        }
    }
}

/// A name or value, and where it stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Name {
    pub(super) text: String,
    pub(super) at: Span,
}

/// Words that join conditions, in any case.
pub(super) const KEYWORDS: [&str; 3] = ["and", "or", "not"];

/// Names that are not fields when a colon follows.
const DIRECTIVES: [&str; 2] = ["sort", "slice"];

/// Whether a character may stand in a word outside quotes, before any `:`.
pub(super) fn in_word(character: char) -> bool {
    !character.is_whitespace() && !"\"():<>=".contains(character)
}

/// Whether text means the same without quotes.
pub(super) fn plain(text: &str) -> bool {
    let tame = |character: char| character.is_alphanumeric() || "_-.@+".contains(character);
    let keyword = KEYWORDS.iter().chain(&["in"]).any(|keyword| text.eq_ignore_ascii_case(keyword));
    !text.is_empty() && text.chars().all(tame) && !keyword
}

fn quoted(formatter: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(formatter, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if plain(&self.text) { formatter.write_str(&self.text) } else { quoted(formatter, &self.text) }
    }
}

impl fmt::Display for Written {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut gap = "";
        if let Some(condition) = &self.condition {
            let alone = self.sort.is_empty() && self.slice.is_none();
            match condition {
                Expression::Or(_) if !alone => write!(formatter, "({condition})")?,
                _ => write!(formatter, "{condition}")?,
            }
            gap = " ";
        }
        for sort in &self.sort {
            let sign = if sort.descending { "-" } else { "" };
            let field = format!("{sign}{}", sort.field.text);
            let field = Name { text: field, at: Span::default() };
            write!(formatter, "{gap}sort:{field}")?;
            gap = " ";
        }
        if let Some(Slice { part, of }) = self.slice {
            write!(formatter, "{gap}slice:{part}/{of}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => formatter.write_str("*"),
            Self::Words { content, prefix: true } => write!(formatter, "{content}*"),
            // A bare custom field without a value is refused; the quoted words are only words.
            Self::Words { content, prefix: false } if content.starts_with("custom.") => {
                quoted(formatter, content)
            }
            Self::Words { content, prefix: false } => {
                write!(formatter, "{}", Name { text: content.clone(), at: Span::default() })
            }
            Self::Clause(clause) => clause.fmt(formatter),
            Self::Nested { entity, inner } => write!(formatter, "{entity}({inner})"),
            Self::Not(inner) => {
                formatter.write_str("not ")?;
                operand(formatter, inner)
            }
            Self::And(parts) => joined(formatter, parts, " and "),
            Self::Or(parts) => joined(formatter, parts, " or "),
        }
    }
}

fn joined(formatter: &mut fmt::Formatter<'_>, parts: &[Expression], between: &str) -> fmt::Result {
    for (position, part) in parts.iter().enumerate() {
        if position > 0 {
            formatter.write_str(between)?;
        }
        operand(formatter, part)?;
    }
    Ok(())
}

fn operand(formatter: &mut fmt::Formatter<'_>, expression: &Expression) -> fmt::Result {
    match expression {
        Expression::And(_) | Expression::Or(_) => write!(formatter, "({expression})"),
        _ => write!(formatter, "{expression}"),
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `in:` asks for a smart view: the name is not the keyword there.
        if self.field.text == "in" {
            formatter.write_str("in")?;
        } else if DIRECTIVES.iter().any(|directive| self.field.text.eq_ignore_ascii_case(directive)) {
            // Quoted, it is a field; bare, it would order or cut the result.
            quoted(formatter, &self.field.text)?;
        } else {
            write!(formatter, "{}", self.field)?;
        }
        match &self.test {
            Test::Any => formatter.write_str(":*"),
            Test::Is(value) => write!(formatter, ":{value}"),
            Test::Compare(comparison, value) => write!(formatter, " {} {value}", comparison.sign()),
            Test::In(values) => {
                formatter.write_str(" in (")?;
                for (position, value) in values.iter().enumerate() {
                    let comma = if position > 0 { ", " } else { "" };
                    write!(formatter, "{comma}{value}")?;
                }
                formatter.write_str(")")
            }
        }
    }
}
