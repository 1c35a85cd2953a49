//! Programs of this build as child processes that end with the test, however it ends.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use std::os::unix::process::CommandExt;

/// Waits for the end of the test process, which closes its standard input, then ends the server.
const WATCH: &str = r#"trap "" INT TERM HUP; read -r _; kill -KILL "$1" 2>/dev/null; rm -rf "$2""#;

/// How long a server may take to start or to stop.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A running program.
pub struct Server {
    child: Child,
    /// Ends the program if the test process ends without dropping this.
    watcher: Child,
}

/// A program of this build; it lies two folders above the test's own.
///
/// # Panics
///
/// If it was not built.
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    let profile = test.parent().and_then(Path::parent).expect("target/<profile>/deps/<test>");
    let path = profile.join(name);
    let lacks = format!("{} is not built: run cargo build -p {name} first", path.display());
    assert!(path.exists(), "{lacks} (tests/run does)");
    path
}

/// Runs a program to its end.
pub fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().expect("the program starts")
}

impl Server {
    /// Starts `command` with its output in the files `stdout` and `stderr` of `logs`, added to what
    /// is there. If the test process ends, `dir` is removed.
    pub fn start(command: &mut Command, logs: &Path, dir: &Path) -> Self {
        let log = |name: &str| {
            let file = File::options().create(true).append(true).open(logs.join(name));
            Stdio::from(file.expect("the log opens"))
        };
        let child = command.stdin(Stdio::null()).stdout(log("stdout")).stderr(log("stderr"));
        let child = child.spawn().expect("the program starts");
        let watcher = Command::new("sh")
            .args(["-c", WATCH, "sh", &child.id().to_string()])
            .arg(dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("sh starts");
        Self { child, watcher }
    }

    /// The number of the process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended, and if so whether well.
    pub fn ended(&mut self) -> Option<bool> {
        let status = self.child.try_wait().expect("a child can be waited for");
        status.map(|status| status.success())
    }

    /// Ends it without a chance to clean up.
    pub fn kill9(mut self) {
        self.child.kill().expect("a child can be killed");
        self.child.wait().expect("a child can be waited for");
    }

    /// Sends it a signal, by its name without `SIG`.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.pid().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -s {name}");
    }

    /// Asks it to stop and waits until it has; says whether it ended well.
    pub fn stop(mut self) -> bool {
        self.signal("TERM");
        wait_for("the server to stop", || self.ended())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The watcher first: once the child is waited for, its number may be another's.
        self.watcher.kill().ok();
        self.watcher.wait().ok();
        if matches!(self.child.try_wait(), Ok(None)) {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}

/// Asks again and again until there is an answer.
///
/// # Panics
///
/// If there is none in time.
pub fn wait_for<T>(what: &str, mut answer: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = answer() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
