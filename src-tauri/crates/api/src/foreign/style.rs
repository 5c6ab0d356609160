//! What an inline style may say: colours, sizes, margins, weights. Nothing that
//! fetches, nothing that lies over other things, nothing that reads.

/// The longest style that is looked at, in bytes.
const LONGEST: usize = 4_000;

/// What a property may be set to.
#[derive(Clone, Copy)]
enum Takes {
    Colour,
    /// Lengths, never negative: text pushed over other text says what nobody wrote.
    Lengths,
    /// One of a few words, a number or a length.
    Plain,
    Family,
    /// A border: width, kind, colour.
    Border,
    OneOf(&'static [&'static str]),
}

fn takes(property: &str) -> Option<Takes> {
    Some(match property {
        "color"
        | "background-color"
        | "background"
        | "border-color"
        | "border-top-color"
        | "border-right-color"
        | "border-bottom-color"
        | "border-left-color"
        | "text-decoration-color" => Takes::Colour,
        "margin"
        | "margin-top"
        | "margin-right"
        | "margin-bottom"
        | "margin-left"
        | "padding"
        | "padding-top"
        | "padding-right"
        | "padding-bottom"
        | "padding-left"
        | "width"
        | "min-width"
        | "max-width"
        | "height"
        | "min-height"
        | "max-height"
        | "border-width"
        | "border-top-width"
        | "border-right-width"
        | "border-bottom-width"
        | "border-left-width"
        | "border-spacing"
        | "border-radius"
        | "text-indent" => Takes::Lengths,
        "font-size" | "font-weight" | "line-height" | "letter-spacing" | "word-spacing"
        | "vertical-align" => Takes::Plain,
        "font-family" => Takes::Family,
        "border" | "border-top" | "border-right" | "border-bottom" | "border-left" => Takes::Border,
        "border-style"
        | "border-top-style"
        | "border-right-style"
        | "border-bottom-style"
        | "border-left-style" => Takes::OneOf(LINES),
        "font-style" => Takes::OneOf(&["normal", "italic", "oblique"]),
        "font-variant" => Takes::OneOf(&["normal", "small-caps"]),
        "text-align" => Takes::OneOf(&["left", "right", "center", "justify", "start", "end"]),
        "text-decoration" | "text-decoration-line" => {
            Takes::OneOf(&["none", "underline", "line-through", "overline"])
        }
        "text-transform" => Takes::OneOf(&["none", "uppercase", "lowercase", "capitalize"]),
        "white-space" => Takes::OneOf(&[
            "normal",
            "nowrap",
            "pre",
            "pre-wrap",
            "pre-line",
            "break-spaces",
        ]),
        "word-break" => Takes::OneOf(&["normal", "break-all", "keep-all", "break-word"]),
        "overflow-wrap" | "word-wrap" => Takes::OneOf(&["normal", "break-word", "anywhere"]),
        "direction" => Takes::OneOf(&["ltr", "rtl"]),
        "border-collapse" => Takes::OneOf(&["collapse", "separate"]),
        "table-layout" => Takes::OneOf(&["auto", "fixed"]),
        "list-style-type" => Takes::OneOf(&[
            "none",
            "disc",
            "circle",
            "square",
            "decimal",
            "lower-alpha",
            "upper-alpha",
            "lower-roman",
            "upper-roman",
            "lower-latin",
            "upper-latin",
        ]),
        "display" => Takes::OneOf(&[
            "none",
            "block",
            "inline",
            "inline-block",
            "table",
            "table-row",
            "table-cell",
            "list-item",
        ]),
        _ => return None,
    })
}

const LINES: &[&str] = &[
    "none", "hidden", "dotted", "dashed", "solid", "double", "groove", "ridge", "inset", "outset",
];

/// The part of a style that only says how something looks; `None` when nothing
/// of it does.
pub(super) fn plain(value: &str) -> Option<String> {
    if value.len() > LONGEST {
        return None;
    }
    // An escape or a comment has no place in a plain value, and cutting at
    // semicolons is exact only without them.
    let mut out = String::new();
    for declaration in value.split(';') {
        let Some((property, wanted)) = declaration.split_once(':') else {
            continue;
        };
        let property = property.trim().to_ascii_lowercase();
        let wanted = wanted.trim();
        let (wanted, important) = match wanted.to_ascii_lowercase().strip_suffix("!important") {
            Some(head) => (wanted.get(..head.len()).unwrap_or_default().trim(), true),
            None => (wanted, false),
        };
        let fine = wanted.is_ascii()
            && takes(&property).is_some_and(|takes| match takes {
                Takes::Colour => is_colour(wanted),
                Takes::Lengths => {
                    wanted.split_ascii_whitespace().count() <= 4
                        && wanted.split_ascii_whitespace().all(is_length)
                        && !wanted.is_empty()
                }
                Takes::Plain => is_length(wanted) || is_keyword(wanted),
                Takes::Family => is_family(wanted),
                Takes::Border => is_border(wanted),
                Takes::OneOf(words) => words.iter().any(|it| it.eq_ignore_ascii_case(wanted)),
            });
        if fine {
            if !out.is_empty() {
                out.push_str("; ");
            }
            out.push_str(&property);
            out.push_str(": ");
            out.push_str(wanted);
            if important {
                out.push_str(" !important");
            }
        }
    }
    (!out.is_empty()).then_some(out)
}

