//! The pages carry the operator's name and logo.

use latch_testkit::Served;
use latch_web::{Branding, Logo};

use crate::markup::read;
use crate::visited::{Visited, agree, client, header, open};

const DRAWING: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";

fn acme() -> Branding {
    let logo = Logo::new(DRAWING.as_bytes().to_vec()).expect("a drawing");
    Branding { name: Some("Acme & Sons <Sales>".to_owned()), logo: Some(logo) }
}

#[tokio::test]
async fn pages_say_who_asks() {
    let visited = Visited::branded(acme()).await;
    let link = visited.link().await;
    let shown = open(&link).await;
    insta::assert_snapshot!("branded", read(&shown.page));
    let end = agree(&link).await;
    assert!(read(&end.page).starts_with("title: Your Close account is connected | Acme & Sons <Sales>\n"));
}

#[tokio::test]
async fn every_page_finds_the_logo() {
    let visited = Visited::branded(acme()).await;
    for path in ["connect", "connect/", "connect/x", "oauth/callback", "sso/v1/oauth/conn_1/callback"] {
        let shown = open(&format!("{}/{path}", visited.url)).await;
        let source = shown.page.split("<img src=\"").nth(1).and_then(|rest| rest.split('"').next());
        let logo = shown.address.join(source.expect("a logo")).expect("an address");
        assert_eq!(logo.path(), "/connect/logo", "{path}");
    }
}

#[tokio::test]
async fn a_logo_is_a_picture_and_nothing_else() {
    let visited = Visited::branded(acme()).await;
    let answer = client().get(format!("{}/connect/logo", visited.url)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "content-type"), "image/svg+xml");
    assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
    let policy = header(&answer, "content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.ends_with("; sandbox"), "{policy}");
    assert_eq!(answer.text().await.unwrap(), DRAWING);
}

#[tokio::test]
async fn without_a_logo_there_is_none() {
    let visited = Visited::branded(Branding { name: Some("  ".to_owned()), logo: None }).await;
    assert_eq!(client().get(format!("{}/connect/logo", visited.url)).send().await.unwrap().status(), 404);
    let shown = open(&visited.link().await).await;
    assert!(!shown.page.contains("<img"));
    assert!(shown.page.contains("<title>Connect your Close account</title>"), "an empty name is none");
}

#[tokio::test]
async fn a_proxy_may_serve_the_pages_below_a_path() {
    let visited = Visited::start().await;
    let pages = latch_web::router(visited.house.gateway.clone(), acme());
    let below = Served::start(axum::Router::new().nest("/latch", pages)).await;
    let link = visited.link().await.replace(&visited.url, &format!("{}/latch", below.url));
    let mut shown = open(&link).await;
    let logo = shown.address.join("../connect/logo").expect("an address");
    assert!(shown.page.contains("src=\"../connect/logo\""), "{}", shown.page);
    assert_eq!(client().get(logo).send().await.unwrap().status(), 200);
    shown.press("go", "on", None).await;
    assert!(shown.page.contains("Sales Assistant"), "the button leads to Close: {}", shown.page);
}
