//! Recovery is proven before the vault exists: what was handed out opens the keyring, as it lies on
//! disk.

use anyhow::{Context, Result, bail};
use azekura_core::crypto::keyring::{Keyring, Unlock};
use azekura_core::crypto::recovery::{self, Share};

use super::Desk;
use crate::keyfile::StateDir;

/// The keyring as it lies in the folder while it is tried.
const FILE: &str = "keyring.rehearsal";

/// Opens `keyring` with each pair of the shares that come back and with each unlock secret; gives
/// the pairs. The file that it was tried on is gone afterwards.
///
/// # Errors
///
/// If one of them does not open it: then no vault is made.
pub(super) fn rehearse(
    desk: &mut dyn Desk,
    state: &StateDir,
    keyring: &[u8],
) -> Result<Vec<[u8; 2]>> {
    state.replace(FILE, keyring)?;
    let proven = prove(desk, state);
    state.remove(FILE)?;
    proven
}

fn prove(desk: &mut dyn Desk, state: &StateDir) -> Result<Vec<[u8; 2]>> {
    let keyring = state.read(FILE)?.context("the keyring is gone")?;
    let shares = desk.shares_back()?;
    let mut pairs = Vec::new();
    for (at, one) in shares.iter().enumerate() {
        for other in shares.iter().skip(at + 1) {
            pairs.push(open(&keyring, one, other)?);
        }
    }
    if pairs.is_empty() {
        bail!("two different shares are needed to rehearse recovery");
    }
    for secret in desk.secrets_back()? {
        Keyring::decode(&keyring, &secret).context("the unlock secret does not open the vault")?;
    }
    Ok(pairs)
}

fn open(keyring: &[u8], one: &Share, other: &Share) -> Result<[u8; 2]> {
    let recovered = recovery::combine(one, other)?;
    let pair = recovered.shares();
    let opened = Keyring::decode(keyring, &Unlock::Shares(recovered));
    opened.with_context(|| format!("shares {} and {} do not open the vault", pair[0], pair[1]))?;
    Ok(pair)
}
