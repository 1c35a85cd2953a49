//! What a program calls with after it proved itself: `azt1_<8 hex key id>_<16 hex end>_<64 hex MAC>`.
//!
//! Nothing of it is stored. It names the key it was given for, and ends with that key, with its
//! program, or after ten minutes.

use data_encoding::HEXLOWER;
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{ApiPepper, same};
use crate::time::Timestamp;

const PREFIX: &str = "azt1_";

/// How long a token is good, in milliseconds.
pub const ACCESS_TOKEN_MS: i64 = 10 * 60_000;

/// A token that this vault made: for which key, and until when.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AccessToken {
    /// The key that its program proved to have.
    pub key: [u8; 4],
    /// It is good before this instant.
    pub until: Timestamp,
}

impl AccessToken {
    /// The text, with what proves that the vault made it.
    pub fn text(self, pepper: &ApiPepper) -> SecretString {
        let mut text = String::with_capacity(95);
        text.push_str(PREFIX);
        HEXLOWER.encode_append(&self.key, &mut text);
        text.push('_');
        HEXLOWER.encode_append(&self.until.as_millis().to_be_bytes(), &mut text);
        text.push('_');
        HEXLOWER.encode_append(&pepper.token_mac(self.key, self.until), &mut text);
        text.into()
    }

    /// Reads a token; `None` for any text that [`Self::text`] did not give.
    pub fn read(text: &str, pepper: &ApiPepper) -> Option<Self> {
        let mut parts = text.strip_prefix(PREFIX)?.split('_');
        let (mut key, mut until, mut mac) = ([0; 4], [0; 8], Zeroizing::new([0; 32]));
        for out in [&mut key[..], &mut until[..], &mut mac[..]] {
            let hex = parts.next().filter(|hex| hex.len() == 2 * out.len())?;
            HEXLOWER.decode_mut(hex.as_bytes(), out).ok()?;
        }
        let until = Timestamp::from_millis(i64::from_be_bytes(until));
        let genuine = same(&*mac, &pepper.token_mac(key, until));
        (genuine && parts.next().is_none()).then_some(Self { key, until })
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::crypto::documented::is_documented;

    const TOKEN: AccessToken =
        AccessToken { key: [10, 11, 12, 13], until: Timestamp::from_millis(1_795_237_800_000) };

    #[test]
    fn a_token_reads_back_and_only_in_its_own_vault() {
        let pepper = ApiPepper::from_random([0xa7; 32]);
        let text = TOKEN.text(&pepper);
        assert!(is_documented(text.expose_secret()));
        assert_eq!(AccessToken::read(text.expose_secret(), &pepper), Some(TOKEN));
        let other = ApiPepper::from_random([0xa8; 32]);
        assert_eq!(AccessToken::read(text.expose_secret(), &other), None);
    }

    #[test]
    fn a_token_with_any_other_character_is_none() {
        let pepper = ApiPepper::from_random([0xa7; 32]);
        let text = TOKEN.text(&pepper);
        let text = text.expose_secret();
        for at in 0..text.len() {
            for other in ["0", "7", "F", "_", "é", ""] {
                let mut changed = text.to_owned();
                changed.replace_range(at..=at, other);
                assert!(changed == text || AccessToken::read(&changed, &pepper).is_none(), "{at}");
            }
        }
        assert!(AccessToken::read(&format!("{text}_"), &pepper).is_none());
    }
}
