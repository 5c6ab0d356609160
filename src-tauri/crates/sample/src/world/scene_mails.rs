//! Mails of the scenes, word for word. `{wd+1}` and its like move with today.

use crate::when::{Day, hm};

/// A mail with fixed words.
#[derive(Debug)]
pub(crate) struct SceneMail {
    /// Name within the sample; the Message-ID is made of it.
    pub(crate) key: &'static str,
    /// Day it was sent.
    pub(crate) day: Day,
    /// Second of that day.
    pub(crate) second: u32,
    /// Sender.
    pub(crate) from: &'static str,
    /// Receivers, then those in copy.
    pub(crate) to: &'static [&'static str],
    /// In copy.
    pub(crate) cc: &'static [&'static str],
    /// Subject.
    pub(crate) subject: &'static str,
    /// Key of the mail this answers.
    pub(crate) answers: Option<&'static str>,
    /// The words.
    pub(crate) text: &'static str,
    /// Name and content of the attached file; an empty content is a log of readings.
    pub(crate) file: Option<(&'static str, &'static str)>,
}

const fn mail(
    key: &'static str,
    at: (Day, u32),
    from: &'static str,
    to: &'static [&'static str],
    subject: &'static str,
    text: &'static str,
) -> SceneMail {
    SceneMail {
        key,
        day: at.0,
        second: at.1,
        from,
        to,
        cc: &[],
        subject,
        answers: None,
        text,
        file: None,
    }
}

impl SceneMail {
    const fn cc(self, cc: &'static [&'static str]) -> Self {
        Self { cc, ..self }
    }
    const fn answers(self, key: &'static str) -> Self {
        Self {
            answers: Some(key),
            ..self
        }
    }
    const fn file(self, name: &'static str, content: &'static str) -> Self {
        Self {
            file: Some((name, content)),
            ..self
        }
    }
}

/// The mail that puts the Line 4 order at risk; tasks point back to it.
pub(crate) const LINE2_THIRD: &str = "line2-third";

