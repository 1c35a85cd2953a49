//! `azekura`: parse, run, exit code.

use std::process::ExitCode;

use azekura::cli::Cli;
use azekura::sys;
use clap::Parser;
use zeroizing_alloc::ZeroAlloc;

/// Freed memory is wiped: buffers of the HTTP stack held numbers too.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<std::alloc::System> = ZeroAlloc(std::alloc::System);

#[expect(clippy::print_stderr, reason = "why a command failed, to whoever ran it")]
fn main() -> ExitCode {
    sys::quiet_panics();
    if let Err(error) = sys::harden() {
        eprintln!("azekura: {error}");
        return ExitCode::FAILURE;
    }
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("azekura: could not start: {error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(cli.run()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("azekura: {error:#}");
            ExitCode::FAILURE
        }
    }
}
