//! Telephone numbers inside prose, as one word each.
//!
//! People write `+31 30 555 0777` and search for `+31305550777`. The written
//! form is found by its groups; this adds the digits in one piece.

/// Fewer digits than this are a quantity or a year.
const FEWEST: usize = 7;
/// E.164 allows no more.
const MOST: usize = 15;
/// Numbers beyond this count make a table, not a letter.
const MOST_NUMBERS: usize = 20;

/// Calls `each` with the digits of every number in `text` that is written in
/// groups and may be a telephone number.
pub(super) fn grouped(text: &str, mut each: impl FnMut(&str)) {
    let mut digits = String::new();
    let mut groups = 0;
    let mut gap = false;
    let mut bracket = false;
    let mut found = 0;
    let mut flush = |digits: &mut String, groups: &mut usize| {
        if *groups > 1 && (FEWEST..=MOST).contains(&digits.len()) && found < MOST_NUMBERS {
            found += 1;
            each(digits);
        }
        digits.clear();
        *groups = 0;
    };
    for c in text.chars() {
        match c {
            '0'..='9' => {
                if digits.is_empty() || gap {
                    groups += 1;
                }
                gap = false;
                bracket = false;
                // One digit past the most is enough to know that it is too long.
                if digits.len() <= MOST {
                    digits.push(c);
                }
            }
            // One separator between groups, or a bracket with one beside it.
            ' ' | '-' | '/' | '\u{a0}' if !digits.is_empty() && (!gap || bracket) => {
                gap = true;
                bracket = false;
            }
            '(' | ')' if !digits.is_empty() => {
                gap = true;
                bracket = true;
            }
            _ => {
                flush(&mut digits, &mut groups);
                gap = false;
            }
        }
    }
    flush(&mut digits, &mut groups);
}

#[cfg(test)]
mod tests {
    use super::grouped;

    fn all(text: &str) -> Vec<String> {
        let mut out = Vec::new();
        grouped(text, |digits| out.push(digits.to_owned()));
        out
    }

    #[test]
    fn a_number_written_in_groups_is_one_word() {
        assert_eq!(
            all("Call +31 30 555 0777, or (030) 555-0188."),
            ["31305550777", "0305550188"]
        );
        assert_eq!(all("dial 0155-55017739 today"), ["015555017739"]);
    }

    #[test]
    fn amounts_years_and_long_tables_are_not_telephone_numbers() {
        assert!(all("2026 and 14, €12,480.00").is_empty());
        assert!(
            all("31305550777").is_empty(),
            "in one piece it is a word already"
        );
        assert!(all("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_fail_and_what_it_finds_are_digits(text in ".{0,200}") {
            grouped(&text, |digits| {
                assert!(digits.bytes().all(|byte| byte.is_ascii_digit()));
                assert!((7..=15).contains(&digits.len()));
            });
        }
    }
}
