use jiff::civil::date;
use proptest::prelude::*;

use super::world::context;
use crate::search::{Form, Has, Query, Standing, What};

fn parse(text: &str) -> Query {
    Query::parse(text, &context())
}

fn words(query: &Query) -> Vec<Vec<&str>> {
    query
        .groups
        .iter()
        .map(|it| it.0.iter().map(|term| &*term.text).collect())
        .collect()
}

fn filters(text: &str) -> Vec<What> {
    parse(text).filters.into_iter().map(|it| it.what).collect()
}

fn day(filter: &What) -> jiff::civil::Date {
    match filter {
        What::Before(day) | What::After(day) => day.date,
        other => panic!("no day: {other:?}"),
    }
}

#[test]
fn words_phrases_beginnings_and_negations_are_read() {
    let query = parse("late \"net 30\" invo* -draft OR");
    assert_eq!(words(&query), [["late"], ["net 30"], ["invo"]]);
    let forms: Vec<Form> = query.groups.iter().map(|it| it.0[0].form).collect();
    assert_eq!(forms, [Form::Word, Form::Phrase, Form::Prefix]);
    assert_eq!(query.not[0].text, "draft");
    assert_eq!(query.ignored, ["OR"]);
    assert_eq!(words(&parse("a OR b c | d")), [["a", "b"], ["c", "d"]]);
    assert_eq!(parse("x NOT y"), parse("x -y"));
}

#[test]
fn operators_are_filters_and_unknown_ones_are_words() {
    assert_eq!(
        filters("from:ada TO:\"Ben Ott\" in:inbox customer:#12 kind:invoice has:files is:done"),
        [
            What::From("ada".to_owned()),
            What::To("Ben Ott".to_owned()),
            What::In("inbox".to_owned()),
            What::Customer("#12".to_owned()),
            What::Kind("invoice".to_owned()),
            What::Has(Has::File),
            What::Is(Standing::Closed),
        ]
    );
    let query = parse("shape:round has:unicorn before:banana https://x.example 10:30");
    assert_eq!(query.filters, []);
    assert_eq!(query.groups.len(), 5);
    assert_eq!(
        query.ignored,
        ["shape:round", "has:unicorn", "before:banana"]
    );
    assert!(parse("-from:ada").filters[0].negated);
}

#[test]
fn days_are_read_as_people_write_them() {
    for (text, wanted) in [
        ("2026-03", date(2026, 3, 1)),
        ("2025", date(2025, 1, 1)),
        ("2026-02-28", date(2026, 2, 28)),
        ("28.02.2026", date(2026, 2, 28)),
        ("today", date(2026, 3, 12)),
        ("yesterday", date(2026, 3, 11)),
        ("7d", date(2026, 3, 5)),
        ("2w", date(2026, 2, 26)),
        ("1m", date(2026, 2, 12)),
        ("week", date(2026, 3, 9)),
        ("last-month", date(2026, 2, 1)),
        ("monday", date(2026, 3, 9)),
        ("thursday", date(2026, 3, 12)),
    ] {
        assert_eq!(day(&filters(&format!("after:{text}"))[0]), wanted, "{text}");
    }
    let on = filters("on:2026-02");
    assert_eq!(
        (day(&on[0]), day(&on[1])),
        (date(2026, 2, 1), date(2026, 3, 1))
    );
}

#[test]
fn the_word_being_typed_is_a_beginning() {
    let typing = |text: &str| Query::typing(text, &context());
    assert_eq!(typing("acme invo").groups[1].0[0].form, Form::Prefix);
    assert_eq!(typing("acme invo ").groups[1].0[0].form, Form::Word);
    assert_eq!(typing("a OR invo").groups[0].0[1].form, Form::Prefix);
    assert_eq!(typing("\"acme invo\"").groups[0].0[0].form, Form::Phrase);
    assert_eq!(typing("acme -invo").groups[0].0[0].form, Form::Word);
    assert_eq!(typing("acme from:ada").groups[0].0[0].form, Form::Word);
}

proptest! {
    #[test]
    fn any_text_is_a_query_and_reads_back_the_same(
        text in "(\\PC| |\"|-|:|\\*|OR |NOT |AND |from:|in:|is:open|before:|7d|2026-03|on:|has:file|kind:|a|é|京){0,30}"
    ) {
        let query = parse(&text);
        let mut again = parse(&query.to_string());
        again.ignored.clone_from(&query.ignored);
        prop_assert_eq!(&again, &query, "{}", query);
    }

    #[test]
    fn typing_never_fails(text in ".*") {
        let _query = Query::typing(&text, &context());
    }
}
