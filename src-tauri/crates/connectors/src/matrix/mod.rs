//! Matrix: rooms, direct chats and spaces, end-to-end encrypted or not.
//!
//! The promise that decides everything here: *a change and its cursor land together*. The
//! SDK has a position of its own and moves it when it has processed an answer, before we have
//! stored anything. So that position is never used. Every request starts from the position in
//! **our** cursor, and three cases follow:
//!
//! - Both stand at the same place: the answer is processed once by the SDK and once by us.
//! - We stopped after the SDK's commit and before ours: the server gives the same events
//!   again. If it is the very same answer, the SDK hands over an empty one; `news` notices
//!   and reads the server's answer itself. Events are upserts under their own ids: a second
//!   time changes nothing.
//! - Messages between devices (the keys) exist once: the server drops them when a later
//!   position is asked for. The SDK has them in its crypto store before it hands over the
//!   answer, so they are safe before our cursor moves; that is the at-least-once we need.
//!
//! The stream is the classic `/sync`, and the first look is sliding sync where the server has
//! it. A sliding position belongs to a connection that the server may forget at any time, and
//! then only the newest events of every room come again, without a word on what is missing
//! between. A position of `/sync` is good for ever, each hole has its two ends (`limited`,
//! `prev_batch`), and leaving a room is reported even after months. What sliding sync has is
//! order and measure: the rooms with the latest news first, in answers of seconds, where the
//! first `/sync` of a large account is one answer that takes minutes. So the first look goes:
//!
//! 1. A position of `/sync`, asked for with a filter that lets no room through. Our cursor
//!    keeps it; whatever happens from here on comes after it, and nothing has to be caught.
//! 2. The list of rooms, window by window (`list`). Each is stored as it comes, with the hole
//!    before each room. A list that the server forgot, or that we were stopped in, begins anew
//!    under the same position; what comes twice is an upsert, or a hole that takes the place
//!    of the one before it (`holes`).
//! 3. The rest: one first `/sync` with everything but the talk, for what the list does not
//!    tell (Synapse counts nothing unread there, and names no members of rooms with a name)
//!    and so that the SDK knows every room's state as of one moment.
//! 4. The stream, from the position of step 1. A room that had more to say than one answer
//!    holds comes with its hole, which ends there; a room joined meanwhile with one that
//!    reaches back to the room's beginning, for the position says nothing about it.
//!
//! Messages between devices are not lost on this way. The server drops them only when they are
//! acknowledged: by the list's own token, which the SDK takes from its crypto store, where they
//! are by then; or by the position of step 1 in step 4, and step 3, which begins before all of
//! them, has brought the SDK everything up to there. Step 1 itself hands the SDK nothing and
//! acknowledges nothing.
//!
//! A server without such lists, one that refuses ours, and one that keeps forgetting them is
//! asked for everything in one answer.
//!
//! Where is what: `session` and `sign_in` (who), `flow`, `mark`, `list`, `holes`, `news`,
//! `batch`, `beside` (the stream), `map`, `content`, `room`, `ephemeral`, `wire` (pure: what things
//! mean), `send`, `outgoing`, `markdown`, `lookup`, `media`, `picture` (outwards), `history`,
//! `locked`, `security` (the rest).

mod batch;
mod beside;
mod content;
mod ephemeral;
mod fault;
mod flow;
mod history;
mod holes;
mod list;
mod locked;
mod lookup;
mod map;
mod mark;
mod markdown;
mod media;
mod news;
mod outgoing;
mod picture;
mod room;
mod security;
mod send;
mod session;
mod sign_in;
mod wire;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use rapport_model::connector::{
    AuthKind, Collection, ConflictCheck, Connector, Deletions, Delivery, Factory, FormField,
    FormFieldKind, Manifest, Offer, SecurityAnswer, SecurityStep, Setting, SignInStep, SignedIn,
    Write,
};
use rapport_model::item::Kind;
use rapport_model::{
    CollectionId, Command, CommandId, Cursor, Fault, Gap, Handle, Item, Page, Receipt,
};

use flow::Flow;
use history::{Ahead, Places};
use security::Comparing;
use session::Session;

/// The one collection: every room with what is said in it.
pub const ROOMS: &str = "rooms";

/// The static description.
pub static MANIFEST: Manifest = Manifest {
    name: "matrix",
    title: "Matrix",
    about: "Rooms, direct chats and spaces, with end-to-end encryption.",
    form: &[FormField {
        key: "homeserver",
        label: "Homeserver",
        kind: FormFieldKind::Url,
        required: true,
        example: "example.org",
    }],
    auth: &[AuthKind::Password, AuthKind::Browser],
    kinds: &[Kind::Conversation, Kind::Message],
    deletions: Deletions::Stream,
    writes: &[
        write("send", Kind::Message, ConflictCheck::Append),
        write("edit_message", Kind::Message, ConflictCheck::None),
        write("redact", Kind::Message, ConflictCheck::None),
        write("react", Kind::Message, ConflictCheck::Append),
        write("mark_read", Kind::Conversation, ConflictCheck::None),
        write("create", Kind::Conversation, ConflictCheck::Append),
        write("act", Kind::Conversation, ConflictCheck::None),
        write("set_fields", Kind::Conversation, ConflictCheck::None),
    ],
    fixed: &[],
    delivery: Delivery::Push,
};

