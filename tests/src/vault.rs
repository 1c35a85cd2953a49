//! A vault of its own for a test: made by `azekura init`, served by `azekura serve`.

use std::fs;
use std::net::SocketAddr;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;
use std::time::Instant;

use serde_json::Value;
use tempfile::TempDir;

use crate::process::{PATIENCE, Server, program, run, wait_for};
use crate::tls::Authority;
use crate::{Member, Site};

/// What of the test's own environment would change a vault.
const AZEKURA: [&str; 8] = [
    "AZEKURA_CONFIG",
    "AZEKURA_DATA_DIR",
    "AZEKURA_LISTEN",
    "AZEKURA_LOG",
    "AZEKURA_TLS_CERT",
    "AZEKURA_TLS_KEY",
    "AZEKURA_UNLOCK_FILE",
    "CREDENTIALS_DIRECTORY",
];

/// A vault and the server that serves it.
pub struct Vault {
    site: Site,
    administrators: Vec<Member>,
    server: Mutex<Option<Server>>,
    files: Files,
    level: &'static str,
}

/// Where a vault's files are.
pub struct Files {
    dir: TempDir,
}

/// A vault that `init` made and nobody serves.
pub struct Founded {
    /// Where its files are.
    pub files: Files,
    /// For its two administrators.
    pub tokens: [String; 2],
}

impl Vault {
    /// A new vault with its two administrators enrolled.
    pub fn start() -> Self {
        Self::start_logging("info")
    }

    /// The same, with the server's own log at `level`.
    pub fn start_logging(level: &'static str) -> Self {
        Self::serving(Founded::new(), level, |site| site)
    }

    /// The same, over TLS with a certificate of `authority`.
    pub fn start_with_tls(authority: &Authority) -> Self {
        let founded = Founded::new();
        authority.certify(&founded.files.certificate(), &founded.files.key());
        Self::serving(founded, "info", |site| site.trusting(authority.trust()))
    }

    fn serving(founded: Founded, level: &'static str, reach: impl FnOnce(Site) -> Site) -> Self {
        let Founded { files, tokens } = founded;
        let (server, address) = files.serve("127.0.0.1:0", level);
        let site = reach(Site::new(address));
        let names = ["kanri.ichi", "kanri.ni"];
        let administrators =
            tokens.iter().zip(names).map(|(token, login)| site.enrol(token, login)).collect();
        Self { site, administrators, server: Mutex::new(Some(server)), files, level }
    }

    /// The two administrators.
    pub fn administrators(&self) -> [&Member; 2] {
        [&self.administrators[0], &self.administrators[1]]
    }

    /// Where its files are.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The number of the server's process.
    pub fn pid(&self) -> u32 {
        self.server().as_ref().expect("the server runs").pid()
    }

    /// Ends the server as a power cut would.
    pub fn kill9(&self) {
        self.server().take().expect("the server runs").kill9();
    }

    /// Sends a signal to the server.
    pub fn signal(&self, name: &str) {
        self.server().as_ref().expect("the server runs").signal(name);
    }

    /// Waits until the server has ended; says whether it ended well.
    pub fn ended(&self) -> bool {
        let mut server = self.server().take().expect("the server runs");
        wait_for("the server to end", || server.ended())
    }

    /// Lets the server stop by itself.
    pub fn stop(&self) {
        let stopped = self.server().take().expect("the server runs").stop();
        assert!(stopped, "the server stops well");
    }

    /// Serves the vault again, where it was.
    pub fn restart(&self) {
        let mut server = self.server();
        drop(server.take());
        let address = self.site.anonymous().address.to_string();
        *server = Some(self.files.serve(&address, self.level).0);
    }

    /// Writes the log to a new folder and says where it is.
    pub fn export(&self) -> PathBuf {
        let dir = self.files.fresh("export");
        let output = run(self.files.opening("log export").arg(&dir));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        dir
    }

