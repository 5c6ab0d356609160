//! Our bookmark in the stream: what a stored page says about where to go on. Pure.

use rapport_model::{Cursor, Fault};
use serde::{Deserialize, Serialize};
use serde_json::json;

const CURSOR_VERSION: u16 = 1;

/// Our bookmark.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    /// Whose.
    pub(super) user: String,
    /// The server's position; none before the first look is stored in full.
    pub(super) since: Option<String>,
    /// How far the first look is, when it goes room by room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) listed: Option<Listed>,
    /// Which answer is being stored in parts, and how many parts are.
    pub(super) inside: Option<(String, usize)>,
    /// Grows with every page that brought texts of once undecryptable messages.
    pub(super) opened: u64,
}

/// A first look that goes through the list of rooms.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Listed {
    /// The position of `/sync` from before the list was begun; the stream goes on from there.
    pub(super) from: String,
    /// How many answers of the list are stored, those of a list that broke off included.
    pub(super) answers: u64,
    /// The list is through; what it does not tell is still to be asked for.
    pub(super) through: bool,
}

/// Where an answer begins or ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing has been asked for.
    #[default]
    Start,
    /// In the list of rooms.
    List(Listed),
    /// At a position of `/sync`.
    Stream(String),
}

impl Place {
    /// The position of `/sync`.
    pub(super) fn since(&self) -> Option<&str> {
        match self {
            Self::Stream(since) => Some(since),
            Self::Start | Self::List(_) => None,
        }
    }
}

impl Mark {
    /// The bookmark as stored.
    pub(super) fn cursor(&self) -> Cursor {
        Cursor {
            version: CURSOR_VERSION,
            data: json!(self),
        }
    }

    /// Where the stored answers end.
    pub(super) fn place(&self) -> Place {
        match (&self.since, &self.listed) {
            (Some(since), _) => Place::Stream(since.clone()),
            (None, Some(listed)) => Place::List(listed.clone()),
            (None, None) => Place::Start,
        }
    }

    /// The same bookmark at another place, with no answer begun.
    pub(super) fn at(&self, place: Place) -> Self {
        let (since, listed) = match place {
            Place::Start => (None, None),
            Place::List(listed) => (None, Some(listed)),
            Place::Stream(since) => (Some(since), None),
        };
        Self {
            since,
            listed,
            inside: None,
            ..self.clone()
        }
    }

    /// Reads a cursor of this user.
    pub(super) fn read(cursor: Option<&Cursor>, user: &str) -> Result<Self, Fault> {
        let Some(cursor) = cursor else {
            return Ok(Self {
                user: user.to_owned(),
                ..Self::default()
            });
        };
        let mark = (cursor.version == CURSOR_VERSION)
            .then(|| serde_json::from_value::<Self>(cursor.data.clone()).ok())
            .flatten();
        match mark {
            Some(mark) if mark.user == user => Ok(mark),
            Some(_) => Err(Fault::CursorExpired(
                "another user is signed in now".to_owned(),
            )),
            None => Err(Fault::CursorExpired(
                "the bookmark has a form of another time".to_owned(),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: &str = "@me:x";

    #[test]
    fn a_foreign_cursor_is_expired_and_never_a_panic() {
        let of = |version, data| Mark::read(Some(&Cursor { version, data }), ME);
        for fault in [
            of(CURSOR_VERSION + 1, json!(Mark::default())),
            of(CURSOR_VERSION, json!("s1")),
            of(CURSOR_VERSION, json!({"user": 7})),
            of(
                CURSOR_VERSION,
                json!(Mark {
                    user: "@other:x".to_owned(),
                    ..Mark::default()
                }),
            ),
        ] {
            assert_eq!(fault.expect_err("refused").word(), "cursor_expired");
        }
    }

    #[test]
    fn every_place_comes_back_out_of_its_cursor() {
        let listed = Listed {
            from: "s0".to_owned(),
            answers: 3,
            through: true,
        };
        let start = Mark::read(None, ME).expect("a start");
        for place in [
            Place::Start,
            Place::List(listed),
            Place::Stream("s9".to_owned()),
        ] {
            let mark = start.at(place.clone());
            let read = Mark::read(Some(&mark.cursor()), ME).expect("our own cursor");
            assert_eq!((&read, read.place()), (&mark, place));
        }
    }

    #[test]
    fn a_cursor_from_before_there_was_a_list_is_still_read() {
        let data = json!({"user": ME, "since": "s4", "inside": ["s5", 2], "opened": 1});
        let old = Cursor { version: 1, data };
        let mark = Mark::read(Some(&old), ME).expect("read");
        assert_eq!(mark.place(), Place::Stream("s4".to_owned()));
        assert_eq!(mark.inside, Some(("s5".to_owned(), 2)));
    }
}
