//! Programs of an organisation (API クライアント): their grants and their keys.

use serde::{Deserialize, Serialize};

use crate::number::SecretText;

/// `POST /clients` → 202 change; `PUT /clients/{id}/grant` → 200, or 202 if anything is wider.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewClient {
    /// As its owner calls it.
    #[cfg_attr(feature = "openapi", schema(example = "給与計算"))]
    pub name: String,
    /// The user who answers for it.
    pub owner: String,
    /// Bundles or works.
    #[cfg_attr(feature = "openapi", schema(example = json!(["withholding"])))]
    pub purposes: Vec<String>,
    /// Kinds of people.
    #[cfg_attr(feature = "openapi", schema(example = json!(["employee"])))]
    pub kinds: Vec<String>,
    /// `people`, `events`, `submit`, `reads`.
    #[cfg_attr(feature = "openapi", schema(example = json!(["reads"])))]
    pub operations: Vec<String>,
    /// When it may call, in Asia/Tokyo; at any time if empty.
    #[serde(default)]
    pub hours: Vec<Hours>,
    /// Networks or addresses it may call from; any if empty.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(example = json!(["192.0.2.0/24", "2001:db8::/32"])))]
    pub networks: Vec<String>,
    /// Numbers an hour.
    #[cfg_attr(feature = "openapi", schema(example = 10000))]
    pub quota_per_hour: u32,
    /// Numbers a Tokyo day.
    #[cfg_attr(feature = "openapi", schema(example = 20000))]
    pub quota_per_day: u32,
    /// Last day.
    #[cfg_attr(feature = "openapi", schema(example = "2027-03-31"))]
    pub until: String,
}

/// A window of the week in Asia/Tokyo. A night is two of them.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// `mon`, `tue`, `wed`, `thu`, `fri`, `sat`, `sun`.
    #[cfg_attr(feature = "openapi", schema(example = json!(["mon", "tue", "wed", "thu", "fri"])))]
    pub days: Vec<String>,
    /// From this time of day on.
    #[cfg_attr(feature = "openapi", schema(example = "08:00"))]
    pub from: String,
    /// To before this one; `24:00` is the end of the day.
    #[cfg_attr(feature = "openapi", schema(example = "20:00"))]
    pub until: String,
}

/// A program (API クライアント).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Client {
    /// `cli_…`
    pub id: String,
    /// What it is granted; purposes as works, as the bundles were read.
    #[serde(flatten)]
    pub grant: NewClient,
    /// Its keys, the newest last; none until its owner fetched the first.
    pub keys: Vec<ClientKey>,
    /// An instant, while it is stopped; two people let it go on.
    pub stopped_at: Option<String>,
    /// `person` or `refusals`, while it is stopped.
    pub stop_reason: Option<String>,
    /// An instant, if it ended before its last day.
    pub ended_at: Option<String>,
}

/// What may be seen of a key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientKey {
    /// Its name: the eight characters behind `azk1_`, or the `kid` of what the program signs.
    pub id: String,
    /// `secret` for one that is sent with each call, `public` for one that stays with the program.
    pub kind: String,
    /// An instant.
    pub made_at: String,
    /// The instant of its end; `null` for one that lasts as long as the program.
    pub until: Option<String>,
}

/// `GET /clients/{id}`: a program and what it used up.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientDetail {
    /// The program.
    pub client: Client,
    /// Numbers in the current hour.
    pub used_in_hour: u32,
    /// Numbers on the current Tokyo day.
    pub used_in_day: u32,
    /// Numbers in the busiest hour of the thirty days before; 0 without any use.
    pub usual_per_hour: u32,
    /// The last day with an hour of more than three times as many: an alert, nothing is stopped.
    pub unusual_on: Option<String>,
    /// The `aud` of what the program signs to get a token.
    pub audience: String,
}

/// `POST /clients/{id}/public-keys`: the public half of a key that never leaves the program.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPublicKey {
    /// The key as a JSON Web Key; never its private half.
    pub jwk: Jwk,
    /// An instant, at most 30 days ahead, to which the key before is good; it ends now if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "2027-01-31T15:00:00.000Z"))]
    pub old_until: Option<String>,
}

/// An Ed25519 public key. Source: RFC 8037 section 2.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Jwk {
    /// `OKP`
    pub kty: String,
    /// `Ed25519`
    pub crv: String,
    /// The 32 bytes in base64url without padding.
    pub x: String,
}

/// `POST /v1/oauth/token`, as a form. Source: RFC 6749 section 4.4.2, RFC 7523 section 2.2.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenRequest {
    /// `client_credentials`
    pub grant_type: String,
    /// `urn:ietf:params:oauth:client-assertion-type:jwt-bearer`
    pub client_assertion_type: String,
    /// A JWT signed with `EdDSA`: `kid` in its header, `iss` and `sub` the program, `aud` the vault, `exp`
    /// at most five minutes ahead, and a `jti` that is used once.
    pub client_assertion: SecretText,
}

impl TokenRequest {
    /// The only [`Self::grant_type`].
    pub const GRANT_TYPE: &'static str = "client_credentials";
    /// The only [`Self::client_assertion_type`].
    pub const ASSERTION_TYPE: &'static str =
        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
}

/// A token for `Authorization: Bearer`. Source: RFC 6749 section 5.1.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccessToken {
    /// The token, shown this once.
    pub access_token: SecretText,
    /// `Bearer`
    pub token_type: String,
    /// Seconds.
    pub expires_in: i64,
}

/// `POST /clients/{id}/secret` and `…/keys`: the key, shown this once to the owner.
#[derive(Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientSecret {
    /// For `Authorization: Bearer`.
    pub key: SecretText,
}

/// `POST /clients/{id}/keys`: another key, shown this once to the owner.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// An instant, at most 30 days ahead, to which the key before is good; it ends now if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(example = "2027-01-31T15:00:00.000Z"))]
    pub old_until: Option<String>,
}

/// What a change does to a program that exists.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientChange {
    /// `cli_…`
    pub client: String,
    /// `grant` or `resume`.
    pub amendment: String,
    /// With `grant`: what it had when this was proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<NewClient>,
    /// With `grant`: what it is to have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<NewClient>,
    /// With `resume`: when it was stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<String>,
}
