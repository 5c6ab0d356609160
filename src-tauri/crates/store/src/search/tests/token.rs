use std::ops::ControlFlow;

use proptest::prelude::*;

use crate::search::{fold_parts, query_tokens, tokenize};

fn tokens(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    tokenize(text, |token| {
        out.push(token.text.to_owned());
        ControlFlow::Continue(())
    });
    out
}

#[test]
fn words_are_lower_case_without_accents() {
    assert_eq!(tokens("Crème Brûlée, naïve"), ["creme", "brulee", "naive"]);
    assert_eq!(tokens("Straße STRASSE ẞ"), ["strasse", "strasse", "ss"]);
    assert_eq!(
        tokens("Łódź Ørsted Æther Đorđe Œuvre"),
        ["lodz", "orsted", "aether", "dorde", "oeuvre"]
    );
    assert_eq!(tokens("İstanbul ısı"), ["istanbul", "isi"]);
    assert_eq!(tokens("ΣΊΣΥΦΟΣ Σίσυφος"), ["σισυφοσ", "σισυφοσ"]);
    assert_eq!(tokens("Ёлка ЙОД"), ["елка", "иод"]);
}

#[test]
fn composed_and_decomposed_letters_are_the_same() {
    assert_eq!(tokens("cafe\u{301}"), tokens("café"));
    assert_eq!(tokens("か\u{3099}き"), tokens("がき"));
    assert_eq!(
        tokens("\u{1112}\u{1161}\u{11ab}\u{1100}\u{116e}\u{11a8}"),
        tokens("한국")
    );
    assert_eq!(tokens("ｶﾞｷﾞ"), tokens("ガギ"));
    assert_eq!(tokens("ＡＢＣ１２３"), ["abc123"]);
    assert_eq!(tokens("ﬁle №5 ㈱"), ["file", "no5", "株"]);
}

#[test]
fn codes_fall_into_their_parts_and_keep_letters_with_digits() {
    assert_eq!(tokens("INV-2026-0148"), ["inv", "2026", "0148"]);
    assert_eq!(
        tokens("A4 sheet, 3D, x86_64"),
        ["a4", "sheet", "3d", "x86", "64"]
    );
    assert_eq!(tokens("ada@velmora.example"), ["ada", "velmora", "example"]);
}

#[test]
fn scripts_without_spaces_become_pairs_and_a_tail() {
    assert_eq!(tokens("東京都"), ["東京", "京都", "都"]);
    assert_eq!(tokens("京"), ["京"]);
    assert_eq!(tokens("東京Tower"), ["東京", "京", "tower"]);
    assert_eq!(tokens("한국어"), ["한국", "국어", "어"]);
    assert_eq!(query_tokens("東京都"), ["東京", "京都"]);
    assert_eq!(query_tokens("東京 x"), ["東京", "京", "x"]);
    assert_eq!(tokens("สวัสดี").len(), 6);
}

#[test]
fn emoji_are_words_of_their_own() {
    assert_eq!(tokens("ship🚀it"), ["ship", "🚀", "it"]);
    assert_eq!(tokens("👍🏽👍"), ["👍", "👍"]);
    assert_eq!(tokens("🇩🇪🇫🇷"), ["🇩🇪", "🇫🇷"]);
    assert_eq!(tokens("❤\u{fe0f}"), ["❤"]);
}

#[test]
fn invisible_characters_do_not_split_words() {
    assert_eq!(tokens("In\u{ad}voi\u{200b}ce"), ["invoice"]);
    assert_eq!(tokens("a\0b"), ["a", "b"]);
}

#[test]
fn a_run_without_end_is_one_token() {
    assert_eq!(tokens(&"A".repeat(100_000)), ["a".repeat(64)]);
    assert_eq!(tokens(&"é".repeat(1000)), ["e".repeat(64)]);
}

#[test]
fn part_words_keep_their_separators() {
    assert_eq!(fold_parts("INV-2026/Ü ß"), "inv-2026/u ss");
}

proptest! {
    #[test]
    fn any_text_is_cut_at_characters_and_in_order(text in "\\PC*|(.|\0|\u{301}|か|\u{3099}|🇩|é|a|京){0,40}") {
        let mut last = (0, 0);
        tokenize(&text, |token| {
            assert!(text.is_char_boundary(token.start) && text.is_char_boundary(token.end));
            assert!(token.start < token.end, "{token:?}");
            assert!(token.start >= last.0 && token.end >= last.1, "{token:?} after {last:?}");
            assert!(!token.text.is_empty() && token.text.len() <= 64);
            assert!(!token.text.contains([' ', '"', '*', '\0']));
            last = (token.start, token.end);
            ControlFlow::Continue(())
        });
    }

    #[test]
    fn cutting_stops_when_told(text in ".*") {
        let mut count = 0;
        tokenize(&text, |_| {
            count += 1;
            ControlFlow::Break(())
        });
        assert!(count <= 1);
    }

    #[test]
    fn tokens_are_cut_into_themselves(text in "[a-zA-Z0-9äöüßéŁø .,-]*") {
        for token in tokens(&text) {
            prop_assert_eq!(tokens(&token), vec![token.clone()]);
        }
    }
}
