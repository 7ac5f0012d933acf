//! What the pages tell browsers not to do.

use reqwest::Response;

use crate::visited::{Visited, client, header};

fn check(answer: &Response) {
    let policy = header(answer, "content-security-policy");
    for part in [
        "default-src 'none'",
        "style-src 'sha256-",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action ",
    ] {
        assert!(policy.contains(part), "{part} in {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("script-src"), "{policy}");
    assert_eq!(header(answer, "cache-control"), "no-store");
    assert_eq!(header(answer, "referrer-policy"), "no-referrer");
    assert_eq!(header(answer, "x-content-type-options"), "nosniff");
    assert_eq!(header(answer, "x-frame-options"), "DENY");
    assert_eq!(header(answer, "x-robots-tag"), "noindex");
    assert_eq!(header(answer, "content-type"), "text/html; charset=utf-8");
}

#[tokio::test]
async fn every_page_is_protected() {
    let visited = Visited::start().await;
    let link = visited.link().await;
    let shown = client().get(&link).send().await.unwrap();
    check(&shown);
    assert!(header(&shown, "content-security-policy").contains("form-action 'self' https: "));

    let led_on = client().post(&link).send().await.unwrap();
    assert_eq!(led_on.status(), 303);
    check(&led_on);
    for path in ["connect/x", "oauth/callback", "connect/verified", "connect/unverified"] {
        let answer = client().get(format!("{}/{path}", visited.url)).send().await.unwrap();
        check(&answer);
        assert!(header(&answer, "content-security-policy").contains("form-action 'none'"), "{path}");
    }
}
