//! The part of the demo data that is always there, with fixed ids.
//!
//! It is written in `fixtures/*.json`: objects by the path of their resource, as they are stored. What every object
//! of an organization has in common is left out and filled in: the organization, who made it, and members that start
//! as declared. The dates in the files are told from [`TOLD_ON`]; they move with the day the twin starts, so that
//! yesterday's call stays yesterday's.

use jiff::Unit;
use jiff::civil::{Date, date};
use serde_json::{Map, Value, json};

use super::writer::{Writer, members, shift_dates};
use crate::objects::{built_in_roles, resource_at};
use crate::store::{Kind, World};

/// Closer Inc.
pub(super) const CLOSER: &str = "orga_Rf54LzAj7osS9jJXczYvqNVgIwc9YVayQPggA8kwBej";
/// Second Street Ltd, which must never be seen from Closer Inc.
const SECOND_STREET: &str = "orga_zm9AHxL3agX7tbLSFVdhFwFfZr6k7FB52zBZN5OyOeE";
/// Ann Reyes, administrator of Closer Inc and member of Second Street Ltd.
pub(super) const ANN: &str = "user_uvEeznVhNosWRvsk8EKXBTSjy5ds4WfzGv05QPpSdRz";
/// Bob Stone of Closer Inc.
pub(super) const BOB: &str = "user_H7C9DN4NHp7kSXEJKUkG715bzPbFOujPsn1NnFTepdH";
/// Cleo Marsh, administrator of Second Street Ltd.
const CLEO: &str = "user_JhWDBZzNWyG0hdw1rCXghCoz7Jd9CzHOon6jwMiBfUV";

/// The day on which the files tell their story.
const TOLD_ON: Date = date(2024, 3, 15);

const CLOSER_FILES: &[(&str, &str)] = &[
    ("organization", include_str!("fixtures/organization.json")),
    ("settings", include_str!("fixtures/settings.json")),
    ("acme", include_str!("fixtures/acme.json")),
    ("messages", include_str!("fixtures/messages.json")),
    ("history", include_str!("fixtures/history.json")),
    ("automation", include_str!("fixtures/automation.json")),
];
const SECOND_STREET_FILES: &[(&str, &str)] =
    &[("second_street", include_str!("fixtures/second_street.json"))];

/// API keys: id, key, user, organization. They say what they are, so that nobody takes them for real ones.
const API_KEYS: &[(&str, &str, &str, &str)] = &[
    ("api_6T3oR5nZ2QeVbK8mXyWcAd", "api_twin_ann.5rNfWkQ2mYzE8bLxT4vHc9", ANN, CLOSER),
    ("api_1LqYw7UuJgHs0PzBtE4iMk", "api_twin_bob.7cVtG3sKpB6wZdJ1nRqXa0", BOB, CLOSER),
    ("api_2CvDx9RrKfNa5SjGhO6eLw", "api_twin_ann_second.2hMwPzD9yLgU6eXfK0oSb4", ANN, SECOND_STREET),
    ("api_4FnPm1ZzQbTd8YkWuI3oHc", "api_twin_cleo.1kTgRxE5uJvN3qCwA7zYm8", CLEO, SECOND_STREET),
];

/// Writes the fixed part of the demo data.
pub(super) fn write(world: &mut World) {
    let mut writer = Writer::new(world);
    let days = writer.today().since((Unit::Day, TOLD_ON)).map_or(0, |since| since.get_days());
    for (name, file) in CLOSER_FILES {
        write_file(&mut writer, name, file, days);
    }
    writer.act_as(CLEO, SECOND_STREET);
    for (name, file) in SECOND_STREET_FILES {
        write_file(&mut writer, name, file, days);
    }
    for role in built_in_roles() {
        writer.world.insert(Kind::Role, role);
    }
    for (id, key, user_id, organization_id) in API_KEYS {
        let key = json!({
            "id": id, "key": key, "user_id": user_id, "organization_id": organization_id,
        });
        writer.world.insert(Kind::ApiKey, members(key));
    }
}

fn write_file(writer: &mut Writer<'_>, name: &str, file: &str, days: i32) {
    let mut data: Value =
        serde_json::from_str(file).unwrap_or_else(|error| panic!("fixtures/{name}.json: {error}"));
    shift_dates(&mut data, days);
    for (path, objects) in data.as_object().unwrap_or(&Map::new()) {
        let resource =
            resource_at(path).unwrap_or_else(|| panic!("fixtures/{name}.json: no resource at {path}"));
        for object in objects.as_array().into_iter().flatten() {
            writer.write(resource.kind, members(object.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Clock, Scratch, text};
    use jiff::Timestamp;

    fn world(now: &str) -> World {
        let mut world = World::new(Clock::fixed(now.parse::<Timestamp>().unwrap()), 1);
        write(&mut world);
        world
    }

    /// Ids that are mentioned although nothing has them: what was merged away, imports, billing, form versions.
    const GONE: &[&str] = &[
        "lead_hBBxTiO5iYeEZSgxgoKEG9Mtl2x3TsNW21T7c8YL5Vb",
        "bulk_",
        "acct_",
        "formcfg_",
        "formfld_",
        "seqstep_",
    ];

    #[test]
    fn every_id_that_is_mentioned_exists() {
        let (world, scratch) = (world("2024-03-15T09:00:00Z"), Scratch::default());
        let prefixes = [
            "lead_",
            "cont_",
            "oppo_",
            "acti_",
            "task_",
            "user_",
            "orga_",
            "stat_",
            "pipe_",
            "seq_",
            "tmpl_",
            "emailacct_",
            "phon_",
            "memb_",
            "cf_",
            "actitype_",
            "cotype_",
            "comthr_",
            "group_",
            "outcome_",
            "form_",
        ];
        for (_, file) in CLOSER_FILES.iter().chain(SECOND_STREET_FILES) {
            for word in file.split(|character: char| !character.is_ascii_alphanumeric() && character != '_') {
                let id = prefixes.iter().any(|prefix| word.starts_with(prefix))
                    && word.chars().any(char::is_uppercase);
                if id && !GONE.iter().any(|gone| word.starts_with(gone)) {
                    assert!(world.reader(&scratch).get(word).is_some(), "{word}");
                }
            }
        }
    }

    #[test]
    fn the_story_moves_with_the_day_the_twin_starts() {
        let acme = "lead_Hqj9SNFsrWixv4RrkHPcmiNNMLzacAYn93u4grCCxuN";
        let created = |now: &str| {
            let (world, scratch) = (world(now), Scratch::default());
            text(&world.reader(&scratch).get(acme).unwrap().object, "date_created").unwrap().to_owned()
        };
        assert_eq!(created("2024-03-15T09:00:00Z"), "2024-03-05T14:07:31.490000+00:00");
        assert_eq!(created("2027-01-11T23:59:00Z"), "2027-01-01T14:07:31.490000+00:00");
    }
}
