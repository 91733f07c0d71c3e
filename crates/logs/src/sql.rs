//! What a SQL statement does, and to which tables: enough for an audit, no more. Literals are skipped, never shown.

use crate::text::clip;
use std::collections::BTreeSet;

/// More of a statement than this is not looked at, bytes.
const MAX_STATEMENT: usize = 64 * 1024;
/// More tables than this are not named.
const MAX_RELATIONS: usize = 50;

#[derive(Clone, Copy, PartialEq, Debug)]
enum Token<'a> {
    /// A bare word.
    Word(&'a str),
    /// A quoted name (`"x"`, `` `x` ``, `[x]`).
    Name(&'a str),
    /// A string, its place in the statement.
    Literal(usize, usize),
    Sign(char),
}

fn tokens(sql: &str) -> Vec<Token<'_>> {
    let sql = clip(sql, MAX_STATEMENT);
    let b = sql.as_bytes();
    let mut found = Vec::new();
    let mut i = 0;
    let find = |from: usize, what: &str| sql.get(from..).and_then(|rest| rest.find(what)).map_or(sql.len(), |n| from + n);
    while let Some(&byte) = b.get(i) {
        let from = i;
        match byte {
            b'-' if b.get(i + 1) == Some(&b'-') => i = find(i, "\n"),
            b'#' => i = find(i, "\n"),
            b'/' if b.get(i + 1) == Some(&b'*') => i = (find(i, "*/") + 2).min(b.len()),
            b'\'' => {
                i += 1;
                while let Some(&c) = b.get(i) {
                    match c {
                        b'\\' => i += 2,
                        b'\'' if b.get(i + 1) == Some(&b'\'') => i += 2,
                        b'\'' => break,
                        _ => i += 1,
                    }
                }
                i = (i + 1).min(b.len());
                found.push(Token::Literal(from, i));
            }
            b'"' | b'`' => {
                let end = find(i + 1, if byte == b'"' { "\"" } else { "`" });
                found.extend(sql.get(i + 1..end).map(Token::Name));
                i = (end + 1).min(b.len());
            }
            // $tag$ ... $tag$
            b'$' if b.get(i + 1).is_some_and(|c| *c == b'$' || c.is_ascii_alphabetic() || *c == b'_') => {
                let tag = find(i + 1, "$") + 1;
                let name = sql.get(i..tag).filter(|t| t.len() <= 64 && t[1..t.len() - 1].bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_'));
                i = match name {
                    Some(name) => {
                        let end = (find(tag, name) + name.len()).min(b.len());
                        found.push(Token::Literal(from, end));
                        end
                    }
                    None => i + 1,
                };
            }
            _ if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 || byte == b'@' || byte == b'$' => {
                while b.get(i).is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'$' | b'@') || *c >= 0x80) {
                    i += 1;
                }
                found.extend(sql.get(from..i).map(Token::Word));
            }
            _ => {
                if !byte.is_ascii_whitespace() {
                    found.push(Token::Sign(byte as char));
                }
                i += 1;
            }
        }
    }
    found
}

/// What a statement does.
pub(crate) struct Statement {
    /// The first word, in capitals; of `WITH` the word that follows the definitions.
    pub verb: String,
    /// Tables and views that it names, as far as that can be told without the catalogue.
    pub relations: Vec<String>,
    /// Hands out what it selects as a file or a stream: `COPY ... TO`, `INTO OUTFILE`, a dump program's reading.
    pub export: bool,
    class: Option<(i64, i64)>,
}

impl Statement {
    pub fn of(sql: &str) -> Statement {
        let tokens = tokens(sql);
        let word = |i: usize| match tokens.get(i) {
            Some(Token::Word(w)) => w.to_ascii_uppercase(),
            _ => String::new(),
        };
        let start = tokens.iter().position(|t| matches!(t, Token::Word(_))).unwrap_or(tokens.len());
        let mut verb = word(start);
        if verb == "WITH" {
            let mut depth = 0;
            for (i, token) in tokens.iter().enumerate().skip(start) {
                match token {
                    Token::Sign('(') => depth += 1,
                    Token::Sign(')') => depth -= 1,
                    Token::Word(_) if depth == 0 && matches!(word(i).as_str(), "SELECT" | "INSERT" | "UPDATE" | "DELETE" | "MERGE") => {
                        verb = word(i);
                        break;
                    }
                    _ => {}
                }
            }
        }
        let has = |w: &str| (start..tokens.len()).any(|i| word(i) == w);
        let copies_out = verb == "COPY" && {
            // The first TO or FROM outside of parentheses.
            let mut depth = 0;
            let direction = tokens.iter().enumerate().skip(start).find_map(|(i, token)| {
                depth += match token {
                    Token::Sign('(') => 1,
                    Token::Sign(')') => -1,
                    _ => 0,
                };
                Some(word(i)).filter(|w| depth == 0 && (w == "TO" || w == "FROM"))
            });
            direction.as_deref() == Some("TO")
        };
        let export = copies_out || has("OUTFILE") || has("DUMPFILE") || sql.contains("/*!40001 SQL_NO_CACHE */");
        let second = word(start + 1);
        let class = class(&verb, &second, export);
        Statement { relations: relations(&tokens, &verb), verb, export, class }
    }

