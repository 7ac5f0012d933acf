//! Where leads are: cities with their time zones, and what companies and people are called there.

mod asia;
mod europe;
mod west;

/// A country, and names as they are given there.
pub(super) struct Region {
    /// ISO 3166 code.
    pub(super) country: &'static str,
    /// How many of some hundred leads are there.
    pub(super) weight: u32,
    pub(super) cities: &'static [City],
    /// Given names, as written and in Latin letters.
    pub(super) given: &'static [(&'static str, &'static str)],
    /// Family names.
    pub(super) family: &'static [(&'static str, &'static str)],
    pub(super) family_first: bool,
    /// What stands between the parts of a name.
    pub(super) between: &'static str,
    /// First parts of company names.
    pub(super) stems: &'static [(&'static str, &'static str)],
    pub(super) trades: &'static [Trade],
    /// How a company is called: `{stem}` and `{trade}`.
    pub(super) company: &'static str,
}

/// A city.
pub(super) struct City {
    pub(super) name: &'static str,
    pub(super) state: &'static str,
    pub(super) zipcode: &'static str,
    pub(super) street: &'static str,
    /// A number with `x` for any digit; of ranges set aside for fiction where a country has such.
    pub(super) phone: &'static str,
    /// Hours from UTC in winter.
    pub(super) hours: i8,
}

/// What a company does.
pub(super) struct Trade {
    pub(super) native: &'static str,
    pub(super) latin: &'static str,
    /// The choice of the custom field Industry, where one fits.
    pub(super) industry: Option<&'static str>,
}

pub(super) static REGIONS: &[&Region] = &[
    &west::UNITED_STATES,
    &west::CANADA,
    &west::BRAZIL,
    &europe::BRITAIN,
    &europe::GERMANY,
    &europe::FRANCE,
    &europe::POLAND,
    &europe::SWEDEN,
    &europe::GREECE,
    &europe::UKRAINE,
    &europe::BULGARIA,
    &asia::JAPAN,
    &asia::KOREA,
    &asia::CHINA,
    &asia::INDIA,
    &asia::EMIRATES,
    &asia::EGYPT,
];

const fn city(
    name: &'static str,
    state: &'static str,
    zipcode: &'static str,
    street: &'static str,
    phone: &'static str,
    hours: i8,
) -> City {
    City { name, state, zipcode, street, phone, hours }
}

const fn trade(native: &'static str, latin: &'static str, industry: &'static str) -> Trade {
    Trade { native, latin, industry: if industry.is_empty() { None } else { Some(industry) } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_region_has_enough_to_draw_from() {
        let mut zones = HashSet::new();
        for region in REGIONS {
            assert!(
                region.weight > 0 && region.given.len() >= 6 && region.family.len() >= 6,
                "{}",
                region.country
            );
            assert!(region.stems.len() >= 6 && region.trades.len() >= 4, "{}", region.country);
            for (_, latin) in region.given.iter().chain(region.family).chain(region.stems) {
                assert!(!latin.is_empty(), "{}", region.country);
            }
            zones.extend(region.cities.iter().map(|city| city.hours));
        }
        assert!(zones.len() >= 8, "leads live in several time zones");
    }
}
