//! The house rules that a machine can hold: what we depend on, how the layers call each other,
//! what stays out of the sources, and that documents and tests say the same.

mod dependencies;
mod documents;
mod layers;
mod licences;
mod mutants;
mod repository;
mod rust;
mod safety;
mod test_list;
