//! The connector to the fake remote.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rapport_engine::rng::Rng;
use rapport_model::change::{Coverage, Looked};
use rapport_model::connector::{
    AuthKind, Collection, ConflictCheck, Deletions, Delivery, Factory, FormField, FormFieldKind,
    IdSet, Offer, Setting, SignInStep, SignedIn, Write,
};
use rapport_model::field::set_field;
use rapport_model::{
    Address, Body, Change, CollectionId, Command, CommandId, Connector, Cursor, Fault, Handle,
    Item, Kind, LinkId, Mailbox, Manifest, Message, Page, PatchKind, Receipt, Revision,
};
use serde_json::json;

use super::remote::{DEALS, Effect, FILES, ROOMS, Remote, World};
use super::trouble::{Trouble, Verb};

/// News that comes within this is told of once.
const BURST: Duration = Duration::from_millis(50);

/// What the fake says of itself.
pub static MANIFEST: Manifest = Manifest {
    name: "fake",
    title: "Fake",
    about: "A remote system in memory, for tests.",
    form: &[FormField {
        key: "user",
        label: "User",
        kind: FormFieldKind::Text,
        required: true,
        example: "ada",
    }],
    auth: &[AuthKind::Password],
    kinds: &[
        Kind::Conversation,
        Kind::Message,
        Kind::Task,
        Kind::Record,
        Kind::Contact,
    ],
    deletions: Deletions::Stream,
    writes: &[
        write("send", Kind::Message, ConflictCheck::Append),
        write("edit_message", Kind::Message, ConflictCheck::None),
        write("redact", Kind::Message, ConflictCheck::None),
        write("react", Kind::Message, ConflictCheck::Append),
        write("mark_read", Kind::Conversation, ConflictCheck::None),
        write("create", Kind::Task, ConflictCheck::Append),
        write("set_fields", Kind::Task, ConflictCheck::Native),
        write("delete", Kind::Task, ConflictCheck::None),
        write("set_fields", Kind::Record, ConflictCheck::Native),
        write("act", Kind::Record, ConflictCheck::Native),
    ],
    fixed: &[],
    delivery: Delivery::Poll,
};

const fn write(command: &'static str, kind: Kind, check: ConflictCheck) -> Write {
    Write {
        command,
        kind,
        check,
    }
}

/// Signs in to remotes by name; the config says to which and as whom.
#[derive(Clone, Debug, Default)]
pub struct FakeFactory {
    /// The remotes.
    pub remotes: BTreeMap<String, Remote>,
}

impl Factory for FakeFactory {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn connect(&self, setting: Setting) -> Result<Arc<dyn Connector>, Fault> {
        let answer = |key: &str| setting.config.get(key).and_then(serde_json::Value::as_str);
        let user = answer("user").ok_or_else(|| Fault::Rejected("the form has no user".into()))?;
        let server = answer("server").unwrap_or("main");
        let remote = self
            .remotes
            .get(server)
            .ok_or_else(|| Fault::Rejected(format!("there is no server {server}")))?;
        Ok(Arc::new(FakeConnector {
            remote: remote.clone(),
            user: user.to_owned(),
        }))
    }
}

/// One sign-in at the fake remote.
#[derive(Debug)]
pub struct FakeConnector {
    remote: Remote,
    user: String,
}

impl FakeConnector {
    fn me(&self) -> Mailbox {
        Mailbox {
            name: None,
            address: Address::matrix(format!("@{}:example.org", self.user)),
        }
    }

    /// As this user sees it.
    fn seen(&self, mut item: Item) -> Item {
        if let Body::Message(it) = &mut item.body {
            it.mine = it.from.address == self.me().address;
            it.unread &= !it.mine;
        }
        item
    }

    fn trouble(&self, verb: Verb) -> Option<Trouble> {
        self.remote.world().troubles.draw(verb)
    }

    fn check(&self, verb: Verb) -> Result<(), Fault> {
        self.trouble(verb).map_or(Ok(()), |it| Err(it.fault()))
    }

    fn listing(&self, collection: &CollectionId, cursor: Option<&Cursor>) -> Page {
        let world = self.remote.world();
        let after = cursor.and_then(|it| it.data.get("after")?.as_str());
        let mut items: Vec<Item> = world
            .items
            .iter()
            .filter(|((of, handle), _)| {
                of == collection && after.is_none_or(|after| handle.as_str() > after)
            })
            .map(|(_, item)| item.clone())
            .take(world.page + 1)
            .collect();
        let more = items.len() > world.page;
        items.truncate(world.page);
        let last = items.last().map(|it| it.handle.0.clone());
        let data = if more {
            json!({ "after": last })
        } else {
            json!({})
        };
        let changes = items
            .into_iter()
            .map(|it| Change::Upsert(Box::new(it)))
            .collect();
        Page::new(
            changes,
            Coverage::Complete,
            Cursor { version: 1, data },
            more,
        )
    }

