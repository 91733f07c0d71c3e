//! Learning the gate: which tokens may be of a name at all, judged by what is cheap to know, so that few are decoded.
//!
//! A logistic regression over the features of single words ([`features::alone`]) and of the classes around them ([`features::near`]), with
//! weights of its own: those of the tagger are learnt together with the features of word pairs and say little without them.

use super::STEP;
use super::features::{self, PLACES};
use super::train::{self, Example};
use super::weights::{ROWS, Table};
use crate::lexicon::Lexicon;

/// Passes over the examples.
const PASSES: usize = 5;
/// Of AdaGrad.
const RATE: f32 = 0.1;
/// What a word of a name counts against one of none: to miss one is worse than to decode one.
const NAME: f32 = 4.0;

/// Learns the weight of every row of the table, in steps.
pub(crate) fn learn(examples: &[&Example], table: &Table, lexicon: &Lexicon) -> Vec<i8> {
    let (mut weights, mut squares) = (vec![0.0_f32; ROWS], vec![0.0_f32; ROWS]);
    let mut buffer = Vec::new();
    let mut rows: Vec<Vec<usize>> = Vec::new();
    for pass in 0..PASSES {
        for n in train::shuffled(examples.len(), pass as u64) {
            let example = examples[n];
            features::look_up(&example.text, lexicon, &mut buffer);
            let tags = train::gold(&buffer, &example.spans);
            train::hide(&mut buffer, &tags, n as u64, pass as u64, 1);
            rows.iter_mut().for_each(Vec::clear);
            rows.resize_with(buffer.len().max(rows.len()), Vec::new);
            for (i, token) in buffer.iter().enumerate() {
                let word = example.text.get(token.range()).unwrap_or_default();
                for offset in PLACES {
                    if let Some(at) = i.checked_add_signed(-offset as isize).filter(|at| *at < buffer.len()) {
                        features::alone(token, word, offset, |f| rows[at].extend(table.row(f)));
                    }
                }
                let [a, b, c] = features::around(&buffer, i);
                rows[i].extend(features::near(a, b, c).into_iter().filter_map(|f| table.row(f)));
            }
            for (rows, tag) in rows.iter().zip(&tags) {
                let score: f32 = rows.iter().map(|r| weights[*r]).sum();
                let p = 1.0 / (1.0 + (-score).exp());
                let gradient = if *tag == 0 { p } else { NAME * (p - 1.0) };
                if gradient.abs() > 1e-3 {
                    for r in rows {
                        squares[*r] += gradient * gradient;
                        weights[*r] -= RATE * gradient / (squares[*r].sqrt() + 1e-6);
                    }
                }
            }
        }
    }
    weights.into_iter().map(|w| (w / STEP).round().clamp(-127.0, 127.0) as i8).collect()
}
