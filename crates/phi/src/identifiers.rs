//! Identifiers in running text that tell themselves by their form: one pass over the tokens, no text is read twice.

use crate::ids;
use crate::rules::Rules;
use crate::text::Event;
use crate::token::{Class, Reader, Token, hash};
use dosimeter_case::tables::ElementKind as K;

/// Longest identifier read, in tokens.
const LONGEST: usize = 40;

impl Reader<'_> {
    /// A mark without a blank before it.
    fn mark(&self, i: usize, marks: &[u8]) -> bool {
        self.get(i).is_some_and(|t| t.class == Class::Mark && !t.spaced && t.end - t.start == 1 && marks.contains(&self.text.as_bytes()[t.start as usize]))
    }
    /// Neither a letter nor a digit stands right before, nor a hyphen that follows one.
    fn free_before(&self, i: usize) -> bool {
        let Some(before) = i.checked_sub(1).and_then(|b| self.get(b)).filter(|_| self.glued(i)) else { return true };
        before.class == Class::Line || before.class == Class::Mark && (before.spaced || !self.mark(i - 1, b"-_"))
    }
    /// Neither a letter nor a digit stands right behind token `i`.
    fn free_after(&self, i: usize) -> bool {
        !self.get(i + 1).is_some_and(|t| !t.spaced && (t.class == Class::Digits || t.is_word()))
    }

    /// Groups of digits of the given lengths with one of the separators, or a blank, between them: the last token.
    fn groups(&self, i: usize, lengths: &[usize], marks: &[u8]) -> Option<usize> {
        let mut at = i;
        for (n, length) in lengths.iter().enumerate() {
            if n > 0 {
                if self.mark(at, marks) {
                    at += 1;
                    if self.get(at)?.spaced {
                        return None;
                    }
                } else if !self.get(at)?.spaced {
                    return None;
                }
            }
            if self.digits(at) != *length {
                return None;
            }
            at += 1;
        }
        Some(at - 1)
    }

    /// `nnn-nn-nnnn` or with blanks.
    fn ssn(&self, i: usize) -> Option<(usize, Event)> {
        let last = self.groups(i, &[3, 2, 4], b"-")?;
        let (same, range) = (last == i + 4 || last == i + 2, self.span(i, last));
        if !same || !self.free_after(last) {
            return None;
        }
        let (digits, confidence) = ids::ssn(&self.text[range.clone()])?;
        Some((last, Event::new(range, K::Ssn, digits, "identifier", confidence * 0.85)))
    }

    /// Ten digits with separators, brackets, `+1` before; or `+` and an international number.
    fn phone(&self, i: usize) -> Option<(usize, Event)> {
        let done = |first: usize, last: usize| {
            // "x1234", "ext. 22": an extension.
            let x = self.glued(last + 1) && self.word(last + 1).eq_ignore_ascii_case("x") && self.glued(last + 2);
            let ext = ["x", "ext"].iter().any(|w| self.word(last + 1).eq_ignore_ascii_case(w));
            let number = last + 2 + usize::from(self.mark(last + 2, b"."));
            let extension = (x || ext) && (1..=6).contains(&self.digits(number));
            let last = if extension { number } else { last };
            let range = self.span(first, last);
            let number = self.free_after(last).then(|| ids::phone(&self.text[range.clone()])).flatten()?;
            Some((last, Event::new(range, K::Phone, number, "identifier", 0.85)))
        };
        let mut at = i;
        if self.word(i) == "+" && self.glued(i + 1) {
            // Runs of digits until fifteen.
            let (mut last, mut count) = (i + 1, self.digits(i + 1));
            if count == 0 || count > 15 {
                return None;
            }
            loop {
                let mut next = last + 1;
                while self.mark(next, b"-.)") || self.get(next).is_some_and(|t| t.class == Class::Mark && self.word(next) == "(") {
                    next += 1;
                }
                let n = self.digits(next);
                if n == 0 || count + n > 15 || next > last + 3 || self.get(next).is_some_and(|t| t.spaced && next == last + 1 && count >= 11) {
                    break;
                }
                (last, count) = (next, count + n);
            }
            return (count >= 8).then(|| done(i, last)).flatten();
        }
        if self.digits(at) == 1 && self.word(at) == "1" && (self.mark(at + 1, b"-.") || self.get(at + 1)?.spaced) {
            at += 1 + usize::from(self.mark(at + 1, b"-."));
        }
        if self.word(at) == "(" {
            if self.digits(at + 1) != 3 || self.word(at + 2) != ")" {
                return None;
            }
            at += 3;
            at += usize::from(self.mark(at, b"-."));
            let last = self.groups(at, &[3, 4], b"-.")?;
            return done(i, last);
        }
        // "614/555-0173".
        if self.mark(at + 1, b"/") && self.digits(at) == 3 && self.glued(at + 2) {
            let last = self.groups(at + 2, &[3, 4], b"-.").filter(|last| *last == at + 4)?;
            return done(i, last);
        }
        let last = self.groups(at, &[3, 3, 4], b"-.")?;
        done(i, last)
    }

    /// 13 to 19 digits in one piece or in groups of four (or 4-6-5).
    fn card(&self, i: usize) -> Option<(usize, Event)> {
        let n = self.digits(i);
        let last = if (12..=19).contains(&n) {
            i
        } else if n == 4 {
            (self.groups(i, &[4, 4, 4, 4], b"-"))
                .or_else(|| self.groups(i, &[4, 6, 5], b"-"))
                .or_else(|| self.groups(i, &[4, 4, 4, 1], b"-"))
                .or_else(|| self.groups(i, &[4, 4, 4, 2], b"-"))
                .or_else(|| self.groups(i, &[4, 4, 4, 3], b"-"))?
        } else {
            return None;
        };
        let range = self.span(i, last);
        let (digits, confidence) = self.free_after(last).then(|| ids::card(&self.text[range.clone()])).flatten()?;
        // Without a separator and without a good check digit a long number is any number.
        (confidence > 0.5 || last > i).then(|| (last, Event::new(range, K::CardNumber, digits, "identifier", confidence)))
    }

    fn ip(&self, i: usize) -> Option<(usize, Event)> {
        for k in 0..4 {
            let at = i + 2 * k;
            if !(1..=3).contains(&self.digits(at)) || self.word(at).parse::<u32>().ok()? > 255 || k > 0 && !(self.mark(at - 1, b".") && self.glued(at)) {
                return None;
            }
        }
        let last = i + 6;
        // A longer chain of numbers is a version or an object identifier.
        if i > 1 && self.mark(i - 1, b".") && self.digits(i - 2) > 0 {
            return None;
        }
        if !self.free_after(last) || self.mark(last + 1, b".") && self.digits(last + 2) > 0 && self.glued(last + 2) {
            return None;
        }
        let range = self.span(i, last);
        let text = self.text[range.clone()].to_string();
        Some((last, Event::new(range, K::IpAddress, text, "identifier", 0.8)))
    }

    /// Letters, digits and single hyphens without blanks: the last token and the number of letters and digits.
    fn run(&self, i: usize) -> (usize, usize) {
        let (mut last, mut count) = (i, (self.tokens[i].end - self.tokens[i].start) as usize);
        while last + 1 < i + LONGEST && self.glued(last + 1) {
            let Some(t) = self.get(last + 1) else { break };
            let hyphen = self.mark(last + 1, b"-") && self.glued(last + 2) && self.get(last + 2).is_some_and(|n| n.class == Class::Digits || n.is_word());
            if t.class == Class::Digits || t.is_word() {
                count += (t.end - t.start) as usize;
                last += 1;
            } else if hyphen {
                last += 1;
            } else {
                break;
            }
        }
        (last, count)
    }

    fn mbi(&self, i: usize) -> Option<(usize, Event)> {
        if self.digits(i) != 1 {
            return None;
        }
        let (last, count) = self.run(i);
        let range = self.span(i, last);
        let value = (count == 11).then(|| ids::mbi(&self.text[range.clone()])).flatten()?;
        Some((last, Event::new(range, K::Mbi, value, "identifier", 0.9)))
    }

    /// Two capitals, two digits, and up to thirty more, in one piece or in groups of four.
    fn iban(&self, i: usize) -> Option<(usize, Event)> {
        let head = self.get(i).filter(|t| t.class == Class::Upper && t.end - t.start == 2)?;
        if !(self.glued(i + 1) && self.digits(i + 1) >= 2) {
            return None;
        }
        let mut best = None;
        let (mut last, _) = self.run(i);
        for _ in 0..9 {
            let range = head.start as usize..self.tokens[last].end as usize;
            let compact = ids::compact(&self.text[range.clone()]);
            if compact.len() > 34 {
                break;
            }
            if compact.len() >= 15 && self.free_after(last) && ids::iban(&compact) {
                best = Some((last, range, compact));
            }
            // The next group of four.
            if !self.get(last + 1).is_some_and(|t| t.spaced && (t.class == Class::Digits || t.class == Class::Upper || t.class == Class::Initial)) {
                break;
            }
            last = self.run(last + 1).0;
        }
        best.map(|(last, range, value)| (last, Event::new(range, K::BankAccount, value, "identifier", 0.95)))
    }

    /// Around an `@`.
    fn email(&self, i: usize) -> Option<(usize, Event)> {
        let part = |b: u8| b.is_ascii_alphanumeric() || b >= 0x80 || matches!(b, b'.' | b'_' | b'%' | b'+' | b'-' | b'\'');
        let (at, bytes) = (self.tokens[i].start as usize, self.text.as_bytes());
        let mut start = at;
        while start > 0 && at - start < 80 && part(bytes[start - 1]) {
            start -= 1;
        }
        let mut end = at + 1;
        while end < bytes.len() && end - at < 200 && (part(bytes[end]) && !matches!(bytes[end], b'_' | b'%' | b'+' | b'\'')) {
            end += 1;
        }
        while start < at && (!self.text.is_char_boundary(start) || matches!(bytes[start], b'.' | b'\'' | b'-')) {
            start += 1;
        }
        while end > at + 1 && (!self.text.is_char_boundary(end) || matches!(bytes[end - 1], b'.' | b'-')) {
            end -= 1;
        }
        let written = self.text.get(start..end)?;
        let top = written.rsplit('.').next()?;
        let value = (top.chars().count() >= 2 && top.chars().all(char::is_alphabetic)).then(|| ids::email(written)).flatten()?;
        let last = (i..self.tokens.len()).take_while(|k| (self.tokens[*k].start as usize) < end).last().unwrap_or(i);
        Some((last, Event::new(start..end, K::Email, value, "identifier", 0.99)))
    }

    /// From `http` or `www` to the next blank.
    fn url(&self, i: usize) -> Option<(usize, Event)> {
        let start = self.tokens[i].start as usize;
        let rest = &self.text[start..];
        let head = rest.get(..8).unwrap_or(rest).to_ascii_lowercase();
        if !(head.starts_with("http://") || head.starts_with("https://") || head.starts_with("www.")) {
            return None;
        }
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(rest.len()).min(rest.floor_char_boundary(208));
        let written = rest[..end].trim_end_matches(['.', ',', ';', ')', '\'']);
        let range = start..start + written.len();
        let last = (i..self.tokens.len()).take_while(|k| (self.tokens[*k].start as usize) < range.end).last().unwrap_or(i);
        (written.len() >= 7).then(|| (last, Event::new(range, K::Url, written, "identifier", 0.9)))
    }
}

