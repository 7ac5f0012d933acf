//! The demo data.

use std::collections::{BTreeMap, HashSet};

use latch_twin::{Clock, TwinOptions};
use serde_json::Value;

use crate::support::{House, NOW};

async fn house(seed: u64, leads: usize) -> House {
    let clock = Clock::fixed(NOW.parse().unwrap());
    House::with(TwinOptions { seed, leads, clock, ..TwinOptions::default() }).await
}

/// Everything a list holds, page by page.
async fn all(house: &House, path: &str) -> Vec<Value> {
    let mut found = Vec::new();
    loop {
        let gap = if path.contains('?') { '&' } else { '?' };
        let page = house.get(&format!("{path}{gap}_skip={}", found.len())).await;
        found.extend(page["data"].as_array().unwrap().iter().cloned());
        if page["has_more"] == false {
            return found;
        }
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_data() {
    let (one, same, other) = (house(7, 40).await, house(7, 40).await, house(8, 40).await);
    for path in ["lead/", "activity/", "task/?_type=all", "opportunity/"] {
        let (first, second) = (all(&one, path).await, all(&same, path).await);
        assert_eq!(first, second, "{path}");
        assert_ne!(first, all(&other, path).await, "{path}");
    }
    assert_eq!(one.twin.oauth_app(), same.twin.oauth_app());
}

#[tokio::test]
async fn the_fixed_part_is_there_for_every_seed() {
    let (bare, full) = (house(1, 0).await, house(2, 25).await);
    let acme = "lead/lead_Hqj9SNFsrWixv4RrkHPcmiNNMLzacAYn93u4grCCxuN/";
    assert_eq!(bare.get(acme).await, full.get(acme).await);
    let counted = |house: &House| house.control().count("lead");
    assert_eq!(counted(&full), counted(&bare) + 25);
    assert_eq!(bare.twin.api_keys(), full.twin.api_keys());
    let keys = bare.twin.api_keys();
    let ann: Vec<&str> = keys
        .iter()
        .filter(|key| key.user_name == "Ann Reyes")
        .map(|key| key.organization_name.as_str())
        .collect();
    assert_eq!(ann, ["Closer Inc", "Second Street Ltd"]);
    assert!(keys.iter().all(|key| key.key.starts_with("api_twin_")));
}

#[tokio::test]
async fn generated_leads_are_believable() {
    let house = house(7, 200).await;
    let leads = all(&house, "lead/").await;
    let names: Vec<&str> = leads.iter().filter_map(|lead| lead["name"].as_str()).collect();
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len(), "no two have one name");
    for script in ["株式会社", "شركة", "ТОВ", "주식회사", "Α.Ε."] {
        assert!(names.iter().any(|name| name.contains(script)), "{script}");
    }
    let mut statuses = BTreeMap::new();
    for lead in &leads {
        *statuses.entry(lead["status_label"].as_str().unwrap()).or_insert(0) += 1;
        assert!(
            lead["contacts"].as_array().is_some_and(|them| !them.is_empty())
                || !lead["addresses"][0].is_object()
        );
        assert!(lead["date_created"].as_str() < Some("2026-11-24T15:00:00"), "nobody comes from the future");
    }
    assert!(statuses.len() >= 5 && statuses.values().all(|count| *count >= 2), "{statuses:?}");

    let deals = all(&house, "opportunity/").await;
    let kinds: HashSet<&str> = deals.iter().filter_map(|deal| deal["status_type"].as_str()).collect();
    assert_eq!(kinds, HashSet::from(["active", "won", "lost"]));
    for (view, tasks) in [("inbox", 10), ("future", 10), ("archive", 5)] {
        assert!(all(&house, &format!("task/?view={view}")).await.len() >= tasks, "{view}");
    }
    for path in
        ["activity/call", "activity/email", "activity/note", "activity/sms", "activity/meeting", "comment"]
    {
        assert!(house.control().count(path) > 10, "{path}");
    }
    for path in ["activity/call/", "activity/email/", "activity/note/", "activity/sms/"] {
        for activity in all(&house, path).await {
            assert!(activity["activity_at"].as_str() < Some("2026-11-24T15:00:00"), "{activity}");
            assert!(activity["date_created"].as_str() <= activity["date_updated"].as_str(), "{activity}");
        }
    }
}
