//! The chat rooms Ines is in.

/// A chat room.
#[derive(Debug)]
pub(crate) struct Room {
    /// File name and local part of the room id.
    pub(crate) key: &'static str,
    /// Name on screen.
    pub(crate) name: &'static str,
    /// Who is in it.
    pub(crate) members: &'static [&'static str],
    /// Customer it is about, if one.
    pub(crate) customer: Option<&'static str>,
    /// Share of the background talk.
    pub(crate) weight: u32,
}

impl Room {
    /// `direct` for two people, else `room`.
    pub(crate) fn kind(&self) -> &'static str {
        if self.members.len() == 2 {
            "direct"
        } else {
            "room"
        }
    }
}

const fn r(
    key: &'static str,
    name: &'static str,
    members: &'static [&'static str],
    customer: &'static str,
    weight: u32,
) -> Room {
    let customer = if customer.is_empty() {
        None
    } else {
        Some(customer)
    };
    Room {
        key,
        name,
        members,
        customer,
        weight,
    }
}

/// All rooms.
pub(crate) const ROOMS: &[Room] = &[
    r(
        "oakhollow-line2",
        "#oakhollow-line2",
        &["ines", "dario", "priya", "jonas", "kasia", "weizhang"],
        "oak",
        6,
    ),
    r(
        "oakhollow",
        "Oakhollow Brewing",
        &["ines", "marten", "nele", "joost", "priya", "jonas"],
        "oak",
        12,
    ),
    r(
        "braeloch",
        "Braeloch Distillers",
        &["ines", "fiona", "callum", "isla", "jonas"],
        "brae",
        14,
    ),
    r(
        "sundvik",
        "Sundvik Dairy",
        &["ines", "ake", "maja", "gustav", "mateo", "priya"],
        "sund",
        9,
    ),
    r(
        "tarnfeld",
        "Tarnfeld Papier",
        &["ines", "henrik", "jurgen", "lars", "dario"],
        "tarn",
        8,
    ),
    r(
        "calder-vale",
        "Calder Vale Water",
        &["ines", "samir", "beth", "arjun", "jonas"],
        "cald",
        9,
    ),
    r(
        "lindqora",
        "Lindqora Pharma",
        &["ines", "aylin", "beat", "sofia", "giorgos"],
        "lind",
        6,
    ),
    r(
        "marisol",
        "Marisol Conservas",
        &["ines", "rita", "inaki", "xoan", "mateo"],
        "mari",
        5,
    ),
    r(
        "greyfen",
        "Greyfen Energy",
        &["ines", "owen", "gemma", "mei", "jonas"],
        "grey",
        4,
    ),
    r("dm-marten", "Marten Bakker", &["ines", "marten"], "oak", 4),
    r("dm-fiona", "Fiona Rennick", &["ines", "fiona"], "brae", 3),
    r("dm-henrik", "Henrik Aumann", &["ines", "henrik"], "tarn", 3),
    r("dm-samir", "Samir Odeh", &["ines", "samir"], "cald", 2),
    r("dm-jonas", "Jonas Ekdahl", &["ines", "jonas"], "", 5),
    r("dm-priya", "Priya Nandakumar", &["ines", "priya"], "", 5),
    r("dm-lucie", "Lucie Marchetti", &["ines", "lucie"], "", 3),
    r(
        "key-accounts",
        "#key-accounts",
        &["ines", "jonas", "mateo", "tomas", "lucie"],
        "",
        14,
    ),
    r(
        "support-desk",
        "#support-desk",
        &["ines", "priya", "dario", "giorgos", "weizhang"],
        "",
        10,
    ),
    r(
        "hamburg-stock",
        "#hamburg-stock",
        &["ines", "kasia", "dario", "priya"],
        "",
        7,
    ),
    r(
        "coffee-corner",
        "#coffee-corner ☕",
        &[
            "ines", "jonas", "priya", "dario", "lucie", "mateo", "sanne", "kasia", "weizhang",
            "giorgos",
        ],
        "",
        4,
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_in_a_room_exists_and_the_scenes_stay_in_their_rooms() {
        for room in ROOMS {
            assert!(
                room.members
                    .iter()
                    .all(|m| crate::world::person(m).is_some()),
                "{}",
                room.key
            );
            assert!(room.members.contains(&"ines"));
        }
        for chat in crate::world::scene_chats::CHATS {
            let room = ROOMS.iter().find(|r| r.key == chat.room).expect(chat.room);
            assert!(room.members.contains(&chat.from), "{}", chat.text);
        }
    }
}
