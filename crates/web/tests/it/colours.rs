//! Everybody can read the pages, in the light and in the dark.

use std::collections::HashMap;

const STYLE: &str = include_str!("../../src/style.css");

/// Which colour stands on which.
const PAIRS: [(&str, &str); 11] = [
    ("text", "ground"),
    ("text", "sheet"),
    ("quiet", "ground"),
    ("quiet", "sheet"),
    ("action", "sheet"),
    ("on-action", "action"),
    ("on-action", "action-over"),
    ("wrong", "wrong-ground"),
    ("wrong", "sheet"),
    ("good", "sheet"),
    ("field-line", "sheet"),
];

#[test]
fn colours_differ_enough_from_what_they_stand_on() {
    let (light, dark) = STYLE.split_once("@media (prefers-color-scheme: dark)").expect("a dark palette");
    let dark = dark.split_once("\n*").expect("an end of the palette").0;
    for palette in [colours(light), colours(dark)] {
        for (above, below) in PAIRS {
            // Text needs 4.5:1; what surrounds a field is no text and needs 3:1.
            let least = if above == "field-line" { 3.0 } else { 4.5 };
            let contrast = contrast(palette[above], palette[below]);
            assert!(contrast >= least, "{above} on {below}: {contrast:.2}");
        }
    }
}

/// The relative luminance of every colour that is declared.
fn colours(style: &str) -> HashMap<&str, f64> {
    let declarations = style.split("--").skip(1).filter_map(|declaration| declaration.split_once(": #"));
    declarations.map(|(name, value)| (name, luminance(&value[..6]))).collect()
}

/// As WCAG 2 defines it.
fn luminance(hex: &str) -> f64 {
    let part = |at: usize| {
        let part = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).expect("a colour")) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
}

fn contrast(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}
