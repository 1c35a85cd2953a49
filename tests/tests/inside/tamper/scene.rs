//! One vault at two moments: the tests put pieces of the first into the second.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};

use azekura::app::App;
use azekura::auth::passwords::Profile;
use azekura::cli::open;
use azekura::config::Config;
use azekura::service::integrity;
use azekura_core::crypto::keyring::Unlock;
use azekura_tests::office::outcome;
use azekura_tests::site::text;
use azekura_tests::vault::Files;
use azekura_tests::{Answer, Caller, Member, Site, sqlite};
use secrecy::SecretBox;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::story::Story;
use crate::lab::{CREDENTIAL, Lab, TestClock, serve};

pub(crate) static SCENE: LazyLock<Scene> = LazyLock::new(Scene::new);

/// A vault at two moments, and who did what in between.
pub(crate) struct Scene {
    /// The files as they were.
    pub(crate) before: Files,
    /// The files as they are: what the probes try is over by then.
    pub(crate) after: Files,
    pub(crate) org: String,
    pub(crate) sato: Person,
    pub(crate) suzuki: Person,
    pub(crate) manager: Person,
    /// A handler whose line of the roster was ended.
    tanaka: Person,
    /// A viewer whose role was ended.
    viewer: Person,
    /// A session that another one replaced.
    replaced: String,
    /// The key of a program that was ended, and of one that has no quota left.
    ended: String,
    pub(crate) spent: String,
    /// A used right to make credentials.
    enrolment: String,
    /// People with a number in force.
    pub(crate) people: Vec<(String, String)>,
    /// Somebody whose number was destroyed.
    leaver: String,
    /// A change that was rejected, and the number it held.
    pub(crate) rejected: (String, String),
    /// Numbers that must never come back.
    gone: Vec<String>,
    /// When it is, in ms since 1970.
    pub(crate) at: i64,
}

/// Who somebody is and how they call.
pub(crate) struct Person {
    pub(crate) user: String,
    pub(crate) login: String,
    pub(crate) password: String,
    pub(crate) seed: String,
    pub(crate) token: String,
}

/// The vault, opened again from a copy of its files.
pub(crate) struct Opened {
    pub(crate) app: Arc<App>,
    pub(crate) site: Site,
    pub(crate) runtime: Runtime,
    pub(crate) files: Files,
}

impl Scene {
    fn new() -> Self {
        let lab = Lab::new();
        let mut story = Story::begin(&lab);
        story.purge();
        story.oversight();
        let programs = story.programs();
        let waiting = story.waiting();
        let enrolment = story.invited();
        let replaced = story.sato.token.clone().unwrap();
        let before = snapshot(&lab);
        story.move_on(&waiting, &enrolment, &programs);
        let after = snapshot(&lab);
        let [(_, ended), (_, spent)] = programs;
        let Story { sato, suzuki, manager, tanaka, viewer, people, leaver, gone, office, .. } =
            story;
        Self {
            before,
            after,
            org: office.id.clone(),
            sato: Person::of(&sato.member),
            suzuki: Person::of(&suzuki.member),
            manager: Person::of(&manager.member),
            tanaka: Person::of(&tanaka.member),
            viewer: Person::of(&viewer.member),
            replaced,
            ended,
            spent,
            enrolment,
            people,
            leaver,
            rejected: waiting,
            gone,
            at: lab.clock.0.load(Ordering::SeqCst),
        }
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/v1/orgs/{}/{rest}", self.org)
    }

    /// Nothing that is over is possible again, and no number comes back that is gone.
    pub(crate) fn nothing_is_gained(&self, opened: &Opened, what: &str) {
        for (act, answer) in self.probes(opened) {
            let whole = answer.text();
            assert!(!answer_gives(&answer), "{what}: {act}: {} {whole}", answer.status);
            self.no_gone_number(&answer, &format!("{what}: {act}"));
        }
    }

    /// A used right to make credentials stays used. Apart from the others: it costs a password hash.
    pub(crate) fn no_enrolment_again(&self, opened: &Opened) {
        let again = json!({"token": self.enrolment, "login": "mata.hitori",
            "password": "Kakuu-no-Goku 9999 aikotoba!"});
        let answer = opened.site.anonymous().post("/v1/enrolments", &again);
        assert!(answer.status >= 400, "{}", answer.text());
    }

    /// Every answer of these reads is the right number or none.
    pub(crate) fn reads_are_right(&self, opened: &Opened, what: &str) {
        let sato = opened.caller(&self.sato.token);
        for (person, number) in &self.people {
            let answer = sato.post(&self.path("reads"), &opened.asking(person));
            self.no_gone_number(&answer, what);
            if answer.status == 200 {
                let read = outcome(&answer.value()["results"][0]);
                assert!(read.is_err() || read.as_ref() == Ok(number), "{what}: {read:?}");
            }
        }
    }

    pub(crate) fn no_gone_number(&self, answer: &Answer, what: &str) {
        let whole = answer.text();
        assert!(
            !self.gone.iter().any(|gone| whole.contains(gone)),
            "{what} gives a number: {whole}"
        );
    }

