//! Cuts a text into search tokens; the same cut for documents and queries.
//!
//! Words are runs of letters and digits, lower-cased, with accents folded. The
//! scripts that write without spaces become overlapping pairs, and each run of
//! them ends with its last character alone, so that every single character is
//! the beginning of some token. Deliberately absent: stemming and stop words,
//! which are wrong in every language but one.

use std::ops::ControlFlow;

use unicode_normalization::char::{compose, decompose_compatible};

use super::fold::{Class, class, fold};

/// A longer run (base64, hashes) is cut here; both sides cut alike.
pub(super) const LONGEST: usize = 64;

/// One token of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What is compared.
    pub text: &'a str,
    /// Byte offset in the source where it begins.
    pub start: usize,
    /// Byte offset where it ends.
    pub end: usize,
    /// The last character of a run of pairs, repeated alone. At the end of a
    /// query it is left out: in the document another character may follow.
    pub tail: bool,
}

/// Calls `each` with every token of `text` in order, until it breaks off.
pub fn tokenize(text: &str, each: impl FnMut(Token<'_>) -> ControlFlow<()>) {
    let mut cut = Cut {
        each,
        word: String::new(),
        span: (0, 0),
        done: None,
        last: None,
        flag: None,
        stopped: false,
    };
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if cut.stopped {
            return;
        }
        if byte.is_ascii_alphanumeric() {
            let start = at;
            let mut upper = false;
            while let Some(b) = bytes.get(at).filter(|b| b.is_ascii_alphanumeric()) {
                upper |= b.is_ascii_uppercase();
                at += 1;
            }
            let run = text.get(start..at).unwrap_or_default();
            let ends = bytes.get(at).is_none_or(u8::is_ascii);
            if ends && !upper && run.len() <= LONGEST && cut.is_between_words() {
                // The common case: nothing to fold, nothing to gather.
                cut.emit(run, start, at, false);
                continue;
            }
            cut.ascii(run, start);
            if ends {
                cut.flush_word();
            }
        } else if byte.is_ascii() {
            cut.flush();
            at += 1;
        } else {
            let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else {
                return;
            };
            cut.wide(c, at, at + c.len_utf8());
            at += c.len_utf8();
        }
    }
    cut.flush();
}

/// The tokens of a query text: without the tail at its end.
#[must_use]
pub fn query_tokens(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut ends_in_tail = false;
    tokenize(text, |token| {
        out.push(token.text.to_owned());
        ends_in_tail = token.tail;
        ControlFlow::Continue(())
    });
    if ends_in_tail {
        out.pop();
    }
    out
}

/// A character of a script without spaces, and where it lies.
#[derive(Clone, Copy)]
struct Glyph {
    c: char,
    start: usize,
    end: usize,
}

struct Cut<F> {
    each: F,
    /// The word being gathered, folded.
    word: String,
    /// Where it lies in the source.
    span: (usize, usize),
    /// The last glyph that nothing can change any more.
    done: Option<Glyph>,
    /// The glyph that a following mark or vowel may still join.
    last: Option<Glyph>,
    /// The first half of a flag.
    flag: Option<Glyph>,
    stopped: bool,
}

