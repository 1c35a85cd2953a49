//! People who sign in: each makes their own credentials with a one-time token.

use anyhow::Context;
use azekura_client::wire::accounts::{BeginEnrolment, ConfirmEnrolment};
use azekura_client::wire::number::SecretText;
use azekura_client::{Client, Org, SecretString};
use azekura_core::time::Timestamp;
use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use zeroize::Zeroizing;

use super::Stage;
use super::expect::must_be;

/// Somebody who is signed in.
pub(super) struct Member {
    /// `usr_…`
    pub(super) id: String,
    /// What colleagues read.
    pub(super) name: String,
    pub(super) login: &'static str,
    pub(super) password: SecretText,
    pub(super) totp_secret: SecretText,
    pub(super) roles: &'static [&'static str],
    pub(super) capabilities: &'static [&'static str],
    client: Client,
}

/// What a member is to become.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) login: &'static str,
    pub(super) name: &'static str,
    pub(super) roles: &'static [&'static str],
    pub(super) capabilities: &'static [&'static str],
}

impl Member {
    /// The calls of the vault as a whole.
    pub(super) fn vault(&self) -> &Client {
        &self.client
    }

    /// The calls of one organisation.
    pub(super) fn org<'c>(&'c self, id: &'c str) -> Org<'c> {
        self.client.org(id)
    }
}

/// Enrols whoever holds `token` and signs them in: confirming gives the session.
pub(super) async fn enrol(stage: &Stage, part: Part, token: SecretText) -> anyhow::Result<Member> {
    let client = Client::new(&stage.base_url)?;
    let password = password(stage);
    let begin = BeginEnrolment {
        token,
        login: String::from(part.login),
        password: SecretText::from(password.expose()),
    };
    let begun = client.begin_enrolment(&begin).await.context("could not begin an enrolment")?;
    let totp = code(&begun.totp_secret, stage.clock.now())?;
    let opened = client.confirm_enrolment(&begun.id, &ConfirmEnrolment { totp }).await;
    let opened = opened.context("could not confirm an enrolment")?;
    must_be("who enrolled", opened.user.state.as_str(), "active")?;
    must_be("an administrator", opened.user.administrator, part.roles == ["administrator"])?;
    Ok(Member {
        id: opened.user.id,
        name: opened.user.display_name,
        login: part.login,
        password,
        totp_secret: begun.totp_secret,
        roles: part.roles,
        capabilities: part.capabilities,
        client: client.with_session(SecretString::from(opened.token.expose())),
    })
}

/// 96 random bits behind characters of all four classes.
fn password(stage: &Stage) -> SecretText {
    let mut random = Zeroizing::new([0; 12]);
    stage.rng.fill(&mut *random);
    SecretText::from(format!("Az1-{}", BASE64URL_NOPAD.encode(&*random)))
}

/// The one-time code of this moment, as an authenticator app shows it. Source: RFC 6238.
fn code(secret: &SecretText, now: Timestamp) -> anyhow::Result<SecretText> {
    let seed = BASE32_NOPAD.decode(secret.expose().as_bytes());
    let seed = seed.context("could not read the seed of the one-time codes")?;
    let totp = totp_rs::Builder::new().with_secret(seed).build_noncompliant();
    let seconds =
        u64::try_from(now.as_millis() / 1000).context("could not use a time before 1970")?;
    Ok(SecretText::from(totp.generate(seconds).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_rfc() {
        // Source: RFC 6238, appendix B; the last six of its eight digits.
        let seed = SecretText::from(BASE32_NOPAD.encode(b"12345678901234567890"));
        for (seconds, expected) in
            [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")]
        {
            let shown = code(&seed, Timestamp::from_millis(seconds * 1000)).unwrap();
            assert_eq!(shown.expose(), expected);
        }
        assert!(code(&SecretText::from("見本"), Timestamp::from_millis(0)).is_err());
    }
}
