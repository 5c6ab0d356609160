//! What one character is to the search, and what it is folded to.

/// The role of a character in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Part of a word between separators.
    Word,
    /// Of a script that writes without spaces: indexed in overlapping pairs.
    Pair,
    /// A token of its own.
    Emoji,
    /// Half of a flag.
    Flag,
    /// Invisible, or a mark that search ignores: as if it were not there.
    Nothing,
    /// Separates words.
    Break,
}

/// The class of a character that is not ASCII.
pub(super) fn class(c: char) -> Class {
    match u32::from(c) {
        // Soft hyphen, zero-width characters, directional marks, tatweel,
        // variation selectors, skin tones.
        0x00AD
        | 0x0640
        | 0x200B..=0x200F
        | 0x202A..=0x202E
        | 0x2060..=0x2064
        | 0xFEFF
        | 0xFE00..=0xFE0F
        | 0x1F3FB..=0x1F3FF
        | 0xE0000..=0xE01EF => Class::Nothing,
        // Marks that readers leave out when they type: accents, Hebrew points,
        // Arabic vowels.
        0x0300..=0x036F
        | 0x0591..=0x05BD
        | 0x05BF
        | 0x05C1..=0x05C2
        | 0x05C4..=0x05C5
        | 0x05C7
        | 0x0610..=0x061A
        | 0x064B..=0x065F
        | 0x0670
        | 0x06D6..=0x06DC
        | 0x06DF..=0x06E4
        | 0x1AB0..=0x1AFF
        | 0x1DC0..=0x1DFF
        | 0x20D0..=0x20FF
        | 0xFE20..=0xFE2F => Class::Nothing,
        code if is_spaceless(code) => Class::Pair,
        0x1F1E6..=0x1F1FF => Class::Flag,
        0x231A..=0x231B
        | 0x23E9..=0x23FA
        | 0x2600..=0x27BF
        | 0x2B00..=0x2BFF
        | 0x1F000..=0x1FAFF => Class::Emoji,
        // Private use: nobody can type it.
        0xE000..=0xF8FF | 0xF0000.. => Class::Break,
        code if c.is_alphanumeric() || is_vowel_sign(code) => Class::Word,
        _ => Class::Break,
    }
}

/// Scripts without spaces between words, their digits and signs left out.
fn is_spaceless(code: u32) -> bool {
    matches!(code,
        0x0E01..=0x0E3A | 0x0E40..=0x0E4E // Thai
        | 0x0E81..=0x0ECE // Lao
        | 0x1000..=0x103F | 0x1050..=0x108F // Myanmar
        | 0x1780..=0x17D3 // Khmer
        | 0x1100..=0x11FF | 0xA960..=0xA97C | 0xAC00..=0xD7FB // Hangul
        | 0x3005..=0x3007 | 0x3041..=0x309A | 0x309D..=0x309F // Hiragana
        | 0x30A1..=0x30FA | 0x30FC..=0x30FF | 0x31F0..=0x31FF // Katakana
        | 0x3105..=0x312F | 0x31A0..=0x31BF // Bopomofo
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0x20000..=0x3FFFD // Han
    )
}

/// Dependent vowels and viramas of the Indic scripts: they are marks to
/// Unicode, but a word without them is another word.
fn is_vowel_sign(code: u32) -> bool {
    matches!(code, 0x0900..=0x0963 | 0x0981..=0x0DF3 | 0x0F71..=0x0F84)
}

/// Folds one decomposed word character: lower case, and the letters that
/// Unicode does not decompose but people type without their strokes.
pub(super) fn fold(c: char, mut emit: impl FnMut(char)) {
    for lower in c.to_lowercase() {
        let plain = match lower {
            'ß' => "ss",
            'æ' => "ae",
            'œ' => "oe",
            'þ' => "th",
            'ø' => "o",
            'ł' => "l",
            'đ' | 'ð' | 'ɖ' => "d",
            'ħ' => "h",
            'ŧ' => "t",
            'ı' => "i",
            'ŋ' => "n",
            'ĸ' => "k",
            'ƒ' => "f",
            'ς' => "σ",
            'ё' => "е",
            'ə' => "e",
            _ => {
                // Lower-casing can bring a mark along (`İ`).
                if class(lower) != Class::Nothing {
                    emit(lower);
                }
                continue;
            }
        };
        plain.chars().for_each(&mut emit);
    }
}