    /// OCSF class and activity; `None` for statements that neither show nor change anything (`SET`, `BEGIN` ...).
    pub fn class(&self) -> Option<(i64, i64)> {
        self.class
    }
}

fn class(verb: &str, second: &str, export: bool) -> Option<(i64, i64)> {
    let account = matches!(second, "USER" | "ROLE" | "LOGIN" | "GROUP");
    Some(match verb {
        _ if export => (6006, 2),
        "SELECT" | "TABLE" | "VALUES" | "FETCH" | "DECLARE" | "HANDLER" | "EXECUTE" | "CALL" | "DO" => (6005, 4),
        "INSERT" | "REPLACE" | "LOAD" | "COPY" | "IMPORT" => (6005, 5),
        "UPDATE" | "MERGE" => (6005, 2),
        "DELETE" | "TRUNCATE" => (6005, 7),
        "CREATE" if account => (6003, 1),
        "DROP" if account => (6003, 4),
        "CREATE" => (6005, 6),
        "DROP" => (6005, 7),
        "ALTER" | "GRANT" | "REVOKE" | "RENAME" | "SECURITY" | "REASSIGN" | "INSTALL" | "UNINSTALL" => (6003, 3),
        "SET" if matches!(second, "PASSWORD" | "GLOBAL" | "PERSIST") => (6003, 3),
        _ => return None,
    })
}

fn relations(tokens: &[Token], verb: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let upper = |token: Option<&Token>| match token {
        Some(Token::Word(w)) => w.to_ascii_uppercase(),
        _ => String::new(),
    };
    // Names that `WITH` defines are no tables.
    let with = tokens.iter().any(|t| upper(Some(t)) == "WITH");
    let defined: BTreeSet<String> = tokens
        .windows(if with { 3 } else { tokens.len() + 1 })
        .filter(|w| upper(w.get(1)) == "AS" && w.get(2) == Some(&Token::Sign('(')))
        .filter_map(|w| if let Some(Token::Word(name) | Token::Name(name)) = w.first() { Some(name.to_lowercase()) } else { None })
        .collect();
    // What stands before each open parenthesis: FROM in EXTRACT(x FROM y) names no table.
    let mut before: Vec<String> = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let previous = upper(i.checked_sub(1).and_then(|i| tokens.get(i)));
        match tokens[i] {
            Token::Sign('(') => before.push(previous.clone()),
            Token::Sign(')') => {
                before.pop();
            }
            _ => {}
        }
        let names = match upper(tokens.get(i)).as_str() {
            // COPY t FROM names a file.
            "FROM" if verb == "COPY" && before.is_empty() => false,
            "FROM" => previous != "DISTINCT" && !before.last().is_some_and(|f| matches!(f.as_str(), "EXTRACT" | "SUBSTRING" | "TRIM" | "OVERLAY" | "POSITION")),
            "JOIN" => true,
            "INTO" => !matches!(upper(tokens.get(i + 1)).as_str(), "OUTFILE" | "DUMPFILE"),
            "UPDATE" => previous.is_empty() && !matches!(i.checked_sub(1).and_then(|i| tokens.get(i)), Some(Token::Name(_))),
            "TABLE" | "TRUNCATE" => !matches!(verb, "CALL" | "DO"),
            "COPY" => verb == "COPY" && found.is_empty(),
            "VIEW" => matches!(verb, "DROP" | "REFRESH"),
            _ => false,
        };
        i += 1;
        if !names {
            continue;
        }
        loop {
            while matches!(upper(tokens.get(i)).as_str(), "ONLY" | "LATERAL" | "TABLE" | "IF" | "EXISTS" | "NOT" | "LOW_PRIORITY" | "IGNORE" | "TEMPORARY") {
                i += 1;
            }
            let Some((name, next)) = name(tokens, i) else { break };
            // A name before a parenthesis is a function, but not after INSERT INTO or COPY.
            let function = tokens.get(next) == Some(&Token::Sign('(')) && !matches!(verb, "INSERT" | "REPLACE" | "COPY" | "CREATE");
            if !function && !name.starts_with('@') && !defined.contains(&name) && !found.contains(&name) && found.len() < MAX_RELATIONS {
                found.push(name);
            }
            i = next;
            // An alias, and perhaps the next of a list.
            if upper(tokens.get(i)) == "AS" {
                i += 1;
            }
            if matches!(tokens.get(i), Some(Token::Word(_) | Token::Name(_))) && tokens.get(i + 1) == Some(&Token::Sign(',')) {
                i += 1;
            }
            if tokens.get(i) != Some(&Token::Sign(',')) {
                break;
            }
            i += 1;
        }
    }
    found
}

