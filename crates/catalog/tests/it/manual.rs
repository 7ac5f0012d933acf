//! The manual as an agent reads it: contents, search, pages, errors.

use latch_catalog::{Manual, PageError, catalog};

/// The session of somebody with the default account and one more.
fn manual() -> Manual {
    Manual::new(&["default".to_owned(), "us_team".to_owned()])
}

/// What a text costs a model, about.
fn tokens(text: &str) -> usize {
    text.len() / 4
}

fn error(page: &str) -> String {
    manual().read(page).expect_err(page).to_string()
}

#[test]
fn contents_name_every_namespace_and_guide() {
    insta::assert_snapshot!("manual_contents", manual().list(None).expect("always there"));
    insta::assert_snapshot!(
        "manual_contents_of_close",
        manual().list(Some("integrations.close")).expect("there")
    );
    for name in [
        "integrations.close.us_team",
        "app.integrations.close.us_team",
        "close.us_team",
        "close[\"us_team\"]",
    ] {
        let contents = manual().list(Some(name)).expect(name);
        assert!(contents.starts_with("# app.integrations.close.us_team — "), "{contents}");
    }
    let contents = manual().list(Some("integrations.close.default")).expect("asked for by name");
    assert!(contents.starts_with("# app.integrations.close.default — "), "{contents}");
}

#[test]
fn an_account_that_is_no_lua_name_is_written_in_brackets() {
    let manual = Manual::new(&["ann@closer.example.com".to_owned()]);
    let contents = manual.list(None).expect("always there");
    assert!(contents.contains("**app.integrations.close[\"ann@closer.example.com\"]** — "), "{contents}");
    let page =
        manual.read("app.integrations.close[\"ann@closer.example.com\"].create_lead").expect("the page");
    assert_eq!(page, manual.read("create_lead").expect("the page"));
}

#[test]
fn a_question_is_answered_with_functions_and_passages() {
    insta::assert_snapshot!("manual_search", manual().search("mark deal as won", 10).expect("a question"));
    insta::assert_snapshot!("manual_search_guides", manual().search("field errors", 3).expect("a question"));
    let nothing = manual().search("qqqq", 10).expect("a question");
    assert_eq!(nothing, "No results found for 'qqqq'.\n");
    for (question, function) in [("mark deal as won", "update_opportunity"), ("who am I", "get_current_user")]
    {
        let found = manual().search(question, 3).expect("a question");
        let first = found.lines().find(|line| line.starts_with("**")).expect("a hit");
        assert!(first.starts_with(&format!("**app.integrations.close.{function}(")), "{found}");
    }
}

#[test]
fn pages_of_functions_say_all_that_a_call_needs() {
    for function in ["create_lead", "list_activities", "delete_lead"] {
        insta::assert_snapshot!(format!("manual_{function}"), manual().read(function).expect(function));
    }
    for tool in catalog().tools() {
        let page = manual().read(&tool.function).expect("every function has a page");
        assert!(page.starts_with(&format!("# app.integrations.close.{}(", tool.function)), "{page}");
        assert!(page.ends_with(&format!("*(Maps to tool: `close_{}`)*\n", tool.function)), "{page}");
        assert!(
            page.contains("\n## Returns\n") && page.contains("```lua\n") && page.contains(&tool.call),
            "{page}"
        );
        assert!(page.contains("| Parameter | Type |") != page.contains("*No parameters.*"), "{page}");
    }
}

#[test]
fn the_page_of_the_namespace_has_every_function_and_the_reference() {
    let page = manual().read("integrations.close").expect("the namespace");
    insta::assert_snapshot!("manual_integrations_close", page);
    let mut names: Vec<&str> = catalog().tools().map(|tool| tool.function.as_str()).collect();
    names.sort_unstable();
    let headings: Vec<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("## app.integrations.close.")?.split('(').next())
        .collect();
    assert_eq!(headings, names, "every function once, sorted by name");
    let (_, reference) = page.split_once("\n---\n").expect("a rule before the reference");
    assert!(reference.trim_start().starts_with("# Close CRM — Lua API Reference\n"));
    for said in [
        "Search and list leads in Close CRM. Supports Close's powerful search syntax for filtering.",
        "- `\"custom.Industry:SaaS\"` — filter by custom field",
        "### Contact Object",
        "print(activity.type .. \": \" .. (activity.subject or activity.body_preview or \"\"))",
        "for _, org in ipairs(user.organizations or {}) do",
        "## Multi-Account Usage",
        "app.integrations.close.us_team.get_current_user({})",
    ] {
        assert!(reference.contains(said), "{said}");
    }
}

#[test]
fn every_name_of_a_function_leads_to_its_page() {
    let manual = manual();
    for tool in catalog().tools() {
        let function = &tool.function;
        let page = manual.read(function).expect("by its function name");
        for name in [
            format!("close_{function}"),
            format!("close.{function}"),
            format!("close.close_{function}"),
            format!("app.integrations.close.{function}"),
            format!("app.integrations.close.close_{function}"),
            format!("app.integrations.close.default.{function}"),
            format!("app.integrations.close.us_team.{function}"),
            format!("app.integrations.close[\"us_team\"].{function}"),
            format!("integrations.close.{function}"),
            format!("integrations.close.us_team.{function}"),
            format!("integrations.close.default.close_{function}"),
            format!("close.us_team.{function}"),
            format!("integration__close__{function}"),
            format!("integration__close__close_{function}"),
            tool.name.clone(),
            format!("close.{}", tool.name),
        ] {
            assert_eq!(manual.read(&name).as_deref(), Ok(page.as_str()), "{name}");
            let of_script = manual.helper_read(&name);
            assert!(of_script.starts_with(&format!("close.{function}\n")), "{name}: {of_script}");
        }
    }
}

