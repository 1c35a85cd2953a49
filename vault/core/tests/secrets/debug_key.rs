use azekura_core::crypto::MasterKey;

fn log(key: &MasterKey) -> String {
    format!("{key:?}")
}

fn main() {}
