//! What a scrape said, to be asked for single values.

use std::collections::HashMap;

/// One scrape, parsed.
pub(crate) struct Scraped {
    pub(crate) text: String,
    values: HashMap<String, f64>,
}

impl Scraped {
    pub(crate) fn parse(text: &str) -> Self {
        assert!(text.ends_with("# EOF\n"), "a complete exposition ends so");
        let samples = text.lines().filter(|line| !line.starts_with('#'));
        let values = samples
            .map(|line| {
                let (series, value) = line.rsplit_once(' ').expect("a series and a value");
                (series.to_owned(), value.parse().expect("a number"))
            })
            .collect();
        Self { text: text.to_owned(), values }
    }

    /// The value of a series, written as in the text; zero where there is none.
    pub(crate) fn value(&self, series: &str) -> f64 {
        self.values.get(series).copied().unwrap_or_default()
    }

    pub(crate) fn count(&self, series: &str) -> u64 {
        let value = self.value(series);
        format!("{value:.0}").parse().unwrap_or_else(|_| panic!("{series} is {value}"))
    }

    pub(crate) fn has(&self, series: &str) -> bool {
        self.values.contains_key(series)
    }

    /// Every value that any label has.
    pub(crate) fn label_values(&self) -> Vec<&str> {
        self.values.keys().flat_map(|series| series.split('"').skip(1).step_by(2)).collect()
    }
}