    /// What is over: each was possible before and must not be after.
    fn probes(&self, opened: &Opened) -> Vec<(&'static str, Answer)> {
        let read = |token: &str, person: &str| {
            opened.caller(token).post(&self.path("reads"), &opened.asking(person))
        };
        let (person, _) = &self.people[0];
        let (change, keyed) = &self.rejected;
        let of = |act: &str| self.path(&format!("changes/{change}/{act}"));
        let suzuki = opened.caller(&self.suzuki.token);
        vec![
            ("a replaced session", opened.caller(&self.replaced).get("/v1/sessions/current")),
            ("an ended designation", read(&self.tanaka.token, person)),
            ("an ended role", opened.caller(&self.viewer.token).get(&self.path("people"))),
            ("an ended program", read(&self.ended, person)),
            ("a spent quota", read(&self.spent, person)),
            ("a destroyed number", read(&self.sato.token, &self.leaver)),
            ("a rejected change", suzuki.post(&of("check"), &json!({"number": keyed}))),
        ]
    }
}

/// Whether an answer lets somebody do or see something.
fn answer_gives(answer: &Answer) -> bool {
    let line = &answer.value()["results"][0];
    if line.is_null() { answer.status < 400 } else { outcome(line).is_ok() }
}

impl Person {
    fn of(member: &Member) -> Self {
        let token = member.caller.token.clone().unwrap();
        let Member { user, login, password, seed, .. } = member;
        let [user, login, password, seed] = [user, login, password, seed].map(String::clone);
        Self { user, login, password, seed, token }
    }

    pub(crate) fn copy(&self) -> Self {
        let Self { user, login, password, seed, token } = self;
        let [user, login, password, seed] = [user, login, password, seed].map(String::clone);
        Self { user, login, password, seed, token: token.clone() }
    }
}

impl Opened {
    /// Opens a copy of `files`, if the vault lets it be opened.
    pub(crate) fn of(files: &Files, edit: &str) -> Result<Self, String> {
        let copy = copy_of(files);
        sqlite::run(&copy.state().join("vault.db"), &format!("pragma foreign_keys = off; {edit}"));
        Self::at(copy)
    }

    fn at(files: Files) -> Result<Self, String> {
        let runtime = Runtime::new().unwrap();
        let config = Config {
            data_dir: files.state(),
            listen: ([127, 0, 0, 1], 0).into(),
            unlock_file: None,
            allow_root: true,
            passwords: Profile::default(),
            tls: None,
        };
        let unlock = Unlock::Credential(SecretBox::new(Box::new(CREDENTIAL)));
        let opened = runtime.block_on(open::open(&config, &unlock));
        let (mut app, queue) = opened.map_err(|error| format!("{error:#}"))?;
        let clock = Arc::new(TestClock(AtomicI64::new(SCENE.at)));
        Arc::get_mut(&mut app).unwrap().clock = Arc::<TestClock>::clone(&clock);
        let seconds = u64::try_from(SCENE.at / 1000).unwrap();
        let site = Site::with_clock(serve(&runtime, &app, queue), move || seconds);
        Ok(Self { app, site, runtime, files })
    }

    /// What `POST /reads` takes.
    pub(crate) fn asking(&self, person: &str) -> Value {
        json!({
            "purpose": "withholding_slip",
            "period": self.site.year().to_string(),
            "reference": "源泉徴収票（見本）",
            "people": [person],
        })
    }

    /// Whoever holds a token or key.
    pub(crate) fn caller(&self, token: &str) -> Caller {
        self.site.program(token)
    }

    /// What the doctor names.
    pub(crate) fn named(&self) -> Vec<String> {
        let found = async {
            let mut reading = self.app.reading().await.unwrap();
            integrity::find(&mut reading, &self.app.state).await.unwrap()
        };
        self.runtime.block_on(found).into_iter().collect()
    }

    /// What the log names, once the vault has looked.
    pub(crate) fn logged(&self) -> Vec<String> {
        if self.runtime.block_on(integrity::watch(&self.app)).is_err() {
            return Vec::new();
        }
        let question = "select cast(leaf as text) as leaf from log_entry \
                        where instr(leaf, cast('\"integrity.failure\"' as blob)) > 0";
        let rows = sqlite::rows(&self.database(), question);
        let leaves = rows.iter().map(|row| sqlx::Row::get::<String, _>(row, "leaf"));
        let entries = leaves.map(|leaf| serde_json::from_str::<Value>(&leaf).unwrap());
        entries.map(|entry| text(&entry, "where")).collect()
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.files.state().join("vault.db")
    }
}

/// A copy of the vault's files as they are, with the database in one piece.
pub(crate) fn snapshot(lab: &Lab) -> Files {
    lab.runtime.block_on(azekura::service::log::checkpoint(&lab.app)).unwrap();
    let files = Files::new();
    fs::create_dir(files.state()).unwrap();
    let to = files.state().join("vault.db");
    sqlite::run(&lab.files.state().join("vault.db"), &format!("vacuum into '{}'", to.display()));
    keep_others(&lab.files, &files);
    files
}

pub(crate) fn copy_of(files: &Files) -> Files {
    copy_to(files, Files::new())
}

/// A copy of the vault's files in a folder that holds none yet.
pub(crate) fn copy_to(files: &Files, copy: Files) -> Files {
    fs::create_dir(copy.state()).unwrap();
    fs::copy(files.state().join("vault.db"), copy.state().join("vault.db")).unwrap();
    keep_others(files, &copy);
    copy
}

/// Copies what lies beside the database, and closes the folder to others.
fn keep_others(from: &Files, to: &Files) {
    for name in ["keyring", "log.key", "anchor", "anchors.log", "tombstones"] {
        let file = from.state().join(name);
        if file.exists() {
            fs::copy(file, to.state().join(name)).unwrap();
        }
    }
    let set = |path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set(to.state(), 0o700);
    for entry in fs::read_dir(to.state()).unwrap() {
        set(entry.unwrap().path(), 0o600);
    }
}
