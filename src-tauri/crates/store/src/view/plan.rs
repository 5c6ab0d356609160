//! Wiki pages and notes, and the day it is.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rapport_model::{FieldValue, ItemId, Millis, OrgId, Record, WikiPage};
use rusqlite::params;

use super::common::{JOINS, NARROW, Names, Narrow, body_at, contains, limit};
use super::rows::{NoteRow, PageRow, PageText};
use crate::db::Reader;
use crate::error::StoreError;
use crate::table::item::PENDING;

impl Reader<'_> {
    /// A customer's wiki pages, and apart from them the notes on it: pages kept on
    /// this device and records that are notes. Both newest first.
    pub(super) fn pages_and_notes(
        &self,
        org: OrgId,
        most: u32,
    ) -> Result<(Vec<PageRow>, Vec<NoteRow>), StoreError> {
        let names = Names::new(self);
        let (mut pages, mut notes) = (Vec::new(), Vec::new());
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {NARROW}, p.body, a.connector = 'local' FROM item i {JOINS} \
             JOIN page p ON p.item = i.id WHERE i.org = ?1 AND i.kind = 5 \
             ORDER BY i.id DESC LIMIT ?2"
        ))?;
        let mut rows = statement.query(params![org.0, most.saturating_mul(2)])?;
        while let Some(row) = rows.next()? {
            let (narrow, body): (Narrow, WikiPage) = (Narrow::read(row)?, body_at(row, 8)?);
            if row.get(9)? {
                let who = body.author.map(|it| it.name.unwrap_or(it.address.value));
                notes.push(note_row(&names, &narrow, body.text, who)?);
            } else {
                pages.push(page_row(&names, narrow, &body)?);
            }
        }
        let mut statement = self.conn.prepare_cached(&format!(
            "SELECT {NARROW}, r.body FROM record r CROSS JOIN item i ON i.id = r.item {JOINS} \
             WHERE r.org = ?1 AND r.kind = 'note' ORDER BY r.item DESC LIMIT ?2"
        ))?;
        let mut rows = statement.query(params![org.0, most])?;
        while let Some(row) = rows.next()? {
            let (narrow, body): (Narrow, Record) = (Narrow::read(row)?, body_at(row, 8)?);
            let who = match &body.owner {
                Some(owner) => Some(self.shown(&narrow.account, &FieldValue::Ref(owner.clone()))?),
                None => None,
            };
            let text = body.text.filter(|it| !it.is_empty()).unwrap_or(body.title);
            notes.push(note_row(&names, &narrow, text, who)?);
        }
        notes.sort_by_key(|it| std::cmp::Reverse((it.at, it.id)));
        notes.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        pages.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok((pages, notes))
    }

    /// Wiki pages and notes, newest first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn pages(
        &self,
        name: Option<&str>,
        org: Option<OrgId>,
        most: Option<u32>,
        offset: u32,
    ) -> Result<Vec<PageRow>, StoreError> {
        let sql = format!(
            "SELECT {NARROW}, p.body FROM page p JOIN item i ON i.id = p.item {JOINS} \
             WHERE (?1 IS NULL OR i.title LIKE ?1 ESCAPE '\\') AND {} \
             ORDER BY i.id DESC LIMIT ?3 OFFSET ?4",
            // The kind beside the customer leads to the index on both.
            org.map_or("?2 IS NULL", |_| "i.org = ?2 AND i.kind = 5")
        );
        let names = Names::new(self);
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![
            name.map(contains),
            org.map(|org| org.0),
            limit(most, 200),
            offset
        ])?;
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let body: WikiPage = body_at(row, 8)?;
            out.push(page_row(&names, Narrow::read(row)?, &body)?);
        }
        Ok(out)
    }

    /// One wiki page with its text.
    ///
    /// # Errors
    /// There is no such page, or the database cannot be read.
    pub fn page(&self, id: ItemId) -> Result<PageText, StoreError> {
        let sql = format!(
            "SELECT {NARROW}, p.body FROM page p JOIN item i ON i.id = p.item {JOINS} WHERE i.id = ?1"
        );
        let mut statement = self.conn.prepare_cached(&sql)?;
        let mut rows = statement.query(params![id.0])?;
        let row = rows
            .next()?
            .ok_or_else(|| StoreError::missing(format!("page {id}")))?;
        let body: WikiPage = body_at(row, 8)?;
        let page = page_row(&Names::new(self), Narrow::read(row)?, &body)?;
        Ok(PageText {
            page,
            text: body.text,
        })
    }
}

fn note_row(
    names: &Names<'_>,
    narrow: &Narrow,
    text: String,
    author: Option<String>,
) -> Result<NoteRow, StoreError> {
    Ok(NoteRow {
        id: narrow.id,
        text,
        author,
        at: narrow.at,
        pending: narrow.flags & PENDING != 0,
        from: names.source(&narrow.account, &narrow.collection)?,
    })
}

fn page_row(names: &Names<'_>, narrow: Narrow, body: &WikiPage) -> Result<PageRow, StoreError> {
    Ok(PageRow {
        id: narrow.id,
        title: body.title.clone(),
        path: body.path.clone(),
        at: narrow.at,
        customer: narrow.org,
        from: names.source(&narrow.account, &narrow.collection)?,
    })
}

/// The day it is, on the user's own clock.
#[must_use]
pub fn today(now: Millis, zone: &TimeZone) -> Date {
    jiff::Timestamp::from_millisecond(now.0)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_zoned(zone.clone())
        .date()
}
