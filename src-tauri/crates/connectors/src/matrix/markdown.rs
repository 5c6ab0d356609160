//! What the user typed becomes HTML. Pure.
//!
//! HTML that was typed stays text: it is shown as written, never passed through. Links only
//! lead to the web, to mail and to Matrix.

use pulldown_cmark::{CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};

/// The HTML of a Markdown text, or `None` when it is plain. Mentioned users become links.
pub(super) fn html(text: &str, mentions: &[String]) -> Option<String> {
    let events: Vec<Event<'_>> =
        Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES)
            .map(harmless)
            .flat_map(|event| with_mentions(event, mentions))
            .collect();
    let plain = events.iter().all(|event| {
        matches!(
            event,
            Event::Text(_)
                | Event::SoftBreak
                | Event::Start(Tag::Paragraph)
                | Event::End(TagEnd::Paragraph)
        )
    });
    if plain {
        return None;
    }
    // A line break someone typed is one they meant.
    let events = events.into_iter().map(|event| match event {
        Event::SoftBreak => Event::HardBreak,
        other => other,
    });
    let mut out = String::new();
    html::push_html(&mut out, events);
    Some(out.trim_end().to_owned())
}

fn harmless(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            id,
        }) => {
            let dest_url = if safe(&dest_url) {
                dest_url
            } else {
                CowStr::Borrowed("#")
            };
            Event::Start(Tag::Link {
                link_type,
                dest_url,
                title,
                id,
            })
        }
        // A picture from elsewhere would tell its server who reads the message.
        Event::Start(Tag::Image {
            dest_url,
            title,
            id,
            ..
        }) => {
            let dest_url = if safe(&dest_url) {
                dest_url
            } else {
                CowStr::Borrowed("#")
            };
            Event::Start(Tag::Link {
                link_type: LinkType::Inline,
                dest_url,
                title,
                id,
            })
        }
        Event::End(TagEnd::Image) => Event::End(TagEnd::Link),
        other => other,
    }
}

fn safe(url: &str) -> bool {
    ["https://", "http://", "mailto:", "matrix:"]
        .iter()
        .any(|scheme| {
            url.get(..scheme.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        })
}

/// Splits a text at the users it mentions by their id and links them.
fn with_mentions<'a>(event: Event<'a>, mentions: &[String]) -> Vec<Event<'a>> {
    let Event::Text(text) = &event else {
        return vec![event];
    };
    let found = mentions
        .iter()
        .filter(|id| id.contains(':'))
        .filter_map(|id| Some((text.find(id.as_str())?, id)))
        .min();
    let Some((at, id)) = found else {
        return vec![event];
    };
    let (Some(before), Some(after)) = (text.get(..at), text.get(at.saturating_add(id.len())..))
    else {
        return vec![event];
    };
    let link = Tag::Link {
        link_type: LinkType::Inline,
        dest_url: format!("https://matrix.to/#/{id}").into(),
        title: "".into(),
        id: "".into(),
    };
    let mut out = Vec::new();
    if !before.is_empty() {
        out.push(Event::Text(before.to_owned().into()));
    }
    out.extend([
        Event::Start(link),
        Event::Text(id.clone().into()),
        Event::End(TagEnd::Link),
    ]);
    if !after.is_empty() {
        out.extend(with_mentions(
            Event::Text(after.to_owned().into()),
            mentions,
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<String> {
        html(text, &["@ada:x".to_owned()])
    }

    #[test]
    fn plain_text_stays_plain() {
        assert_eq!(of("Good morning,\nsee you < 9 & later"), None);
        assert_eq!(of(""), None);
    }

    #[test]
    fn markdown_becomes_html_and_typed_html_stays_text() {
        assert_eq!(
            of("**now**\nplease").as_deref(),
            Some("<p><strong>now</strong><br />\nplease</p>")
        );
        let out = of("**a** <script>alert(1)</script> <img src=x onerror=y>").expect("html");
        assert!(!out.contains("<script") && !out.contains("<img"), "{out}");
        let out = of("<script>\nalert(1)\n</script>\n\n*b*").expect("html");
        assert!(!out.contains("<script"), "{out}");
    }

    #[test]
    fn links_lead_to_the_web_only_and_pictures_are_links() {
        let out = of("[x](javascript:alert(1)) [y](https://e.org) ![p](https://e.org/p.png)");
        let out = out.expect("html");
        assert!(
            !out.contains("javascript") && !out.contains("<img"),
            "{out}"
        );
        assert!(
            out.contains("href=\"https://e.org\"") && out.contains("p.png"),
            "{out}"
        );
    }

    #[test]
    fn a_mentioned_user_becomes_a_link_each_time() {
        let out = of("@ada:x and @ada:x").expect("html");
        assert_eq!(
            out.matches("https://matrix.to/#/@ada:x").count(),
            2,
            "{out}"
        );
    }
}
