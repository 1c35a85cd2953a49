//! How numbers leave: as one answer, or line by line as slices are opened.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use azekura_wire::reads::{NDJSON, ReadAnswer, ReadHead};
use tokio_stream::Stream;
use zeroize::Zeroizing;

use super::Answer;
use crate::http::lang::Lang;
use crate::http::render::{self, Wiped};
use crate::http::show;
use crate::service::Error;
use crate::service::release::{Line, Release};

/// More bytes than any line of an answer has.
const LINE: usize = 1024;

/// Bytes of most lines.
const USUAL_LINE: usize = 192;

/// Everything at once; nothing at all if one number does not open.
pub(super) async fn whole(mut release: Release, lang: Lang, count: usize) -> Answer {
    let mut results = Vec::with_capacity(count);
    while let Some(slice) = release.next().await {
        results.extend(slice?.into_iter().map(|line| show::reads::result(line, lang)));
    }
    let answer = ReadAnswer { id: release.id.to_string(), results };
    Ok(render::secret(200, &answer, LINE * (count + 1)))
}

/// The id of the read, then a line for each person. If a number does not open the connection breaks
/// off: the caller has fewer lines than people.
pub(super) fn lines(release: Release, lang: Lang) -> Response {
    let head = ReadHead { id: release.id.to_string() };
    let mut first = Zeroizing::new(Vec::with_capacity(LINE));
    line(&mut first, &head);
    let lines = Lines { first: Some(first), lang, state: State::Ready(Box::new(release)) };
    let media_type = HeaderValue::from_static(NDJSON);
    ([(header::CONTENT_TYPE, media_type)], Body::from_stream(lines)).into_response()
}

type Slice = Option<Result<Vec<Line>, Error>>;
type Opening = Pin<Box<dyn Future<Output = (Box<Release>, Slice)> + Send>>;

struct Lines {
    first: Option<Zeroizing<Vec<u8>>>,
    lang: Lang,
    state: State,
}

enum State {
    Done,
    Opening(Opening),
    Ready(Box<Release>),
}

impl Stream for Lines {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if let Some(first) = this.first.take() {
            return Poll::Ready(Some(Ok(Bytes::from_owner(Wiped(first)))));
        }
        let mut opening = match std::mem::replace(&mut this.state, State::Done) {
            State::Done => return Poll::Ready(None),
            State::Opening(opening) => opening,
            State::Ready(release) => Box::pin(next(release)),
        };
        match opening.as_mut().poll(context) {
            Poll::Pending => {
                this.state = State::Opening(opening);
                Poll::Pending
            }
            Poll::Ready((_, None)) => Poll::Ready(None),
            Poll::Ready((_, Some(Err(error)))) => Poll::Ready(Some(Err(error))),
            Poll::Ready((release, Some(Ok(slice)))) => {
                this.state = State::Ready(release);
                Poll::Ready(Some(Ok(written(slice, this.lang))))
            }
        }
    }
}

async fn next(mut release: Box<Release>) -> (Box<Release>, Slice) {
    let slice = release.next().await;
    (release, slice)
}

fn written(slice: Vec<Line>, lang: Lang) -> Bytes {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LINE + USUAL_LINE * slice.len()));
    for one in slice {
        if bytes.capacity() - bytes.len() < LINE {
            // A `Vec` that grows by itself would leave numbers behind.
            let mut larger = Zeroizing::new(Vec::with_capacity(2 * bytes.capacity()));
            larger.extend_from_slice(&bytes);
            bytes = larger;
        }
        line(&mut bytes, &show::reads::result(one, lang));
    }
    Bytes::from_owner(Wiped(bytes))
}

/// The types of the API are maps with text keys, which always become JSON.
fn line(to: &mut Vec<u8>, value: &impl serde::Serialize) {
    serde_json::to_writer(&mut *to, value).ok();
    to.push(b'\n');
}