/// All mails of the scenes, oldest first.
pub(crate) const MAILS: &[SceneMail] = &[
    mail("brae-minutes", (-28, hm(15, 40)), "ines", &["fiona"], "Minutes of today's call",
        "Fiona,\n\nThank you for the time today. What I took away:\n\n1. Still house metering stays in qualification until the layout is fixed. We budget €42,000.\n2. You ask for a credit limit above €25,000; I take it to Lucie.\n3. We meet again for the quarterly review in four weeks.\n\nBest,\nInes").cc(&["jonas"]),
    mail("oak-1164", (-28, hm(11, 5)), "femke", &["ines"], "INV-2025-1164: payment sent",
        "Dag Ines,\n\nINV-2025-1164 has been paid in full today, €22,900.00. You should see it by tomorrow.\n\nGroeten,\nFemke").cc(&["lucie"]),
    mail("oak-0148-reminder", (-9, hm(10, 12)), "lucie", &["femke"], "Reminder: INV-2026-0148",
        "Dear Femke,\n\nINV-2026-0148 over €12,480.00 fell due on {dm-15} and is still open here. Could you tell me when it will be paid?\n\nKind regards,\nLucie Marchetti").cc(&["ines"]),
    mail("line2-first", (-8, hm(7, 20)), "marten", &["ines"], "Line 2 stopped after CIP",
        "Ines,\n\nLine 2 went into alarm at 05:15. After CIP the VF-300 on the fermenter outlet reads 14 % low. We ran the batch by hand. Serial 41-7786.\n\nPlease tell me today what you need from us.\n\nMarten").cc(&["nele"]),
    mail("line2-first-answer", (-8, hm(11, 2)), "ines", &["marten"], "Re: Line 2 stopped after CIP",
        "Marten,\n\nThank you for the quick report. Priya has opened ticket #40312 with high priority. Please keep the meter as it is; Dario will call you about the unit. If it has to go to the lab we send a courier.\n\nInes").cc(&["nele", "priya"]).answers("line2-first"),
    mail("sund-statement", (-7, hm(9, 30)), "ines", &["elin"], "Statement of account, February",
        "Dear Elin,\n\nAttached is the statement for February. Two invoices are past due: INV-2026-0113 over €18,640.00 and INV-2026-0122 over €5,120.00.\n\nWhere is INV-2026-0113 at the moment?\n\nBest regards,\nInes").cc(&["lucie"]).file("statement-february.csv", "invoice;date;due;amount\nINV-2026-0113;{iso-61};{iso-31};18640.00\nINV-2026-0122;{iso-57};{iso-27};5120.00\n"),
    mail("lind-iqoq", (-6, hm(14, 25)), "aylin", &["ines"], "IQ/OQ validation documents",
        "Dear Ines,\n\nThank you for the IQ/OQ validation documents for the VF-500 in Suite B. Could you confirm the protocol version? Our copy says 3.1 on the cover and 3.0 in the footer. I cannot release it before that is clear.\n\nBest regards,\nAylin Terzi"),
    mail("grey-tender", (-5, hm(16, 48)), "owen", &["ines"], "Tender 26-118: clarifications",
        "Hello Ines,\n\nThree clarifications on tender 26-118 before you price it: the pressure class is PN 25, the meters sit in Substation 11 and Boiler house 2, and the commissioning window is two weeks in September.\n\nPlease confirm that you will bid.\n\nRegards,\nOwen Pryce").file("tender-26-118-clarifications.csv", "question;answer\nPressure class;PN 25\nPlaces;Substation 11, Boiler house 2\nCommissioning;two weeks in September\n"),
    mail("grey-tender-answer", (-3, hm(9, 5)), "ines", &["owen"], "Re: Tender 26-118: clarifications",
        "Owen,\n\nYes, we will bid. I am checking the pressure spec for PN 25 with engineering. Is the display needed at both places?\n\nInes").answers("grey-tender"),
    mail("grey-tender-reply", (-1, hm(17, 32)), "owen", &["ines"], "Re: Tender 26-118: clarifications",
        "Ines,\n\nOne display is enough, in Substation 11. The closing date does not move.\n\nRegards,\nOwen").answers("grey-tender-answer"),
    mail("oak-40377", (-2, hm(16, 2)), "nele", &["priya"], "Firmware 4.2 certificate",
        "Hello Priya,\n\nCould you send us the certificate for firmware 4.2? It is needed for our audit on {dm+14}.\n\nThank you,\nNele Visser").cc(&["ines"]),
    mail("cald-framework", (-1, hm(11, 15)), "samir", &["ines"], "Framework renewal 2026–2029",
        "Dear Ines,\n\nThe current framework ends on {dm+19}. Our draft of the framework renewal 2026–2029 is ready for your lawyers: three years, fixed prices in the first, an index after that. I would like to talk it through before it goes to my board.\n\nKind regards,\nSamir Odeh").file("framework-price-index.csv", "year;prices\n1;fixed\n2;index\n3;index\n"),
    mail("mari-notes", (-1, hm(15, 50)), "rita", &["ines"], "Delivery notes, February",
        "Hola Ines,\n\nCould you send me the delivery notes for February? I need all of them with the date of unloading for our stock count.\n\nUn saludo,\nRita Campos"),
    mail(LINE2_THIRD, (0, hm(8, 12)), "marten", &["ines"], "Line 2 stopped again, third time this month",
        "Ines, Line 2 stopped at 05:40. The VF-300 on the fermenter outlet read 14 % low after CIP, exactly as on the {ord-8} and the {ord-3}.\n\nThis is the third stop in nine days and I still have no date for the replacement unit. Unless I have a firm date today, I will have to put the Line 4 order on hold.\n\nMarten Bakker\nHead of operations").cc(&["nele"]).answers("line2-first-answer").file("line2-log.csv", ""),
    mail("sund-approver", (0, hm(8, 40)), "elin", &["ines"], "Re: Statement of account, February",
        "Hej Ines,\n\nThe January invoice is with our new approver. INV-2026-0122 has been checked and goes out with the next payment run.\n\n> Where is INV-2026-0113 at the moment?\n\nIt is with our new approver. I will remind him today.\n\nMed vänlig hälsning,\nElin Sandqvist").cc(&["lucie"]).answers("sund-statement"),
    mail("mari-notes-answer", (0, hm(9, 12)), "ines", &["rita"], "Re: Delivery notes, February",
        "Hola Rita,\n\nI have the list and will send the delivery notes for February after lunch today, with the unloading dates.\n\nBest,\nInes").answers("mari-notes"),
];
