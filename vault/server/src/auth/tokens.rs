//! The texts by which sessions and enrolments prove themselves: a name to look up and 32 random
//! bytes to compare. Only a keyed MAC of the bytes is stored.

use azekura_core::crypto::same;
use azekura_core::random::Rng;
use data_encoding::HEXLOWER;
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;
use zeroize::Zeroizing;

const DEVICE: &str = "azd1_";
const SESSION: &str = "azs1_";
const ENROLMENT: &str = "aze1_";

/// What a token is for; one cannot be used as the other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Tells a device from which its user signed in before.
    Device,
    /// Makes one's own credentials, once.
    Enrolment,
    /// Names a signed-in session.
    Session,
}

/// A token as it came in: the row it names and its secret part.
pub struct Token {
    /// The row to look up.
    pub id: Uuid,
    /// What the row's MAC was made of.
    pub secret: Zeroizing<[u8; 32]>,
}

impl Kind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Device => DEVICE,
            Self::Enrolment => ENROLMENT,
            Self::Session => SESSION,
        }
    }

    /// A new token that names the row `id`, and its secret part.
    pub fn mint(self, id: Uuid, rng: &dyn Rng) -> (SecretString, Zeroizing<[u8; 32]>) {
        let mut secret = Zeroizing::new([0; 32]);
        rng.fill(&mut *secret);
        let hex = Zeroizing::new(HEXLOWER.encode(&*secret));
        let text = format!("{}{}_{}", self.prefix(), id.simple(), hex.as_str());
        (SecretString::from(text), secret)
    }

    /// Reads a token of this kind; `None` for any other text.
    pub fn read(self, text: &SecretString) -> Option<Token> {
        let (id, hex) = text.expose_secret().strip_prefix(self.prefix())?.split_once('_')?;
        let id = Uuid::try_parse(id).ok()?;
        let mut secret = Zeroizing::new([0; 32]);
        if hex.len() != 64 {
            return None;
        }
        HEXLOWER.decode_mut(hex.as_bytes(), &mut *secret).ok()?;
        Some(Token { id, secret })
    }
}

/// Whether the hexadecimal MAC of a row is `mac`, compared in constant time.
pub fn fits(stored: &str, mac: &[u8; 32]) -> bool {
    HEXLOWER.decode(stored.as_bytes()).is_ok_and(|stored| same(&stored, mac))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;

    impl Rng for Sevens {
        fn fill(&self, out: &mut [u8]) {
            out.fill(7);
        }
    }

    #[test]
    fn a_token_is_read_back_and_only_as_its_own_kind() {
        let (text, secret) = Kind::Session.mint(Uuid::from_u128(5), &Sevens);
        let token = Kind::Session.read(&text).unwrap();
        assert_eq!(token.id, Uuid::from_u128(5));
        assert_eq!(*token.secret, *secret);
        assert!(Kind::Enrolment.read(&text).is_none());
    }

    #[test]
    fn a_damaged_token_is_no_token() {
        let (text, _) = Kind::Session.mint(Uuid::from_u128(5), &Sevens);
        let text = text.expose_secret();
        for cut in 0..text.len() {
            assert!(Kind::Session.read(&SecretString::from(&text[..cut])).is_none());
        }
    }
}
