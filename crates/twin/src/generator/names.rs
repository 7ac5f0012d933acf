//! Names of companies and people, put together from the tables of `regions`.

use rand::Rng;
use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;

use super::regions::{City, REGIONS, Region};

/// A company with its place.
pub(super) struct Company {
    pub(super) region: &'static Region,
    pub(super) city: &'static City,
    pub(super) name: String,
    /// The name in Latin letters, as part of an address on the web.
    pub(super) slug: String,
    pub(super) industry: Option<&'static str>,
}

/// Somebody who works at a company.
pub(super) struct Person {
    /// As it is written at home.
    pub(super) name: String,
    pub(super) first: String,
    pub(super) email: String,
}

/// Draws a region, by how many of the leads are there.
pub(super) fn company(random: &mut SmallRng) -> Company {
    let region = REGIONS
        .choose_weighted(random, |region| region.weight)
        .expect("there are regions, and their weights are positive");
    let city = pick(random, region.cities);
    let stem = pick(random, region.stems);
    let trade = pick(random, region.trades);
    let name = region.company.replace("{stem}", stem.0).replace("{trade}", trade.native);
    Company {
        region,
        city,
        name,
        slug: slug(&format!("{} {}", stem.1, trade.latin)),
        industry: trade.industry,
    }
}

/// Draws somebody who works at a company.
pub(super) fn person(random: &mut SmallRng, company: &Company) -> Person {
    let region = company.region;
    let (given, family) = (pick(random, region.given), pick(random, region.family));
    let name = if region.family_first {
        format!("{}{}{}", family.0, region.between, given.0)
    } else {
        format!("{}{}{}", given.0, region.between, family.0)
    };
    let email = format!("{}.{}@{}.example.com", slug(given.1), slug(family.1), company.slug);
    Person { name, first: given.0.to_owned(), email }
}

/// Draws a telephone number of a company's city.
pub(super) fn phone(random: &mut SmallRng, city: &City) -> String {
    let digits = city.phone.chars();
    digits
        .map(|digit| if digit == 'x' { char::from(b'0' + random.random_range(0..10_u8)) } else { digit })
        .collect()
}

/// One of several.
pub(super) fn pick<T>(random: &mut SmallRng, all: &'static [T]) -> &'static T {
    all.choose(random).expect("tables are not empty")
}

/// Lower-case Latin letters and digits with hyphens between words.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for character in text.chars().flat_map(char::to_lowercase) {
        match character {
            'ä' | 'å' | 'á' | 'ã' | 'à' => slug.push('a'),
            'é' | 'è' | 'ê' | 'ë' => slug.push('e'),
            'í' | 'î' => slug.push('i'),
            'ö' | 'ø' | 'ó' | 'ô' | 'õ' => slug.push('o'),
            'ü' | 'ú' => slug.push('u'),
            'ç' => slug.push('c'),
            'ñ' => slug.push('n'),
            'ł' => slug.push('l'),
            character if character.is_ascii_alphanumeric() => slug.push(character),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.trim_end_matches('-').to_owned()
}
