//! Script runs: sealed, forgotten in time; and folders from before there were any.

use std::time::Duration;

use latch_vault::{Policy, RunRecord, RunSummary, Vault};
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use crate::scene::{Scene, complaint, shown, tenant};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const FIRST: &str = include_str!("../../migrations/sqlite/0001_first.sql");

fn run(scene: &Scene, id: &str) -> RunRecord {
    RunRecord {
        summary: RunSummary {
            id: id.to_owned(),
            caller: "cli".to_owned(),
            account: None,
            name: "report.lua".to_owned(),
            outcome: "error".to_owned(),
            error_class: Some("runtime".to_owned()),
            dry_run: true,
            calls: 2,
            writes: 0,
            duration_ms: 7,
            started_at: scene.clock.now(),
        },
        record: json!({"output": "Ada Lovelace owes 5", "result": null}),
    }
}

#[tokio::test]
async fn what_a_run_printed_is_nowhere_on_disk() {
    let scene = Scene::start().await;
    let kept = run(&scene, "run_one");
    scene.vault.record_run(&tenant(), &kept).await.unwrap();
    assert_eq!(scene.vault.run(&tenant(), "run_one").await.unwrap(), kept);
    let disk = scene.bytes_on_disk();
    let holds = |text: &str| disk.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(holds("report.lua"), "the summary is in clear");
    assert!(!holds("Lovelace") && !holds("output"));
}

#[tokio::test]
async fn a_record_that_was_moved_to_another_run_does_not_open() {
    let scene = Scene::start().await;
    for id in ["run_one", "run_two"] {
        scene.vault.record_run(&tenant(), &run(&scene, id)).await.unwrap();
    }
    let pool = database(&scene).await;
    sqlx::query("UPDATE runs SET (data_key, record) = (SELECT data_key, record FROM runs WHERE id = 'run_one') WHERE id = 'run_two'")
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    let said = complaint(scene.vault.run(&tenant(), "run_two").await);
    assert!(said.contains("run run_two does not open"), "{said}");
    scene.vault.run(&tenant(), "run_one").await.unwrap();
}

#[tokio::test]
async fn runs_are_forgotten_as_calls_are() {
    let scene = Scene::start().await;
    scene.vault.record_run(&tenant(), &run(&scene, "run_old")).await.unwrap();
    scene.clock.advance(20 * DAY);
    scene.vault.record_run(&tenant(), &run(&scene, "run_new")).await.unwrap();
    scene.clock.advance(20 * DAY);
    let vault: Vault =
        Vault::open(latch_vault::VaultOptions { record_lifetime: 30 * DAY, ..scene.options() })
            .await
            .unwrap();
    let left: Vec<_> = vault.runs(&tenant(), 10).await.unwrap().into_iter().map(|run| run.id).collect();
    assert_eq!(left, ["run_new"]);
    let said = complaint(vault.run(&tenant(), "run_old").await);
    assert!(said.contains("\"run_old\" was not found"), "{said}");
}

#[tokio::test]
async fn a_folder_of_the_first_version_is_brought_up_to_date_with_all_that_is_in_it() {
    let (scene, alice) = Scene::with_alice().await;
    let before = scene.bearer(&alice).await;
    let (client, secret) = scene.vault.create_client(&tenant(), "agent").await.unwrap();
    scene.vault.close().await;
    let pool = database(&scene).await;
    for statement in [
        "ALTER TABLE clients ADD COLUMN secret_hash BLOB NOT NULL DEFAULT x''",
        "UPDATE clients SET secret_hash = (SELECT hash FROM client_secrets WHERE client_id = clients.id)",
        // A column cannot be moved: the table is made again with its columns in the first version's order.
        "CREATE TABLE first_clients (id TEXT PRIMARY KEY NOT NULL, tenant TEXT NOT NULL REFERENCES tenants (id), \
            name TEXT NOT NULL, secret_hash BLOB NOT NULL, created_at BIGINT NOT NULL)",
        "INSERT INTO first_clients SELECT id, tenant, name, secret_hash, created_at FROM clients",
        "DROP TABLE client_secrets",
        "DROP TABLE clients",
        "ALTER TABLE first_clients RENAME TO clients",
        "DROP TABLE webhook_deliveries",
        "DROP TABLE webhook_endpoints",
        "DROP TABLE signing_keys",
        "DROP TABLE verifications",
        "ALTER TABLE accounts DROP COLUMN api_config",
        "ALTER TABLE connections DROP COLUMN kind",
        "ALTER TABLE connections DROP COLUMN enabled",
        "ALTER TABLE authorization_links DROP COLUMN verify_url",
        "ALTER TABLE authorization_links DROP COLUMN app_state",
        "ALTER TABLE authorizations DROP COLUMN verify_url",
        "ALTER TABLE authorizations DROP COLUMN app_state",
        "DROP TABLE runs",
        "DROP INDEX calls_by_run",
        "ALTER TABLE calls DROP COLUMN run_id",
        "ALTER TABLE calls DROP COLUMN forced",
        "ALTER TABLE accounts DROP COLUMN policy",
        "DELETE FROM _sqlx_migrations WHERE version > 1",
        "INSERT INTO calls VALUES ('call_1', 'default', 'cli', NULL, NULL, NULL, 'close_lead_get', 'read', 'ok', \
            NULL, 200, 5, 1, NULL, FALSE, 1772442000000000)",
    ] {
        sqlx::query(statement).execute(&pool).await.unwrap();
    }
    assert_eq!(
        columns(&pool).await,
        columns(&first_version().await).await,
        "it is what the first version made"
    );
    pool.close().await;

    let vault = scene.another_vault().await;
    let again = vault.account(&tenant(), None, "alice").await.unwrap();
    assert_eq!((&*again, again.policy), (&alice, Policy::ALLOW));
    assert_eq!(shown(&vault.credential(&again).await.unwrap()), before);
    let calls = vault.calls(&tenant(), 10, None).await.unwrap();
    assert_eq!((calls[0].id.as_str(), calls[0].forced, &calls[0].run_id), ("call_1", false, &None));
    vault.record_run(&tenant(), &run(&scene, "run_one")).await.unwrap();
    assert_eq!(vault.authenticate_client(&client.client_id, &secret).await.unwrap(), client);
    vault.issue_access_token(&client.client_id, &secret).await.unwrap();
}

async fn database(scene: &Scene) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(scene.folder.path().join("latch.db"));
    sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect_with(options).await.unwrap()
}

/// A database as the first migration alone makes it.
async fn first_version() -> SqlitePool {
    let pool =
        sqlx::sqlite::SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
    sqlx::raw_sql(FIRST).execute(&pool).await.unwrap();
    pool
}

/// Every table with its columns, in order.
async fn columns(pool: &SqlitePool) -> Vec<(String, String)> {
    let query = "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c \
        WHERE m.type = 'table' AND m.name <> '_sqlx_migrations' ORDER BY m.name, c.cid";
    sqlx::query_as(query).fetch_all(pool).await.unwrap()
}
