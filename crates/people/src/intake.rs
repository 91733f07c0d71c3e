//! Records to the distinct rows of a case. Records themselves are not kept: only their ids, documents and packed rows.

use crate::arrival;
use crate::standard::{Book, Row, Said, rows};
use crate::table::Piece;
use dosimeter_case::Id;
use dosimeter_case::tables::Record;
use hashbrown::HashTable;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap};

/// Takes records in, piece by piece.
pub(crate) struct Intake {
    pub book: Book,
    /// Last plausible birth date, packed.
    latest: u32,
    ids: Vec<Id>,
    documents: Vec<u64>,
    rows: Vec<Row>,
}

/// Distinct rows of a case and the records behind each. Records without a name and without an identifier are in none.
pub(crate) struct Nodes {
    /// Record ids, rising.
    pub ids: Vec<Id>,
    /// Document of each record.
    pub documents: Vec<u64>,
    /// Where in the order of intake each record came.
    pub source: Vec<u32>,
    /// Batch of evidence in which each record came.
    pub batches: Vec<u32>,
    /// Whether each distinct row is one that weights are learnt from.
    pub basis: Vec<bool>,
    /// Distinct row of each record.
    pub node_of: Vec<u32>,
    /// Distinct rows; alike ones near one another.
    pub rows: Vec<Row>,
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl Intake {
    pub fn new(latest: u32) -> Intake {
        Intake { book: Book::new(), latest, ids: Vec::new(), documents: Vec::new(), rows: Vec::new() }
    }

    pub fn push(&mut self, records: &[&Record]) {
        self.ids.extend(records.iter().map(|record| record.record_id));
        self.documents.extend(records.iter().map(|record| record.document_id.0));
        self.rows.extend(rows(records.len(), &|i| Said::of(records[i]), self.latest, &mut self.book));
    }

    pub fn push_piece(&mut self, piece: &Piece) {
        self.ids.extend(&piece.ids);
        self.documents.extend(piece.documents.iter().map(|document| document.0));
        self.rows.extend(rows(piece.ids.len(), &|row| piece.said(row), self.latest, &mut self.book));
    }

    /// Sorts by record id and collapses equal rows. Records in `decided` stay apart from their likes, and are never dropped.
    /// `of` has the batch of each document.
    pub fn finish(self, decided: &BTreeSet<Id>, of: &HashMap<Id, u32>) -> (Nodes, Book) {
        let Intake { book, ids, documents, mut rows, .. } = self;
        for (id, row) in ids.iter().zip(&mut rows).filter(|(id, _)| decided.contains(id)) {
            row.document = id.0;
        }
        let mut known: Vec<(Id, u32)> =
            ids.iter().zip(&rows).zip(0..).filter(|((_, row), _)| row.has_name() || row.has_identifier()).map(|((id, _), i)| (*id, i)).collect();
        drop(ids);
        known.par_sort_unstable();
        let (ids, source): (Vec<Id>, Vec<u32>) = known.into_iter().unzip();
        let keys: Vec<u64> = rows.par_iter().map(Row::key).collect();
        // Equal rows meet in a table of numbers.
        let mut index: HashTable<u32> = HashTable::with_capacity(source.len());
        let mut node_of: Vec<u32> = Vec::with_capacity(source.len());
        let mut first: Vec<u32> = Vec::with_capacity(source.len());
        for i in &source {
            let key = keys[*i as usize];
            let node = index.find(key, |node| rows[first[*node as usize] as usize] == rows[*i as usize]).copied();
            node_of.push(node.unwrap_or_else(|| {
                let node = first.len() as u32;
                first.push(*i);
                index.insert_unique(key, node, |node| keys[first[*node as usize] as usize]);
                node
            }));
        }
        drop((index, keys));
        // Rows of like names lie near one another: comparing them is faster so.
        let sound = |name: u32| u64::from(book.names.get(name).sound);
        let mut order: Vec<(u64, u32, u32)> = first
            .par_iter()
            .enumerate()
            .map(|(node, i)| {
                let row = &rows[*i as usize];
                (sound(row.last) << 32 | sound(row.first), row.dob_key().unwrap_or(0), node as u32)
            })
            .collect();
        order.par_sort_unstable();
        let order: Vec<u32> = order.into_iter().map(|(.., node)| node).collect();
        let mut place = vec![0u32; order.len()];
        for (new, old) in order.iter().enumerate() {
            place[*old as usize] = new as u32;
        }
        let distinct: Vec<Row> = order.iter().map(|node| rows[first[*node as usize] as usize]).collect();
        drop(rows);
        node_of.iter_mut().for_each(|node| *node = place[*node as usize]);
        let mut starts = vec![0u32; distinct.len() + 1];
        node_of.iter().for_each(|node| starts[*node as usize + 1] += 1);
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        let (mut next, mut members) = (starts.clone(), vec![0u32; node_of.len()]);
        for (record, node) in node_of.iter().enumerate() {
            members[next[*node as usize] as usize] = record as u32;
            next[*node as usize] += 1;
        }
        let documents: Vec<u64> = source.iter().map(|i| documents[*i as usize]).collect();
        let batches = arrival::batches(&documents, of);
        let last = arrival::basis(&batches);
        let mut basis = vec![false; distinct.len()];
        node_of.iter().zip(&batches).filter(|(_, batch)| **batch <= last).for_each(|(node, _)| basis[*node as usize] = true);
        let nodes = Nodes { ids, documents, source, batches, basis, node_of, rows: distinct, starts, members };
        (nodes, book)
    }
}

impl Nodes {
    /// Records of a distinct row, rising.
    pub fn members(&self, node: u32) -> &[u32] {
        &self.members[self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize]
    }
    /// The record of an id, if it is there and says something.
    pub fn record(&self, id: Id) -> Option<u32> {
        self.ids.binary_search(&id).ok().map(|record| record as u32)
    }
    /// The record that came first of some.
    pub fn first(&self, records: &[u32]) -> Option<Id> {
        records.iter().min_by_key(|record| (self.batches[**record as usize], **record)).map(|record| self.ids[*record as usize])
    }
    /// Rows that weights are learnt from.
    pub fn learnt_from(&self) -> Vec<Row> {
        self.rows.iter().zip(&self.basis).filter(|(_, basis)| **basis).map(|(row, _)| *row).collect()
    }
    /// The smallest record id of a distinct row.
    pub fn id(&self, node: u32) -> Id {
        self.members(node).first().map(|record| self.ids[*record as usize]).unwrap_or_default()
    }
}
