//! Probes.

use crate::office::Office;

#[tokio::test]
async fn a_process_that_works_is_alive_and_ready() {
    let office = Office::open().await;
    for probe in ["/livez", "/readyz"] {
        let answer = office.get(probe).await;
        assert_eq!((answer.status().as_u16(), answer.text().await.expect("text").as_str()), (200, "ok\n"));
    }
}

#[tokio::test]
async fn without_its_store_it_is_alive_and_says_why_it_is_not_ready() {
    let office = Office::open().await;
    office.house.vault.close().await;
    assert_eq!(office.get("/livez").await.status(), 200);
    let answer = office.get("/readyz").await;
    assert_eq!(answer.status(), 503);
    let reason = answer.text().await.expect("text");
    assert!(reason.starts_with("the store does not answer"), "{reason}");
}

#[tokio::test]
async fn numbers_are_not_on_the_address_that_everybody_reaches() {
    let office = Office::open().await;
    assert_eq!(office.get("/metrics").await.status(), 404);
}
