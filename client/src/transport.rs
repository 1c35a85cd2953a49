//! One place where requests leave and answers come in.

use std::time::Duration;

use azekura_wire::problem::{MEDIA_TYPE, Problem};
use reqwest::header::{
    ACCEPT, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_MATCH, RETRY_AFTER,
};
use reqwest::{Certificate, ClientBuilder, Method, Request, Response, StatusCode, Url, tls};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::sleep;
use zeroize::{Zeroize, Zeroizing};

use crate::{Error, Tagged};

/// The header by which the vault knows a repeated request.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

const FORM: &str = "application/x-www-form-urlencoded";

/// How often a request that may be repeated is repeated.
const RETRIES: u32 = 3;

/// The longest a repeat waits, whatever the vault asks for.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A connection to one vault, with or without a right to call it.
///
/// Requests may run at the same time; share it by reference or in an `Arc`.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    base: Url,
    token: Option<SecretString>,
    pause: Duration,
}

/// Whether a request that failed to arrive is sent again.
#[derive(Clone, Copy)]
enum Repeat {
    Never,
    Safely,
}

impl Client {
    /// A connection to the vault at `base_url`, as in `https://vault.example.jp:8443/`.
    ///
    /// Numbers leave this machine encrypted only: plain http is taken for a loopback address alone.
    /// Redirects and proxies are not followed. The trusted authorities are the system's.
    ///
    /// # Errors
    ///
    /// [`Error::Address`] if the URL is none of these; [`Error::Transport`] if TLS cannot be set up.
    pub fn new(base_url: &str) -> Result<Self, Error> {
        let base = address(base_url)?;
        // Without TLS no authority is needed; a small container may have none.
        let plain = base.scheme() == "http";
        Self::over(base, |http| if plain { http.tls_certs_only([]) } else { http })
    }

    /// The same, where the vault's certificate comes from an authority of your own: only those in
    /// `roots` (PEM) are trusted, and none of the system's.
    ///
    /// # Errors
    ///
    /// Those of [`Client::new`]; [`Error::Authority`] if there is no certificate in `roots`.
    pub fn trusting(base_url: &str, roots: &[u8]) -> Result<Self, Error> {
        let base = address(base_url)?;
        let roots = Certificate::from_pem_bundle(roots).map_err(|_| Error::Authority)?;
        if roots.is_empty() {
            return Err(Error::Authority);
        }
        Self::over(base, |http| http.tls_certs_only(roots))
    }

