//! Goes through both indexes and takes what fits as candidates.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use rapport_model::{ItemId, Millis};
use rusqlite::params;

use super::super::evidence::has_all;
use super::super::index::has_part;
use super::super::indexed::Indexed;
use super::super::newest::{Index, Range, newest_first};
use super::super::parts::Parts;
use super::super::plan::Look;
use super::super::token::fold_parts;
use super::{Candidate, LOOKS, Met, READ, Run, body_of};
use crate::error::StoreError;

/// Index entries looked at when a filter leaves few of them.
const WALK: usize = 200_000;
/// Hits in short fields that are ranked with the first window.
const PARTS: usize = 120;
/// So many items that a loose expression finds in vain are too many.
const VAIN: usize = 64;

impl Run<'_> {
    /// Walks the word index, or all items when no word is asked for, newest
    /// first. True when there is more.
    pub(super) fn walk(
        &mut self,
        words: Option<&str>,
        range: Range,
        listed: Option<&BTreeSet<i64>>,
        need: usize,
        out: &mut Vec<Candidate>,
    ) -> Result<bool, StoreError> {
        let mut beside = self.filter.beside(listed);
        let (mut walked, mut more) = (0, false);
        let (conn, docs) = (self.conn, self.docs);
        let mut step = |id: i64| {
            walked += 1;
            if walked > WALK {
                let back_to = Millis(id >> 20).rfc3339();
                let day = back_to.get(..10).unwrap_or(&back_to);
                self.notes
                    .push(format!("Only items since {day} were searched."));
                more = true;
                return Ok(ControlFlow::Break(()));
            }
            if !beside.has(conn, id)? {
                return Ok(ControlFlow::Continue(()));
            }
            if out.len() == need {
                more = true;
                return Ok(ControlFlow::Break(()));
            }
            out.extend(self.take(id)?);
            Ok(ControlFlow::Continue(()))
        };
        match words {
            Some(words) => newest_first(conn, (Index::Words, docs), words, range, need, step)?,
            None => {
                let mut statement = conn.prepare_cached(
                    "SELECT id FROM item WHERE id >= ?1 AND id < ?2 ORDER BY id DESC",
                )?;
                let mut rows = statement.query(params![range.from, range.to])?;
                while let Some(row) = rows.next()? {
                    if step(row.get(0)?)?.is_break() {
                        break;
                    }
                }
            }
        }
        Ok(more)
    }

    /// Looks which of a few items have the words. True when there is more.
    pub(super) fn each(
        &mut self,
        ids: &[i64],
        words: Option<&Look>,
        need: usize,
        out: &mut Vec<Candidate>,
    ) -> Result<bool, StoreError> {
        for id in ids {
            if out.len() == need {
                return Ok(true);
            }
            if self.seen.contains(id) {
                continue;
            }
            let fits = match words {
                Some(words) => self.has(*id, words)?,
                None => true,
            };
            if fits {
                out.extend(self.take(*id)?);
            }
        }
        Ok(false)
    }

    /// Takes what the part-word index finds and the word index does not deny.
    pub(super) fn parts(
        &mut self,
        parts: &Parts,
        beside: Option<&Look>,
        listed: Option<&BTreeSet<i64>>,
        out: &mut Vec<Candidate>,
    ) -> Result<Met, StoreError> {
        match self.parts_once(parts, beside, listed, out)? {
            Some(met) => Ok(met),
            // Too much of it was something else.
            None => Ok(self
                .parts_once(&parts.exactly(), beside, listed, out)?
                .unwrap_or(Met::Some)),
        }
    }

    /// `None` when the expression is too loose.
    fn parts_once(
        &mut self,
        parts: &Parts,
        beside: Option<&Look>,
        listed: Option<&BTreeSet<i64>>,
        out: &mut Vec<Candidate>,
    ) -> Result<Option<Met>, StoreError> {
        let mut narrow = self.filter.beside(listed);
        let most = out.len() + PARTS;
        // A look into the index costs what its words cost: a beginning may stand for thirty.
        let cost = beside.map_or(1, |it| match it.text {
            Some(_) => 1,
            None => 1 + it.words.matches(" OR ").count() / 4,
        });
        let (mut walked, mut vain, mut met) = (0, 0, Some(Met::All));
        let (conn, range) = (self.conn, self.range()?);
        let index = (Index::Parts, self.docs);
        newest_first(conn, index, &parts.expression, range, PARTS, |id| {
            walked += 1;
            if walked > PARTS * 10 {
                met = Some(Met::Some);
                return Ok(ControlFlow::Break(()));
            }
            if self.seen.contains(&id) || !narrow.has(conn, id)? {
                return Ok(ControlFlow::Continue(()));
            }
            if out.len() >= most {
                met = Some(Met::Enough);
                return Ok(ControlFlow::Break(()));
            }
            if parts.is_loose() && !self.has_parts(id, parts)? {
                vain += 1;
                if vain < VAIN {
                    return Ok(ControlFlow::Continue(()));
                }
                met = None;
                return Ok(ControlFlow::Break(()));
            }
            if let Some(beside) = beside {
                self.looks += cost;
                if self.looks > LOOKS {
                    met = Some(Met::Some);
                    return Ok(ControlFlow::Break(()));
                }
                if !self.has(id, beside)? {
                    return Ok(ControlFlow::Continue(()));
                }
            }
            out.extend(self.take(id)?);
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(met)
    }

    /// Whether the short fields of an item really have what their pieces promise.
    fn has_parts(&mut self, id: i64, parts: &Parts) -> Result<bool, StoreError> {
        let Some(row) = self.row(id)? else {
            return Ok(false);
        };
        let has = if parts.are_in(&fold_parts(&row.title)) {
            Some(true)
        } else if self.looked < READ {
            let body = body_of(self.conn, &row, &mut self.looked)?;
            body.map(|body| parts.are_in(&Indexed::of(&body).part))
        } else {
            None
        };
        self.read = Some(row);
        if let Some(has) = has {
            return Ok(has);
        }
        has_part(self.conn, self.docs.number(ItemId(id)), &parts.exact)
    }

    /// One word is a part of a name or code, the others are words of the text.
    pub(super) fn mixed(
        &mut self,
        listed: Option<&BTreeSet<i64>>,
        out: &mut Vec<Candidate>,
    ) -> Result<(), StoreError> {
        for (at, group) in self.plan.groups.iter().enumerate() {
            if let (Some(part), Some(others)) =
                (&group.part, self.plan.words_without(Some(at), &self.known))
            {
                self.parts(part, Some(&others), listed, out)?;
            }
        }
        Ok(())
    }

    /// Whether the item has the words. Its text is read where that can tell, as far as
    /// that goes: FTS5 goes through every word from its first place on.
    fn has(&mut self, id: i64, words: &Look) -> Result<bool, StoreError> {
        if let Some(wanted) = &words.text
            && self.looked < READ
            && let Some(row) = self.row(id)?
            && let Some(body) = body_of(self.conn, &row, &mut self.looked)?
        {
            self.read = Some(row);
            return Ok(has_all(&Indexed::of(&body), wanted));
        }
        let mut statement = self.conn.prepare_cached(
            "SELECT 1 FROM search_text WHERE rowid = ?1 AND search_text MATCH ?2",
        )?;
        let has = statement.exists(params![self.docs.number(ItemId(id)), words.words])?;
        Ok(has != words.without)
    }
}
