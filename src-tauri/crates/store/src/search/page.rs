//! Cuts a page out of the candidates of a search, reads their texts and shows the best.

use rapport_model::{AccountId, CollectionId, Handle, LinkId, Millis, OrgId, PersonId};
use rusqlite::OptionalExtension;

use super::answer::Hit;
use super::evidence::evidence;
use super::indexed::Indexed;
use super::rank::{fine, rough};
use super::rows::{Row, row};
use super::run::{BLOCK, Candidate, READ, Run, body_of};
use super::snippet::snippet;
use crate::error::StoreError;

impl Run<'_> {
    /// Cuts the page out of the windows and shows it.
    pub(super) fn page(
        &self,
        windows: Vec<Vec<Candidate>>,
        limit: usize,
        offset: usize,
    ) -> Result<Vec<Hit>, StoreError> {
        let mut hits = Vec::new();
        let mut at = 0;
        let end = offset.saturating_add(limit);
        for window in windows {
            let mut rest = window.into_iter().peekable();
            while rest.peek().is_some() && at < end {
                // In order of time the first ones are the best ones.
                let size = if self.plan.groups.is_empty() {
                    (end - at).min(BLOCK)
                } else {
                    BLOCK
                };
                let block: Vec<Candidate> = rest.by_ref().take(size).collect();
                let size = block.len();
                if at + size > offset {
                    let skip = offset.saturating_sub(at);
                    self.block(block, skip, end - at, &mut hits)?;
                }
                at += size;
            }
        }
        Ok(hits)
    }

    /// Reads the texts of a block, orders it, and shows its hits from `skip`
    /// up to `end`.
    fn block(
        &self,
        block: Vec<Candidate>,
        skip: usize,
        end: usize,
        out: &mut Vec<Hit>,
    ) -> Result<(), StoreError> {
        let mut read = 0;
        let mut known = Vec::new();
        for candidate in block {
            let row = match candidate.row {
                Some(row) => Some((row, candidate.rough, candidate.score)),
                None => row(self.conn, candidate.id)?.map(|row| {
                    let rough_of = self.judge(&row);
                    (row, rough_of, rough(&rough_of))
                }),
            };
            let Some((row, rough_of, score)) = row else {
                continue;
            };
            let body = if read < READ && !self.plan.groups.is_empty() {
                body_of(self.conn, &row, &mut read)?
            } else {
                None
            };
            known.push((row, rough_of, score, body));
        }
        let mut shown = Vec::new();
        for (row, rough_of, score, body) in &known {
            let texts = body.as_ref().map(Indexed::of);
            let score = texts.as_ref().map_or(*score, |texts| {
                fine(
                    rough_of,
                    &evidence(texts, &self.plan.needles, &self.weights, &self.title),
                )
            });
            shown.push((score, row, texts));
        }
        shown.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.id.cmp(&a.1.id)));
        for (score, row, texts) in shown.into_iter().take(end).skip(skip) {
            let needles = &self.plan.needles;
            let piece = match texts {
                Some(texts) => snippet(&texts, needles),
                None => body_of(self.conn, row, &mut read)?
                    .map_or_else(String::new, |body| snippet(&Indexed::of(&body), needles)),
            };
            out.extend(self.hit(row, score, piece)?);
        }
        Ok(())
    }

    fn hit(&self, row: &Row, score: f64, snippet: String) -> Result<Option<Hit>, StoreError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT a.name, c.name, i.handle, i.link FROM item i \
             JOIN account a ON a.id = i.account JOIN collection c ON c.id = i.collection \
             WHERE i.id = ?1",
        )?;
        let place = statement.query_row([row.id.0], |row| {
            Ok((
                row.get(0)?,
                row.get(1)?,
                row.get(2)?,
                row.get::<_, Option<String>>(3)?,
            ))
        });
        let Some((account, collection, handle, link)) = place.optional()? else {
            return Ok(None);
        };
        let mut title = row.title.clone();
        if title.trim().is_empty()
            && let Some(conversation) = row.conversation
        {
            let mut statement = self
                .conn
                .prepare_cached("SELECT title FROM item WHERE id = ?1")?;
            let found: Option<String> = statement
                .query_row([conversation], |row| row.get(0))
                .optional()?;
            title = found.unwrap_or(title);
        }
        Ok(Some(Hit {
            id: row.id,
            kind: row.kind,
            account: AccountId(account),
            collection: CollectionId(collection),
            handle: Handle(handle),
            link: link.map(LinkId),
            title,
            snippet,
            at: Millis(row.at),
            org: row.org.map(OrgId),
            person: row.person.map(PersonId),
            score,
        }))
    }
}
