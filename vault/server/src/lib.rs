//! The Azekura server: the database, the rules over it, HTTP and the command line.

pub mod store;
