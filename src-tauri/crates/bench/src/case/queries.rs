//! The two hundred queries: the same at every size, made of what every size holds.

use crate::text::{Dice, VOCABULARY, word};
use crate::world::{Part, World, company, domain, family};

/// The kinds of query, in order.
pub(crate) const CLASSES: &[&str] = &[
    "rare word",
    "common word",
    "several words",
    "phrase",
    "prefix",
    "part-word",
    "code",
    "operator",
    "far eastern",
    "being typed",
];

/// Class and text of each.
pub(crate) fn all() -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    let mut dice = Dice::of(77, 1);
    let mut add = |class: &'static str, text: String| out.push((class, text));
    let rare = |dice: &mut Dice| word(VOCABULARY / 2 + dice.roll(VOCABULARY / 2));
    let usual = |dice: &mut Dice| word(100 + dice.roll(900));
    for _ in 0..20 {
        add("rare word", rare(&mut dice));
    }
    for rank in 0..20 {
        add("common word", word(rank * 4));
    }
    for at in 0..25 {
        let (a, b, c) = (word(dice.roll(100)), usual(&mut dice), rare(&mut dice));
        add(
            "several words",
            match at % 5 {
                0 => format!("{a} {b}"),
                1 => format!("{b} {c}"),
                2 => format!("{a} {}", word(dice.roll(60))),
                3 => format!("{a} {b} {}", usual(&mut dice)),
                _ => format!("{b} OR {c}"),
            },
        );
    }
    for (first, second) in pairs(20) {
        add("phrase", format!("\"{first} {second}\""));
    }
    for at in 0..20 {
        let whole = if at % 2 == 0 {
            usual(&mut dice)
        } else {
            rare(&mut dice)
        };
        let length = if at % 4 == 0 { 2 } else { 3 };
        add("prefix", format!("{}*", beginning(&whole, length)));
    }
    for at in 0..20 {
        let text = match at % 4 {
            0 => family(at).to_lowercase(),
            1 => company(at % 8).to_lowercase(),
            2 => domain(at % 8),
            _ => rare(&mut dice),
        };
        let inside: String = text.chars().skip(1).take(4).collect();
        add("part-word", inside.trim().to_owned());
    }
    for at in 0..20_u64 {
        let number = at * 47;
        add(
            "code",
            match at % 4 {
                0 => format!("INV-2026-{number:06}"),
                1 => format!("{number:06}"),
                2 => format!("SO-2026-{number:06}"),
                _ => format!("2026-{at:04}"),
            },
        );
    }
    for at in 0..30 {
        let (common, usual, org) = (word(dice.roll(60)), usual(&mut dice), company(at % 8));
        let who = family(dice.roll(30));
        add(
            "operator",
            match at % 15 {
                0 => format!("from:{who} {common}"),
                1 => format!("customer:\"{org}\" {usual}"),
                2 => format!("kind:invoice {usual}"),
                3 => format!("{usual} after:2026-10-01"),
                4 => format!("{common} before:2025-03-01"),
                5 => format!("customer:\"{org}\" kind:invoice is:open"),
                6 => format!("is:unread {common}"),
                7 => format!("{common} -{usual}"),
                8 => format!("to:{who}"),
                9 => format!("kind:task is:open {common}"),
                10 => format!("customer:\"{org}\" {common} after:2026-06-01"),
                11 => format!("from:me {usual}"),
                12 => format!("in:chat {usual}"),
                13 => "kind:opportunity is:overdue".to_owned(),
                _ => format!("from:{who} customer:\"{org}\""),
            },
        );
    }
    for text in [
        "发票",
        "交货日期",
        "圧力センサー",
        "納期",
        "회의",
        "泵站",
        "交換部品",
        "见",
        "교체 견적",
        "維護",
    ] {
        add("far eastern", text.to_owned());
    }
    for at in 0..15 {
        let (a, b) = (word(dice.roll(100)), usual(&mut dice));
        add(
            "being typed",
            match at % 3 {
                0 => format!("{a} {}", beginning(&b, 1)),
                1 => format!("{a} {}", beginning(&b, 2)),
                _ => beginning(&b, 1),
            },
        );
    }
    out
}

fn beginning(text: &str, length: usize) -> String {
    text.chars().take(length).collect()
}

/// Words that stand beside each other in some mail of the smallest size.
fn pairs(wanted: usize) -> Vec<(String, String)> {
    let world = World::new(10_000);
    let mut out = Vec::new();
    for at in 0..world.count(Part::Mail) {
        if out.len() == wanted {
            break;
        }
        if at % 97 != 40 {
            continue;
        }
        if let rapport_model::Body::Message(mail) = world.item(Part::Mail, at).body {
            let mut words = mail.text.split(' ').skip(3);
            if let (Some(a), Some(b)) = (words.next(), words.next()) {
                let clean = |word: &str| word.trim_matches('.').to_owned();
                out.push((clean(a), clean(b)));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_two_hundred_and_every_class_is_asked() {
        let all = all();
        assert_eq!(all.len(), 200);
        for class in CLASSES {
            assert!(all.iter().any(|it| it.0 == *class), "{class}");
        }
        assert!(all.iter().all(|it| !it.1.is_empty()));
    }
}
