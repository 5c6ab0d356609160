//! Needles: words that occur in one message only, so that a search can be
//! asked for each and must find exactly that message.

/// Where a needle hides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spot {
    /// In the text of a mail.
    Mail,
    /// In the subject of a mail.
    Subject,
    /// In a mail that has HTML only.
    Html,
    /// In the name of an attached file.
    File,
    /// In a chat message.
    Chat,
}

/// A needle before it has a place.
#[derive(Debug)]
pub(crate) struct Spec {
    /// What someone types.
    pub(crate) query: &'static str,
    /// Where it hides.
    pub(crate) spot: Spot,
    /// The sentence, subject, file name or HTML it hides in.
    pub(crate) text: &'static str,
    /// What kind of search it tests.
    pub(crate) kind: &'static str,
    /// Why it is hard.
    pub(crate) why: &'static str,
}

const fn n(
    query: &'static str,
    spot: Spot,
    text: &'static str,
    kind: &'static str,
    why: &'static str,
) -> Spec {
    Spec {
        query,
        spot,
        text,
        kind,
        why,
    }
}

/// All needles.
pub(crate) const NEEDLES: &[Spec] = &[
    n(
        "smörgåstårta",
        Spot::Mail,
        "At the farewell there was a smörgåstårta the size of a DN 300 flange.",
        "latin",
        "diacritics as typed",
    ),
    n(
        "smorgasbord",
        Spot::Chat,
        "the canteen calls it a smörgåsbord, I call it lunch",
        "latin",
        "typed without diacritics",
    ),
    n(
        "Überdruckventil",
        Spot::Mail,
        "Das Überdruckventil am Sammler spricht zu früh an.",
        "latin",
        "umlaut at the start of a word",
    ),
    n(
        "uberlauf",
        Spot::Mail,
        "Der Überlauf am Vorlagebehälter ist seit gestern dicht.",
        "latin",
        "umlaut typed as a plain letter",
    ),
    n(
        "Straßenbahndepot",
        Spot::Chat,
        "treffen uns am Straßenbahndepot",
        "latin",
        "sharp s inside a compound",
    ),
    n(
        "señalización",
        Spot::Mail,
        "Falta la señalización en la pasarela de Nave 2.",
        "latin",
        "tilde and accent in one word",
    ),
    n(
        "żółwik",
        Spot::Chat,
        "żółwik z samego rana 🐢",
        "latin",
        "Polish letters with stroke and dot",
    ),
    n(
        "Ağustosböceği",
        Spot::Mail,
        "The night shift calls the new pump Ağustosböceği because of its noise.",
        "latin",
        "Turkish soft g and dotted letters",
    ),
    n(
        "ανταλλακτικό",
        Spot::Mail,
        "Το ανταλλακτικό για τον αισθητήρα είναι στο ράφι.",
        "greek",
        "Greek word with accent",
    ),
    n(
        "ΣΤΕΓΑΝΩΣΗ",
        Spot::Chat,
        "η στεγάνωση κρατάει, όλα καλά",
        "greek",
        "capitals typed, small letters written",
    ),
    n(
        "ροόμετρο",
        Spot::Mail,
        "Please label the crate with ροόμετρο for customs.",
        "greek",
        "one Greek word in English text",
    ),
    n(
        "прокладка",
        Spot::Mail,
        "Новая прокладка стоит, утечки больше нет.",
        "cyrillic",
        "Russian word",
    ),
    n(
        "РАСХОДОМЕР",
        Spot::Chat,
        "расходомер на складе, забирайте",
        "cyrillic",
        "capitals typed, small letters written",
    ),
    n(
        "щёткодержатель",
        Spot::Mail,
        "Для привода нужен щёткодержатель другого размера.",
        "cyrillic",
        "letter with diaeresis",
    ),
    n(
        "流量计",
        Spot::Mail,
        "请在周五之前确认流量计的型号。",
        "cjk",
        "three characters inside a sentence without spaces",
    ),
    n(
        "密封圈",
        Spot::Chat,
        "密封圈已经到汉堡了",
        "cjk",
        "word at the start of a sentence",
    ),
    n(
        "校正証明書",
        Spot::Mail,
        "校正証明書は来週の火曜日にお送りします。",
        "cjk",
        "Japanese, kanji only",
    ),
    n(
        "メンテナンス",
        Spot::Chat,
        "明日の午後はメンテナンスです",
        "cjk",
        "katakana between kanji",
    ),
    n(
        "유량계",
        Spot::Mail,
        "새 유량계를 설치했습니다.",
        "cjk",
        "Korean word with a particle attached",
    ),
    n(
        "مقياس",
        Spot::Mail,
        "وصل مقياس التدفق إلى المستودع هذا الصباح.",
        "arabic",
        "right-to-left word",
    ),
    n(
        "صيانة",
        Spot::Chat,
        "موعد صيانة المضخة يوم الأحد",
        "arabic",
        "right-to-left in chat",
    ),
    n(
        "אטמים",
        Spot::Mail,
        "החלפנו את כל האטמים בקו הראשון, שישה אטמים בסך הכול.",
        "hebrew",
        "with and without prefix letter",
    ),
    n(
        "כיול",
        Spot::Chat,
        "כיול ביום שלישי",
        "hebrew",
        "first word of the message",
    ),
    n(
        "zwickelbl",
        Spot::Mail,
        "Das Zwickelblech am Fundament ist verzogen.",
        "part-word",
        "beginning of a word",
    ),
    n(
        "hydrocyc",
        Spot::Chat,
        "the hydrocyclone rattles like a box of bolts",
        "part-word",
        "beginning of a long word",
    ),
    n(
        "thermowel",
        Spot::Subject,
        "Thermowells for the sampling station",
        "part-word",
        "beginning of a word in a subject",
    ),
    n(
        "quernst",
        Spot::Mail,
        "They kept the old quernstone as a door stop.",
        "part-word",
        "beginning of a rare word",
    ),
    n(
        "ZK-77-4410-B",
        Spot::Mail,
        "The drawing number is ZK-77-4410-B, revision pending.",
        "code",
        "letters, digits and hyphens",
    ),
    n(
        "PO/2291/XQ",
        Spot::Mail,
        "Our purchase order is PO/2291/XQ, please quote it.",
        "code",
        "slashes",
    ),
    n(
        "XW9021",
        Spot::Chat,
        "pallet id is XW9021",
        "code",
        "letters and digits without a break",
    ),
    n(
        "4410-B-71",
        Spot::Subject,
        "Certificate 4410-B-71 missing",
        "code",
        "code in a subject",
    ),
    n(
        "SN 88.120.455",
        Spot::Mail,
        "The gauge carries SN 88.120.455 on the back.",
        "code",
        "dots between digits",
    ),
    n(
        "\"lantern over the weir\"",
        Spot::Mail,
        "He hung a lantern over the weir so that the crew finds the chamber.",
        "phrase",
        "four words in this order",
    ),
    n(
        "\"twice the marmalade\"",
        Spot::Chat,
        "bring twice the marmalade next time",
        "phrase",
        "three words in this order",
    ),
    n(
        "\"neither brass nor patience\"",
        Spot::Mail,
        "After that week we had neither brass nor patience left.",
        "phrase",
        "phrase with common words",
    ),
    n(
        "+44 1632 960 907",
        Spot::Mail,
        "The gatehouse answers at +44 1632 960 907 after six.",
        "phone",
        "international form with spaces",
    ),
    n(
        "015555017739",
        Spot::Mail,
        "On site you reach me at 0155 550-177-39.",
        "phone",
        "typed without separators",
    ),
    n(
        "+31305550777",
        Spot::Chat,
        "new number of the yard: +31 30 555 07 77",
        "phone",
        "typed without spaces",
    ),
    n(
        "pumpenraum-nord.csv",
        Spot::File,
        "pumpenraum-nord.csv",
        "file",
        "file name with ending",
    ),
    n(
        "valve_matrix_rev7",
        Spot::File,
        "valve_matrix_rev7.csv",
        "file",
        "underscores, without ending",
    ),
    n(
        "Übersicht Schächte",
        Spot::File,
        "Übersicht Schächte.csv",
        "file",
        "umlauts and a space in a file name",
    ),
    n(
        "bypassventilator",
        Spot::Html,
        "<p>The by<b>pass</b>venti<i>lator</i> runs again since noon.</p>",
        "html",
        "one word split by tags",
    ),
    n(
        "glockenspiel",
        Spot::Html,
        "<p>The alarm now sounds like a g<span style=\"color:#a00\">lock</span>enspiel, sorry.</p>",
        "html",
        "coloured letters inside a word",
    ),
    n(
        "kardamom",
        Spot::Html,
        "<table><tr><td>Tea for the visit:</td><td>k&auml;rdamom? No: kard&#97;mom.</td></tr></table>",
        "html",
        "entities inside a word",
    ),
    n(
        "\"copper kettle sings\"",
        Spot::Html,
        "<p>Callum says the <em>copper</em>\n<strong>kettle</strong>&nbsp;sings at 78 degrees.</p>",
        "html",
        "phrase across tags, a line break and a hard space",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_enough_needles_of_every_kind() {
        assert!(NEEDLES.len() >= 40);
        let kinds: BTreeSet<_> = NEEDLES.iter().map(|n| n.kind).collect();
        for kind in [
            "latin",
            "greek",
            "cyrillic",
            "cjk",
            "arabic",
            "hebrew",
            "part-word",
            "code",
            "phrase",
            "phone",
            "file",
            "html",
        ] {
            assert!(kinds.contains(kind), "{kind}");
        }
        let queries: BTreeSet<_> = NEEDLES.iter().map(|n| n.query).collect();
        assert_eq!(queries.len(), NEEDLES.len());
    }
}
