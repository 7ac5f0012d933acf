//! A session at the terminal: what is defined stays, blocks take lines, values are shown, names are completed.

use std::sync::Arc;
use std::time::Duration;

use latch_lua::{Entry, Reply, Script, Session, WantedLimits};

use crate::support::{ENGINE, Nobody};

fn session() -> Session {
    let limits = WantedLimits { cpu: Some(Duration::from_millis(200)), ..WantedLimits::default() };
    ENGINE.session(&limits).expect("a session")
}

async fn enter(session: &Session, entry: &str) -> Reply {
    session.enter(Script::new(entry), Arc::new(Nobody)).await
}

#[tokio::test]
async fn locals_globals_and_functions_last_and_values_are_shown() {
    let session = session();
    assert!(enter(&session, "local x, y = 5").await.values.is_empty());
    enter(&session, "local function double(n) return n * 2 end").await;
    enter(&session, "z = 'text'").await;
    assert_eq!(
        enter(&session, "double(x), y, z, {a = {1}}").await.values,
        ["10", "nil", "\"text\"", "{\n  a: [\n    1\n  ]\n}"]
    );
    assert_eq!(enter(&session, "for i = 1, 2 do local x = 100 end return x").await.values, ["5"]);
}

#[tokio::test]
async fn an_entry_is_whole_when_nothing_is_open() {
    let session = session();
    for (entry, expected) in [
        ("x = 1", Entry::Complete),
        ("1 + 1", Entry::Complete),
        ("for i = 1, 3 do", Entry::Incomplete),
        ("for i = 1, 3 do\nprint(i)\nend", Entry::Complete),
        ("function f(", Entry::Incomplete),
        ("t = {", Entry::Incomplete),
        ("t = { 1,\n2 }", Entry::Complete),
        ("print('unfinished", Entry::Complete),
        ("s = [[long", Entry::Incomplete),
        ("x = = 1", Entry::Complete),
        ("end", Entry::Complete),
        ("x =", Entry::Incomplete),
        ("", Entry::Complete),
    ] {
        assert_eq!(session.check(entry), expected, "{entry}");
    }
}

#[tokio::test]
async fn every_entry_has_its_own_limits_and_a_stopped_one_ends_nothing_but_itself() {
    let session = session();
    enter(&session, "kept = 1").await;
    for _ in 0..3 {
        let reply = enter(&session, "while true do end").await;
        assert_eq!(reply.record.ended_by.as_deref(), Some("cpu_limit"));
    }
    let reply = enter(&session, "local t = {} while true do t[#t + 1] = ('x'):rep(100000) .. #t end").await;
    assert_eq!(reply.record.ended_by.as_deref(), Some("memory_limit"));
    assert_eq!(enter(&session, "kept").await.values, ["1"]);
    let wrong = enter(&session, "nil .. 1").await;
    assert_eq!(wrong.record.error.as_deref(), Some("input:1: attempt to concatenate nil with number"));
    let refused = enter(&session, "close.get_current_user()").await;
    assert_eq!(refused.record.error_class.as_deref(), Some("not_configured"));
    assert_eq!(refused.record.call_log.len(), 1, "the log is that of the entry alone");
}

#[tokio::test]
async fn names_are_completed_along_paths() {
    let session = session();
    enter(&session, "my_table = { inner = { leaf = 1, other = 2 } }").await;
    assert_eq!(session.completions("print(my_table.inner.le"), ["my_table.inner.leaf"]);
    assert!(session.completions("close.get_l").contains(&"close.get_lead".to_owned()));
    assert!(
        session
            .completions("x = app.integrations.close.each_le")
            .contains(&"app.integrations.close.each_lead".to_owned())
    );
    assert!(session.completions("str").contains(&"string".to_owned()));
    assert!(session.completions("my_t").contains(&"my_table".to_owned()));
    assert!(session.completions("nope.nope.").is_empty() && session.completions("").is_empty());
}
