//! Learning the weights: a conditional random field by stochastic gradient, AdaGrad, one thread, the same every time.

use super::features::{self, PLACES};
use super::gate;
use super::weights::{ROW, ROWS, Table};
use super::{Entity, STEP, TAGS, may_follow};
use crate::lexicon::{LEARNT, Lexicon, MEDICINE};
use crate::roster::Roster;
use crate::rules::Rules;
use crate::token::{Identity, Token, mix};
use std::collections::HashMap;
use std::ops::Range;

/// A text and the names in it, as byte ranges.
pub struct Example {
    /// The text.
    pub text: String,
    /// The names, in order.
    pub spans: Vec<(Range<usize>, Entity)>,
}

/// What was learnt.
pub struct Report {
    /// The weights, as [`super::Tagger::from_bytes`] reads them.
    pub bytes: Vec<u8>,
    /// Mean loss per token of every model and pass, in natural logarithms.
    pub losses: Vec<Vec<f64>>,
}

/// Longest sequence learnt from, in tokens; longer texts are cut.
const LONGEST: usize = 400;
/// Share of the words whose list bits are hidden, so that names on no list are learnt by their form and place.
const HIDDEN: u64 = 30;

/// Share of the words of names that are learnt as words never seen.
const UNKNOWN: u64 = 25;
/// The same of the words around them, times the number of the model, so that no name depends on one word beside it.
const UNKNOWN_AROUND: u64 = 4;

/// A feature seen less often tells more of its text than of names.
const SEEN: u32 = 3;

struct Weights {
    w: Vec<f32>,
    /// Sums of squared gradients.
    g: Vec<f32>,
    t: [[f32; TAGS]; TAGS],
    tg: [[f32; TAGS]; TAGS],
    rate: f32,
    decay: f32,
}

impl Weights {
    fn step(&mut self, at: usize, gradient: f32) {
        let gradient = gradient + self.decay * self.w[at];
        self.g[at] += gradient * gradient;
        self.w[at] -= self.rate * gradient / (self.g[at].sqrt() + 1e-6);
    }
}

/// Tags of the tokens of one example.
pub(super) fn gold(tokens: &[Token], spans: &[(Range<usize>, Entity)]) -> Vec<usize> {
    let (mut next, mut open) = (0, usize::MAX);
    tokens
        .iter()
        .map(|t| {
            while next < spans.len() && spans[next].0.end <= t.start as usize {
                next += 1;
            }
            match spans.get(next) {
                Some((r, entity)) if r.start < t.end as usize => {
                    let first = 1 + 2 * (*entity as usize);
                    // The first token of a span begins it, even where the span begins inside of the token.
                    if std::mem::replace(&mut open, next) == next { first + 1 } else { first }
                }
                _ => 0,
            }
        })
        .collect()
}

/// Calls with every token's number and each of its features.
fn features(text: &str, tokens: &[Token], mut each: impl FnMut(usize, u32)) {
    for (i, token) in tokens.iter().enumerate() {
        let word = text.get(token.range()).unwrap_or_default();
        for offset in PLACES {
            if let Some(at) = i.checked_add_signed(-offset as isize).filter(|at| *at < tokens.len()) {
                features::alone(token, word, offset, |f| each(at, f));
            }
        }
        let [a, b, c] = features::around(tokens, i);
        features::near(a, b, c).into_iter().chain(features::joint(tokens, i)).for_each(|f| each(i, f));
    }
}