/// A colour by name, number or function.
pub(super) fn is_colour(value: &str) -> bool {
    let value = value.trim();
    if let Some(digits) = value.strip_prefix('#') {
        return matches!(digits.len(), 3 | 4 | 6 | 8)
            && digits.bytes().all(|it| it.is_ascii_hexdigit());
    }
    let lower = value.to_ascii_lowercase();
    for name in ["rgba(", "rgb(", "hsla(", "hsl("] {
        if let Some(inside) = lower.strip_prefix(name).and_then(|it| it.strip_suffix(')')) {
            return (1..=40).contains(&inside.len())
                && inside.bytes().all(|it| {
                    it.is_ascii_digit() || matches!(it, b'.' | b',' | b'%' | b' ' | b'/')
                });
        }
    }
    // A bare name: what is none is overlooked by every browser.
    is_keyword(&lower)
}

/// A list of font names.
pub(super) fn is_family(value: &str) -> bool {
    let quotes = |quote: u8| value.bytes().filter(|it| *it == quote).count() % 2 == 0;
    (1..=300).contains(&value.len())
        && quotes(b'"')
        && quotes(b'\'')
        && value.bytes().all(|it| {
            it.is_ascii_alphanumeric() || matches!(it, b' ' | b',' | b'-' | b'_' | b'"' | b'\'')
        })
}

/// A word of letters and hyphens.
fn is_keyword(value: &str) -> bool {
    (2..=24).contains(&value.len())
        && value
            .bytes()
            .all(|it| it.is_ascii_alphabetic() || it == b'-')
        && !value.starts_with('-')
}

/// A length that is not negative, or `auto`, `inherit`, `normal`.
fn is_length(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    if matches!(
        lower.as_str(),
        "auto" | "inherit" | "initial" | "normal" | "none"
    ) {
        return true;
    }
    let digits = lower
        .trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%')
        .to_owned();
    let unit = lower.get(digits.len()..).unwrap_or_default();
    (1..=8).contains(&digits.len())
        && digits.bytes().all(|it| it.is_ascii_digit() || it == b'.')
        && matches!(
            unit,
            "" | "px" | "pt" | "em" | "rem" | "ex" | "ch" | "%" | "pc" | "in" | "cm" | "mm"
        )
}

fn is_border(value: &str) -> bool {
    let parts = value.split_ascii_whitespace();
    (1..=3).contains(&parts.clone().count())
        && parts.into_iter().all(|it| is_length(it) || is_colour(it))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn looks_stay_and_everything_that_reaches_out_goes() {
        for (style, left) in [
            (
                "color: red; font-weight: bold",
                Some("color: red; font-weight: bold"),
            ),
            ("COLOR:#FF0000", Some("color: #FF0000")),
            ("margin:0 auto", Some("margin: 0 auto")),
            ("margin: 0 !important", Some("margin: 0 !important")),
            (
                "background-color:rgb(1, 2, 3)",
                Some("background-color: rgb(1, 2, 3)"),
            ),
            ("border:1px solid #ccc", Some("border: 1px solid #ccc")),
            (
                "font-family: \"Segoe UI\", Arial",
                Some("font-family: \"Segoe UI\", Arial"),
            ),
            ("background: url(https://x.example/a.png)", None),
            ("background-image: url(x)", None),
            ("background: u\\72l(https://x.example)", None),
            ("background: image-set('https://x.example' 1x)", None),
            ("list-style: url(https://x.example)", None),
            ("content: 'x'", None),
            ("cursor: url(x), auto", None),
            ("position: fixed; top: 0; left: 0", None),
            ("z-index: 9999", None),
            ("margin-top: -400px", None),
            ("transform: scale(100)", None),
            ("opacity: 0", None),
            ("width: expression(alert(1))", None),
            ("width: calc(100% - 1px)", None),
            ("behavior: url(x.htc)", None),
            ("-moz-binding: url(x)", None),
            ("--x: red; color: var(--x)", None),
            ("color: env(safe-area-inset-top)", None),
            ("color/**/:red", None),
            ("color: red/*", None),
            ("font-family: 'x", None),
            ("font-family: x}body{color:red", None),
            ("@import 'https://x.example'", None),
            ("animation: x 1s", None),
            ("mask: url(#x)", None),
            ("filter: url(#x)", None),
            ("pointer-events: none", None),
            ("color: \u{FF12}", None),
        ] {
            assert_eq!(plain(style).as_deref(), left, "{style}");
        }
    }
}