    /// Exports the log and lets the separate verifier look at it.
    pub fn verify_offline(&self) -> Value {
        let (holds, mut report) = self.files.verify_log(&self.export());
        assert!(holds, "{report:#}");
        report["report"].take()
    }

    fn server(&self) -> std::sync::MutexGuard<'_, Option<Server>> {
        self.server.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Deref for Vault {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

impl Founded {
    /// Runs `azekura init` with a ceremony of files: a credential, three shares, two tokens.
    pub fn new() -> Self {
        let files = Files::new();
        fs::write(files.ceremony(), CEREMONY).expect("the ceremony is written");
        let output = run(&mut files.init());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let token = |name| {
            let text = fs::read_to_string(files.root().join(name)).expect("init makes two tokens");
            String::from(text.trim())
        };
        Self { tokens: [token("token-1"), token("token-2")], files }
    }
}

/// A ceremony as the tests hold it.
pub const CEREMONY: &str = r#"
version = 1

[unlock]
credential = "credential"

[recovery]
rehearsal = "files"
shares = [
    { holder = "見本 一郎", file = "share-1" },
    { holder = "見本 二郎", file = "share-2" },
    { holder = "見本 三郎", file = "share-3" },
]

[[administrators]]
name = "システム管理者 一"
token = "token-1"

[[administrators]]
name = "システム管理者 二"
token = "token-2"
"#;

impl Default for Files {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for Founded {
    fn default() -> Self {
        Self::new()
    }
}

impl Files {
    /// A folder for a vault that is yet to be made.
    pub fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("azekura-test.").tempdir();
        Self { dir: dir.expect("a temporary folder") }
    }

    /// The same in memory, where there is such a place: waiting for a disk then costs nothing.
    pub fn in_memory() -> Self {
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let dir = tempfile::Builder::new().prefix("azekura-test.").tempdir_in(place);
        Self { dir: dir.expect("a temporary folder") }
    }

    /// The folder that holds everything below.
    pub fn root(&self) -> &Path {
        self.dir.path()
    }

    /// The folder of the vault.
    pub fn state(&self) -> PathBuf {
        self.dir.path().join("vault")
    }

    /// The file that verifiers need.
    pub fn trust(&self) -> PathBuf {
        self.dir.path().join("trust.json")
    }

    /// The file that opens the keyring.
    pub fn credential(&self) -> PathBuf {
        self.dir.path().join("credential")
    }

    /// The certificate for TLS, if there is one.
    pub fn certificate(&self) -> PathBuf {
        self.dir.path().join("vault.pem")
    }

    /// The key of that certificate.
    pub fn key(&self) -> PathBuf {
        self.dir.path().join("vault.key")
    }

    /// The file that says how the vault is made.
    pub fn ceremony(&self) -> PathBuf {
        self.dir.path().join("ceremony.toml")
    }

    /// What the ceremony wrote down.
    pub fn transcript(&self) -> PathBuf {
        self.dir.path().join("transcript.json")
    }

    /// `azekura init` as [`Files::ceremony`] says.
    pub fn init(&self) -> Command {
        let mut azekura = self.opening("init");
        azekura.arg("--ceremony").arg(self.ceremony()).arg("--trust").arg(self.trust());
        azekura.arg("--transcript").arg(self.transcript());
        azekura
    }

    /// What the servers wrote to standard output and standard error so far.
    pub fn logs(&self) -> Vec<u8> {
        let read = |name: &str| fs::read(self.dir.path().join(name)).unwrap_or_default();
        [read("stdout"), read("stderr")].concat()
    }

    /// A path of this name that nothing has.
    pub fn fresh(&self, name: &str) -> PathBuf {
        let mut paths = (1..).map(|n| self.dir.path().join(format!("{name}-{n}")));
        paths.find(|path| !path.exists()).expect("numbers do not end")
    }

    /// `azekura <command>` with this vault's folder and credential, and without a word of the test's
    /// own environment.
    pub fn opening(&self, command: &str) -> Command {
        let mut azekura = self.without_secret(command);
        azekura.arg("--unlock-file").arg(self.credential());
        azekura
    }

    /// The same without the credential.
    pub fn without_secret(&self, command: &str) -> Command {
        let mut azekura = Command::new(program("azekura"));
        for name in AZEKURA {
            azekura.env_remove(name);
        }
        azekura.args(command.split(' ')).current_dir(self.root());
        azekura.arg("--data-dir").arg(self.state());
        azekura
    }

    /// `azekura serve` on `listen`, with TLS if there is a certificate.
    pub fn serving(&self, listen: &str) -> Command {
        let mut azekura = self.opening("serve");
        azekura.args(["--listen", listen, "--allow-root"]);
        if self.certificate().exists() {
            azekura.arg("--tls-cert").arg(self.certificate());
            azekura.arg("--tls-key").arg(self.key());
        }
        azekura
    }

    /// Starts a server that must come up; says where it listens.
    pub fn serve(&self, listen: &str, level: &str) -> (Server, SocketAddr) {
        self.start(&mut self.serving(listen), level)
    }

    /// Starts a server without its secret: it comes up sealed.
    pub fn serve_sealed(&self) -> (Server, SocketAddr) {
        let mut azekura = self.without_secret("serve");
        azekura.args(["--listen", "127.0.0.1:0", "--allow-root"]);
        self.start(&mut azekura, "info")
    }

    /// Starts any `azekura serve` that must come up.
    pub fn start(&self, command: &mut Command, level: &str) -> (Server, SocketAddr) {
        let before = self.listening().len();
        let mut server = Server::start(command.env("AZEKURA_LOG", level), self.root(), self.root());
        let address = wait_for("the server to listen", || {
            if server.ended().is_some() {
                return Some(None);
            }
            self.listening().get(before).copied().map(Some)
        });
        let address = address.unwrap_or_else(|| {
            let logs = String::from_utf8_lossy(&self.logs()).into_owned();
            unreachable!("the server ended: {logs}")
        });
        (server, address)
    }

    /// Tries to serve and says how it was refused.
    ///
    /// # Panics
    ///
    /// If it serves.
    pub fn refusal(&self, listen: &str) -> String {
        self.refused(&mut self.serving(listen))
    }

    /// The same for any `azekura serve`.
    pub fn refused(&self, command: &mut Command) -> String {
        let output = Self::serve_in_vain(command);
        assert!(!output.status.success(), "it ended without a word");
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    fn serve_in_vain(command: &mut Command) -> Output {
        let mut child = command
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .expect("the program starts");
        let deadline = Instant::now() + PATIENCE;
        while matches!(child.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                child.kill().ok();
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let output = child.wait_with_output().expect("its output");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(!said.contains("listening"), "it served");
        output
    }

    /// Lets the separate verifier look at an exported log: whether all of it holds, and its report.
    pub fn verify_log(&self, export: &Path) -> (bool, Value) {
        self.verify(Command::new(program("azekura-verify")).arg("log").arg(export))
    }

    /// Lets the separate verifier look at a certificate.
    pub fn verify_certificate(&self, file: &Path) -> (bool, Value) {
        self.verify(Command::new(program("azekura-verify")).arg("cert").arg(file))
    }

    fn verify(&self, command: &mut Command) -> (bool, Value) {
        let output = run(command.arg("--json").arg("--trust").arg(self.trust()));
        let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| {
            Value::String(String::from_utf8_lossy(&output.stderr).into_owned())
        });
        (output.status.success(), report)
    }

    /// Every address that servers of this vault said they listen on.
    fn listening(&self) -> Vec<SocketAddr> {
        let said = fs::read_to_string(self.dir.path().join("stdout")).unwrap_or_default();
        let whole = said.split_inclusive('\n').filter(|line| line.ends_with('\n'));
        let urls = whole.filter_map(|line| line.trim().strip_prefix("listening on "));
        let addresses = urls.filter_map(|url| url.split("://").nth(1));
        addresses.filter_map(|address| address.parse().ok()).collect()
    }
}