    fn stream(&self, collection: &CollectionId, cursor: Option<&Cursor>) -> Page {
        let mut world = self.remote.world();
        let from = cursor
            .and_then(|it| it.data.get("at")?.as_u64())
            .and_then(|it| usize::try_from(it).ok())
            .unwrap_or(0);
        let to = world.log.len().min(from.saturating_add(world.page));
        world.seen.insert(collection.clone(), to);
        let mut changes: Vec<Change> = Vec::new();
        for (of, change) in world.log.get(from..to).unwrap_or_default() {
            if of == collection {
                changes.extend(self.as_of_now(&world, collection, change));
            }
        }
        if let Some(seed) = world.troubles.mixes() {
            mix(&mut changes, seed);
        }
        let cursor = Cursor {
            version: 1,
            data: json!({ "at": to }),
        };
        let mut page = Page::new(changes, Coverage::Delta, cursor, to < world.log.len());
        page.source_count = u64::try_from(
            world
                .items
                .keys()
                .filter(|(of, _)| of == collection)
                .count(),
        )
        .ok();
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        page.looked = (collection.as_str() == ROOMS).then(|| Looked {
            done: count(to),
            of: count(world.log.len()),
        });
        page
    }

    /// A stream tells of items as they are now, so that old news cannot undo
    /// newer ones.
    fn as_of_now(
        &self,
        world: &World,
        collection: &CollectionId,
        change: &Change,
    ) -> Option<Change> {
        match change {
            Change::Upsert(item) => world
                .items
                .get(&(collection.clone(), item.handle.clone()))
                .map(|now| Change::Upsert(Box::new(self.seen(now.clone())))),
            Change::Gone(_) if collection.as_str() == DEALS => None,
            other => Some(other.clone()),
        }
    }

    fn apply(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault> {
        let mut world = self.remote.world();
        let collection = command.collection().clone();
        let missing = |handle: &Handle| Fault::Rejected(format!("there is no {handle}"));
        let applied = |handle: Option<Handle>, revision: Option<Revision>| {
            Ok(Receipt::Applied { handle, revision })
        };
        let at = |handle: &Handle| (collection.clone(), handle.clone());
        let outcome = match command {
            Command::Send {
                conversation,
                message,
            } => {
                if !world.items.contains_key(&at(&conversation.handle)) {
                    return Err(missing(&conversation.handle));
                }
                let mut body =
                    Message::plain(conversation.handle.clone(), self.me(), message.text.clone());
                body.unread = true;
                body.reply_to.clone_from(&message.reply_to);
                let link = Some(LinkId::new(id.as_str()));
                let item = world.new_item("$m", link, Body::Message(body));
                let handle = item.handle.clone();
                world.put(&collection, item);
                applied(Some(handle), None)
            }
            Command::EditMessage { message, text, .. } => {
                let what = PatchKind::Edit {
                    text: text.clone(),
                    html: None,
                    mentions: vec![],
                };
                applied(Some(world.patch(&message.handle, self.me(), what)), None)
            }
            Command::Redact {
                message, reason, ..
            } => {
                let what = PatchKind::Redact(reason.clone());
                applied(Some(world.patch(&message.handle, self.me(), what)), None)
            }
            Command::React { message, key, .. } => {
                let what = PatchKind::React(key.clone());
                applied(Some(world.patch(&message.handle, self.me(), what)), None)
            }
            Command::MarkRead {
                conversation,
                up_to,
            } => {
                let read = Change::Read {
                    conversation: conversation.handle.clone(),
                    up_to: up_to.clone(),
                    at: None,
                };
                world.log.push((collection.clone(), read));
                applied(None, None)
            }
            Command::Create { body, link, .. } => {
                let item = world.new_item("new", link.clone(), (**body).clone());
                let handle = item.handle.clone();
                world.put(&collection, item);
                let revision = world
                    .items
                    .get(&at(&handle))
                    .and_then(|it| it.revision.clone());
                applied(Some(handle), revision)
            }
            Command::SetFields {
                target,
                edits,
                base,
                ..
            } => {
                let Some(mut item) = world.items.get(&at(&target.handle)).cloned() else {
                    return Err(missing(&target.handle));
                };
                if base.is_some() && item.revision != *base {
                    return Err(Fault::Conflict("somebody else saved it first".into()));
                }
                for edit in edits {
                    set_field(&mut item.body, &edit.field, &edit.mine)
                        .map_err(|why| Fault::Rejected(why.to_string()))?;
                }
                world.put(&collection, item);
                let revision = world
                    .items
                    .get(&at(&target.handle))
                    .and_then(|it| it.revision.clone());
                applied(Some(target.handle.clone()), revision)
            }
            Command::Act {
                target,
                action,
                base,
            } => {
                let Some(mut item) = world.items.get(&at(&target.handle)).cloned() else {
                    return Err(missing(&target.handle));
                };
                if base.is_some() && item.revision != *base {
                    return Err(Fault::Conflict("somebody else saved it first".into()));
                }
                if let Body::Record(it) = &mut item.body {
                    it.state = Some(action.clone());
                }
                world.put(&collection, item);
                applied(Some(target.handle.clone()), None)
            }
            Command::Delete { target, .. } => {
                world.take(&collection, &target.handle);
                applied(Some(target.handle.clone()), None)
            }
        };
        if let Ok(Receipt::Applied { handle, .. }) = &outcome {
            world.effects.push(Effect {
                id: id.clone(),
                word: command.word(),
                handle: handle.clone(),
            });
        }
        outcome
    }
}

/// Out of order, and some twice. Gone stays behind what was before it, because a
/// source that says "gone" and then "here" of one handle means "here".
fn mix(changes: &mut Vec<Change>, seed: u64) {
    let rng = Rng::seeded(seed);
    let mut loose: Vec<Change> = changes
        .iter()
        .filter(|it| !matches!(it, Change::Gone(_)))
        .cloned()
        .collect();
    let gone: Vec<Change> = changes
        .iter()
        .filter(|it| matches!(it, Change::Gone(_)))
        .cloned()
        .collect();
    if let Some(again) = loose.get(usize::try_from(rng.below(loose.len() as u64)).unwrap_or(0)) {
        loose.push(again.clone());
    }
    for i in (1..loose.len()).rev() {
        let j = usize::try_from(rng.below(i as u64 + 1)).unwrap_or(0);
        loose.swap(i, j);
    }
    loose.extend(gone);
    *changes = loose;
}

#[async_trait]
impl Connector for FakeConnector {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    async fn discover(&self) -> Result<Vec<Collection>, Fault> {
        self.check(Verb::Fetch)?;
        let collection = |id: &str, kinds: &[Kind], deletions| Collection {
            id: id.into(),
            title: id.to_owned(),
            kinds: kinds.to_vec(),
            deletions,
            poll_ms: 60_000,
            unavailable: None,
        };
        Ok(vec![
            collection(
                ROOMS,
                &[Kind::Conversation, Kind::Message],
                Deletions::Stream,
            ),
            collection(DEALS, &[Kind::Record, Kind::Contact], Deletions::Reconcile),
            collection(FILES, &[Kind::Task], Deletions::Listing),
        ])
    }

