//! The data folder: made on first use, refused when it does not fit, never overwritten.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use latch_vault::{AccountStatus, Connection, Endpoints, MasterKeySource, Vault, VaultError, VaultOptions};

use crate::scene::{Scene, clock, complaint, install_tls_provider, options, shown, tenant};

/// 32 bytes of zero, and 32 of something else.
const ONE_KEY: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const ANOTHER_KEY: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn the_first_run_makes_everything_and_for_its_owner_only() {
    install_tls_provider();
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("new/data");
    let vault = Vault::open(VaultOptions::new(&folder)).await.unwrap();
    let connection = vault.connection(&tenant(), Connection::DEFAULT_NAME).await.unwrap();
    assert_eq!(connection.endpoints, Endpoints::close());
    assert_eq!(connection.oauth_app, None);
    assert_eq!(mode(&folder), 0o700);
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert!(folder.join("latch.db").exists() && folder.join("master.key").exists());
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let (scene, alice) = Scene::with_alice().await;
    let before = scene.bearer(&alice).await;
    scene.vault.close().await;

    let vault = scene.another_vault().await;
    let again = vault.account(&tenant(), None, "alice").await.unwrap();
    assert_eq!(*again, alice);
    assert_eq!(again.status, AccountStatus::Active);
    assert_eq!(shown(&vault.credential(&again).await.unwrap()), before);
    assert_eq!(scene.provider.refreshes(), 0);
}

#[tokio::test]
async fn a_wrong_master_key_is_said_plainly_and_changes_nothing() {
    install_tls_provider();
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let with_key = |key: &str| VaultOptions {
        master_key: MasterKeySource::Environment(key.into()),
        ..options(&folder, &clock)
    };
    Vault::open(with_key(ONE_KEY)).await.unwrap().close().await;
    let database = folder.path().join("latch.db");
    let before = fs::read(&database).unwrap();

    let said = complaint(Vault::open(with_key(ANOTHER_KEY)).await);
    assert!(said.contains("the master key does not fit"), "{said}");
    assert_eq!(fs::read(&database).unwrap(), before);
    assert!(!folder.path().join("master.key").exists());
    Vault::open(with_key(ONE_KEY)).await.unwrap();
}

#[tokio::test]
async fn a_lost_key_file_is_not_replaced_by_a_new_key() {
    let scene = Scene::start().await;
    scene.vault.close().await;
    let key = scene.folder.path().join("master.key");
    fs::remove_file(&key).unwrap();

    let said = complaint(Vault::open(scene.options()).await);
    assert!(said.contains("restore that file"), "{said}");
    assert!(!key.exists());
}

#[tokio::test]
async fn a_key_file_that_others_may_read_is_refused_with_the_command_to_run() {
    let scene = Scene::start().await;
    scene.vault.close().await;
    let key = scene.folder.path().join("master.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();

    let said = complaint(Vault::open(scene.options()).await);
    assert!(said.contains("mode 0644") && said.contains("run `chmod 600 '"), "{said}");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    Vault::open(scene.options()).await.unwrap();
}

#[tokio::test]
async fn a_key_file_of_ones_own_must_exist_and_hold_a_key() {
    install_tls_provider();
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let key = folder.path().join("my.key");
    let with_file =
        || VaultOptions { master_key: MasterKeySource::File(key.clone()), ..options(&folder, &clock) };

    let said = complaint(Vault::open(with_file()).await);
    assert!(said.contains("my.key cannot be read"), "{said}");
    fs::write(&key, "not a key").unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    let said = complaint(Vault::open(with_file()).await);
    assert!(said.contains("openssl rand -base64 32") && !said.contains("not a key"), "{said}");
    assert!(!folder.path().join("latch.db").exists(), "nothing is made before the key is known to be good");

    fs::write(&key, ONE_KEY).unwrap();
    Vault::open(with_file()).await.unwrap();
}

#[tokio::test]
async fn what_is_no_database_is_left_alone() {
    install_tls_provider();
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let database = folder.path().join("latch.db");
    fs::write(&database, "my shopping list, which is long enough to be read as something").unwrap();

    let error = Vault::open(options(&folder, &clock)).await.unwrap_err();
    assert!(matches!(error, VaultError::DatabaseFile { .. }), "{error:?}");
    let said = error.to_string();
    assert!(said.contains("latch.db") && said.contains("damaged"), "{said}");
    assert!(fs::read_to_string(&database).unwrap().starts_with("my shopping list"));
    assert!(!folder.path().join("master.key").exists());
}

#[tokio::test]
async fn a_data_folder_that_is_a_file_is_a_clear_error() {
    install_tls_provider();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data");
    fs::write(&file, "").unwrap();
    let said = complaint(Vault::open(VaultOptions::new(&file)).await);
    assert!(said.starts_with("the data folder ") && said.contains("cannot be used"), "{said}");
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_to_that_version() {
    let scene = Scene::start().await;
    scene.vault.close().await;
    let path = scene.folder.path().join("latch.db");
    let pool =
        sqlx::SqlitePool::connect_with(sqlx::sqlite::SqliteConnectOptions::new().filename(&path)).await;
    let pool = pool.unwrap();
    let later = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
        VALUES (999, 'from the future', TRUE, x'00', 0)";
    sqlx::query(later).execute(&pool).await.unwrap();
    pool.close().await;

    let said = complaint(Vault::open(scene.options()).await);
    assert!(said.contains("made by a newer version"), "{said}");
}

#[tokio::test]
async fn programs_that_start_at_once_agree_on_one_key() {
    install_tls_provider();
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let openings = (0..8).map(|_| tokio::spawn(Vault::open(options(&folder, &clock))));
    let vaults: Vec<Vault> = futures_util::future::join_all(openings)
        .await
        .into_iter()
        .map(|opened| opened.unwrap().unwrap())
        .collect();
    let key = "api_key.one";
    let account = vaults[0].set_api_key(&tenant(), "close", "alice", key.into(), None).await.unwrap();
    for vault in &vaults {
        assert_eq!(shown(&vault.credential(&account).await.unwrap()), key);
    }
}