/// `schema.table` at a position, in lower case as far as it is not quoted, and the position behind it.
fn name(tokens: &[Token], mut i: usize) -> Option<(String, usize)> {
    let mut name = String::new();
    loop {
        match tokens.get(i)? {
            Token::Word(word) => name.push_str(&word.to_lowercase()),
            Token::Name(quoted) => name.push_str(quoted),
            _ => return None,
        }
        i += 1;
        if tokens.get(i) != Some(&Token::Sign('.')) {
            return Some((name, i));
        }
        name.push('.');
        i += 1;
    }
}

/// The statement without the passwords in it: the literals after `PASSWORD` and `IDENTIFIED BY`.
pub(crate) fn without_passwords(sql: &str) -> String {
    let lower = sql.to_ascii_lowercase();
    if !lower.contains("password") && !lower.contains("identified") {
        return sql.to_string();
    }
    let tokens = tokens(sql);
    let mut out = String::new();
    let mut at = 0;
    for (i, token) in tokens.iter().enumerate() {
        let Token::Literal(from, to) = token else { continue };
        let near = tokens[i.saturating_sub(6)..i].iter().rev().take_while(|t| !matches!(t, Token::Literal(..) | Token::Sign(';')));
        if near.into_iter().any(|t| matches!(t, Token::Word(w) if w.eq_ignore_ascii_case("password") || w.eq_ignore_ascii_case("identified"))) {
            out.push_str(sql.get(at..*from).unwrap_or(""));
            out.push_str("'[removed]'");
            at = *to;
        }
    }
    out.push_str(sql.get(at..).unwrap_or(""));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sql: &str, verb: &str, relations: &str, class: Option<(i64, i64)>) {
        let s = Statement::of(sql);
        assert_eq!((s.verb.as_str(), s.relations.join(",").as_str(), s.class()), (verb, relations, class), "{sql}");
    }

    #[test]
    fn statements() {
        check("select * from patients where name='x from y'", "SELECT", "patients", Some((6005, 4)));
        check(
            "SELECT p.*, q.a FROM Clinic.\"Patients\" p, visits AS v JOIN `notes` n ON 1=1 WHERE extract(year from p.dob) > 1",
            "SELECT",
            "clinic.Patients,visits,notes",
            Some((6005, 4)),
        );
        check("/* x */ with a as (select 1 from b) insert into c (d) select * from a", "INSERT", "b,c", Some((6005, 5)));
        check("copy public.patients (id, name) to stdout;", "COPY", "public.patients", Some((6006, 2)));
        check("copy (select * from patients) to '/tmp/x' csv", "COPY", "patients", Some((6006, 2)));
        check("COPY patients FROM stdin", "COPY", "patients", Some((6005, 5)));
        check("select * from patients into outfile '/tmp/x'", "SELECT", "patients", Some((6006, 2)));
        check("SELECT /*!40001 SQL_NO_CACHE */ `id` FROM `patients`", "SELECT", "patients", Some((6006, 2)));
        check("update patients set a='b' where c=1", "UPDATE", "patients", Some((6005, 2)));
        check("select 1 from t for update", "SELECT", "t", Some((6005, 4)));
        check("TRUNCATE TABLE a, b", "TRUNCATE", "a,b", Some((6005, 7)));
        check("drop table if exists a", "DROP", "a", Some((6005, 7)));
        check("select * from generate_series(1,2)", "SELECT", "", Some((6005, 4)));
        check("create user anna identified by 'x'", "CREATE", "", Some((6003, 1)));
        for noise in ["BEGIN", "set search_path = x", "", "'", "$a$", "/*", "--", "("] {
            assert_eq!(Statement::of(noise).class(), None, "{noise}");
        }
    }

    #[test]
    fn passwords_do_not_stay() {
        for (sql, expect) in [
            ("create role anna login password 'se''cret' valid until 'x'", "create role anna login password '[removed]' valid until 'x'"),
            ("create user anna@'10.%' identified with m by 'secret'", "create user anna@'10.%' identified with m by '[removed]'"),
            ("select 'password'", "select 'password'"),
        ] {
            assert_eq!(without_passwords(sql), expect);
        }
    }
}
