//! What the vault does at its door: TLS, crowds, and how it stops.

#![cfg(test)]

mod crowd;
mod stop;
mod tls;
