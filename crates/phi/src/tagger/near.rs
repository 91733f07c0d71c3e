//! What a token's and its neighbours' classes, lists and places say, without their words: few enough cases to be looked up directly.

use super::features::{self, NEAR, NONE};
use super::weights::{ROW, Scores, Table};
use crate::lexicon::PLACE_SHIFT;
use crate::token::{Class, Token};

/// Cases of each feature: three classes and two gaps; the bits of two words, twice; three places and a class.
const CASES: [usize; NEAR] = [1 << 11, 1 << 14, 1 << 14, 1 << 9];
const CLASSES: [Class; 8] = [Class::Lower, Class::Title, Class::Upper, Class::Initial, Class::Mixed, Class::Digits, Class::Line, Class::Mark];

/// The weights by case.
pub(crate) struct Near {
    tables: [Box<[[i8; ROW]]>; NEAR],
    /// The most that they say to the gate.
    most: i16,
}

fn cases(a: &Token, b: &Token, c: &Token) -> [usize; NEAR] {
    let class = |x: &Token| x.class as usize;
    let lists = |x: &Token| x.bits() as usize;
    let place = |x: &Token| x.place() as usize & 3;
    [
        class(a) << 8 | class(b) << 5 | class(c) << 2 | usize::from(b.spaced) << 1 | usize::from(c.spaced),
        lists(a) << 7 | lists(b),
        lists(b) << 7 | lists(c),
        place(a) << 7 | place(b) << 5 | place(c) << 3 | class(b),
    ]
}

impl Near {
    pub fn new(weights: &Table) -> Near {
        let mut tables = CASES.map(|n| vec![[0; ROW]; n].into_boxed_slice());
        let mut set = |a: &Token, b: &Token, c: &Token| {
            for ((table, case), feature) in tables.iter_mut().zip(cases(a, b, c)).zip(features::near(a, b, c)) {
                let mut sum = [0; ROW];
                weights.add_one(feature, &mut sum);
                table[case] = sum.map(|w| w as i8);
            }
        };
        let item = |class: usize, spaced: bool, bits: usize, place: usize| Token {
            class: CLASSES[class],
            spaced,
            lists: (place << PLACE_SHIFT | bits) as u32,
            ..NONE
        };
        for case in 0..CASES[0] {
            let (a, b, c) = (item(case >> 8, false, 0, 0), item(case >> 5 & 7, case & 2 != 0, 0, 0), item(case >> 2 & 7, case & 1 != 0, 0, 0));
            set(&a, &b, &c);
        }
        for case in 0..CASES[1] {
            let (high, low) = (item(0, false, case >> 7, 0), item(0, false, case & 0x7f, 0));
            set(&high, &low, &NONE);
            set(&NONE, &high, &low);
        }
        for case in 0..CASES[3] {
            let (a, b, c) = (item(0, false, 0, case >> 7), item(case & 7, false, 0, case >> 5 & 3), item(0, false, 0, case >> 3 & 3));
            set(&a, &b, &c);
        }
        let most = tables.iter().map(|table| table.iter().map(|row| i16::from(row[0])).max().unwrap_or(0)).sum();
        Near { tables, most }
    }

    /// What stands around the token at `i` says to the gate; any number below `least` where it is less.
    #[inline(always)]
    pub fn gate(&self, tokens: &[Token], i: usize, least: i16) -> i16 {
        if self.most < least {
            return self.most;
        }
        let [a, b, c] = features::around(tokens, i);
        self.tables.iter().zip(cases(a, b, c)).map(|(table, case)| i16::from(table[case][0])).sum()
    }

    /// Adds what stands around the token at `i`.
    #[inline(always)]
    pub fn add(&self, tokens: &[Token], i: usize, to: &mut Scores) {
        let [a, b, c] = features::around(tokens, i);
        for (table, case) in self.tables.iter().zip(cases(a, b, c)) {
            let row = table[case];
            *to = std::array::from_fn(|tag| to[tag].wrapping_add(i16::from(row[tag])));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tagger::Tagger;

    #[test]
    fn the_tables_say_what_the_weights_say() {
        let tagger = Tagger::built_in();
        let text = "Pt. seen by Dr. MARY O'Neil, of New York City\n(tel 555), at Ohio State McKay Clinic";
        let mut tokens = Vec::new();
        features::look_up(text, &tagger.lexicon, &mut tokens);
        for i in 0..tokens.len() {
            let [a, b, c] = features::around(&tokens, i);
            let (mut expect, mut sum) = ([0; ROW], [0; ROW]);
            features::near(a, b, c).into_iter().for_each(|f| tagger.weights.add_one(f, &mut expect));
            tagger.near.add(&tokens, i, &mut sum);
            assert_eq!(sum, expect, "{}", &text[tokens[i].range()]);
        }
    }
}