const fn write(command: &'static str, kind: Kind, check: ConflictCheck) -> Write {
    Write {
        command,
        kind,
        check,
    }
}

/// Makes Matrix connectors.
#[derive(Debug, Default, Clone, Copy)]
pub struct MatrixFactory;

impl Factory for MatrixFactory {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    fn connect(&self, setting: Setting) -> Result<Arc<dyn Connector>, Fault> {
        Ok(Arc::new(Matrix {
            session: Session::new(setting)?,
            flow: Flow::default(),
            places: Places::default(),
            ahead: Ahead::default(),
            comparing: Comparing::default(),
        }))
    }
}

/// One account at a homeserver.
#[derive(Debug)]
struct Matrix {
    session: Session,
    flow: Flow,
    places: Places,
    ahead: Ahead,
    comparing: Comparing,
}

fn known(collection: &CollectionId) -> Result<(), Fault> {
    if collection.as_str() == ROOMS {
        return Ok(());
    }
    Err(Fault::Rejected(format!(
        "there is no collection \"{collection}\" in Matrix"
    )))
}

#[async_trait]
impl Connector for Matrix {
    fn manifest(&self) -> &'static Manifest {
        &MANIFEST
    }

    async fn discover(&self) -> Result<Vec<Collection>, Fault> {
        self.session.live().await?;
        Ok(vec![Collection {
            id: CollectionId::new(ROOMS),
            title: "Rooms".to_owned(),
            kinds: MANIFEST.kinds.to_vec(),
            deletions: MANIFEST.deletions,
            poll_ms: 60_000,
            unavailable: None,
        }])
    }

    async fn pull(
        &self,
        collection: &CollectionId,
        cursor: Option<&Cursor>,
    ) -> Result<Page, Fault> {
        known(collection)?;
        let page = self.flow.pull(&self.session, cursor).await?;
        self.places.note(&page);
        Ok(page)
    }

    async fn fetch(
        &self,
        collection: &CollectionId,
        handles: &[Handle],
    ) -> Result<Vec<Item>, Fault> {
        known(collection)?;
        let live = self.session.live().await?;
        history::fetch(
            &live,
            &self.places,
            handles,
            self.session.setting.clock.now(),
        )
        .await
    }

    fn offers(&self, command: &Command) -> Offer {
        send::offers(command)
    }

    async fn push(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault> {
        known(command.collection())?;
        let live = self.session.live().await?;
        Box::pin(send::push(
            &live,
            id,
            command,
            &self.session.setting.state_dir,
        ))
        .await
    }

    async fn lookup(&self, id: &CommandId, command: &Command) -> Result<Receipt, Fault> {
        known(command.collection())?;
        let live = self.session.live().await?;
        Box::pin(lookup::lookup(&live, id, command)).await
    }

    async fn watch(&self, collection: &CollectionId) -> Result<(), Fault> {
        known(collection)?;
        self.flow.watch(&self.session).await
    }

    async fn backfill(&self, collection: &CollectionId, gap: &Gap) -> Result<Page, Fault> {
        known(collection)?;
        let live = self.session.live().await?;
        let page = history::backfill(&live, &self.ahead, gap, self.flow.news()).await?;
        self.places.note(&page);
        Ok(page)
    }

    async fn download(&self, source: &str, to: &Path, limit: u64) -> Result<u64, Fault> {
        let live = self.session.live().await?;
        media::download(
            &live.client,
            source,
            to,
            limit,
            &self.session.setting.state_dir,
        )
        .await
    }

    async fn sign_in(&self, step: SignInStep) -> Result<SignedIn, Fault> {
        Box::pin(sign_in::sign_in(&self.session, step)).await
    }

    fn secrets(&self) -> Vec<String> {
        self.session.secrets()
    }

    async fn sign_out(&self) -> Result<(), Fault> {
        Box::pin(sign_in::sign_out(&self.session)).await
    }

    async fn security(&self, step: SecurityStep) -> Result<SecurityAnswer, Fault> {
        Box::pin(security::answer(
            &self.session,
            &self.flow,
            &self.comparing,
            step,
        ))
        .await
    }

    async fn typing(&self, conversation: &Handle, typing: bool) -> Result<(), Fault> {
        let live = self.session.live().await?;
        let room = send::room(&live.client, conversation)?;
        room.typing_notice(typing)
            .await
            .map_err(|e| fault::of(&e, fault::Asked::Reading))
    }
}
