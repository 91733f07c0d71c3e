//! Passwords that people write down beside the files they lock.

use dosimeter_case::Phi;

/// Most candidates from one text.
const MOST: usize = 16;
/// Longest text looked at: a note, not a book.
const NOTE: usize = 4096;

/// Candidates for passwords in a short note such as "zip password for counsel: …": what follows the word, and every word of
/// the note that mixes letters with digits or signs. Empty when the note names no password. For a second [`extract`](crate::extract)
/// of files that stayed `encrypted`, with the notes that lie in the same folder.
pub fn password_candidates(note: &str) -> Vec<Phi<String>> {
    let lower = note.to_lowercase();
    if note.len() > NOTE || !["password", "passwd", "passcode", "pass phrase", "passphrase", "pwd", "pw:", "kennwort"].iter().any(|word| lower.contains(word)) {
        return Vec::new();
    }
    let mut out: Vec<String> = Vec::new();
    let mut add = |candidate: &str| {
        let trimmed = candidate.trim().trim_matches(['"', '\'', '`', '<', '>', '(', ')']);
        for candidate in [trimmed, trimmed.trim_end_matches(['.', ',', ';'])] {
            if (3..=64).contains(&candidate.chars().count()) && out.len() < MOST && !out.iter().any(|known| known == candidate) {
                out.push(candidate.to_string());
            }
        }
    };
    for line in note.lines() {
        // After the last colon or equals sign: the whole rest (a phrase), then its words.
        if let Some((_, after)) = line.rsplit_once([':', '=']) {
            add(after);
        }
    }
    for word in note.split_whitespace() {
        let letters = word.chars().any(char::is_alphabetic);
        if letters && word.chars().any(|c| c.is_ascii_digit() || "!@#$%^&*-_+".contains(c)) {
            add(word);
        }
    }
    out.into_iter().map(Phi::new).collect()
}

#[cfg(test)]
mod tests {
    fn check(note: &str, expect: &[&str]) {
        let found: Vec<String> = super::password_candidates(note).into_iter().map(dosimeter_case::Phi::into_inner).collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn notes() {
        check("zip password for counsel: Tulip-77", &["Tulip-77"]);
        check("Password is Tulip77!.", &["Tulip77!.", "Tulip77!"]);
        check("call me: Tulip-77", &[]);
        check("", &[]);
    }
}