/// The features to learn: those that tell tags apart best, by the logarithm of the likelihood ratio between the tags that are seen with
/// a feature and those of all tokens.
fn select(examples: &[&Example], lexicon: &Lexicon) -> Table {
    let mut seen: HashMap<u64, [u32; TAGS], Identity> = HashMap::default();
    let mut all = [0_u32; TAGS];
    let mut buffer = Vec::new();
    for example in examples {
        features::look_up(&example.text, lexicon, &mut buffer);
        let tags = gold(&buffer, &example.spans);
        tags.iter().for_each(|tag| all[*tag] += 1);
        features(&example.text, &buffer, |at, feature| seen.entry(u64::from(feature)).or_default()[tags[at]] += 1);
    }
    let total = f64::from(all.iter().sum::<u32>());
    let ratio = |counts: &[u32; TAGS]| {
        let n = f64::from(counts.iter().sum::<u32>());
        let part = |(count, all): (&u32, &u32)| if *count == 0 { 0.0 } else { f64::from(*count) * (f64::from(*count) * total / (n * f64::from(*all))).ln() };
        counts.iter().zip(&all).map(part).sum::<f64>()
    };
    let mut ranked: Vec<(f64, u32)> =
        seen.iter().filter(|(_, counts)| counts.iter().sum::<u32>() >= SEEN).map(|(feature, counts)| (ratio(counts), *feature as u32)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    Table::holding(ranked.into_iter().map(|r| r.1))
}

fn log_sum(values: &[f32]) -> f32 {
    let top = values.iter().copied().fold(f32::MIN, f32::max);
    top + values.iter().map(|v| (v - top).exp()).sum::<f32>().ln()
}

/// One sequence: marginals, gradient, update. Returns the loss.
fn learn(weights: &mut Weights, rows: &[Vec<u32>], gold: &[usize]) -> f64 {
    const NEVER: f32 = -1e9;
    let n = rows.len();
    let emit: Vec<[f32; TAGS]> = rows
        .iter()
        .map(|list| {
            let mut sum = [0.0; TAGS];
            for r in list {
                let at = *r as usize * ROW;
                for (s, w) in sum.iter_mut().zip(&weights.w[at..at + TAGS]) {
                    *s += w;
                }
            }
            sum
        })
        .collect();
    let t = weights.t;
    let pass = |a: usize, b: usize| if may_follow(a, b) { t[a][b] } else { NEVER };
    let mut alpha = vec![[NEVER; TAGS]; n];
    for b in 0..TAGS {
        alpha[0][b] = pass(0, b) + emit[0][b];
    }
    for i in 1..n {
        for b in 0..TAGS {
            let from: Vec<f32> = (0..TAGS).map(|a| alpha[i - 1][a] + pass(a, b)).collect();
            alpha[i][b] = log_sum(&from) + emit[i][b];
        }
    }
    let total = log_sum(&alpha[n - 1]);
    let mut beta = vec![[0.0_f32; TAGS]; n];
    for i in (0..n - 1).rev() {
        for a in 0..TAGS {
            let to: Vec<f32> = (0..TAGS).map(|b| pass(a, b) + emit[i + 1][b] + beta[i + 1][b]).collect();
            beta[i][a] = log_sum(&to);
        }
    }
    let mut score = 0.0;
    for i in 0..n {
        let before = if i == 0 { 0 } else { gold[i - 1] };
        score += pass(before, gold[i]) + emit[i][gold[i]];
    }
    for i in 0..n {
        let mut gradient = [0.0_f32; TAGS];
        let mut any = false;
        for b in 0..TAGS {
            gradient[b] = (alpha[i][b] + beta[i][b] - total).exp() - f32::from(u8::from(gold[i] == b));
            any |= gradient[b].abs() > 1e-3;
        }
        if any {
            for r in &rows[i] {
                for (b, g) in gradient.iter().enumerate() {
                    weights.step(*r as usize * ROW + b, *g);
                }
            }
        }
        let last: Vec<f32> = if i == 0 { (0..TAGS).map(|a| if a == 0 { 0.0 } else { NEVER }).collect() } else { alpha[i - 1].to_vec() };
        let before = if i == 0 { 0 } else { gold[i - 1] };
        for (a, from) in last.iter().enumerate() {
            for b in (0..TAGS).filter(|b| may_follow(a, *b)) {
                let p = (from + t[a][b] + emit[i][b] + beta[i][b] - total).exp();
                let g = p - f32::from(u8::from(a == before && b == gold[i]));
                if g.abs() > 1e-3 {
                    weights.tg[a][b] += g * g;
                    weights.t[a][b] -= weights.rate * g / (weights.tg[a][b].sqrt() + 1e-6);
                }
            }
        }
    }
    f64::from(total - score)
}

/// Learns a model from every part together with what is common, each in `passes` passes and a thread of its own; the weights are the
/// mean of the models': what one has learnt by chance the others have not. The order is shuffled by a fixed seed.
pub fn train(common: &[Example], parts: &[Vec<Example>], passes: usize, rate: f32, decay: f32) -> Report {
    let lexicon = Lexicon::new(&Rules::default(), &Roster::default());
    let table = select(&parts.iter().flatten().chain(common).collect::<Vec<_>>(), &lexicon);
    let models: Vec<(Weights, Vec<f64>)> = std::thread::scope(|scope| {
        let (lexicon, table) = (&lexicon, &table);
        let threads: Vec<_> = (0_u64..)
            .zip(parts)
            .map(|(number, part)| {
                let examples: Vec<&Example> = part.iter().chain(common).collect();
                scope.spawn(move || model(number, &examples, table, lexicon, passes, rate, decay))
            })
            .collect();
        threads.into_iter().map(|t| t.join().expect("a thread that learns")).collect()
    });
    // Rounded before the difference is taken: what is less than half a step of a tag is noise.
    let small = |w: f32| (w / models.len() as f32 / STEP).round().clamp(-127.0, 127.0) as i16;
    let sum = |of: &dyn Fn(&Weights) -> f32| small(models.iter().map(|m| of(&m.0)).sum::<f32>());
    let mut bytes: Vec<u8> = (0..TAGS * TAGS).map(|i| sum(&|m| m.t[i / TAGS][i % TAGS]) as i8 as u8).collect();
    let gate = gate::learn(&parts.iter().flatten().chain(common).collect::<Vec<_>>(), &table, &lexicon);
    // Only differences between tags count: against "none", in whose place the weight of the gate stands.
    let against = |row: usize, tag: usize| sum(&|m| m.w[row * ROW + tag]) - sum(&|m| m.w[row * ROW]);
    bytes.extend(table.to_bytes(|row, tag| if tag == 0 { gate[row] } else { against(row, tag).clamp(-127, 127) as i8 }));
    Report { bytes, losses: models.into_iter().map(|m| m.1).collect() }
}

/// The numbers below `n` in an order of their own for every seed.
pub(super) fn shuffled(n: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by_key(|i| mix((*i as u64) ^ ((seed + 1) << 40)));
    order
}

/// Hides of some words of an example that the lists know them, and what they are.
pub(super) fn hide(tokens: &mut [Token], tags: &[usize], example: u64, pass: u64, number: u64) {
    for (token, tag) in tokens.iter_mut().zip(tags) {
        // One choice per word, text and pass, so that all places of a name agree.
        let dice = mix(token.hash ^ example << 20 ^ pass ^ number << 56);
        if dice % 100 < HIDDEN {
            token.lists &= MEDICINE | !LEARNT;
        }
        // Names are learnt by their letters, list and place more than by heart.
        let share = if *tag != 0 { UNKNOWN } else { UNKNOWN_AROUND * number };
        if token.class <= crate::token::Class::Mixed && (dice >> 32) % 100 < share {
            token.hash = mix(dice);
        }
    }
}

fn model(number: u64, examples: &[&Example], table: &Table, lexicon: &Lexicon, passes: usize, rate: f32, decay: f32) -> (Weights, Vec<f64>) {
    let size = ROWS * ROW;
    let mut weights = Weights { w: vec![0.0; size], g: vec![0.0; size], t: [[0.0; TAGS]; TAGS], tg: [[0.0; TAGS]; TAGS], rate, decay };
    let mut losses = Vec::new();
    let (mut buffer, mut rows) = (Vec::new(), Vec::new());
    for pass in 0..passes {
        let (mut loss, mut count) = (0.0, 0_usize);
        for i in shuffled(examples.len(), pass as u64 + number * 100) {
            let example = examples[i];
            features::look_up(&example.text, lexicon, &mut buffer);
            let tags = gold(&buffer, &example.spans);
            hide(&mut buffer, &tags, i as u64, pass as u64, number);
            for start in (0..buffer.len()).step_by(LONGEST) {
                let end = (start + LONGEST).min(buffer.len());
                rows.iter_mut().for_each(Vec::clear);
                rows.resize_with(end - start, Vec::new);
                features(&example.text, &buffer[start..end], |at, feature| rows[at].extend(table.row(feature).map(|r| r as u32)));
                // An inside at the cut has no beginning there.
                let mut tags = tags[start..end].to_vec();
                if tags[0] != 0 && tags[0].is_multiple_of(2) {
                    tags[0] -= 1;
                }
                loss += learn(&mut weights, &rows, &tags);
                count += end - start;
            }
        }
        losses.push(loss / count.max(1) as f64);
    }
    (weights, losses)
}