/// Every identifier of a text that its form tells, in order, not overlapping.
pub(crate) fn find(rules: &Rules, text: &str, tokens: &[Token]) -> Vec<Event> {
    let reader = Reader { text, tokens };
    let (http, https, www) = (hash("http"), hash("https"), hash("www"));
    let on: Vec<bool> = ["email", "url", "mbi", "iban", "card", "ssn", "phone", "ip"].iter().map(|d| rules.on(d)).collect();
    let mut events: Vec<Event> = Vec::new();
    // One or two digits with nothing at them begin none, unless they are the 1 before a telephone number.
    let number = |i: usize| tokens[i].end - tokens[i].start <= 2 && !reader.glued(i + 1) && !reader.is(i, "1");
    let mut i = 0;
    while let Some(t) = tokens.get(i) {
        let found = match t.class {
            Class::Digits if number(i) => None,
            Class::Mark if on[0] && text.as_bytes()[t.start as usize] == b'@' => {
                reader.email(i).filter(|(_, e)| events.last().is_none_or(|l| l.range.end <= e.range.start))
            }
            Class::Mark if on[6] && matches!(text.as_bytes()[t.start as usize], b'+' | b'(') && reader.free_before(i) => reader.phone(i),
            Class::Digits if reader.free_before(i) => None
                .or_else(|| on[5].then(|| reader.ssn(i)).flatten())
                .or_else(|| on[6].then(|| reader.phone(i)).flatten())
                .or_else(|| on[4].then(|| reader.card(i)).flatten())
                .or_else(|| on[7].then(|| reader.ip(i)).flatten())
                .or_else(|| on[2].then(|| reader.mbi(i)).flatten()),
            Class::Upper if on[3] && reader.free_before(i) => reader.iban(i),
            Class::Lower | Class::Title if on[1] && (t.hash == http || t.hash == https || t.hash == www) => reader.url(i),
            _ => None,
        };
        match found {
            Some((last, event)) => {
                events.push(event);
                i = last + 1;
            }
            None => i += 1,
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let mut tokens = Vec::new();
        crate::token::tokens(text, &mut tokens);
        let shown: Vec<String> = find(&Rules::default(), text, &tokens).into_iter().map(|e| format!("{}={}", e.kind, &text[e.range])).collect();
        assert_eq!(shown.join("; "), expect, "{text}");
    }

    #[test]
    fn forms() {
        check("SSN 219-09-9999, 219 09 9998.", "ssn=219-09-9999; ssn=219 09 9998");
        check("call (859) 555-3796 or 859.555.3796 or 1-800-555-0100", "phone=(859) 555-3796; phone=859.555.3796; phone=1-800-555-0100");
        check("fax 345-899-3560x4587, (898)666-3621x0135", "phone=345-899-3560x4587; phone=(898)666-3621x0135");
        check("918-555-0190 ext 22, 918-555-0190 ext. 4417", "phone=918-555-0190 ext 22; phone=918-555-0190 ext. 4417");
        check("614/555-0173, fax 614/555-0174", "phone=614/555-0173; phone=614/555-0174");
        check("+234-803-555-1190, +52-55-5544-9921; +44 20 7946 0958", "phone=+234-803-555-1190; phone=+52-55-5544-9921; phone=+44 20 7946 0958");
        check("4111 1111 1111 1111 and 4111111111111111", "card_number=4111 1111 1111 1111; card_number=4111111111111111");
        check("GB29 NWBK 6016 1331 9268 19 or GB29NWBK60161331926819", "bank_account=GB29 NWBK 6016 1331 9268 19; bank_account=GB29NWBK60161331926819");
        check("1EG4-TE5-MK73 1EG4TE5MK73", "mbi=1EG4-TE5-MK73; mbi=1EG4TE5MK73");
        check("mail m.o'hara@gmail.com. <a_b@x.org>", "email=m.o'hara@gmail.com; email=a_b@x.org");
        check("see https://x.org/a?b=1, www.clinic.example.", "url=https://x.org/a?b=1; url=www.clinic.example");
        check("from 10.1.2.3: ok", "ip_address=10.1.2.3");
        check("1.2.3.4.5 123-45-67890 A123-45-6789 12-34 @ ++ (", "");
    }
}
