//! Words, sentences and names: the same at every run, with the commonness of a language.

/// A small generator of chance.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Chance that belongs to a number: the same number gives the same throws.
    pub(crate) fn of(salt: u64, number: u64) -> Self {
        let mut dice = Self(
            salt.wrapping_mul(0xD6E8_FEB8_6659_FD93) ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15),
        );
        dice.0 = dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `below`.
    pub(crate) fn roll(&mut self, below: u64) -> u64 {
        (self.next() >> 11) % below.max(1)
    }

    /// Whether something happens that happens `percent` times in a hundred.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.roll(100) < percent
    }

    /// One of a few texts.
    fn pick(&mut self, from: &'static [&'static str]) -> &'static str {
        let at = self.roll(u64::try_from(from.len()).unwrap_or(1));
        let found = usize::try_from(at).ok().and_then(|at| from.get(at));
        found.copied().unwrap_or_default()
    }

    /// The rank of a word: half of all words fall on the lowest few hundred, as in a language.
    fn rank(&mut self) -> u64 {
        let octave = self.roll(u64::from(OCTAVES));
        (1 << octave) + self.roll(1 << octave) - 1
    }
}

/// The vocabulary has two to this many words.
const OCTAVES: u32 = 15;
/// One more than the highest rank.
pub(crate) const VOCABULARY: u64 = (1 << OCTAVES) - 1;

/// The commonest words, in order; the rest is spelt from its number.
const COMMON: &[&str] = &[
    "the",
    "and",
    "to",
    "for",
    "you",
    "we",
    "is",
    "in",
    "of",
    "on",
    "please",
    "with",
    "that",
    "it",
    "this",
    "have",
    "will",
    "be",
    "your",
    "are",
    "can",
    "our",
    "order",
    "as",
    "from",
    "die",
    "und",
    "der",
    "thanks",
    "not",
    "by",
    "at",
    "lines",
    "delivery",
    "invoice",
    "valve",
    "sensor",
    "pump",
    "meeting",
    "price",
    "quote",
    "next",
    "week",
    "team",
    "dates",
    "report",
    "service",
    "call",
    "issue",
    "update",
    "project",
    "customer",
    "calibration",
    "station",
    "pressure",
    "flow",
    "filter",
    "cable",
    "spare",
    "parts",
    "contract",
    "offer",
    "discount",
    "payment",
    "reminder",
    "shipment",
    "warehouse",
    "maintenance",
    "schedule",
    "visit",
    "technician",
    "replacement",
    "warranty",
    "approval",
    "budget",
    "signature",
    "attached",
    "drawing",
    "version",
    "feedback",
    "urgent",
    "tomorrow",
    "monday",
    "friday",
    "angebot",
    "lieferung",
    "rechnung",
    "termin",
    "für",
    "größe",
    "prüfung",
    "änderung",
    "rückfrage",
    "gespräch",
    "café",
    "résumé",
    "naïve",
];

/// Said now and then by a customer in the far east.
const FAR: &[&str] = &[
    "请确认发票和交货日期，谢谢。",
    "传感器的校准报告已经发送给贵公司。",
    "圧力センサーの納期を教えてください。",
    "見積書をお送りしますのでご確認ください。",
    "다음 주 회의 일정을 확인해 주세요.",
    "泵站的维护计划需要更新。",
    "バルブの交換部品を注文したいです。",
    "압력 밸브 교체 견적을 보내 주세요.",
];

/// The word of a rank, 0 being the commonest. No two ranks share a word.
pub(crate) fn word(rank: u64) -> String {
    if let Some(word) = usize::try_from(rank).ok().and_then(|it| COMMON.get(it)) {
        return (*word).to_owned();
    }
    spell(rank)
}

/// A pronounceable word for a number.
pub(crate) fn spell(mut number: u64) -> String {
    const CONSONANTS: [char; 14] = [
        'b', 'd', 'f', 'g', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'v', 'z',
    ];
    const VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];
    let mut out = String::new();
    let at = |number: u64| usize::try_from(number).unwrap_or(0);
    loop {
        out.extend(CONSONANTS.get(at(number % 14)));
        number /= 14;
        out.extend(VOWELS.get(at(number % 5)));
        number /= 5;
        if number == 0 {
            return out;
        }
    }
}

/// A text of so many words, in sentences.
pub(crate) fn prose(dice: &mut Dice, words: u64) -> String {
    let mut out = String::new();
    for at in 0..words {
        if at > 0 {
            out.push_str(if dice.chance(9) { ". " } else { " " });
        }
        out.push_str(&word(dice.rank()));
    }
    if dice.roll(64) == 0 {
        out.push(' ');
        out.push_str(dice.pick(FAR));
    }
    out
}

/// A name beginning with a capital.
pub(crate) fn name(number: u64) -> String {
    let word = spell(number);
    let mut chars = word.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_ranks_share_a_word() {
        let words: BTreeSet<String> = (0..VOCABULARY).map(word).collect();
        assert_eq!(words.len() as u64, VOCABULARY);
    }

    #[test]
    fn the_same_number_gives_the_same_text() {
        assert_eq!(
            prose(&mut Dice::of(1, 2), 30),
            prose(&mut Dice::of(1, 2), 30)
        );
        assert_ne!(
            prose(&mut Dice::of(1, 2), 30),
            prose(&mut Dice::of(1, 3), 30)
        );
    }
}
