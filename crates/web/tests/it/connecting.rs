//! A person connects an account through Close's consent page.

use latch_vault::LinkOptions;

use crate::markup::read;
use crate::visited::{Visited, agree, client, go_to_close, header, open};

#[tokio::test]
async fn the_page_of_a_link_says_what_will_happen() {
    let visited = Visited::start().await;
    let shown = open(&visited.link().await).await;
    assert_eq!(shown.status, 200);
    insta::assert_snapshot!("connect", read(&shown.page));
    assert_eq!(visited.status().await, "PENDING");
}

#[tokio::test]
async fn a_person_connects_an_account() {
    let visited = Visited::start().await;
    let end = agree(&visited.link().await).await;
    assert_eq!(end.status, 200);
    assert_eq!(end.address.path(), "/oauth/callback");
    insta::assert_snapshot!("connected", read(&end.page));
    assert_eq!(visited.status().await, "ACTIVE");
}

#[tokio::test]
async fn looking_at_a_link_does_not_use_it_up() {
    let visited = Visited::start().await;
    let link = visited.link().await;
    for _ in 0..3 {
        assert_eq!(client().head(&link).send().await.unwrap().status(), 200);
        assert_eq!(open(&link).await.status, 200);
    }
    assert_eq!(agree(&link).await.status, 200);
    assert_eq!(client().head(&link).send().await.unwrap().status(), 410, "it tells of a used link, too");
}

#[tokio::test]
async fn going_on_uses_a_link_up() {
    let visited = Visited::start().await;
    let link = visited.link().await;
    let first = client().post(&link).send().await.unwrap();
    assert_eq!(first.status(), 303);
    let to_close = header(&first, "location").to_owned();
    assert!(to_close.starts_with(&visited.house.twin.url()), "{to_close}");
    let page = read(&first.text().await.unwrap());
    assert!(page.contains("Go on to 127.0.0.1"), "whose browser stays has a link to follow: {page}");

    let second = client().post(&link).send().await.unwrap();
    assert_eq!(second.status(), 410);
    assert!(!second.headers().contains_key("location"));
}

#[tokio::test]
async fn the_way_back_has_three_doors() {
    for path in ["/oauth/callback", "/connect/callback", "/sso/v1/oauth/conn_1/callback"] {
        let visited = Visited::start().await;
        let mut browser = go_to_close(&visited.link().await).await;
        browser.choose("Ann Reyes in Closer Inc");
        let registered = format!("{}/oauth/callback", visited.url);
        browser.press("decision", "approve", Some(&registered)).await;
        let returned = browser.address.as_str().replace("/oauth/callback", path);

        let looked = client().head(&returned).send().await.unwrap();
        assert_eq!(looked.status(), 200);
        assert_eq!(visited.status().await, "PENDING", "looking at {path} does nothing");

        let end = open(&returned).await;
        assert_eq!(end.status, 200, "{path}: {}", end.page);
        assert_eq!(visited.status().await, "ACTIVE");
    }
}

#[tokio::test]
async fn words_of_users_are_words_and_never_markup() {
    let visited = Visited::start().await;
    let hostile = "\"><script>alert(1)</script>&amp;'";
    let link = visited.link_for(hostile, LinkOptions::default()).await;
    let shown = open(&link).await;
    assert!(!shown.page.contains("<script"), "{}", shown.page);
    assert!(read(&shown.page).contains(hostile), "{}", read(&shown.page));
    let end = agree(&link).await;
    assert!(read(&end.page).contains(hostile), "{}", read(&end.page));
}
