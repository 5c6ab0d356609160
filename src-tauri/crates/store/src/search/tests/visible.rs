use proptest::prelude::*;

use crate::search::{MOST_VISIBLE, visible_text};

#[test]
fn a_tag_inside_a_word_does_not_split_it() {
    assert_eq!(visible_text("In<b>voi</b>ce <i>20</i>26"), "Invoice 2026");
    assert_eq!(
        visible_text("<p>one</p><p>two</p>three<br>four"),
        "one\ntwo\nthree\nfour"
    );
    assert_eq!(visible_text("<td>a</td><td>b</td>"), "a b");
}

#[test]
fn entities_are_decoded_and_blanks_collapsed() {
    assert_eq!(
        visible_text("M&uuml;ller&nbsp;&amp; &#x53;ons\n\n  &lt;3"),
        "Müller & Sons <3"
    );
}

#[test]
fn what_a_reader_does_not_see_is_not_there() {
    let html = "<head><title>T</title><style>p{}</style></head><body>\
                <script>if (a<b) { alert('no') }</script>yes<style>x</style>\
                <div style='DISPLAY : none'>hidden<div>deep</div></div>\
                <span hidden>gone</span><!-- comment --><mx-reply>quoted</mx-reply> indeed</body>";
    assert_eq!(visible_text(html), "yes\nindeed");
}

#[test]
fn a_hidden_element_that_is_never_closed_hides_nothing() {
    assert_eq!(visible_text("<p style='display:none'>a<p>b"), "a\nb");
    assert_eq!(visible_text("<head><body>text"), "text");
}

#[test]
fn the_text_behind_a_picture_is_found() {
    assert_eq!(
        visible_text("see<img alt='the chart' src='data:x'>here"),
        "see the chart here"
    );
}

#[test]
fn depth_and_size_do_not_matter() {
    let deep = format!("{}x{}", "<div>".repeat(200_000), "</div>".repeat(200_000));
    assert_eq!(visible_text(&deep), "x");
    let long = "word ".repeat(2_000_000);
    assert!(visible_text(&long).len() <= MOST_VISIBLE);
    let many: String = (0..200_000).map(|n| format!(" a{n}")).collect();
    assert_eq!(
        visible_text(&format!("<p{many}>x</p><p>after</p>")),
        "x\nafter"
    );
    assert_eq!(
        visible_text(&format!("<p x={many}>x<p>after</p>")),
        "x\nafter"
    );
    let prose = many.get(..100_000).unwrap();
    assert!(
        visible_text(&format!("2 < 3{prose}")) == format!("2 < 3{prose}"),
        "prose was cut"
    );
}

#[test]
fn nul_and_broken_tags_are_survived() {
    assert_eq!(visible_text("a\0b<"), "a b<");
    assert_eq!(visible_text("a<b"), "a");
    assert_eq!(visible_text("<![CDATA[x]]>y"), "y");
}

proptest! {
    #[test]
    fn any_text_is_html(html in "(<|>|/|b|div|script|style|=|\"|'| |!--|--|&|#|;|amp|\\PC){0,60}") {
        let text = visible_text(&html);
        prop_assert!(text.len() <= html.len() * 4 + 4);
    }

    #[test]
    fn plain_words_are_kept(words in prop::collection::vec("[a-z]{1,8}", 0..20)) {
        let text = words.join(" ");
        prop_assert_eq!(visible_text(&text), text);
    }
}
