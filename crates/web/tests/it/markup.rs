//! Reading a page as a program that reads it aloud does.

use std::collections::HashSet;

use roxmltree::{Document, Node, ParsingOptions};

/// Checks that a page can be used by everybody, and returns what it says: title, then what is on it, line by line,
/// with what is not text in brackets.
///
/// # Panics
///
/// If the page is not well formed, or lacks something that people need who cannot see it, or holds a script.
pub(crate) fn read(page: &str) -> String {
    let options = ParsingOptions { allow_dtd: true, ..ParsingOptions::default() };
    let document =
        Document::parse_with_options(page, options).unwrap_or_else(|error| panic!("{error}: {page}"));
    let all = |name: &'static str| document.descendants().filter(move |node| node.has_tag_name(name));
    let one = |name| {
        let found: Vec<Node<'_, '_>> = all(name).collect();
        assert_eq!(found.len(), 1, "a page has one {name}: {page}");
        found[0]
    };
    assert!(page.starts_with("<!DOCTYPE html>"));
    assert_eq!(document.root_element().attribute("lang"), Some("en"));
    assert!(!text(one("title")).is_empty());
    assert!(!text(one("h1")).is_empty());
    assert!(one("main").descendants().any(|node| node.has_tag_name("h1")));
    assert!(all("meta").any(|meta| meta.attribute("name") == Some("viewport")));
    assert_eq!(all("script").count(), 0, "there are no scripts");
    check_attributes(&document);
    for input in all("input") {
        check_input(input, &document);
    }
    for image in all("img") {
        assert!(image.attribute("alt").is_some_and(|alt| !alt.is_empty()), "pictures have words");
    }
    for control in all("a").chain(all("button")) {
        assert!(!text(control).is_empty(), "what can be pressed has a name");
    }
    let mut said = format!("title: {}\n", text(one("title")));
    say(one("body"), &mut said);
    said
}

fn check_attributes(document: &Document<'_>) {
    let mut ids = HashSet::new();
    for node in document.descendants().filter(Node::is_element) {
        for attribute in node.attributes() {
            assert!(!attribute.name().starts_with("on"), "no script hides in {}", attribute.name());
            assert_ne!(attribute.name(), "style", "the policy forbids styles in attributes");
            assert!(attribute.name() != "id" || ids.insert(attribute.value()), "ids are unique");
            let leads_on = matches!(attribute.name(), "href" | "src" | "action");
            assert!(!leads_on || !attribute.value().trim_start().starts_with("javascript:"));
        }
    }
}

/// An input has a label and, where something is wrong with it, says so and what.
fn check_input(input: Node<'_, '_>, document: &Document<'_>) {
    let id = input.attribute("id").expect("an input has an id for its label");
    let labelled = document.descendants().any(|label| {
        label.has_tag_name("label") && label.attribute("for") == Some(id) && !text(label).is_empty()
    });
    assert!(labelled, "{id} has a label");
    let described = input.attribute("aria-describedby").unwrap_or_default();
    let descriptions: Vec<Node<'_, '_>> = described
        .split_whitespace()
        .map(|id| document.descendants().find(|node| node.attribute("id") == Some(id)).expect("described"))
        .collect();
    let is_wrong = input.attribute("aria-invalid") == Some("true");
    let tells =
        descriptions.iter().any(|node| node.attribute("class") == Some("error") && !text(*node).is_empty());
    assert_eq!(is_wrong, tells, "{id} says that it is wrong exactly if it says why");
}

/// The words within a node.
fn text(node: Node<'_, '_>) -> String {
    let words: String = node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect();
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn say(node: Node<'_, '_>, said: &mut String) {
    for child in node.children().filter(Node::is_element) {
        let attribute = |name| child.attribute(name).unwrap_or_default();
        let line = match child.tag_name().name() {
            "div" | "main" | "ol" | "dl" => {
                say(child, said);
                continue;
            }
            "header" if text(child).is_empty() => {
                say(child, said);
                continue;
            }
            "form" => {
                said.push_str("[form ");
                said.push_str(attribute("method"));
                said.push_str("]\n");
                say(child, said);
                said.push_str("[end of form]\n");
                continue;
            }
            "img" => format!("[picture {}: {}]", attribute("src"), attribute("alt")),
            "input" => {
                format!("[input {} {}={:?}]", attribute("type"), attribute("name"), attribute("value"))
            }
            "button" => format!("[button: {}]", text(child)),
            name => format!("{name}: {}", text(child)),
        };
        said.push_str(&line);
        said.push('\n');
    }
}