    async fn pull(
        &self,
        collection: &CollectionId,
        cursor: Option<&Cursor>,
    ) -> Result<Page, Fault> {
        self.check(Verb::Pull)?;
        Ok(match collection.as_str() {
            FILES => self.listing(collection, cursor),
            _ => self.stream(collection, cursor),
        })
    }

    async fn fetch(
        &self,
        collection: &CollectionId,
        handles: &[Handle],
    ) -> Result<Vec<Item>, Fault> {
        self.check(Verb::Fetch)?;
        let world = self.remote.world();
        let at = |handle: &Handle| (collection.clone(), handle.clone());
        Ok(handles
            .iter()
            .filter_map(|handle| world.items.get(&at(handle)))
            .map(|item| self.seen(item.clone()))
            .collect())
    }

    fn offers(&self, command: &Command) -> Offer {
        match command {
            Command::Act { .. } => Offer::only(&["won", "lost"]),
            _ => Offer::Unsaid,
        }
    }

    async fn push(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault> {
        match self.trouble(Verb::Push) {
            None => self.apply(id, command),
            Some(trouble @ Trouble::LostAnswer) => {
                self.apply(id, command)?;
                Err(trouble.fault())
            }
            Some(Trouble::HangsBefore) => std::future::pending().await,
            Some(Trouble::HangsAfter) => {
                self.apply(id, command)?;
                std::future::pending().await
            }
            Some(trouble) => Err(trouble.fault()),
        }
    }

    async fn lookup(&self, id: &CommandId, _: &Command) -> Result<Receipt, Fault> {
        self.check(Verb::Lookup)?;
        let world = self.remote.world();
        Ok(match world.effects.iter().find(|it| it.id == *id) {
            Some(effect) => Receipt::Applied {
                handle: effect.handle.clone(),
                revision: None,
            },
            None => Receipt::NeverArrived,
        })
    }

    async fn watch(&self, collection: &CollectionId) -> Result<(), Fault> {
        if !self.remote.tells() {
            return std::future::pending().await;
        }
        loop {
            // News comes in bursts, and a burst has an end.
            tokio::time::sleep(BURST).await;
            if self.remote.tell(collection) {
                return Ok(());
            }
        }
    }

    async fn ids(&self, collection: &CollectionId) -> Result<IdSet, Fault> {
        self.check(Verb::Ids)?;
        let world = self.remote.world();
        let ids = world
            .items
            .iter()
            .filter(|((of, _), _)| of == collection)
            .map(|((_, handle), item)| (handle.clone(), item.revision.clone()))
            .collect();
        Ok(IdSet { ids })
    }

    async fn sign_in(&self, step: SignInStep) -> Result<SignedIn, Fault> {
        match step {
            SignInStep::Password { user, password } if password != "wrong" => Ok(SignedIn::Done {
                user: format!("@{user}:example.org"),
            }),
            _ => Err(Fault::SignIn("wrong password".into())),
        }
    }
}
