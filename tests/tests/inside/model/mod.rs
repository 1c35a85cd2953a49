//! RT-30: whatever people do, in whatever order, the vault lets happen what the rules allow, and the
//! invariants hold.
//!
//! A run is a list of acts that follows from its seed. Each is done to the vault, through its router, and
//! to the rules, which are written down here a second time and know nothing of the vault's own code. The
//! two must say yes and no to the same; what the log, the sealed rows and the certificates show must fit.
//! A list that fails is made shorter as long as it fails the same way, and printed with its seed.

mod acts;
mod founding;
mod history;
mod op;
mod rules;
mod things;
mod vault;
mod world;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use self::founding::Founding;
use self::op::{Act, OFTEN, Op};
use self::world::{Broken, World};

const RUNS: u64 = 200;
const ACTS: usize = 200;
/// Runs at one time.
const WORKERS: usize = 2;
/// How often a list that fails is tried again without a part of it.
const TRIES: usize = 40;
/// How often a list is begun anew because the vault had no time to answer.
const PATIENCE: u32 = 3;

#[test]
fn rt_30_whatever_people_do_the_rules_and_the_vault_agree() {
    let founding = Founding::new();
    let (next, done) = (AtomicU64::new(0), Mutex::new(BTreeMap::new()));
    let failed = Mutex::new(None);
    let work = || {
        while failed.lock().unwrap().is_none() {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= RUNS {
                return;
            }
            let ops = Op::list(seed, ACTS);
            let mut ran = replay(&founding, &ops, &done);
            // A machine that stood still for half a minute is no answer; the list is.
            for _ in 0..PATIENCE {
                if ran.as_ref().is_err_and(Broken::is_late) {
                    ran = replay(&founding, &ops, &done);
                }
            }
            if let Err(broken) = ran {
                failed.lock().unwrap().get_or_insert((seed, ops, broken));
            }
        }
    };
    thread::scope(|scope| (0..WORKERS).for_each(|_| drop(scope.spawn(work))));
    let told = failed.into_inner().unwrap().map(|(seed, ops, broken)| {
        let (ops, broken) = shorter(&founding, ops, broken);
        let acts: Vec<_> = ops.iter().map(|op| format!("{op:?}\n")).collect();
        format!("seed {seed} {broken}\nafter\n{}", acts.concat())
    });
    assert!(told.is_none(), "{}", told.unwrap_or_default());
    let done = done.into_inner().unwrap();
    let never: Vec<_> = OFTEN.iter().filter(|(act, _)| !done.contains_key(act)).collect();
    assert!(never.is_empty(), "never done: {never:?}, but {done:?}");
}

/// Does a list of acts to a vault of their own.
fn replay(founding: &Founding, ops: &[Op], done: &Mutex<BTreeMap<Act, u32>>) -> Result<(), Broken> {
    let run = || {
        let mut world = World::new(founding);
        ops.iter().try_for_each(|op| world.step(*op))?;
        world.end()?;
        Ok(world.done)
    };
    let ran = catch_unwind(AssertUnwindSafe(run));
    let panicked = |_| Err(Broken { invariant: 0, how: String::from("a panic, see above") });
    for (act, times) in ran.unwrap_or_else(panicked)? {
        *done.lock().unwrap().entry(act).or_default() += times;
    }
    Ok(())
}

/// A list that breaks the same invariant with fewer acts.
fn shorter(founding: &Founding, mut ops: Vec<Op>, mut broken: Broken) -> (Vec<Op>, Broken) {
    let (mut size, mut tries, nowhere) = (ops.len() / 2, 0, Mutex::default());
    while size > 0 && tries < TRIES {
        let mut from = 0;
        while from < ops.len() && tries < TRIES {
            let mut fewer = ops.clone();
            fewer.drain(from..ops.len().min(from + size));
            tries += 1;
            match replay(founding, &fewer, &nowhere) {
                Err(same) if same.invariant == broken.invariant => (ops, broken) = (fewer, same),
                _ => from += size,
            }
        }
        size /= 2;
    }
    (ops, broken)
}