    fn over(base: Url, trust: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Result<Self, Error> {
        // Fails only if the process chose a provider before, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let builder = reqwest::Client::builder()
            .user_agent(concat!("azekura-client/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .tls_version_min(tls::Version::TLS_1_3)
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(Duration::from_mins(1));
        let http = trust(builder).build()?;
        Ok(Self { http, base, token: None, pause: Duration::from_millis(200) })
    }

    /// The same connection, calling as the program that holds `key`.
    #[must_use]
    pub fn with_key(self, key: SecretString) -> Self {
        Self { token: Some(key), ..self }
    }

    /// The same connection, calling as the person whose session `token` names.
    #[must_use]
    pub fn with_session(self, token: SecretString) -> Self {
        Self { token: Some(token), ..self }
    }

    /// The same connection with another pause before the first repeat; each further one doubles it.
    /// 200 ms unless told.
    #[must_use]
    pub fn with_pause(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// The URL of a path, each part percent-encoded.
    pub(crate) fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.pop_if_empty().extend(path);
        }
        url
    }

    /// Asks for something.
    pub(crate) async fn fetch<A>(&self, url: Url, query: &impl Serialize) -> Result<A, Error>
    where
        A: DeserializeOwned,
    {
        let request = self.http.get(url).query(query).build()?;
        read(self.run(request, Repeat::Safely).await?).await
    }

    /// Asks for something that may be updated.
    pub(crate) async fn fetch_tagged<A: DeserializeOwned>(
        &self,
        url: Url,
    ) -> Result<Tagged<A>, Error> {
        let request = Request::new(Method::GET, url);
        tagged(self.run(request, Repeat::Safely).await?).await
    }

    /// Asks for bytes that must stay as they are.
    pub(crate) async fn fetch_bytes(&self, url: Url) -> Result<Vec<u8>, Error> {
        let request = Request::new(Method::GET, url);
        Ok(self.run(request, Repeat::Safely).await?.bytes().await?.into())
    }

    /// Asks whether the vault is well; one that is not answers in the same shape.
    pub(crate) async fn probe<A: DeserializeOwned>(&self, url: Url) -> Result<A, Error> {
        read(self.http.get(url).send().await?).await
    }

    /// Posts `body`, repeating it under one `Idempotency-Key` until it arrives.
    pub(crate) async fn post<A>(&self, url: Url, body: &impl Serialize) -> Result<A, Error>
    where
        A: DeserializeOwned,
    {
        let request = keyed(self.request(Method::POST, url, body)?)?;
        read(self.run(request, Repeat::Safely).await?).await
    }

    /// Posts without a body, repeating it under one `Idempotency-Key` until it arrives.
    pub(crate) async fn act<A: DeserializeOwned>(&self, url: Url) -> Result<A, Error> {
        let request = keyed(Request::new(Method::POST, url))?;
        read(self.run(request, Repeat::Safely).await?).await
    }

    /// Posts `body` and leaves the answer's body to be read as it comes.
    pub(crate) async fn post_for_lines(
        &self,
        url: Url,
        body: &impl Serialize,
        media_type: &'static str,
    ) -> Result<Response, Error> {
        let mut request = keyed(self.request(Method::POST, url, body)?)?;
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static(media_type));
        self.run(request, Repeat::Safely).await
    }

    /// Posts `body` once: each sign-in is an act of its own.
    pub(crate) async fn post_once<A>(&self, url: Url, body: &impl Serialize) -> Result<A, Error>
    where
        A: DeserializeOwned,
    {
        let request = self.request(Method::POST, url, body)?;
        read(self.run(request, Repeat::Never).await?).await
    }

    /// Posts the fields of a form once.
    pub(crate) async fn post_form<A>(&self, url: Url, fields: &[(&str, &str)]) -> Result<A, Error>
    where
        A: DeserializeOwned,
    {
        // A query is encoded as a form is.
        let mut form = url.clone();
        form.query_pairs_mut().clear().extend_pairs(fields);
        let body = String::from(form.query().unwrap_or_default());
        let builder = self.http.post(url).header(CONTENT_TYPE, FORM);
        read(self.run(builder.body(body).build()?, Repeat::Never).await?).await
    }

    /// Updates what was read under `etag`. Not repeated: whether a lost update arrived shows when
    /// it is read again.
    pub(crate) async fn update(
        &self,
        method: Method,
        url: Url,
        etag: &str,
        body: &impl Serialize,
    ) -> Result<Response, Error> {
        let mut request = self.request(method, url, body)?;
        let etag = HeaderValue::from_str(etag)
            .map_err(|_| Error::Unexpected { status: 0, detail: "the ETag is not one" })?;
        request.headers_mut().insert(IF_MATCH, etag);
        self.run(request, Repeat::Never).await
    }

    /// Deletes; the answer has no body.
    pub(crate) async fn delete(&self, url: Url) -> Result<(), Error> {
        self.run(Request::new(Method::DELETE, url), Repeat::Never).await.map(drop)
    }

    fn request(&self, method: Method, url: Url, body: &impl Serialize) -> Result<Request, Error> {
        // Room enough that a number is written once and not left behind as the body grows.
        let mut json = Vec::with_capacity(4096);
        serde_json::to_writer(&mut json, body)
            .map_err(|_| Error::Unexpected { status: 0, detail: "the request is not JSON" })?;
        let builder = self.http.request(method, url).header(CONTENT_TYPE, "application/json");
        Ok(builder.body(json).build()?)
    }

    async fn run(&self, mut request: Request, repeat: Repeat) -> Result<Response, Error> {
        self.authorize(request.headers_mut())?;
        let mut pause = self.pause;
        let mut left = match repeat {
            Repeat::Never => 0,
            Repeat::Safely => RETRIES,
        };
        while let (1.., Some(again)) = (left, request.try_clone()) {
            let outcome = self.http.execute(again).await;
            if !worth_repeating(&outcome) {
                return settle(outcome?).await;
            }
            sleep(asked_pause(&outcome).unwrap_or(pause).min(LONGEST_PAUSE)).await;
            pause = pause.saturating_mul(2);
            left -= 1;
        }
        settle(self.http.execute(request).await?).await
    }

    fn authorize(&self, headers: &mut HeaderMap) -> Result<(), Error> {
        if let Some(token) = &self.token {
            let bearer = Zeroizing::new(format!("Bearer {}", token.expose_secret()));
            let mut value = HeaderValue::from_str(&bearer).map_err(|_| Error::Credential)?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Ok(())
    }
}

/// The value of an answer, and the tag by which an update names what it was made from.
pub(crate) async fn tagged<A: DeserializeOwned>(response: Response) -> Result<Tagged<A>, Error> {
    let etag = response.headers().get(ETAG).and_then(|etag| etag.to_str().ok()).map(String::from);
    let status = response.status().as_u16();
    let etag = etag.ok_or(Error::Unexpected { status, detail: "it has no ETag" })?;
    Ok(Tagged { etag, value: read(response).await? })
}

/// The value of an answer; its bytes are wiped, as far as they are ours.
pub(crate) async fn read<A: DeserializeOwned>(response: Response) -> Result<A, Error> {
    let status = response.status().as_u16();
    let body = response.bytes().await?;
    let value = serde_json::from_slice(&body);
    if let Ok(mut body) = body.try_into_mut() {
        body.as_mut().zeroize();
    }
    // The parser's own words may quote the answer.
    value.map_err(|_| Error::Unexpected { status, detail: "it is not what this call answers with" })
}

async fn settle(response: Response) -> Result<Response, Error> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status().as_u16();
    let media_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !media_type.is_some_and(|text| text.starts_with(MEDIA_TYPE)) {
        return Err(Error::Unexpected { status, detail: "it is an error without an explanation" });
    }
    Err(Error::Problem(Box::new(read::<Problem>(response).await?)))
}

/// A request that did not arrive, or came at a moment when the vault did nothing with it.
fn worth_repeating(outcome: &reqwest::Result<Response>) -> bool {
    match outcome {
        Ok(response) => response.status() == StatusCode::SERVICE_UNAVAILABLE,
        Err(error) => !error.is_builder(),
    }
}

fn asked_pause(outcome: &reqwest::Result<Response>) -> Option<Duration> {
    let seconds = outcome.as_ref().ok()?.headers().get(RETRY_AFTER)?.to_str().ok()?;
    seconds.parse().ok().map(Duration::from_secs)
}

fn keyed(mut request: Request) -> Result<Request, Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)?;
    let key = uuid::Builder::from_random_bytes(random).into_uuid().to_string();
    let key = HeaderValue::try_from(key).expect("a UUID is hexadecimal digits and hyphens");
    request.headers_mut().insert(IDEMPOTENCY_KEY, key);
    Ok(request)
}

fn address(base_url: &str) -> Result<Url, Error> {
    Url::parse(base_url).ok().filter(usable).ok_or(Error::Address)
}

/// Whether numbers may be sent there: encrypted, or without leaving the machine.
fn usable(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>();
    let here = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    url.scheme() == "https" || (url.scheme() == "http" && here)
}
