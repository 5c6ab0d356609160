//! Addresses and names in the one form in which they are compared.
//!
//! Deliberately absent: guessing. A `+tag` stays part of a mail address, because
//! at many servers it is another mailbox; dots stay, because only one provider
//! ignores them.

use std::collections::BTreeSet;

use phonenumber::Mode;
use rapport_model::{Address, AddressKind};
use unicode_normalization::UnicodeNormalization;

/// The longest address that is compared; anything longer is hostile or broken.
const LONGEST: usize = 320;

/// The comparable form of an address with its kind in front (`email:ada@x.org`),
/// or `None` when it cannot be compared. `region` is the ISO country in which a
/// telephone number without a country code is read.
#[must_use]
pub fn address_key(address: &Address, region: Option<&str>) -> Option<String> {
    match address.kind {
        AddressKind::Email => email(&address.value).map(|it| format!("email:{it}")),
        AddressKind::Phone => phone(&address.value, region).map(|it| format!("phone:{it}")),
        AddressKind::Matrix => matrix(&address.value).map(|it| format!("matrix:{it}")),
        AddressKind::Url | AddressKind::Other => None,
    }
}

/// A mail address in lower case and NFC, without brackets or `mailto:`.
#[must_use]
pub fn email(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    // Every message asks for a few of these, and most have nothing to compose.
    let text = if text.is_ascii() {
        text.trim().to_ascii_lowercase()
    } else {
        text.trim().nfc().collect::<String>().to_lowercase()
    };
    let text = text.strip_prefix("mailto:").unwrap_or(&text);
    let text = text.trim_matches(['<', '>', ' ', '\t', '.', ';', ',']);
    let (local, domain) = text.rsplit_once('@')?;
    let fine = !local.is_empty()
        && domain.contains('.')
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        && domain.split('.').all(|label| !label.is_empty());
    fine.then(|| text.to_owned())
}

/// A Matrix user id as servers compare it.
#[must_use]
pub fn matrix(text: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > LONGEST {
        return None;
    }
    let (local, server) = text.strip_prefix('@')?.split_once(':')?;
    (!local.is_empty() && !server.is_empty()).then(|| text.to_lowercase())
}

/// A telephone number in E.164.
#[must_use]
pub fn phone(text: &str, region: Option<&str>) -> Option<String> {
    let text = text.trim().trim_start_matches("tel:");
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let odd =
        |c: char| !(c.is_ascii_digit() || " +-/.()\u{a0}\u{2010}\u{2011}\u{2013}".contains(c));
    if !(5..=17).contains(&digits) || text.len() > 60 || text.contains(odd) {
        return None;
    }
    let plain: String = text
        .chars()
        .filter(|c| c.is_ascii_digit() || *c == '+')
        .collect();
    let plain = match plain.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => plain,
    };
    // "+49 (0)30 …" is how people write it; the zero is not dialled with the code.
    let plain = if text.contains("(0)") && plain.starts_with('+') {
        let (before, after) = text.split_once("(0)")?;
        let digits = |it: &str| it.chars().filter(char::is_ascii_digit).collect::<String>();
        format!(
            "+{}{}",
            digits(before).trim_start_matches("00"),
            digits(after)
        )
    } else {
        plain
    };
    let country = region.and_then(|it| it.to_ascii_uppercase().parse().ok());
    let number = phonenumber::parse(country, &plain).ok()?;
    phonenumber::is_valid(&number).then(|| number.format().mode(Mode::E164).to_string())
}

