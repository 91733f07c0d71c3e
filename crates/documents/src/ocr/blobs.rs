//! Connected components of ink: what letters, specks and rules are made of.

use image::GrayImage;

/// A connected component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Blob {
    pub left: u32,
    pub top: u32,
    /// Inclusive.
    pub right: u32,
    /// Inclusive.
    pub bottom: u32,
    /// Pixels of ink.
    pub area: u32,
}

impl Blob {
    pub fn width(&self) -> u32 {
        self.right.saturating_sub(self.left) + 1
    }
    pub fn height(&self) -> u32 {
        self.bottom.saturating_sub(self.top) + 1
    }
    fn join(&mut self, other: &Blob) {
        self.left = self.left.min(other.left);
        self.top = self.top.min(other.top);
        self.right = self.right.max(other.right);
        self.bottom = self.bottom.max(other.bottom);
        self.area = self.area.saturating_add(other.area);
    }
}

/// Calls `each` with the first and last place of every run of ink.
fn runs(row: &[u8], ink: &impl Fn(u8) -> bool, mut each: impl FnMut(u32, u32)) {
    let mut start = None;
    for (x, &level) in row.iter().enumerate() {
        match (ink(level), start) {
            (true, None) => start = Some(x as u32),
            (false, Some(from)) => {
                each(from, x as u32 - 1);
                start = None;
            }
            _ => {}
        }
    }
    if let Some(from) = start {
        each(from, row.len() as u32 - 1);
    }
}

/// Runs and the component that each belongs to.
struct Labels {
    parents: Vec<u32>,
    blobs: Vec<Blob>,
}

impl Labels {
    fn root(&self, mut label: u32) -> u32 {
        while let Some(&parent) = self.parents.get(label as usize).filter(|&&parent| parent != label) {
            label = parent;
        }
        label
    }
    /// The root, and the way to it halved for the next time: a hostile picture makes long ones.
    fn root_of(&mut self, mut label: u32) -> u32 {
        loop {
            let parent = self.parents.get(label as usize).copied().unwrap_or(label);
            let above = self.parents.get(parent as usize).copied().unwrap_or(parent);
            if parent == above {
                return parent;
            }
            if let Some(parent) = self.parents.get_mut(label as usize) {
                *parent = above;
            }
            label = above;
        }
    }
    fn union(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root_of(a), self.root_of(b));
        if a == b {
            return;
        }
        // The older one stays, so that paths lead up the page and stay short.
        let (keep, drop) = (a.min(b), a.max(b));
        if let Some(parent) = self.parents.get_mut(drop as usize) {
            *parent = keep;
        }
        let dropped = self.blobs.get(drop as usize).copied();
        if let (Some(blob), Some(dropped)) = (self.blobs.get_mut(keep as usize), dropped) {
            blob.join(&dropped);
        }
    }
    fn of(picture: &GrayImage, ink: &impl Fn(u8) -> bool) -> Labels {
        let mut labels = Labels { parents: Vec::new(), blobs: Vec::new() };
        // First place, last place, label.
        let mut above: Vec<(u32, u32, u32)> = Vec::new();
        let mut here = Vec::new();
        for (y, row) in picture.as_raw().chunks_exact(picture.width().max(1) as usize).enumerate() {
            let y = y as u32;
            let mut at = 0;
            runs(row, ink, |from, to| {
                let label = labels.parents.len() as u32;
                labels.parents.push(label);
                labels.blobs.push(Blob { left: from, top: y, right: to, bottom: y, area: to - from + 1 });
                here.push((from, to, label));
                // Runs above that end before this one begins touch none of the later ones either.
                while above.get(at).is_some_and(|&(_, end, _)| end + 1 < from) {
                    at += 1;
                }
                let mut touching = at;
                while let Some(&(start, _, other)) = above.get(touching) {
                    if start > to + 1 {
                        break;
                    }
                    labels.union(other, label);
                    touching += 1;
                }
            });
            // Short paths: every label of this row points to its root.
            for (_, _, label) in &mut here {
                let root = labels.root_of(*label);
                if let Some(parent) = labels.parents.get_mut(*label as usize) {
                    *parent = root;
                }
                *label = root;
            }
            std::mem::swap(&mut above, &mut here);
            here.clear();
        }
        labels
    }
}

/// All components, in the order of their first row.
pub(crate) fn find(picture: &GrayImage, ink: impl Fn(u8) -> bool) -> Vec<Blob> {
    let labels = Labels::of(picture, &ink);
    let roots = labels.parents.iter().enumerate().filter(|(label, parent)| *label as u32 == **parent);
    roots.filter_map(|(label, _)| labels.blobs.get(label).copied()).collect()
}

/// Paints the components that are `unwanted` in `paint`.
pub(crate) fn erase(picture: &mut GrayImage, ink: impl Fn(u8) -> bool, paint: u8, unwanted: impl Fn(&Blob) -> bool) {
    let labels = Labels::of(picture, &ink);
    let width = picture.width().max(1) as usize;
    let mut label = 0_u32;
    for row in picture.chunks_exact_mut(width) {
        let mut places = Vec::new();
        runs(row, &ink, |from, to| {
            if labels.blobs.get(labels.root(label) as usize).is_some_and(&unwanted) {
                places.push((from as usize, to as usize));
            }
            label += 1;
        });
        for (from, to) in places {
            if let Some(run) = row.get_mut(from..=to) {
                run.fill(paint);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(rows: &[&str]) -> GrayImage {
        let width = rows.first().map_or(0, |row| row.len()) as u32;
        let levels = rows.iter().flat_map(|row| row.bytes().map(|b| if b == b'#' { 0 } else { 255 })).collect();
        GrayImage::from_raw(width, rows.len() as u32, levels).unwrap_or_default()
    }

    #[test]
    fn joined_and_apart() {
        let mut page = picture(&["#..#..#", "#..#.#.", "####...", ".......", "......#"]);
        let found = find(&page, |level| level < 128);
        let boxes: Vec<_> = found.iter().map(|b| (b.left, b.top, b.right, b.bottom, b.area)).collect();
        // Corners touch: the slanted stroke joins the U only where they meet.
        assert_eq!(boxes, [(0, 0, 3, 2, 8), (5, 0, 6, 1, 2), (6, 4, 6, 4, 1)]);
        erase(&mut page, |level| level < 128, 255, |blob| blob.area < 3);
        assert!(page == picture(&["#..#...", "#..#...", "####...", ".......", "......."]));
        assert!(find(&GrayImage::new(0, 0), |_| true).is_empty());
    }
}
