//! Chat messages of the scenes, word for word.

use crate::when::{Day, hm};

/// A chat message with fixed words.
#[derive(Debug)]
pub(crate) struct SceneChat {
    /// Room key.
    pub(crate) room: &'static str,
    /// Day.
    pub(crate) day: Day,
    /// Second of that day.
    pub(crate) second: u32,
    /// Who.
    pub(crate) from: &'static str,
    /// The words.
    pub(crate) text: &'static str,
    /// Who is mentioned.
    pub(crate) mentions: &'static [&'static str],
    /// Name others refer to it by; empty when nobody does.
    pub(crate) key: &'static str,
    /// Key of the message it replies to.
    pub(crate) reply_to: &'static str,
}

const fn c(
    room: &'static str,
    day: Day,
    second: u32,
    from: &'static str,
    text: &'static str,
) -> SceneChat {
    SceneChat {
        room,
        day,
        second,
        from,
        text,
        mentions: &[],
        key: "",
        reply_to: "",
    }
}

impl SceneChat {
    const fn to(self, mentions: &'static [&'static str]) -> Self {
        Self { mentions, ..self }
    }
    const fn named(self, key: &'static str) -> Self {
        Self { key, ..self }
    }
    const fn re(self, reply_to: &'static str) -> Self {
        Self { reply_to, ..self }
    }
}

/// The chat message that carries the promise of a quote.
pub(crate) const PROMISE: &str = "tarn-promise";

/// All chat messages of the scenes, oldest first.
pub(crate) const CHATS: &[SceneChat] = &[
    c(
        "braeloch",
        -9,
        hm(10, 44),
        "fiona",
        "Is there a VF-500 data sheet in stainless?",
    )
    .named("brae-sheet"),
    c(
        "dm-marten",
        -8,
        hm(7, 31),
        "marten",
        "Line 2 is down again, mail is on its way",
    ),
    c(
        "dm-marten",
        -8,
        hm(7, 35),
        "ines",
        "Seen it. Priya opens a ticket now, Dario calls you before ten.",
    ),
    c(
        "oakhollow-line2",
        -8,
        hm(8, 2),
        "priya",
        "Opened #40312 for Oakhollow: VF-300 drift after CIP, high. @Dario can you call Marten?",
    )
    .to(&["dario"])
    .named("oak-open"),
    c(
        "oakhollow-line2",
        -8,
        hm(8, 9),
        "dario",
        "On it. I want the unit in the lab, serial 41-7786.",
    )
    .re("oak-open"),
    c(
        "dm-henrik",
        -6,
        hm(11, 18),
        "henrik",
        "We are still waiting for the quote we spoke about.",
    ),
    c(
        "dm-henrik",
        -6,
        hm(11, 40),
        "ines",
        "I know, Henrik. The stainless price came in this morning, give me the weekend.",
    ),
    c(
        "dm-marten",
        -3,
        hm(14, 5),
        "marten",
        "Same again on Line 2, 14 % low after CIP. Are you sure it is the seal?",
    )
    .named("oak-seal"),
    c(
        "dm-marten",
        -3,
        hm(14, 11),
        "ines",
        "The lab has the unit since Friday. I expect the result on Wednesday.",
    )
    .re("oak-seal"),
    c(
        "dm-henrik",
        -3,
        hm(16, 15),
        "henrik",
        "Any news on the quote? Our board needs paper, not promises 🙂",
    ),
    c(
        "dm-henrik",
        -3,
        hm(16, 22),
        "ines",
        "I’ll get you the revised quote by {wd+0}, with the stainless option.",
    )
    .named(PROMISE),
    c(
        "oakhollow-line2",
        -1,
        hm(16, 51),
        "priya",
        "Lab is done: the seal hardens above 82 °C. Kit VF-300-K2 fixes it.",
    )
    .named("oak-lab"),
    c(
        "oakhollow-line2",
        -1,
        hm(16, 58),
        "weizhang",
        "测试报告已上传: three cycles at 85 °C, same result each time",
    )
    .re("oak-lab"),
    c(
        "oakhollow-line2",
        -1,
        hm(17, 4),
        "dario",
        "I could be in Utrecht on {wd+1} at 07:00 if the kits arrive.",
    ),
    c(
        "braeloch",
        0,
        hm(8, 31),
        "fiona",
        "See you at 10:30, Callum joins too",
    )
    .named("brae-1030"),
    c(
        "braeloch",
        0,
        hm(8, 34),
        "ines",
        "great, agenda is in the invite",
    )
    .re("brae-1030"),
    c(
        "dm-henrik",
        0,
        hm(9, 22),
        "henrik",
        "Still good for the revised quote today? Our board meets tomorrow at nine",
    ),
    c(
        "oakhollow-line2",
        0,
        hm(9, 18),
        "kasia",
        "Hamburg counts 6 × VF-300-K2 on the shelf",
    )
    .to(&["dario"]),
    c(
        "oakhollow-line2",
        0,
        hm(9, 31),
        "dario",
        "@Ines 6 seal kits are in Hamburg. Courier cut-off is 11:00. Shall I book?",
    )
    .to(&["ines"]),
];
