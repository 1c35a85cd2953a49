//! A streamed read: results as they come, and never a silent end.

use crate::vault::{chunked, follow};
use azekura_client::wire::reads::{PersonRef, ReadRequest};
use azekura_client::{Client, Error};

const HEAD: &str = "{\"id\":\"red_1\"}\n";
const NUMBER: &str =
    "{\"person\":\"per_1\",\"external_ref\":\"E-1\",\"number\":\"123456789018\"}\n";
const DENIED: &str =
    "{\"person\":\"per_2\",\"denied\":{\"code\":\"suspended\",\"detail\":\"試験\"}}\n";

fn of_two() -> ReadRequest {
    ReadRequest {
        purpose: "withholding_slip".into(),
        period: "2026".into(),
        reference: "令和8年分 源泉徴収票".into(),
        destination: None,
        reason: None,
        dry_run: false,
        people: vec![PersonRef::Id("per_1".into()), PersonRef::Id("per_2".into())],
    }
}

/// How many people were answered before the end, and what the end was.
async fn drain(client: &Client) -> (usize, Result<(), Error>) {
    let mut results = match client.org("org_1").read_each(&of_two()).await {
        Ok(results) => results,
        Err(error) => return (0, Err(error)),
    };
    let mut count = 0;
    loop {
        match results.next().await {
            Ok(Some(_)) => count += 1,
            Ok(None) => return (count, Ok(())),
            Err(error) => return (count, Err(error)),
        }
    }
}

#[tokio::test]
async fn lines_are_put_together_from_any_pieces() {
    let whole = format!("{HEAD}{NUMBER}{DENIED}");
    let pieces: Vec<&str> = whole.split_inclusive([':', ',', '}']).chain([""]).collect();
    let (client, asked) = follow(&[&chunked(&pieces)]);
    let mut results = client.org("org_1").read_each(&of_two()).await.unwrap();
    assert_eq!(results.id(), "red_1");
    let first = results.next().await.unwrap().unwrap();
    assert_eq!(first.number.unwrap().expose(), "123456789018");
    let second = results.next().await.unwrap().unwrap();
    assert_eq!(second.denied.unwrap().code, "suspended");
    assert!(results.next().await.unwrap().is_none());

    let asked = asked.recv().unwrap();
    assert_eq!(asked.header("accept"), Some("application/x-ndjson"));
    assert!(asked.header("idempotency-key").is_some());
}

#[tokio::test]
async fn an_answer_that_stops_early_is_an_error() {
    let (client, _asked) = follow(&[&chunked(&[HEAD, NUMBER, ""])]);
    let (count, end) = drain(&client).await;
    assert!(count == 1 && matches!(end, Err(Error::Unexpected { .. })), "{count} {end:?}");

    let (client, _asked) = follow(&[&chunked(&[HEAD, NUMBER])]);
    let (count, end) = drain(&client).await;
    assert!(count == 1 && matches!(end, Err(Error::Transport(_))), "{count} {end:?}");

    let (client, _asked) = follow(&[&chunked(&[HEAD, NUMBER, DENIED.trim(), ""])]);
    let (count, end) = drain(&client).await;
    assert!(count == 1 && matches!(end, Err(Error::Unexpected { .. })), "{count} {end:?}");

    let (client, _asked) = follow(&[&chunked(&[""])]);
    let (count, end) = drain(&client).await;
    assert!(count == 0 && matches!(end, Err(Error::Unexpected { .. })), "{count} {end:?}");
}

#[tokio::test]
async fn an_answer_with_more_people_than_asked_for_is_an_error() {
    let (client, _asked) = follow(&[&chunked(&[HEAD, NUMBER, DENIED, NUMBER, ""])]);
    let (count, end) = drain(&client).await;
    assert!(count == 2 && matches!(end, Err(Error::Unexpected { .. })), "{count} {end:?}");
}

#[tokio::test]
async fn a_line_that_cannot_be_read_is_not_repeated_in_the_error() {
    let (client, _asked) = follow(&[&chunked(&[HEAD, "{\"number\":123456789018}\n", ""])]);
    let (count, end) = drain(&client).await;
    let error = end.unwrap_err();
    assert_eq!(count, 0);
    assert!(!format!("{error:?} {error}").contains("1234"));
}

#[tokio::test]
async fn a_line_without_end_is_given_up() {
    let (client, _asked) = follow(&[&chunked(&[HEAD, &"x".repeat(70_000), ""])]);
    let (_, end) = drain(&client).await;
    assert!(end.unwrap_err().to_string().contains("too long"));
}
