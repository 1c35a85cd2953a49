//! The files beside the database: keyring, log key, anchor and tombstones.
//!
//! None of them is ever in the database or its backups. Each is readable by its owner only, opened
//! without following a link, and replaced atomically: new file, fsync, rename, fsync of the folder.

use std::collections::HashSet;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use azekura_core::crypto::{RowKey, same};
use azekura_core::id::SlotId;
use azekura_core::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A file of the vault could not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A tombstone was not written by this vault.
    #[error("the tombstone file is damaged at line {line}")]
    DamagedTombstones {
        /// Counted from 1.
        line: usize,
    },
    /// The operating system refused.
    #[error("could not {doing} {}", path.display())]
    Io {
        /// What was attempted.
        doing: &'static str,
        /// On which file.
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// Others than the owner could read or change it.
    #[error("{} must belong to you and be closed to everyone else", path.display())]
    Open {
        /// The file or folder.
        path: PathBuf,
    },
}

type Result<T> = std::result::Result<T, Error>;

/// The last checkpoint this node signed, kept where a database administrator cannot change it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// Entries in the log.
    pub size: u64,
    /// Its Merkle root, as hexadecimal.
    pub root: String,
    /// When the checkpoint was signed.
    pub at: Timestamp,
}

/// The folder of a vault.
#[derive(Clone, Debug)]
pub struct StateDir(PathBuf);

impl StateDir {
    /// Makes the folder, mode 0700; an existing one must be as closed as that.
    pub fn create(path: &Path) -> Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|source| failed("make the folder", path, source))?;
        Self::open(path)
    }

    /// An existing folder that only its owner can enter.
    pub fn open(path: &Path) -> Result<Self> {
        let meta = path.symlink_metadata().map_err(|source| failed("look at", path, source))?;
        let mine = meta.uid() == rustix::process::geteuid().as_raw();
        if !meta.is_dir() || !mine || meta.mode() & 0o077 != 0 {
            return Err(Error::Open { path: path.to_path_buf() });
        }
        Ok(Self(path.to_path_buf()))
    }

    /// Where a file of this name lies.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// The whole of a file, or `None` if there is none.
    pub fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.path(name);
        match no_follow().read(true).open(&path) {
            Ok(file) => read_closed(file, &path).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(failed("open", &path, source)),
        }
    }

    /// Puts `bytes` in the place of a file: after a crash it is the old one or the new one.
    pub fn replace(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let (path, next) = (self.path(name), self.path(&format!("{name}.next")));
        remove_if_there(&next)?;
        let write = || -> io::Result<()> {
            let mut file = no_follow().write(true).create_new(true).mode(0o600).open(&next)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            std::fs::rename(&next, &path)?;
            File::open(&self.0)?.sync_all()
        };
        write().map_err(|source| failed("replace", &path, source))
    }

    /// Removes a file, if it is there.
    pub fn remove(&self, name: &str) -> Result<()> {
        remove_if_there(&self.path(name))
    }

    /// Adds a line to a file and waits until it is on disk.
    pub fn append(&self, name: &str, line: &str) -> Result<()> {
        let path = self.path(name);
        let write = || -> io::Result<()> {
            let mut file = no_follow().append(true).create(true).mode(0o600).open(&path)?;
            file.write_all(line.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        };
        write().map_err(|source| failed("append to", &path, source))
    }

    /// The last checkpoint this node signed, if it ever signed one.
    pub fn anchor(&self) -> Result<Option<Anchor>> {
        let Some(bytes) = self.read("anchor")? else { return Ok(None) };
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| failed("understand", &self.path("anchor"), error.into()))
    }

    /// The last checkpoint and the first one of each Tokyo day. A line that a crash cut off is passed
    /// over.
    pub fn anchors(&self) -> Result<Vec<Anchor>> {
        let days = self.read("anchors.log")?.unwrap_or_default();
        let days = days.split(|byte| *byte == b'\n').flat_map(serde_json::from_slice);
        Ok(days.chain(self.anchor()?).collect())
    }

    /// Moves the anchor, and notes the first one of each Tokyo day in `anchors.log`.
    pub fn set_anchor(&self, anchor: &Anchor) -> Result<()> {
        let text = serde_json::to_string(anchor)
            .map_err(|error| failed("write", &self.path("anchor"), error.into()))?;
        let day = anchor.at.tokyo_date();
        let new_day = self.anchor()?.is_none_or(|last| last.at.tokyo_date() != day);
        self.replace("anchor", text.as_bytes())?;
        if new_day { self.append("anchors.log", &text) } else { Ok(()) }
    }
}

/// Slots that were destroyed. A slot named here is never opened, whatever a restored database says.
pub struct Tombstones {
    dir: StateDir,
    buried: Mutex<HashSet<SlotId>>,
}

impl Tombstones {
    const FILE: &str = "tombstones";

    /// Reads the file and checks each line against the vault's key.
    pub fn open(dir: &StateDir, key: &RowKey) -> Result<Self> {
        let mut bytes = dir.read(Self::FILE)?.unwrap_or_default();
        let whole = bytes.len() - bytes.len() % Self::RECORD;
        if whole < bytes.len() {
            // A crash cut the last record off; the log names its slot, and it is buried again.
            bytes.truncate(whole);
            dir.replace(Self::FILE, &bytes)?;
        }
        let mut buried = HashSet::new();
        for (at, record) in bytes.chunks(Self::RECORD).enumerate() {
            let slot = read_record(record, key).ok_or(Error::DamagedTombstones { line: at + 1 })?;
            buried.insert(slot);
        }
        Ok(Self { dir: dir.clone(), buried: Mutex::new(buried) })
    }

