//! Short lines people say in their own language.

use crate::world::Person;

const DUTCH: &[&str] = &[
    "tot {wd}!",
    "komt goed 🙂",
    "is goed",
    "dank je wel",
    "ik bel je om {hm}",
    "{n} stuks graag",
];
const SCOTS: &[&str] = &[
    "aye",
    "slàinte mhath",
    "wee bit late, sorry",
    "tapadh leat!",
];
const SWEDISH: &[&str] = &[
    "vi ses på {wd}",
    "ring mig efter {hm}",
    "tack så mycket!",
    "inga problem",
    "{n} stycken räcker",
    "följesedeln saknas",
];
const GERMAN: &[&str] = &[
    "kommt am {wd}",
    "habe {n} Stück eingepackt",
    "danke dir",
    "prüfe ich gleich",
    "Rückmeldung bis {hm}",
    "läuft wieder, schöne Grüße",
];
const WELSH: &[&str] = &["diolch!", "bore da", "hwyl am y tro", "iawn, {wd}"];
const ARABIC: &[&str] = &["شكرا جزيلا", "تمام، نتكلم لاحقا", "صباح الخير"];
const SWISS: &[&str] = &[
    "merci vielmal",
    "bis {wd}, ade",
    "passt so",
    "Prüfprotokoll folgt",
];
const TURKISH: &[&str] = &["teşekkürler", "görüşmek üzere", "tamam, bakıyorum"];
const RUSSIAN: &[&str] = &[
    "спасибо, получили",
    "буду в {hm}",
    "протокол готов",
    "хорошо",
];
const SPANISH: &[&str] = &[
    "llegó el paquete, {n} cajas",
    "mañana a las {hm}",
    "vale",
    "muchas gracias",
    "falta el albarán",
    "¿quién firma el {wd}?",
];
const BASQUE: &[&str] = &["eskerrik asko", "bai, {hm}", "ondo da"];
const JAPANESE: &[&str] = &[
    "了解です",
    "確認します、少々お待ちください",
    "ありがとうございます",
    "{hm}に電話します",
];
const CHINESE: &[&str] = &[
    "好的,谢谢",
    "明天 {hm} 开会",
    "仪表 {sn} 已校准",
    "收到 👌",
    "报告在文件夹里",
];
const POLISH: &[&str] = &[
    "pasuje, {n} sztuk",
    "paczka wyszła o {hm}",
    "dziękuję",
    "będzie jutro",
];
const GREEK: &[&str] = &[
    "τα λέμε το απόγευμα",
    "εντάξει",
    "έτοιμη η έκδοση",
    "ευχαριστώ",
];
const BULGARIAN: &[&str] = &["благодаря", "пътувам, ще се обадя в {hm}", "готово"];
const FRENCH: &[&str] = &[
    "d'accord",
    "merci !",
    "facture envoyée",
    "à {hm}, ça marche",
];
const NORWEGIAN: &[&str] = &["takk!", "på vei", "vi høres {hm}"];
const ENGLISH: &[&str] = &["cheers", "ta", "no worries", "brilliant"];

/// The lines of a person.
pub(crate) fn tongue(person: &Person) -> &'static [&'static str] {
    match (person.org, person.key) {
        ("velmora", "weizhang") => CHINESE,
        ("velmora", "kasia") => POLISH,
        ("velmora", "giorgos") => GREEK,
        ("velmora", "dario") => BULGARIAN,
        ("velmora", "lucie") => FRENCH,
        ("velmora", "mateo") | ("mari", _) if person.key != "inaki" => SPANISH,
        ("velmora", "jonas") | ("sund", _) => SWEDISH,
        ("velmora", "ines") => NORWEGIAN,
        ("velmora", "noor") | ("cald", "samir") => ARABIC,
        ("velmora", "sanne") | ("oak", _) => DUTCH,
        ("velmora", "tomas") | ("tarn", _) => GERMAN,
        ("mari", _) => BASQUE,
        ("brae", _) => SCOTS,
        ("cald", "beth") => WELSH,
        ("lind", "aylin") => TURKISH,
        ("lind", "sofia") => RUSSIAN,
        ("lind", _) => SWISS,
        ("grey", "mei") => JAPANESE,
        _ => ENGLISH,
    }
}
