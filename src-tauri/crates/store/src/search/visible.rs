//! The text a reader sees in a piece of HTML.
//!
//! A streaming pass with a size budget instead of a tree: deep nesting costs
//! nothing, and a mail of any size costs at most [`MOST_INPUT`]. The budget is
//! in bytes, not in time, so that the same mail is always indexed alike.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

/// No more visible text than this is taken from one body.
pub const MOST_VISIBLE: usize = 256 * 1024;
/// No more source than this is read.
const MOST_INPUT: usize = 4 * 1024 * 1024;
/// Source is fed in pieces of about this size, to stop early.
const PIECE: usize = 16 * 1024;
/// A tag with more blanks than this is cut short: comparing attribute names
/// for duplicates costs their number squared.
const MOST_BLANKS: usize = 400;
/// The same inside quotes, which a hostile tag can feign.
const MOST_QUOTED_BLANKS: usize = 1500;
/// A source with more such tags is no letter.
const MOST_CUTS: usize = 8;

/// The visible text of `html`: scripts, styles, head and hidden elements
/// dropped, entities decoded, blanks collapsed, block elements on own lines,
/// words that a tag splits in the middle whole.
#[must_use]
pub fn visible_text(html: &str) -> String {
    let input = cut_at(html, MOST_INPUT);
    let tokenizer = Tokenizer::new(Sink::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    each_piece(input, |piece| {
        queue.push_back(StrTendril::from_slice(piece));
        let _done = tokenizer.feed(&queue);
        if tokenizer.sink.full() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    tokenizer.end();
    tokenizer.sink.into_text()
}

/// The longest beginning of `text` of at most `most` bytes that ends between
/// characters.
pub(super) fn cut_at(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Hands out the input in pieces, with overlong tags cut short.
fn each_piece(input: &str, mut feed: impl FnMut(&str) -> ControlFlow<()>) {
    let bytes = input.as_bytes();
    let (mut from, mut at, mut cuts) = (0, 0, 0);
    let mut guard = TagGuard::default();
    while let Some(&byte) = bytes.get(at) {
        if guard.is_overlong(byte, bytes.get(at + 1)) {
            // Closes whichever quote is open, and the tag.
            let whole = input.get(from..at).unwrap_or_default();
            if feed(whole).is_break() || feed("'\">").is_break() {
                return;
            }
            cuts += 1;
            if cuts > MOST_CUTS {
                return;
            }
            let rest = bytes.get(at..).unwrap_or_default();
            let skip = rest.iter().position(|b| matches!(b, b'<' | b'>'));
            at += skip.unwrap_or(rest.len());
            at += usize::from(bytes.get(at) == Some(&b'>'));
            from = at;
            guard = TagGuard::default();
            continue;
        }
        at += 1;
        if at - from >= PIECE && input.is_char_boundary(at) {
            if feed(input.get(from..at).unwrap_or_default()).is_break() {
                return;
            }
            from = at;
        }
    }
    let _last = feed(input.get(from..).unwrap_or_default());
}

/// Counts what could be attributes in the tag that is being read.
#[derive(Default)]
struct TagGuard {
    inside: bool,
    quote: Option<u8>,
    after_equals: bool,
    blanks: usize,
    quoted_blanks: usize,
}

impl TagGuard {
    /// Takes the next byte; true when the tag must be cut short before it.
    fn is_overlong(&mut self, byte: u8, next: Option<&u8>) -> bool {
        if !self.inside {
            if byte == b'<' && next.is_some_and(u8::is_ascii_alphabetic) {
                *self = Self {
                    inside: true,
                    ..Self::default()
                };
            }
            return false;
        }
        if let Some(quote) = self.quote {
            self.quoted_blanks += usize::from(byte.is_ascii_whitespace() || byte == b'/');
            if byte == quote {
                self.quote = None;
            }
        } else if byte == b'>' {
            self.inside = false;
        } else if matches!(byte, b'"' | b'\'') && self.after_equals {
            self.quote = Some(byte);
        } else {
            let gap = byte.is_ascii_whitespace() || matches!(byte, b'/' | b'"' | b'\'');
            self.blanks += usize::from(gap);
        }
        if !byte.is_ascii_whitespace() {
            self.after_equals = byte == b'=';
        }
        self.blanks > MOST_BLANKS || self.quoted_blanks > MOST_QUOTED_BLANKS
    }
}

#[derive(Default)]
struct Sink {
    out: RefCell<String>,
    /// The element that hides what is inside it.
    hiding: RefCell<Option<Hiding>>,
    full: Cell<bool>,
}

/// A hidden element that is open.
struct Hiding {
    name: String,
    /// Open elements of the same name, itself included.
    depth: usize,
    /// How much text there was before it. An element that is never closed
    /// hides nothing in the end: losing the rest of a mail is worse.
    keep: usize,
}

impl Sink {
    fn full(&self) -> bool {
        self.full.get()
    }

    fn into_text(self) -> String {
        let mut text = self.out.into_inner();
        text.truncate(text.trim_end().len());
        text
    }

    /// Adds text with its blanks collapsed.
    fn text(&self, text: &str) {
        let mut out = self.out.borrow_mut();
        for c in text.chars() {
            if c.is_whitespace() || c == '\0' {
                blank(&mut out, ' ');
            } else {
                out.push(c);
            }
        }
        if out.len() >= MOST_VISIBLE {
            let keep = cut_at(&out, MOST_VISIBLE).len();
            out.truncate(keep);
            self.full.set(true);
        }
    }

    fn tag(&self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        let mut hiding = self.hiding.borrow_mut();
        if let Some(open) = hiding.as_mut() {
            if name == open.name {
                match tag.kind {
                    TagKind::StartTag => open.depth += 1,
                    TagKind::EndTag => open.depth -= 1,
                }
            }
            // A body ends a head that was left open.
            let closed = open.depth == 0 || (open.name == "head" && name == "body");
            if closed {
                self.out.borrow_mut().truncate(open.keep);
                *hiding = None;
            }
        } else if tag.kind == TagKind::StartTag && !is_void(name) && is_hidden(name, tag) {
            *hiding = Some(Hiding {
                name: name.to_owned(),
                depth: 1,
                keep: self.out.borrow().len(),
            });
        }
        drop(hiding);
        if !is_inline(name) {
            let gap = if matches!(name, "td" | "th" | "img") {
                ' '
            } else {
                '\n'
            };
            blank(&mut self.out.borrow_mut(), gap);
        }
        if tag.kind == TagKind::EndTag {
            return TokenSinkResult::Continue;
        }
        if name == "img"
            && let Some(alt) = attribute(tag, "alt")
        {
            self.text(alt);
            blank(&mut self.out.borrow_mut(), ' ');
        }
        match name {
            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
            "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
                TokenSinkResult::RawData(RawKind::Rawtext)
            }
            "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if self.full() {
            return TokenSinkResult::Continue;
        }
        match token {
            Token::CharacterTokens(text) => self.text(&text),
            Token::NullCharacterToken => self.text(" "),
            Token::TagToken(tag) => return self.tag(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// Ends the text with a gap, unless it does; a line break outranks a space.
fn blank(out: &mut String, gap: char) {
    match out.chars().next_back() {
        None | Some('\n') => {}
        Some(' ') if gap == '\n' => {
            out.pop();
            blank(out, gap);
        }
        Some(' ') => {}
        Some(_) => out.push(gap),
    }
}

fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    let found = tag.attrs.iter().find(|it| &*it.name.local == name)?;
    Some(&found.value)
}

fn is_hidden(name: &str, tag: &Tag) -> bool {
    // `mx-reply` repeats the message that is answered.
    let always = [
        "head", "script", "style", "template", "noscript", "svg", "math", "object",
    ];
    if always.contains(&name) || matches!(name, "title" | "textarea" | "select" | "mx-reply") {
        return true;
    }
    if attribute(tag, "hidden").is_some() {
        return true;
    }
    let Some(style) = attribute(tag, "style") else {
        return false;
    };
    let style: String = cut_at(style, 2048)
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_lowercase())
        .collect();
    ["display:none", "visibility:hidden", "mso-hide:all"]
        .iter()
        .any(|it| style.contains(it))
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area"
            | "base"
            | "br"
            | "col"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "link"
            | "meta"
            | "param"
            | "source"
            | "track"
            | "wbr"
    )
}

/// Elements that stand inside a line and do not end a word.
fn is_inline(name: &str) -> bool {
    matches!(
        name,
        "a" | "abbr"
            | "acronym"
            | "b"
            | "bdi"
            | "bdo"
            | "big"
            | "blink"
            | "cite"
            | "code"
            | "data"
            | "del"
            | "dfn"
            | "em"
            | "font"
            | "i"
            | "ins"
            | "kbd"
            | "label"
            | "mark"
            | "nobr"
            | "o:p"
            | "q"
            | "ruby"
            | "s"
            | "samp"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "sub"
            | "sup"
            | "time"
            | "tt"
            | "u"
            | "var"
            | "wbr"
    )
}
