//! Help pages, and completions.

use crate::program::Latch;

const COMMANDS: [&str; 20] = [
    "demo",
    "up",
    "serve",
    "twin",
    "call",
    "lua",
    "runs",
    "tools",
    "schema",
    "docs",
    "search",
    "accounts",
    "connections",
    "clients",
    "environments",
    "keys",
    "webhooks",
    "calls",
    "doctor",
    "completions",
];

#[tokio::test]
async fn the_first_page_lists_commands_examples_exit_codes_and_environment() {
    let ran = Latch::new().run(&["--help"]).await;
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    insta::assert_snapshot!(ran.out);
}

#[tokio::test]
async fn calling_is_explained_with_examples() {
    let ran = Latch::new().run(&["call", "--help"]).await;
    assert_eq!(ran.code, 0);
    insta::assert_snapshot!(ran.out);
}

#[tokio::test]
async fn help_may_stand_anywhere_on_the_line_of_a_call() {
    let ran = Latch::new().run(&["call", "list_leads", "--query", "Acme", "--help"]).await;
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("Usage: latch call"), "{ran:?}");
}

#[tokio::test]
async fn every_command_has_examples() {
    let latch = Latch::new();
    for command in COMMANDS {
        let ran = latch.run(&[command, "--help"]).await;
        assert_eq!(ran.code, 0, "{command}: {ran:?}");
        assert!(ran.out.contains("Examples:\n  "), "{command} has no examples");
    }
    assert_eq!(std::fs::read_dir(latch.home.path()).unwrap().count(), 0, "help leaves nothing behind");
}

#[tokio::test]
async fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish"] {
        let ran = Latch::new().run(&["completions", shell]).await;
        assert_eq!(ran.code, 0);
        assert!(ran.out.contains("accounts") && ran.out.contains("dry-run"), "{shell}");
    }
}
