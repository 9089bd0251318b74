//! Looks for readable text where there must be none: each mark in every way text is written down — UTF-8, UTF-16 of both
//! orders, base64 at each of the three places a text can start in, hexadecimal.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Bytes of a guise by which it is looked up; then it is compared whole.
const LEAD: usize = 8;

/// Texts to look for, or bytes.
#[derive(Debug, Default)]
pub struct Marks {
    names: Vec<String>,
    guises: HashMap<[u8; LEAD], Vec<(Vec<u8>, usize)>>,
}

/// A text as it could lie in a file.
pub fn guises(text: &str) -> Vec<Vec<u8>> {
    let little = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let mut all = of_bytes(text.as_bytes());
    all.extend([little, big]);
    all
}

/// Bytes as they are, in base64 and in hexadecimal.
fn of_bytes(bytes: &[u8]) -> Vec<Vec<u8>> {
    let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes();
    let mut all = vec![bytes.to_vec(), hex.to_ascii_uppercase(), hex];
    for lead in 0..3 {
        let shifted = [vec![b'.'; lead], bytes.to_vec()].concat();
        for coder in [STANDARD, URL_SAFE] {
            let coded = coder.encode(&shifted).into_bytes();
            // Letters at the ends depend on neighbours.
            let inner = if lead == 0 { 0 } else { 4 }..coded.len() - 4;
            all.push(coded.get(inner).unwrap_or_default().to_vec());
        }
    }
    all
}

impl Marks {
    /// Adds a text.
    ///
    /// # Panics
    /// When it is too short to be told from chance in each of its guises.
    pub fn text(&mut self, text: &str) {
        self.add(text.to_owned(), guises(text));
    }

    /// Adds bytes: a piece of a picture.
    ///
    /// # Panics
    /// As [`Marks::text`].
    pub fn bytes(&mut self, name: &str, bytes: &[u8]) {
        self.add(name.to_owned(), of_bytes(bytes));
    }

    fn add(&mut self, name: String, guises: Vec<Vec<u8>>) {
        let number = self.names.len();
        for guise in guises {
            let lead = guise.first_chunk::<LEAD>().copied();
            let lead = lead.unwrap_or_else(|| panic!("{name} is too short to be looked for"));
            self.guises.entry(lead).or_default().push((guise, number));
        }
        self.names.push(name);
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The marks that can be read in `bytes`, each as often as it is found.
    pub fn found_in(&self, bytes: &[u8]) -> Vec<&str> {
        let mut found = Vec::new();
        for (at, window) in bytes.windows(LEAD).enumerate() {
            for (guise, number) in self.guises.get(window).into_iter().flatten() {
                if bytes.get(at..).is_some_and(|rest| rest.starts_with(guise)) {
                    found.extend(self.names.get(*number).map(String::as_str));
                }
            }
        }
        found
    }

    /// The marks in the files below a folder, and in their names: the file, and what is found in it.
    ///
    /// # Panics
    /// When a file cannot be read.
    pub fn found_below(&self, folder: &Path) -> Vec<(PathBuf, Vec<String>)> {
        let mut all = Vec::new();
        for path in files_below(folder) {
            let mut bytes = read(&path);
            bytes.extend_from_slice(path.to_string_lossy().as_bytes());
            let found: Vec<String> = self.found_in(&bytes).into_iter().map(str::to_owned).collect();
            if !found.is_empty() {
                all.push((path, found));
            }
        }
        all
    }
}

/// Every file below a folder.
///
/// # Panics
/// When a folder cannot be read.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

#[expect(clippy::disallowed_methods, reason = "looks at the real files, as a thief would")]
fn read(path: &Path) -> Vec<u8> {
    std::fs::read(path).expect("a file")
}
