//! With the vault in this process: days pass as the tests say, and its files lie open.

#![cfg(test)]

mod events;
mod lab;
mod model;
mod purge;
mod races;
mod tamper;
