//! The figures of all rounds as medians, beside what they should be.

use anyhow::{Context, Result};

/// One figure of one round.
#[derive(Clone, Copy)]
pub(crate) struct Figure {
    pub(crate) what: &'static str,
    pub(crate) value: f64,
    pub(crate) bound: Bound,
    /// Whether a release waits for it: the floors of the other lines are those of a later one.
    pub(crate) must: bool,
}

/// What a figure should be (`goal`) and must be, now or later (`floor`).
#[derive(Clone, Copy)]
pub(crate) enum Bound {
    AtLeast {
        goal: f64,
        floor: f64,
    },
    AtMost {
        goal: f64,
        floor: f64,
    },
    /// Shown for what it is: a rate of this machine in this minute.
    None,
}

/// Prints the medians, and says whether every floor holds that must.
#[expect(clippy::print_stdout, reason = "what a bench is run for")]
pub(crate) fn print(rounds: &[Vec<Figure>]) -> Result<bool> {
    let first = rounds.first().context("a round")?;
    println!("{:<54} {:>10} {:>18} {:>7} {:>7}", "", "median", "of all rounds", "goal", "floor");
    let mut holds = true;
    for (at, figure) in first.iter().enumerate() {
        let mut values: Vec<f64> =
            rounds.iter().filter_map(|round| round.get(at)).map(|figure| figure.value).collect();
        values.sort_unstable_by(f64::total_cmp);
        let median = median(&values).context("a value")?;
        let spread = format!("{} – {}", shown(values.first()), shown(values.last()));
        let (goal, floor, verdict) = match figure.bound {
            Bound::AtLeast { goal, floor } => {
                (goal, floor, verdict(median >= goal, median >= floor, figure.must))
            }
            Bound::AtMost { goal, floor } => {
                (goal, floor, verdict(median <= goal, median <= floor, figure.must))
            }
            Bound::None => {
                println!("{:<54} {:>10} {spread:>18}", figure.what, shown(Some(&median)));
                continue;
            }
        };
        holds &= verdict != MISSED;
        println!(
            "{:<54} {:>10} {spread:>18} {goal:>7} {floor:>7}  {verdict}",
            figure.what,
            shown(Some(&median)),
        );
    }
    Ok(holds)
}

const MISSED: &str = "MISSES ITS FLOOR";

const fn verdict(goal: bool, floor: bool, must: bool) -> &'static str {
    match (goal, floor, must) {
        (true, _, _) => "meets the goal",
        (false, true, _) => "holds the floor",
        (false, false, true) => MISSED,
        (false, false, false) => "not yet",
    }
}

fn median(ascending: &[f64]) -> Option<f64> {
    let middle = ascending.len() / 2;
    let upper = ascending.get(middle)?;
    if ascending.len() % 2 == 1 {
        return Some(*upper);
    }
    Some(f64::midpoint(*ascending.get(middle.checked_sub(1)?)?, *upper))
}

fn shown(value: Option<&f64>) -> String {
    let value = value.copied().unwrap_or_default();
    if value >= 100.0 { format!("{value:.0}") } else { format!("{value:.3}") }
}
