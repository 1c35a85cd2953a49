use azekura_core::crypto::MasterKey;

fn leak(key: &MasterKey) -> [u8; 32] {
    *key.bytes()
}

fn main() {}