#[test]
fn guides_are_pages_of_their_own() {
    for guide in ["overview", "context", "errors", "examples"] {
        let page = manual().read(guide).expect(guide);
        assert!(page.starts_with("# ") && page.contains("```lua\n"), "{page}");
        assert_eq!(manual().helper_read(guide), page);
        assert_eq!(Manual::new(&[]).read(guide).as_deref(), Ok(page.as_str()), "guides need no account");
        assert!(tokens(&page) < 1_500, "{guide} costs {} tokens", tokens(&page));
    }
}

#[test]
fn what_is_not_there_is_answered_with_what_is() {
    let told = [
        error("create_leed"),
        error("integrations.close.create_leed"),
        error("close.us_team.create_leed"),
        error("integrations.close.frobnicate"),
        error("integrations.hubspot"),
        error("integrations.close.eu_team.create_lead"),
        error("mcp.github"),
        error("tools"),
        error("  "),
        manual().list(Some("integrations.hubspot")).expect_err("no such namespace").to_string(),
        manual().search(" ", 10).expect_err("no question").to_string(),
        Manual::new(&[]).read("integrations.close").expect_err("not connected").to_string(),
        Manual::new(&[]).read("create_lead").expect_err("not connected").to_string(),
    ];
    insta::assert_snapshot!("manual_errors", told.join("\n\n"));
    assert!(
        matches!(manual().read("create_leed"), Err(PageError::FunctionNotFound { nearest, .. }) if nearest[0] == "create_lead")
    );
    let long = error(&"x".repeat(1_000_000));
    assert!(long.len() < 1_000, "{} bytes", long.len());
}

#[test]
fn without_an_account_the_manual_says_how_to_get_one() {
    let manual = Manual::new(&[]);
    insta::assert_snapshot!("manual_contents_unconnected", manual.list(None).expect("always there"));
    let found = manual.search("create a lead", 5).expect("a question");
    assert!(found.contains("latch accounts connect") && !found.contains("create_lead("), "{found}");
    assert!(manual.helper_read("close").contains("Status: inactive"));
    assert!(manual.helper_read("close.create_lead").contains("Status: inactive"));
}

#[test]
fn scripts_get_the_texts_they_know() {
    insta::assert_snapshot!("manual_helper_list", manual().helper_list());
    insta::assert_snapshot!("manual_helper_search", manual().helper_search("create a task"));
    insta::assert_snapshot!("manual_helper_create_task", manual().helper_read("close.create_task"));
    let provider = manual().helper_read("close");
    for line in ["Status: active", "Accounts: default, us_team", "Functions:", "Examples:"] {
        assert!(provider.lines().any(|found| found == line), "{line}\n{provider}");
    }
    assert_eq!(
        manual().helper_read("close.create_leed").split(" Did").next(),
        Some("No integration docs found for 'close.create_leed'.")
    );
    assert_eq!(
        manual().helper_read("hubspot"),
        "No integration docs found for 'hubspot'. docs.list() says what there is."
    );
    assert!(manual().helper_search("leads").lines().count() <= 20);
}

#[test]
fn reading_costs_little() {
    let contents = manual().list(None).expect("always there");
    for (question, function) in [
        ("create a lead", "create_lead"),
        ("mark deal as won", "update_opportunity"),
        ("find a company by name", "list_leads"),
        ("change the status of a lead", "update_lead"),
        ("remind me to call back", "create_task"),
        ("people at a lead", "list_contacts"),
        ("who am I", "get_current_user"),
        ("delete a lead for good", "delete_lead"),
        ("write a note on a lead", "create_note"),
        ("merge duplicate leads", "merge_leads"),
        ("which lead statuses are there", "list_lead_statuses"),
    ] {
        let found = manual().search(question, 10).expect("a question");
        let page = manual().read(function).expect(function);
        let cost = tokens(&contents) + tokens(&found) + tokens(&page);
        assert!(
            cost < 1_500,
            "{function}: {cost} = {} + {} + {}",
            tokens(&contents),
            tokens(&found),
            tokens(&page)
        );
    }
    // The few others have a dozen parameters, or notes on what a search may look like.
    let dear = catalog()
        .tools()
        .filter(|tool| {
            let found = manual().search(&tool.title, 10).expect("a question");
            let page = manual().read(&tool.function).expect("a page");
            tokens(&contents) + tokens(&found) + tokens(&page) >= 1_500
        })
        .count();
    assert!(dear * 10 <= catalog().tools().count(), "{dear} functions cost more");
    let signatures = manual().list(Some("integrations.close")).expect("there");
    assert!(tokens(&signatures) < 5_000, "{} tokens", tokens(&signatures));
}

#[test]
fn examples_are_found_on_every_page() {
    let examples = manual().examples();
    let of = |page: &str| examples.iter().filter(|example| example.page == page).count();
    assert_eq!(of("integrations.close"), 10, "nine functions and the accounts");
    for tool in catalog().tools() {
        let count = of(&format!("integrations.close.{}", tool.function));
        assert!((1..=2).contains(&count), "{}: {count}", tool.function);
    }
    for guide in ["overview", "context", "errors", "examples"] {
        assert!(of(guide) >= 4, "{guide}");
    }
    for example in examples {
        assert!(!example.title.is_empty() && !example.code.trim().is_empty(), "{example:?}");
        assert!(!example.code.contains("```"), "{example:?}");
    }
}
