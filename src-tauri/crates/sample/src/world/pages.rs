//! Pages of the company wiki.

use crate::when::Day;

/// A wiki page.
#[derive(Debug)]
pub(crate) struct Page {
    /// File name without its ending.
    pub(crate) slug: &'static str,
    /// Title.
    pub(crate) title: &'static str,
    /// Day of the last change.
    pub(crate) day: Day,
    /// Tags.
    pub(crate) tags: &'static [&'static str],
    /// Customer key, or empty.
    pub(crate) customer: &'static str,
    /// Markdown below the title.
    pub(crate) body: &'static str,
}

const fn p(
    slug: &'static str,
    title: &'static str,
    day: Day,
    tags: &'static [&'static str],
    customer: &'static str,
    body: &'static str,
) -> Page {
    Page {
        slug,
        title,
        day,
        tags,
        customer,
        body,
    }
}

/// All pages.
pub(crate) const PAGES: &[Page] = &[
    p(
        "vf-300-cip-drift",
        "VF-300 CIP drift: cause and fix",
        -1,
        &["vf-300", "cip", "support"],
        "oak",
        "## What is seen\n\nAfter a hot clean the VF-300 reads 10 to 15 % low and recovers over some hours.\n\n## Cause\n\nThe EPDM seal of kit **VF-300-K1** hardens above 82 °C and no longer follows the housing. Confirmed by the laboratory on serial 41-7786 (ticket #40312, RMA 2231).\n\n## Fix\n\n1. Replace the seal by kit **VF-300-K2** (FKM, up to 121 °C).\n2. Run one cycle at 85 °C and check zero.\n3. Note the serial number on the ticket.\n\n| kit | material | limit |\n| --- | --- | --- |\n| VF-300-K1 | EPDM | 82 °C |\n| VF-300-K2 | FKM | 121 °C |\n",
    ),
    p(
        "oakhollow-site-survey",
        "Oakhollow site survey, Line 2 and 3",
        -64,
        &["survey", "oakhollow"],
        "oak",
        "Survey by Dario with Marten Bakker.\n\n- Line 2: VF-300 on the fermenter outlet, serial 41-7786; CIP return has no meter.\n- Line 3: two VF-300, one DP-2 at the panel.\n- Access before seven only through the yard. Hard hats at the bright beer tank.\n- CIP set point 85 °C since autumn.\n",
    ),
    p(
        "discount-agreement-2026",
        "Discount agreement 2026",
        -71,
        &["prices", "contract"],
        "oak",
        "Oakhollow gets 8 % on meters and 12 % on spares in 2026, none on service. Line 4 is priced as a project.\n\nSigned by Joost van der Meer. See also the food segment price list.\n",
    ),
    p(
        "braeloch-review-template",
        "Braeloch quarterly review: how we prepare",
        -27,
        &["review", "braeloch"],
        "brae",
        "Send data sheets two days ahead. Bring open orders, open invoices, open tickets on one page. Fiona decides, Callum asks about spares.\n",
    ),
    p(
        "sundvik-dunning",
        "Sundvik: who approves invoices",
        -20,
        &["finance"],
        "sund",
        "Since January a new approver signs above €5,000. Elin Sandqvist passes reminders on. The limit for a reminder is 30 days.\n",
    ),
    p(
        "tarnfeld-stainless",
        "Tarnfeld: why stainless",
        -12,
        &["quote", "vf-500"],
        "tarn",
        "White water at PM 3 eats brass in a year. VF-500-SS costs more and lasts. Stoffauflauf und Bütte getrennt messen; Herr Großmann zeigt die Messstellen.\n",
    ),
    p(
        "calder-vale-framework",
        "Calder Vale framework 2026–2029",
        -5,
        &["contract", "framework"],
        "cald",
        "Three years, fixed prices in year one, index after that. Noor reviews the index clause. Ends in three weeks if nobody signs.\n",
    ),
    p(
        "lindqora-documents",
        "Lindqora: documents and versions",
        -44,
        &["iq", "oq", "validation"],
        "lind",
        "Every page carries the protocol version, cover and footer alike. Aylin Terzi releases. Протокол проверки хранится у Софии Орловой.\n",
    ),
    p(
        "marisol-delivery",
        "Marisol: delivery notes",
        -60,
        &["logistics"],
        "mari",
        "Monthly, with the date of unloading. Albaranes a Rita Campos, copia a administración.\n",
    ),
    p(
        "greyfen-tender-26-118",
        "Greyfen tender 26-118",
        -4,
        &["tender"],
        "grey",
        "PN 25, two places, commissioning in September. Portal only. Jonas prices, Ines signs.\n",
    ),
    p(
        "vf-500-stainless",
        "VF-500 in stainless: what differs",
        -50,
        &["vf-500", "product"],
        "",
        "Wetted parts in 1.4404. Same length as the standard one, 1.2 kg heavier. Delivery time four weeks. The data sheet is in preparation.\n",
    ),
    p(
        "courier-hamburg",
        "Hamburg depot: couriers and cut-off",
        -100,
        &["logistics"],
        "",
        "Cut-off for same-day is 11:00, for the night run 17:30. Katarzyna Wójcik books. Seal kits are on shelf C4.\n",
    ),
    p(
        "calibration-bench",
        "Calibration bench: booking and times",
        -85,
        &["lab", "calibration"],
        "",
        "Bench 1 up to DN 50, bench 2 up to DN 150. Three points take two hours, five points half a day. 张伟 plans the week on Friday.\n",
    ),
    p(
        "return-process",
        "Returns and repairs, step by step",
        -140,
        &["rma", "process"],
        "",
        "1. Ticket with serial number.\n2. RMA number in Redmine, project Returns and repairs.\n3. Approval by the account owner.\n4. Hamburg ships the replacement.\n5. Laboratory report goes on the ticket.\n",
    ),
    p(
        "dunning-rules",
        "Reminders: when and how",
        -200,
        &["finance", "process"],
        "",
        "Day 5 a friendly note, day 15 a reminder, day 30 a call by the account owner, day 60 credit control decides. Disputed invoices stop the clock.\n",
    ),
    p(
        "price-list-food",
        "Price list 2026, food segment",
        -30,
        &["prices"],
        "",
        "Draft by Mateo Ruiz. VF-300 plus 3 %, seal kits unchanged, service plus 4 %.\n",
    ),
    p(
        "firmware-42",
        "Firmware 4.2: release notes",
        -75,
        &["firmware"],
        "",
        "Zero stability at low flow, IO-Link parameter set 7, Greek and Turkish on the display: Ελληνικά, Türkçe. Certificate on request.\n",
    ),
    p(
        "onboarding-key-accounts",
        "New in key accounts: the first week",
        -300,
        &["people"],
        "",
        "Read the last ten mails of each customer before you call. Sit with support for a day. Visit one plant.\n",
    ),
    p(
        "complaint-answer",
        "How we answer a complaint",
        -180,
        &["process", "tone"],
        "",
        "Say what happened, say what we do, say when. No excuse in the first line. A date beats a reason.\n",
    ),
    p(
        "meeting-rules",
        "Meetings: five minutes per deal",
        -400,
        &["process"],
        "",
        "The pipeline round looks at deals above 20,000 only. Everything else is a note.\n",
    ),
];