/// The domain of a mail address key or of a web address, down to what somebody
/// can register (`mail.acme.co.uk` is `acme.co.uk`).
#[must_use]
pub fn domain(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let text = text.split_once("://").map_or(text.as_str(), |it| it.1);
    let host = text.split(['/', '?', '#']).next()?;
    let host = host.rsplit_once('@').map_or(host, |it| it.1);
    let host = host.split(':').next()?.trim_matches('.');
    let label = |it: &str| {
        !it.is_empty()
            && it
                .chars()
                .all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    if host.len() > 253 || !host.split('.').all(label) || host.parse::<std::net::IpAddr>().is_ok() {
        return None;
    }
    psl::domain_str(host).map(ToOwned::to_owned)
}

/// A name as a set of words, so that "Lovelace, Ada" is "Ada Lovelace".
#[must_use]
pub fn name_key(name: &str) -> String {
    let words: BTreeSet<String> = name
        .nfkd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .take(400)
        .collect::<String>()
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(ToOwned::to_owned)
        .collect();
    words.into_iter().collect::<Vec<_>>().join(" ")
}

/// A tax id without its punctuation; too short to be one gives `None`.
#[must_use]
pub fn tax_id(text: &str) -> Option<String> {
    let text: String = text
        .chars()
        .filter(|c| c.is_alphanumeric())
        .take(40)
        .collect();
    let text = text.to_uppercase();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    (digits >= 5).then_some(text)
}

/// Whether a mail address belongs to a role, not to somebody: `info@`, `sales@`.
#[must_use]
pub fn is_role(email: &str) -> bool {
    const ROLES: [&str; 42] = [
        "abuse",
        "accounting",
        "accounts",
        "admin",
        "administration",
        "ap",
        "billing",
        "booking",
        "bookkeeping",
        "buchhaltung",
        "careers",
        "contact",
        "einkauf",
        "enquiries",
        "finance",
        "hallo",
        "hello",
        "help",
        "helpdesk",
        "hostmaster",
        "hr",
        "info",
        "invoice",
        "invoices",
        "jobs",
        "kontakt",
        "mail",
        "marketing",
        "no-reply",
        "noreply",
        "office",
        "orders",
        "postmaster",
        "purchasing",
        "rechnung",
        "sales",
        "service",
        "support",
        "team",
        "vertrieb",
        "webmaster",
        "verkauf",
    ];
    let local = email.split('@').next().unwrap_or_default();
    let local = local.split('+').next().unwrap_or_default();
    let local = local.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-' || c == '.');
    ROLES.contains(&local)
}

/// Whether a domain gives mail addresses to anybody, and so names no company.
#[must_use]
pub fn is_free_mail(domain: &str) -> bool {
    const FREE: [&str; 62] = [
        "126.com",
        "163.com",
        "aol.com",
        "arcor.de",
        "att.net",
        "bluewin.ch",
        "bol.com.br",
        "btinternet.com",
        "comcast.net",
        "duck.com",
        "email.cz",
        "fastmail.com",
        "fastmail.fm",
        "free.fr",
        "freenet.de",
        "gmail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.com",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hey.com",
        "hotmail.co.uk",
        "hotmail.com",
        "hotmail.de",
        "hotmail.fr",
        "icloud.com",
        "interia.pl",
        "laposte.net",
        "libero.it",
        "live.com",
        "mac.com",
        "mail.com",
        "mail.de",
        "mail.ru",
        "mailbox.org",
        "me.com",
        "msn.com",
        "naver.com",
        "o2.pl",
        "onet.pl",
        "orange.fr",
        "outlook.com",
        "outlook.de",
        "pm.me",
        "posteo.de",
        "proton.me",
        "protonmail.com",
        "qq.com",
        "rambler.ru",
        "seznam.cz",
        "t-online.de",
        "tutanota.com",
        "verizon.net",
        "wanadoo.fr",
        "web.de",
        "wp.pl",
        "yahoo.co.uk",
        "yahoo.com",
        "yandex.ru",
        "ymail.com",
    ];
    FREE.binary_search(&domain).is_ok()
        || domain.starts_with("yahoo.")
        || domain.starts_with("hotmail.")
        || domain.starts_with("live.")
        || domain.starts_with("outlook.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn mail_addresses_compare_without_case_and_brackets_but_with_their_tag() {
        assert_eq!(
            email(" <Ada.L@Example.ORG> "),
            Some("ada.l@example.org".into())
        );
        assert_eq!(
            email("mailto:ada+shop@example.org"),
            Some("ada+shop@example.org".into())
        );
        for bad in [
            "ada",
            "@example.org",
            "ada@",
            "ada@org",
            "a b@example.org",
            "ada@example..org",
        ] {
            assert_eq!(email(bad), None, "{bad}");
        }
    }

    #[test]
    fn one_phone_number_has_one_form_however_it_is_written() {
        for way in [
            "+49 30 901820",
            "030 901820",
            "0049 (30) 90 18 20",
            "+49 (0)30 / 901820",
            "tel:+4930901820",
        ] {
            assert_eq!(phone(way, Some("de")), Some("+4930901820".into()), "{way}");
        }
        assert_eq!(phone("030 901820", None), None);
        assert_eq!(phone("extension 17", Some("DE")), None);
    }

    #[test]
    fn a_company_domain_is_what_can_be_registered() {
        assert_eq!(
            domain("https://www.acme.co.uk/about?x=1"),
            Some("acme.co.uk".into())
        );
        assert_eq!(domain("ada@mail.acme.com"), Some("acme.com".into()));
        assert_eq!(domain("http://192.168.0.1/"), None);
        assert_eq!(domain("co.uk"), None);
    }

    #[test]
    fn roles_and_free_mail_are_nobody_in_particular() {
        assert!(
            is_role("info@acme.com")
                && is_role("sales2@acme.com")
                && is_role("support+77@acme.com")
        );
        assert!(!is_role("infanta@acme.com") && !is_role("ada@acme.com"));
        assert!(is_free_mail("gmail.com") && is_free_mail("ymail.com") && is_free_mail("126.com"));
        assert!(!is_free_mail("acme.com"));
    }

    #[test]
    fn names_compare_as_words() {
        assert_eq!(name_key("Lovelace, Ada"), name_key("ada  LOVELACE"));
        assert_eq!(name_key("José"), name_key("Jose\u{301}"));
        assert_eq!(tax_id("DE 123.456-789"), Some("DE123456789".into()));
        assert_eq!(tax_id("n/a"), None);
    }

    proptest! {
        #[test]
        fn no_text_breaks_it_and_forms_are_stable(text in "\\PC{0,40}", digits in "[+0-9() /.-]{0,24}") {
            for it in [&text, &digits] {
                for region in [None, Some("DE"), Some("US"), Some("??")] {
                    if let Some(form) = phone(it, region) {
                        prop_assert_eq!(phone(&form, region), Some(form));
                    }
                }
                if let Some(form) = email(it) { prop_assert_eq!(email(&form), Some(form)); }
                if let Some(form) = domain(it) { prop_assert_eq!(domain(&form), Some(form)); }
                if let Some(form) = matrix(it) { prop_assert_eq!(matrix(&form), Some(form)); }
                prop_assert_eq!(name_key(&name_key(it)), name_key(it));
            }
        }
    }
}