impl<F: FnMut(Token<'_>) -> ControlFlow<()>> Cut<F> {
    fn is_between_words(&self) -> bool {
        self.word.is_empty() && self.last.is_none() && self.flag.is_none()
    }

    /// Takes a run of ASCII letters and digits.
    fn ascii(&mut self, run: &str, start: usize) {
        self.flush_pairs();
        if self.word.is_empty() {
            self.span.0 = start;
        }
        let room = LONGEST.saturating_sub(self.word.len());
        let taken = run.get(..room.min(run.len())).unwrap_or_default();
        let from = self.word.len();
        self.word.push_str(taken);
        if let Some(added) = self.word.get_mut(from..) {
            added.make_ascii_lowercase();
        }
        self.span.1 = start + run.len();
    }

    fn wide(&mut self, c: char, start: usize, end: usize) {
        match class(c) {
            Class::Nothing => {
                if !self.word.is_empty() {
                    self.span.1 = end;
                }
            }
            Class::Pair => self.glyph(c, start, end),
            Class::Emoji => {
                self.flush();
                self.emit(c.encode_utf8(&mut [0; 4]), start, end, false);
            }
            Class::Flag => self.half_flag(Glyph { c, start, end }),
            Class::Word => {
                decompose_compatible(c, |d| match class_of_part(d) {
                    Class::Word => self.letter(d, start, end),
                    Class::Pair => self.glyph(d, start, end),
                    Class::Break => self.flush(),
                    Class::Nothing | Class::Emoji | Class::Flag => {}
                });
            }
            // Some symbols stand for words: `№`, `㈱`, `½`.
            Class::Break => {
                let mut spelt = false;
                decompose_compatible(c, |d| match class_of_part(d) {
                    Class::Word if d != c => {
                        spelt = true;
                        self.letter(d, start, end);
                    }
                    Class::Pair if d != c => {
                        spelt = true;
                        self.glyph(d, start, end);
                    }
                    _ => self.flush(),
                });
                if !spelt {
                    self.flush();
                }
            }
        }
    }

    fn letter(&mut self, c: char, start: usize, end: usize) {
        self.flush_pairs();
        if self.word.is_empty() {
            self.span.0 = start;
        }
        self.span.1 = end;
        let word = &mut self.word;
        fold(c, |folded| {
            if word.len() + folded.len_utf8() <= LONGEST {
                word.push(folded);
            }
        });
    }

    fn glyph(&mut self, c: char, start: usize, end: usize) {
        self.flush_word();
        self.flag = None;
        if let Some(last) = &mut self.last {
            // Halfwidth and decomposed kana and Hangul come in pieces.
            if let Some(whole) = compose(last.c, c) {
                last.c = whole;
                last.end = end;
                return;
            }
            if matches!(c, '\u{3099}' | '\u{309A}') {
                return;
            }
        }
        self.settle();
        self.last = Some(Glyph { c, start, end });
    }

    /// The pending glyph is final: pair it with the one before.
    fn settle(&mut self) {
        if let Some(last) = self.last.take() {
            if let Some(before) = self.done {
                self.emit_glyphs(before, Some(last));
            }
            self.done = Some(last);
        }
    }

    fn emit_glyphs(&mut self, first: Glyph, second: Option<Glyph>) {
        let mut buffer = [0_u8; 8];
        let mut len = first.c.encode_utf8(&mut buffer).len();
        if let (Some(second), Some(rest)) = (second, buffer.get_mut(len..)) {
            len += second.c.encode_utf8(rest).len();
        }
        let text = buffer.get(..len).and_then(|b| std::str::from_utf8(b).ok());
        let tail = second.is_none() && self.done.is_some();
        let end = second.map_or(first.end, |it| it.end);
        self.emit(text.unwrap_or_default(), first.start, end, tail);
    }

    fn flush_pairs(&mut self) {
        self.flag = None;
        let Some(last) = self.last.take() else {
            return;
        };
        if let Some(before) = self.done {
            self.emit_glyphs(before, Some(last));
        }
        self.emit_glyphs(last, None);
        self.done = None;
    }

    fn half_flag(&mut self, half: Glyph) {
        let first = self.flag.take();
        self.flush();
        match first {
            Some(first) => self.emit_glyphs(first, Some(half)),
            None => self.flag = Some(half),
        }
    }

    fn flush_word(&mut self) {
        if !self.word.is_empty() {
            let mut word = std::mem::take(&mut self.word);
            self.emit(&word, self.span.0, self.span.1, false);
            word.clear();
            self.word = word;
        }
    }

    fn flush(&mut self) {
        self.flush_word();
        self.flush_pairs();
    }

    fn emit(&mut self, text: &str, start: usize, end: usize, tail: bool) {
        if !self.stopped && !text.is_empty() {
            let token = Token {
                text,
                start,
                end,
                tail,
            };
            self.stopped = (self.each)(token).is_break();
        }
    }
}

/// The class of a character that came out of a decomposition.
fn class_of_part(c: char) -> Class {
    if c.is_ascii() {
        if c.is_ascii_alphanumeric() {
            Class::Word
        } else {
            Class::Break
        }
    } else {
        class(c)
    }
}

/// The folded form of a text for part-word search: its tokens' folding, but
/// with its separators kept as they are, so that `6-0148` stays findable.
#[must_use]
pub fn fold_parts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            out.push(if c == '\0' {
                ' '
            } else {
                c.to_ascii_lowercase()
            });
        } else {
            match class(c) {
                Class::Nothing => {}
                Class::Pair | Class::Emoji | Class::Flag => out.push(c),
                Class::Word | Class::Break => decompose_compatible(c, |d| {
                    if class_of_part(d) != Class::Nothing {
                        fold(d, |folded| out.push(folded));
                    }
                }),
            }
        }
    }
    out
}
