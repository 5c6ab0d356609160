//! The first look: the list of rooms window by window, then the rest; or all at once.

use futures_util::future::{BoxFuture, FutureExt as _};
use rapport_model::{Fault, Millis};
use serde_json::json;

use super::super::fault::{self, Asked};
use super::super::list::{Answer, List};
use super::super::mark::{Listed, Place};
use super::super::news::News;
use super::super::session::{self, Live, Session};
use super::line::Line;
use super::request::{FIRST, ask, filter, processed, sdk_position};

/// How often the server may forget the list of one first look.
const FORGETFUL: u32 = 3;

impl Line {
    /// Everything in one answer: the first look at servers without a list of rooms.
    pub(super) async fn whole(&mut self, live: &Live, now: Millis) -> Result<(), Fault> {
        self.list = None;
        let news = ask(live, None).await?;
        let id = news.next.clone();
        let then = Place::Stream(id.clone());
        self.take(live, news, id, then, now).await
    }

    /// The next rooms of the list.
    pub(super) async fn window(
        &mut self,
        session: &Session,
        live: &Live,
        listed: Listed,
        now: Millis,
    ) -> Result<(), Fault> {
        let (news, id, through) = match self.next_rooms(live).await {
            Ok(next) => next,
            // Whatever the server has against it: it has the other way too.
            Err(Fault::Rejected(why) | Fault::Denied(why) | Fault::Transient(why)) => {
                let account = &session.setting.account;
                tracing::warn!(%account, why, "the list of rooms fails; asking for all at once");
                self.listless = true;
                return self.whole(live, now).await;
            }
            Err(fault) => return Err(fault),
        };
        let looked = self.list.as_ref().map(List::looked);
        if through {
            self.list = None;
        }
        let then = Place::List(Listed {
            answers: listed.answers.saturating_add(1),
            through,
            ..listed
        });
        self.take(live, news, id, then, now).await?;
        if let Some(batch) = self.ready.back_mut() {
            batch.looked = looked;
        }
        Ok(())
    }

    /// What the next window of the list brings, a name for it, and whether it was the last.
    async fn next_rooms(&mut self, live: &Live) -> Result<(News, String, bool), Fault> {
        let failed = |error: matrix_sdk::Error| fault::of(&error, Asked::Reading);
        while self.lost < FORGETFUL {
            let mut list = match self.list.take() {
                Some(list) => list,
                None => {
                    // With a position of `/sync`, the crypto store knows no token of a list.
                    let keys = sdk_position(live).await?.is_none();
                    let begun = List::begin(&live.client, session::nonce()?, keys).await;
                    begun.map_err(failed)?
                }
            };
            // Boxed: the types behind it are too deep for the compiler to look through.
            let asked: BoxFuture<'_, _> = list.next(&live.client).boxed();
            match asked.await.map_err(failed) {
                Ok(Answer::News(news, through)) => {
                    let id = list.id();
                    self.list = Some(list);
                    return Ok((news, id, through));
                }
                // Begun anew at the top, or else given up: a list must end some day.
                Ok(Answer::Forgotten) => self.lost = self.lost.saturating_add(1),
                Err(fault) => {
                    self.list = Some(list);
                    return Err(fault);
                }
            }
        }
        Err(Fault::Transient(
            "the homeserver forgets the list of rooms again and again".to_owned(),
        ))
    }

    /// What the list did not tell: counts, members, and the state nobody asked for yet.
    pub(super) async fn rest(
        &mut self,
        live: &Live,
        listed: Listed,
        now: Millis,
    ) -> Result<(), Fault> {
        let but_talk = json!({
            "state": {"lazy_load_members": true},
            "timeline": {"limit": 1, "lazy_load_members": true},
        });
        let mut news = processed(live, None, FIRST, filter(&but_talk)?).await?;
        for room in &mut news.rooms {
            room.timeline.clear();
            room.limited = false;
            room.changed = true;
        }
        // Those that the list brought have been waiting for this.
        news.keys = true;
        let id = news.next.clone();
        self.take(live, news, id, Place::Stream(listed.from), now)
            .await
    }
}
