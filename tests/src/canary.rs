//! Finding a number wherever it may have been left, in every form it may have taken.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use data_encoding::{BASE64_NOPAD, HEXLOWER};

/// How many forms of a number are looked for.
pub const ENCODINGS: usize = 9;

/// The bytes of numbers in all forms, ready to be looked for together.
pub struct Canaries {
    /// Whether one of them begins with these two bytes: nearly every place is passed over by it.
    pairs: Vec<bool>,
    /// By their first four bytes.
    starts: HashMap<[u8; 4], Vec<Form>>,
}

struct Form {
    number: usize,
    name: &'static str,
    bytes: Vec<u8>,
}

/// Where a number was found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hit {
    /// Which of the numbers.
    pub number: usize,
    /// In which form.
    pub form: &'static str,
    /// At which byte.
    pub at: usize,
}

/// A number as ASCII, UTF-16, BCD, u64, base64, hexadecimal and reversed.
pub fn forms(number: &str) -> [(&'static str, Vec<u8>); ENCODINGS] {
    let utf16: Vec<u16> = number.encode_utf16().collect();
    let digits: Vec<u8> = number.bytes().map(|byte| byte - b'0').collect();
    let integer: u64 = number.parse().expect("twelve digits");
    [
        ("ascii", number.as_bytes().to_vec()),
        ("utf-16-le", utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect()),
        ("utf-16-be", utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect()),
        ("bcd", digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()),
        // The upper bytes of such an integer are zero and would only make hits rarer.
        ("u64-le", integer.to_le_bytes()[..6].to_vec()),
        ("u64-be", integer.to_be_bytes()[2..].to_vec()),
        ("base64", BASE64_NOPAD.encode(number.as_bytes()).into_bytes()),
        ("hexadecimal", HEXLOWER.encode(number.as_bytes()).into_bytes()),
        ("reversed", number.bytes().rev().collect()),
    ]
}

impl Canaries {
    /// What to look for.
    pub fn new<'n>(numbers: impl IntoIterator<Item = &'n String>) -> Self {
        let mut pairs = vec![false; 1 << 16];
        let mut starts: HashMap<[u8; 4], Vec<Form>> = HashMap::new();
        for (number, text) in numbers.into_iter().enumerate() {
            for (name, bytes) in forms(text) {
                let start = bytes[..4].try_into().expect("four bytes");
                pairs[pair(bytes[0], bytes[1])] = true;
                starts.entry(start).or_default().push(Form { number, name, bytes });
            }
        }
        Self { pairs, starts }
    }

    /// Every place in `haystack` where one of them stands.
    pub fn find(&self, haystack: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut at = 0;
        while let Some([a, b, c, d]) = haystack.get(at..at + 4) {
            let found = self.pairs[pair(*a, *b)].then(|| self.starts.get(&[*a, *b, *c, *d]));
            for form in found.flatten().into_iter().flatten() {
                if haystack[at..].starts_with(&form.bytes) {
                    hits.push(Hit { number: form.number, form: form.name, at });
                }
            }
            at += 1;
        }
        hits
    }

    /// Every hit in the files under `dir`, with the file, and how many bytes were looked at.
    pub fn find_under(&self, dir: &Path) -> (Vec<(String, Hit)>, u64) {
        let (mut hits, mut looked) = (Vec::new(), 0);
        let mut folders = vec![dir.to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("the folder opens").flatten() {
                let path = entry.path();
                let Ok(meta) = fs::symlink_metadata(&path) else { continue };
                if meta.is_dir() {
                    folders.push(path);
                } else if meta.is_file()
                    && let Ok(bytes) = fs::read(&path)
                {
                    looked += bytes.len() as u64;
                    let found = self.find(&bytes).into_iter();
                    hits.extend(found.map(|hit| (path.display().to_string(), hit)));
                }
            }
        }
        (hits, looked)
    }
}

fn pair(first: u8, second: u8) -> usize {
    usize::from(first) << 8 | usize::from(second)
}

#[test]
fn every_form_is_found() {
    let numbers: Vec<String> = (0..50).map(crate::number).collect();
    let canaries = Canaries::new(&numbers);
    for (index, number) in numbers.iter().enumerate() {
        for (form, bytes) in forms(number) {
            let haystack = [b"some bytes before ".as_slice(), &bytes, b" and after"].concat();
            let hits = canaries.find(&haystack);
            assert!(hits.contains(&Hit { number: index, form, at: 18 }), "{form}");
        }
    }
    assert!(canaries.find(b"981234567890 is none of them").is_empty());
}
