//! Pieces of text with their places to lines in reading order.
//!
//! An engine gives text in the order in which it was drawn. That order is kept, with two exceptions: pieces that continue
//! one another on a line are joined (a superscript, a figure drawn digit by digit), and columns of short pieces that were
//! drawn one after the other and stand side by side (labels, then values) are read row by row. Columns of prose stay apart.

/// More pieces than this on one page are given as drawn.
const MOST: usize = 6_000;
/// Longer pieces (in characters, on average) are prose.
const PROSE: usize = 34;

/// A piece of text drawn in one go.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    pub text: String,
    pub left: f32,
    pub right: f32,
    pub bottom: f32,
    pub top: f32,
    /// Not written from left to right.
    pub turned: bool,
}

impl Piece {
    fn height(&self) -> f32 {
        (self.top - self.bottom).max(0.1)
    }
    fn middle(&self) -> f32 {
        (self.top + self.bottom) / 2.0
    }
    /// Whether the two stand on one line.
    fn beside(&self, other: &Piece) -> bool {
        let overlap = self.top.min(other.top) - self.bottom.max(other.bottom);
        overlap > 0.5 * self.height().min(other.height())
    }
    fn append(&mut self, between: &str, next: Piece) {
        self.text.push_str(between);
        self.text.push_str(&next.text);
        self.left = self.left.min(next.left);
        self.right = self.right.max(next.right);
        // The line keeps the place of its larger letters.
        if next.height() > self.height() {
            (self.bottom, self.top) = (next.bottom, next.top);
        }
    }
}

/// What stands between two pieces of one line; `gap` in heights of the letters.
pub(super) fn between(gap: f32) -> &'static str {
    match gap {
        gap if gap < 0.1 => "",
        gap if gap < 1.3 => " ",
        _ => "\t",
    }
}

/// The page's text.
pub(super) fn arrange(pieces: Vec<Piece>) -> String {
    let lines = joined(pieces);
    let lines = if lines.len() <= MOST { rows(lines) } else { lines };
    let mut text = String::with_capacity(lines.iter().map(|line| line.text.len() + 1).sum());
    for line in lines {
        text.push_str(line.text.trim_end());
        text.push('\n');
    }
    text
}

/// Joins pieces that follow one another on a line.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut lines: Vec<Piece> = Vec::new();
    // The piece drawn last: a line's end may be smaller letters than the rest of it.
    let mut last: Option<Piece> = None;
    for piece in pieces {
        let place = Piece { text: String::new(), ..piece.clone() };
        match (lines.last_mut(), &last) {
            (Some(line), Some(last)) if !line.turned && !piece.turned && (last.beside(&piece) || line.beside(&piece)) && follows(line, last, &piece) => {
                let small = line.height().min(piece.height());
                let mut space = between((piece.left - line.right) / small);
                let (before, after) = (line.text.chars().next_back(), piece.text.chars().next());
                let digits = before.is_some_and(char::is_numeric) && after.is_some_and(char::is_numeric);
                // A footnote's number is not part of the figure before it, nor is a figure that stands a little higher.
                let level = small * 1.2 > line.height().max(piece.height()) && (last.bottom - piece.bottom).abs() < 0.12 * small;
                if space.is_empty() && digits && !level {
                    space = " ";
                }
                if before.is_some_and(char::is_whitespace) || after.is_some_and(char::is_whitespace) {
                    space = "";
                }
                line.append(space, piece);
            }
            _ => lines.push(piece),
        }
        last = Some(place);
    }
    lines
}

fn follows(line: &Piece, last: &Piece, next: &Piece) -> bool {
    next.left >= line.right.max(last.right) - 0.4 * next.height().min(last.height())
}

/// Reads columns of short pieces row by row.
fn rows(lines: Vec<Piece>) -> Vec<Piece> {
    // A flow goes down the page; a piece above its predecessor, or beside it, begins another.
    let mut flows: Vec<Vec<Piece>> = Vec::new();
    for line in lines {
        match flows.last_mut() {
            Some(flow) if flow.last().is_some_and(|last| !last.turned && !line.turned && line.middle() < last.middle() && !line.beside(last)) => {
                flow.push(line)
            }
            _ => flows.push(vec![line]),
        }
    }
    let mut out: Vec<Piece> = Vec::new();
    let mut current: Vec<Piece> = Vec::new();
    for flow in flows {
        if current.is_empty() {
            current = flow;
        } else if side_by_side(&current, &flow) {
            current = merged(current, flow);
        } else {
            out.append(&mut current);
            current = flow;
        }
    }
    out.append(&mut current);
    out
}

