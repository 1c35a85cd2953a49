//! The client against a vault that answers from a script.

#[cfg(test)]
mod calls;
#[cfg(test)]
mod results;
#[cfg(test)]
mod vault;
