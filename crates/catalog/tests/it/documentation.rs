//! Documentation pages.

use latch_catalog::{Vocabulary, catalog};

#[test]
fn a_page_says_everything_a_caller_needs() {
    let page = |name| catalog().find(name).expect("known").page();
    insta::assert_snapshot!("page_create_lead", page("create_lead"));
    insta::assert_snapshot!("page_close_leads_list", page("close_leads_list"));
    insta::assert_snapshot!("page_delete_lead", page("delete_lead"));
}

#[test]
fn the_overview_lists_every_tool_once() {
    for vocabulary in [Vocabulary::AgentKit, Vocabulary::Function] {
        let overview = catalog().overview(vocabulary);
        for tool in catalog().tools() {
            let address = catalog().address(tool, vocabulary);
            let entry = format!("- `{}`", address.signature());
            assert_eq!(overview.matches(&entry).count(), 1, "{entry}");
        }
    }
}

#[test]
fn every_tool_says_what_comes_back() {
    for tool in catalog().tools() {
        let page = catalog().address(tool, Vocabulary::Function).page();
        assert!(page.contains("\n## Returns\n"), "{} has no Returns section", tool.name);
    }
}
