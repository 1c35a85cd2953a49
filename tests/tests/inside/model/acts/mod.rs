//! What people do, and what the rules say about it.

mod numbers;
mod purges;
mod rights;
mod tampering;
