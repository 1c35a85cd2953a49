//! One-time codes.
//!
//! Source: RFC 6238.

use azekura_core::crypto::envelope::{TotpBlob, open_totp, seal_totp};
use azekura_core::crypto::{IntegrityFailure, TotpKey, TotpPlace};
use azekura_core::random::Rng;
use azekura_core::roster::Credential;
use azekura_core::time::Timestamp;
use data_encoding::HEXLOWER;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// Seconds a code stands for. Source: RFC 6238 §4.1.
const STEP_SECONDS: u64 = 30;

/// A new seed: sealed for the database, and as base32 with its `otpauth://` address for the app of
/// its owner, to be shown once.
pub struct NewSeed {
    /// As hexadecimal, for [`Credential::totp`].
    pub sealed: String,
    /// RFC 4648 base32 without padding.
    pub base32: SecretString,
    /// What the app scans.
    pub uri: SecretString,
}

/// Draws a seed of 160 bits (RFC 4226 §4) for `place.user`.
///
/// # Errors
///
/// If the login cannot stand in an `otpauth://` address.
pub fn new_seed(
    key: &TotpKey,
    place: &TotpPlace,
    login: &str,
    rng: &dyn Rng,
) -> Result<NewSeed, totp_rs::TotpError> {
    let (mut seed, mut salt) = (Zeroizing::new([0; 20]), [0; 24]);
    rng.fill(&mut *seed);
    rng.fill(&mut salt);
    let sealed = HEXLOWER.encode(seal_totp(key, place, &seed, &salt).as_bytes());
    let totp = generator(&seed).with_account_name(login).with_issuer(Some("Azekura")).build()?;
    let base32 = data_encoding::BASE32_NOPAD.encode(&*seed);
    Ok(NewSeed { sealed, base32: base32.into(), uri: totp.to_url()?.into() })
}

/// The time step whose code `code` is, among the current and the previous one; never a future one.
/// `None` if it is neither, or a step not later than `last_step`: each code is good once.
///
/// # Errors
///
/// If the seed does not open here.
pub fn matching_step(
    key: &TotpKey,
    place: &TotpPlace,
    credential: &Credential,
    code: &SecretString,
    now: Timestamp,
) -> Result<Option<u64>, IntegrityFailure> {
    let blob = HEXLOWER.decode(credential.totp.as_bytes()).map_err(|_| IntegrityFailure)?;
    let blob = TotpBlob::try_from(blob.as_slice()).map_err(|_| IntegrityFailure)?;
    let seed = open_totp(key, place, &blob)?;
    let totp = generator(&seed).build_noncompliant();
    let seconds = u64::try_from(now.as_millis() / 1000).unwrap_or(0);
    let steps = [seconds, seconds.saturating_sub(STEP_SECONDS)];
    let step = steps.into_iter().find(|at| {
        let expected = Zeroizing::new(totp.generate(*at).to_string());
        azekura_core::crypto::same(expected.as_bytes(), code.expose_secret().as_bytes())
    });
    Ok(step.map(|at| at / STEP_SECONDS).filter(|step| *step > credential.last_step))
}

fn generator(seed: &[u8; 20]) -> totp_rs::Builder {
    totp_rs::Builder::new().with_secret(seed.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use azekura_core::id::{UserId, VaultId};
    use azekura_core::roster::Rank;
    use uuid::Uuid;

    struct Sevens;

    impl Rng for Sevens {
        fn fill(&self, out: &mut [u8]) {
            out.fill(7);
        }
    }

    fn place() -> TotpPlace {
        let user = UserId::from(Uuid::from_u128(1));
        TotpPlace { vault: VaultId::from(Uuid::from_u128(2)), user, version: 1 }
    }

    fn credential() -> Credential {
        let seed = new_seed(&TotpKey::from_random([9; 32]), &place(), "mihon", &Sevens).unwrap();
        Credential {
            user: place().user,
            login: String::from("mihon"),
            password: String::new(),
            rank: Rank::General,
            changed_at: Timestamp::from_millis(0),
            earlier: Vec::new(),
            totp: seed.sealed,
            totp_version: 1,
            last_step: 0,
            recovery: Vec::new(),
        }
    }

    fn step(credential: &Credential, code: &str, seconds: i64) -> Option<u64> {
        let key = TotpKey::from_random([9; 32]);
        let now = Timestamp::from_millis(seconds * 1000);
        matching_step(&key, &place(), credential, &SecretString::from(code), now).unwrap()
    }

    fn code_at(seconds: u64) -> String {
        generator(&[7; 20]).build_noncompliant().generate(seconds).to_string()
    }

    #[test]
    fn a_code_is_good_in_its_step_and_the_next_and_once() {
        let mut credential = credential();
        let code = code_at(1_000_020);
        assert_eq!(step(&credential, &code, 1_000_020), Some(33_334));
        assert_eq!(step(&credential, &code, 1_000_050), Some(33_334));
        assert_eq!(step(&credential, &code, 1_000_080), None);
        assert_eq!(step(&credential, &code, 999_989), None);
        credential.last_step = 33_334;
        assert_eq!(step(&credential, &code, 1_000_020), None);
    }
}