/// Whether most pieces of the second column stand on lines of the first, and neither is prose.
fn side_by_side(first: &[Piece], second: &[Piece]) -> bool {
    if first.iter().chain(second).any(|piece| piece.turned) {
        return false;
    }
    let bottom = first.last().map_or(0.0, |piece| piece.bottom);
    let (mut within, mut matched, mut left_chars, mut right_chars) = (0, 0, 0, 0);
    for piece in second.iter().filter(|piece| piece.top > bottom) {
        within += 1;
        // `first` goes down the page.
        let at = first.partition_point(|line| line.bottom >= piece.middle());
        let line = [at.checked_sub(1), Some(at), at.checked_add(1)].into_iter().flatten().filter_map(|at| first.get(at)).find(|line| line.beside(piece));
        let Some(line) = line else { continue };
        if piece.left < line.right && line.left < piece.right {
            return false;
        }
        matched += 1;
        left_chars += line.text.chars().count();
        right_chars += piece.text.chars().count();
    }
    matched > 0 && matched * 10 >= within * 6 && (left_chars < matched * PROSE || right_chars < matched * PROSE)
}

/// Two columns as one: pieces on one line are put together from left to right.
fn merged(first: Vec<Piece>, second: Vec<Piece>) -> Vec<Piece> {
    let mut all: Vec<Piece> = first.into_iter().chain(second).collect();
    all.sort_by(|a, b| b.middle().total_cmp(&a.middle()));
    let mut rows: Vec<Vec<Piece>> = Vec::new();
    for piece in all {
        match rows.last_mut() {
            Some(row) if row.first().is_some_and(|first| first.beside(&piece)) => row.push(piece),
            _ => rows.push(vec![piece]),
        }
    }
    let line = |mut row: Vec<Piece>| {
        row.sort_by(|a, b| a.left.total_cmp(&b.left));
        let mut row = row.into_iter();
        let mut line = row.next()?;
        for piece in row {
            let space = between((piece.left - line.right) / line.height().min(piece.height()));
            line.append(if space.is_empty() { " " } else { space }, piece);
        }
        Some(line)
    };
    rows.into_iter().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces as `left,bottom,text` with letters 10 high and 5 wide.
    fn check(pieces: &[(f32, f32, &str)], expect: &str) {
        let pieces = pieces.iter().map(|&(left, bottom, text)| Piece {
            text: text.into(),
            left,
            right: left + 5.0 * text.chars().count() as f32,
            bottom,
            top: bottom + 10.0,
            turned: false,
        });
        assert_eq!(arrange(pieces.collect()), expect);
    }

    #[test]
    fn lines() {
        check(&[(0.0, 90.0, "0"), (5.0, 90.0, "."), (10.0, 90.0, "8"), (0.0, 70.0, "next")], "0.8\nnext\n");
        check(&[(0.0, 90.0, "Ann"), (18.0, 90.0, "Lee"), (60.0, 90.0, "1980")], "Ann Lee\t1980\n");
        check(&[], "");
    }

    #[test]
    fn superscripts() {
        let piece = |text: &str, left: f32, right: f32, bottom: f32, top: f32| Piece { text: text.into(), left, right, bottom, top, turned: false };
        assert_eq!(arrange(vec![piece("Lee", 0.0, 15.0, 0.0, 10.0), piece("2", 15.0, 18.0, 5.0, 11.0), piece(", Kim", 18.0, 40.0, 0.0, 10.0)]), "Lee2, Kim\n");
        assert_eq!(arrange(vec![piece("71", 0.0, 10.0, 0.0, 10.0), piece("2", 10.0, 13.0, 5.0, 11.0)]), "71 2\n");
    }

    #[test]
    fn labels_then_values() {
        let columns = [(0.0, 90.0, "Patient:"), (0.0, 70.0, "DOB:"), (0.0, 50.0, "MRN:"), (100.0, 90.0, "Lee, Ann"), (100.0, 70.0, "01/02/1980")];
        check(&columns, "Patient:\tLee, Ann\nDOB:\t01/02/1980\nMRN:\n");
        // A third column that only some rows have.
        let three: Vec<_> = columns.iter().copied().chain([(200.0, 70.0, "F")]).collect();
        check(&three, "Patient:\tLee, Ann\nDOB:\t01/02/1980\tF\nMRN:\n");
    }

    #[test]
    fn columns_of_prose() {
        let (a, b) = ("the patient was seen by the doctor on call", "an examination of the chest was performed ");
        let right = 300.0;
        check(&[(0.0, 90.0, a), (0.0, 70.0, b), (right, 90.0, b), (right, 70.0, a)], &format!("{a}\n{}\n{}\n{a}\n", b.trim(), b.trim()));
    }
}
