//! Policies: what they read and write as, what narrowing does, and that they stay with the account.

use latch_vault::{Account, Permission, Policy};
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};

use crate::scene::{Scene, tenant};

fn permissions() -> impl Strategy<Value = Permission> {
    prop_oneof![Just(Permission::Allow), Just(Permission::Ask), Just(Permission::Deny)]
}

fn policies() -> impl Strategy<Value = Policy> {
    (permissions(), permissions(), permissions(), any::<bool>()).prop_map(
        |(read, write, destructive, apart)| Policy { read, write, destructive: apart.then_some(destructive) },
    )
}

fn by_kind(policy: Policy) -> [Permission; 3] {
    [policy.for_read(), policy.for_write(), policy.for_destructive()]
}

proptest! {
    #[test]
    fn narrowing_never_widens_and_never_denies_more_than_either(one in policies(), other in policies()) {
        let narrowed = by_kind(one.narrowed_by(&other));
        for ((narrowed, one), other) in narrowed.into_iter().zip(by_kind(one)).zip(by_kind(other)) {
            assert!(narrowed >= one && narrowed >= other);
            assert!(narrowed == one || narrowed == other);
        }
        assert_eq!(by_kind(one.narrowed_by(&other)), by_kind(other.narrowed_by(&one)));
        assert_eq!(by_kind(one.narrowed_by(&Policy::ALLOW)), by_kind(one));
    }

    #[test]
    fn a_policy_reads_as_it_is_written(policy in policies()) {
        assert_eq!(policy.to_string().parse::<Policy>(), Ok(policy));
        let json = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), policy);
    }
}

#[test]
fn a_bad_policy_is_answered_with_the_part_that_is_wrong() {
    for (text, part) in [
        ("read:allow,write:maybe", "write:maybe"),
        ("reed:allow", "reed:allow"),
        ("read", "read"),
        ("", ""),
        ("read:Allow", "read:Allow"),
        ("write:deny,write:allow", "write:allow"),
    ] {
        let said = text.parse::<Policy>().unwrap_err().to_string();
        assert_eq!(said, format!("Invalid permission '{part}'. Use read/write with allow, ask, or deny."));
    }
    let policy: Policy = " write:ask , destructive:deny ".parse().unwrap();
    assert_eq!(by_kind(policy), [Permission::Allow, Permission::Ask, Permission::Deny]);
}

#[tokio::test]
async fn a_policy_stays_with_the_account_through_every_new_credential() {
    let (scene, alice) = Scene::with_alice().await;
    assert_eq!(alice.policy, Policy::ALLOW, "a fresh account allows everything");
    let policy: Policy = "read:allow,write:ask,destructive:deny".parse().unwrap();
    scene.vault.set_policy(&tenant(), &alice.id, &policy).await.unwrap();

    scene.connect("alice").await;
    scene.vault.disconnect_account(&tenant(), &alice.id).await.unwrap();
    let again: Account =
        scene.vault.set_api_key(&tenant(), "close", "alice", "api_key.one".into(), None).await.unwrap();
    assert_eq!(again.policy, policy);
    let elsewhere = scene.another_vault().await.account_by_id(&tenant(), &alice.id).await.unwrap();
    assert_eq!(elsewhere.policy, policy);
    let bob = scene.pending("bob").await;
    assert_eq!(bob.policy, Policy::ALLOW, "nobody else's changes");
}
