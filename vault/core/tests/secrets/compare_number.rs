use azekura_core::number::MyNumber;

fn compare(one: &MyNumber, other: &MyNumber) -> bool {
    one == other
}

fn main() {}
