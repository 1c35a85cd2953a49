//! The one construction that every sealed thing of the vault uses: `salt | commitment | ct | tag`.
//!
//! AES-256-GCM-SIV does not commit to its key, so a commitment derived beside the key is compared
//! before anything is decrypted. Key, commitment and nonce come from 24 random bytes of salt, so no
//! AES key ever seals two messages. Source: RFC 8452, RFC 5869 §3.3.

use aes_gcm_siv::aead::AeadInOut;
use aes_gcm_siv::{Aes256GcmSiv, KeyInit};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{IntegrityFailure, expand, same};

/// The number of the algorithm above in every header; 2 is reserved for AES-256-GCM.
pub(crate) const SUITE: u8 = 1;

/// Random bytes of one sealing, never used again.
pub type Salt = [u8; 24];

/// Under which key, for which use and in which place something is sealed.
pub(crate) struct Seal<'a> {
    pub(crate) key: &'a [u8; 32],
    /// Ends with a zero byte; every use has its own.
    pub(crate) label: &'static [u8],
    pub(crate) context: &'a [u8],
    pub(crate) aad: &'a [u8],
}

#[derive(Zeroize, ZeroizeOnDrop)]
struct Derived {
    key: [u8; 32],
    commitment: [u8; 32],
    nonce: [u8; 12],
}

impl Seal<'_> {
    /// Appends the sealed `plaintext` to `out`.
    pub(crate) fn seal(&self, salt: &Salt, plaintext: &[u8], out: &mut Vec<u8>) {
        self.append(salt, plaintext, out);
        wipe_stack();
    }

    /// The plaintext of what [`Self::seal`] appended.
    pub(crate) fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, IntegrityFailure> {
        let opened = self.decrypt(sealed);
        wipe_stack();
        opened
    }

    #[inline(never)]
    fn append(&self, salt: &Salt, plaintext: &[u8], out: &mut Vec<u8>) {
        let derived = self.derive(salt);
        let mut text = Zeroizing::new(plaintext.to_vec());
        let tag = Aes256GcmSiv::new((&derived.key).into())
            .encrypt_inout_detached(&derived.nonce.into(), self.aad, text.as_mut_slice().into())
            .expect("a plaintext of the vault is far below 64 GiB");
        out.extend_from_slice(salt);
        out.extend_from_slice(&derived.commitment);
        out.extend_from_slice(&text);
        out.extend_from_slice(&tag);
    }

    #[inline(never)]
    fn decrypt(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, IntegrityFailure> {
        let (salt, rest) = sealed.split_first_chunk().ok_or(IntegrityFailure)?;
        let (commitment, rest) = rest.split_first_chunk::<32>().ok_or(IntegrityFailure)?;
        let (ciphertext, tag) = rest.split_last_chunk::<16>().ok_or(IntegrityFailure)?;
        let derived = self.derive(salt);
        if !same(commitment, &derived.commitment) {
            return Err(IntegrityFailure);
        }
        let mut text = Zeroizing::new(ciphertext.to_vec());
        Aes256GcmSiv::new((&derived.key).into())
            .decrypt_inout_detached(
                &derived.nonce.into(),
                self.aad,
                text.as_mut_slice().into(),
                tag.into(),
            )
            .map_err(|_| IntegrityFailure)?;
        Ok(text)
    }

    fn derive(&self, salt: &Salt) -> Derived {
        let mut okm = Zeroizing::new([0; 76]);
        expand(self.key, &[self.label, self.context, salt], &mut okm);
        let (key, rest) = okm.split_first_chunk().expect("76 is more than 32");
        let (commitment, rest) = rest.split_first_chunk().expect("44 is more than 32");
        let nonce = rest.first_chunk().expect("12 are left");
        Derived { key: *key, commitment: *commitment, nonce: *nonce }
    }
}

/// Overwrites what the call before left on the stack: cipher and authenticator spill registers
/// there, blocks of the plaintext among them, and wipe none of it (RT-27).
#[inline(never)]
fn wipe_stack() {
    core::hint::black_box(&mut [0_u8; 8 * 1024]);
}
