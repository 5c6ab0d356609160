//! The answers that were not stored yet, one behind the other, and the handing over of them.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use rapport_model::change::{Coverage, Looked};
use rapport_model::{Fault, Millis, Page};
use serde_json::json;

use super::super::batch::{self, Part};
use super::super::beside::Beside;
use super::super::holes;
use super::super::list::{self, List};
use super::super::locked;
use super::super::mark::{Listed, Mark, Place};
use super::super::news::News;
use super::super::session::{Live, Session};
use super::request::{answer, ask, filter};

/// One answer of the server, ready to be handed over.
#[derive(Debug)]
pub(super) struct Batch {
    /// Where it begins.
    pub(super) at: Place,
    /// Which answer it is: only of the very same one can some parts be stored already.
    pub(super) id: String,
    /// Where it ends.
    pub(super) then: Place,
    pub(super) parts: Vec<Part>,
    pub(super) keys: bool,
    /// How far the list of rooms is with it.
    pub(super) looked: Option<Looked>,
    pub(super) handed: bool,
}

/// A page with what is said about it.
pub(super) struct Handed {
    pub(super) page: Page,
    /// Keys came with it.
    pub(super) keys: bool,
    /// The mark of its cursor.
    pub(super) after: Mark,
}

#[derive(Debug, Default)]
pub(super) struct Line {
    /// Where the kept answers end: what the store knows once it has them all.
    pub(super) tail: Place,
    /// Where to ask on. Runs ahead of `tail` over answers that held nothing.
    pub(super) asked: Place,
    /// The list of rooms that the first look goes through.
    pub(super) list: Option<List>,
    /// How often the server has forgotten it.
    pub(super) lost: u32,
    /// The server has no such list, or it does not work there.
    pub(super) listless: bool,
    /// The holes of the first look need not be remembered any more.
    pub(super) tidied: bool,
    pub(super) ready: VecDeque<Batch>,
    /// Somebody pulled: `tail` is known.
    pub(super) begun: bool,
    /// It was said that there is something to pull, and nobody has come for it yet. Said
    /// again and again to somebody who may not pull now, it would only tire the server.
    pub(super) told: bool,
    /// Texts handed over with the mark of that count, and the events they settle.
    pub(super) opened: (u64, Vec<String>),
    /// What happened in rooms without being said, of this run.
    pub(super) beside: Beside,
}

impl Line {
    /// Drops what the cursor proves to be stored; starts over when it is from elsewhere.
    pub(super) fn go_to(&mut self, mark: &Mark) {
        self.begun = true;
        self.told = false;
        let place = mark.place();
        if let Some(at) = self.ready.iter().position(|batch| batch.at == place) {
            self.ready.drain(..at);
        } else if self.tail == place {
            self.ready.clear();
        } else {
            self.restart(place);
        }
    }

    pub(super) fn restart(&mut self, place: Place) {
        let opened = std::mem::take(&mut self.opened);
        *self = Self {
            tail: place.clone(),
            asked: place,
            begun: true,
            lost: self.lost,
            listless: self.listless,
            opened,
            beside: std::mem::take(&mut self.beside),
            ..Self::default()
        };
    }

    /// The page for a mark.
    pub(super) fn hand_over(&mut self, mark: &Mark) -> Handed {
        let Some(batch) = self.ready.front_mut() else {
            // Nothing new; the position may have moved all the same.
            self.tail.clone_from(&self.asked);
            let after = mark.at(self.tail.clone());
            let page = Page::new(Vec::new(), Coverage::Delta, after.cursor(), false);
            return Handed {
                page,
                keys: false,
                after,
            };
        };
        batch.handed = true;
        let at = match &mark.inside {
            Some((id, at)) if *id == batch.id => *at,
            _ => 0,
        };
        let last = at.saturating_add(1) >= batch.parts.len();
        let after = if last {
            mark.at(batch.then.clone())
        } else {
            Mark {
                inside: Some((batch.id.clone(), at.saturating_add(1))),
                ..mark.clone()
            }
        };
        let part = batch.parts.get(at).cloned().unwrap_or_default();
        let keys = batch.keys && at == 0;
        let looked = batch.looked.filter(|_| last);
        // After the list the stream has what came meanwhile.
        let listed = [&batch.at, &batch.then].map(|place| matches!(place, Place::List(_)));
        let more = !last || listed.contains(&true) || self.ready.len() > 1;
        let mut page = Page::new(part.changes, Coverage::Delta, after.cursor(), more);
        page.poison = part.poison;
        page.ephemeral = part.ephemeral;
        page.looked = looked;
        Handed { page, keys, after }
    }

    /// Asks the server for what is new. Answers whether there was something. Boxed: the types
    /// behind it are too deep for the compiler to look through.
    pub(super) fn ask<'a>(
        &'a mut self,
        session: &'a Session,
        live: &'a Live,
    ) -> BoxFuture<'a, Result<bool, Fault>> {
        self.next_answer(session, live).boxed()
    }

    async fn next_answer(&mut self, session: &Session, live: &Live) -> Result<bool, Fault> {
        let now = session.setting.clock.now();
        match self.asked.clone() {
            Place::Stream(since) => {
                if !self.tidied {
                    holes::forget(&live.client).await?;
                    self.tidied = true;
                }
                let news = ask(live, Some(&since)).await?;
                let next = Place::Stream(news.next.clone());
                if news.is_empty() {
                    self.asked = next;
                    return Ok(false);
                }
                let id = news.next.clone();
                self.take(live, news, id, next, now).await?;
            }
            Place::Start if self.listless || !list::is_offered(&live.client).await => {
                self.whole(live, now).await?;
            }
            Place::Start => {
                // Whatever happens while the list is gone through comes after this position.
                let nothing = filter(&json!({"rooms": []}))?;
                let answer = answer(live, None, Duration::ZERO, nothing).await?;
                let listed = Listed {
                    from: answer.next_batch,
                    ..Listed::default()
                };
                self.window(session, live, listed, now).await?;
            }
            Place::List(listed) if listed.through => self.rest(live, listed, now).await?,
            Place::List(listed) => self.window(session, live, listed, now).await?,
        }
        Ok(true)
    }

    /// Keeps an answer for handing over.
    pub(super) async fn take(
        &mut self,
        live: &Live,
        news: News,
        id: String,
        then: Place,
        now: Millis,
    ) -> Result<(), Fault> {
        let keys = news.keys;
        let since = self.tail.since().map(str::to_owned);
        let mut parts =
            batch::parts(&live.client, news, since.as_deref(), now, &mut self.beside).await?;
        if since.is_none() {
            holes::replace(&live.client, &mut parts).await?;
        }
        for part in &parts {
            locked::add(&live.client, &part.locked).await?;
        }
        self.asked = then.clone();
        self.ready.push_back(Batch {
            at: std::mem::replace(&mut self.tail, then.clone()),
            id,
            then,
            parts,
            keys,
            looked: None,
            handed: false,
        });
        Ok(())
    }
}

#[cfg(test)]
#[path = "line_tests.rs"]
mod tests;