    /// Whether `slot` was destroyed.
    pub fn holds(&self, slot: SlotId) -> bool {
        self.set().contains(&slot)
    }

    /// Adds destroyed slots, one fsync for all of them; those already there are left out.
    pub fn bury(&self, key: &RowKey, slots: &[SlotId]) -> Result<()> {
        let mut set = self.set();
        let new: Vec<_> = slots.iter().copied().filter(|slot| !set.contains(slot)).collect();
        if new.is_empty() {
            return Ok(());
        }
        let path = self.dir.path(Self::FILE);
        let write = || -> io::Result<()> {
            let mut file = no_follow().append(true).create(true).mode(0o600).open(&path)?;
            let records: Vec<u8> = new.iter().flat_map(|slot| record(*slot, key)).collect();
            file.write_all(&records)?;
            file.sync_all()
        };
        write().map_err(|source| failed("append to", &path, source))?;
        set.extend(new);
        Ok(())
    }

    const RECORD: usize = 16 + 32;

    fn set(&self) -> std::sync::MutexGuard<'_, HashSet<SlotId>> {
        self.buried.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Writes a file that is not there yet, readable by its owner only, and waits until it is on disk.
pub fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || -> io::Result<()> {
        let mut file = no_follow().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|source| failed("make", path, source))
}

fn record(slot: SlotId, key: &RowKey) -> Vec<u8> {
    let mut bytes = Uuid::from(slot).as_bytes().to_vec();
    bytes.extend(key.tombstone(slot));
    bytes
}

fn read_record(record: &[u8], key: &RowKey) -> Option<SlotId> {
    let (id, mac) = record.split_at_checked(16)?;
    let slot = SlotId::from(Uuid::from_slice(id).ok()?);
    same(mac, &key.tombstone(slot)).then_some(slot)
}

/// The whole of a secret that lies elsewhere; its file must be closed to everyone but its owner.
pub fn read_private(path: &Path) -> Result<Vec<u8>> {
    let file = File::open(path).map_err(|source| failed("open", path, source))?;
    read_closed(file, path)
}

fn read_closed(mut file: File, path: &Path) -> Result<Vec<u8>> {
    owner_only(&file, path)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|source| failed("read", path, source))?;
    Ok(bytes)
}

fn no_follow() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.custom_flags(i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or(0));
    options
}

fn owner_only(file: &File, path: &Path) -> Result<()> {
    let meta = file.metadata().map_err(|source| failed("look at", path, source))?;
    let mine = meta.uid() == rustix::process::geteuid().as_raw();
    if !meta.is_file() || !mine || meta.mode() & 0o077 != 0 {
        return Err(Error::Open { path: path.to_path_buf() });
    }
    Ok(())
}

fn remove_if_there(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", path, error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn failed(doing: &'static str, path: &Path, source: io::Error) -> Error {
    Error::Io { doing, path: path.to_path_buf(), source }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn dir() -> (tempfile::TempDir, StateDir) {
        let temp = tempfile::tempdir().unwrap();
        let state = StateDir::create(&temp.path().join("vault")).unwrap();
        (temp, state)
    }

    fn key() -> RowKey {
        RowKey::from_random([7; 32])
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let (_temp, state) = dir();
        state.replace("keyring", b"synthetic").unwrap();
        assert_eq!(state.read("keyring").unwrap().as_deref(), Some(&b"synthetic"[..]));
        std::fs::set_permissions(state.path("keyring"), Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(state.read("keyring"), Err(Error::Open { .. })));
    }

    #[test]
    fn a_link_is_not_followed() {
        let (_temp, state) = dir();
        state.replace("real", b"synthetic").unwrap();
        std::os::unix::fs::symlink(state.path("real"), state.path("keyring")).unwrap();
        assert!(matches!(state.read("keyring"), Err(Error::Io { .. })));
    }

    #[test]
    fn a_buried_slot_stays_buried_and_a_forged_line_is_noticed() {
        let (_temp, state) = dir();
        let slot = SlotId::from(Uuid::from_u128(1));
        Tombstones::open(&state, &key()).unwrap().bury(&key(), &[slot, slot]).unwrap();
        let again = Tombstones::open(&state, &key()).unwrap();
        assert!(again.holds(slot));
        assert!(!again.holds(SlotId::from(Uuid::from_u128(2))));

        let mut bytes = state.read("tombstones").unwrap().unwrap();
        state.replace("tombstones", &[&bytes[..], &[1, 2, 3]].concat()).unwrap();
        assert!(Tombstones::open(&state, &key()).unwrap().holds(slot));
        bytes[3] ^= 1;
        state.replace("tombstones", &bytes).unwrap();
        assert!(matches!(
            Tombstones::open(&state, &key()),
            Err(Error::DamagedTombstones { line: 1 })
        ));
    }

    #[test]
    fn the_first_anchor_of_a_day_is_also_logged() {
        let (_temp, state) = dir();
        let at = |ms| Anchor { size: 1, root: String::new(), at: Timestamp::from_millis(ms) };
        for ms in [0, 1, 86_400_000] {
            state.set_anchor(&at(ms)).unwrap();
        }
        let log = state.read("anchors.log").unwrap().unwrap();
        assert_eq!(String::from_utf8(log).unwrap().lines().count(), 2);
        assert_eq!(state.anchor().unwrap(), Some(at(86_400_000)));
    }
}
