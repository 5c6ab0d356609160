//! Topics of plant and service.

use super::Topic;

/// Drift, spares, calibration, firmware, visits, training, returns.
pub(crate) const TOPICS: &[Topic] = &[
    Topic {
        subjects: &[
            "Drift at {place}",
            "{p} reads low after CIP",
            "Reading of the {p} jumps",
            "{place}: zero does not hold",
        ],
        asks: &[
            "Since {wdp} the {p} at {place} reads about {pct} % low after each hot clean.",
            "The zero of the {p} at {place} wanders by {pct} % over a shift, and we cannot see why.",
            "After CIP at {temp} °C the {p} needs two hours before it agrees with the tank again.",
            "Our operators no longer trust the {p} at {place}: it differs by {pct} % from the weighbridge.",
            "Serial {sn} at {place} shows spikes whenever the return pump starts.",
        ],
        answers: &[
            "Please send us the log of one full cycle and the clean temperature; {pct} % after CIP often comes from the seal.",
            "We will swap the unit if the zero is still off after a cold restart, you do not have to argue for it.",
            "I have asked the laboratory to repeat your cycle at {temp} °C with a {p} from stock.",
            "Could you run one batch with the damping at {n} seconds? That would tell us where to look.",
            "{col} has looked at your curve. It does not look like the electronics, more like air in the line at {place}.",
        ],
        follows: &[
            "The log is attached. You see the jump at the {n}th minute.",
            "We did the cold restart and it held for one shift, then the same picture.",
            "The temperature was {temp} °C this time, so a little below what you asked for.",
            "With the damping changed it is calmer, the offset is still there.",
            "We bled the line at {place}. The spikes are rarer now.",
        ],
        chats: &[
            "{p} at {place} is {pct} % low again",
            "zero check at {place} done, it holds for now",
            "can someone look at the curve of serial {sn}?",
            "clean was at {temp} °C, reading still off",
            "drift gone after the cold restart",
        ],
    },
    Topic {
        subjects: &[
            "Seal kits for {place}",
            "Spares: {kit}",
            "How many {kit} do you have?",
        ],
        asks: &[
            "We would like to keep {n} pieces of {kit} on our own shelf. What is the delivery time?",
            "The last {kit} in our store went into {place} yesterday, please send {n} more.",
            "Which seal do you recommend above {temp} °C? Our cook wants to go hotter.",
            "Is the {kit} the right one for the {p} from before 2021?",
        ],
        answers: &[
            "Three days from Hamburg. I reserve {n} kits for you until {wd}, no obligation.",
            "There are {n} pieces of {kit} in Hamburg; ordered before eleven they leave the same day.",
            "For {temp} °C I would take the FKM version. The black ones go hard.",
            "The {kit} fits every {p} since 2018, older ones need the wider groove.",
        ],
        follows: &[
            "Good, then {n} of them, please on {so} so that we pay freight once.",
            "Our fitter says the old ones came out in crumbs.",
            "Please send the data sheet of the compound too, quality asks for it.",
        ],
        chats: &[
            "how many {kit} are left in Hamburg?",
            "{n} kits packed for {c}",
            "need {n} × {kit} at {place} by {wd}",
            "the seal came out in crumbs 😬",
            "kit is on the shelf, fitter comes on {wd}",
        ],
    },
    Topic {
        subjects: &[
            "Calibration of the meters at {place}",
            "Certificates for {year}",
            "Calibration round {mon}",
            "Five points or three?",
        ],
        asks: &[
            "{n} meters are due for calibration before the end of {mon}. Which dates do you have on the bench?",
            "Our auditor asks for accredited certificates this time. What does that change?",
            "Could you calibrate the {p} from {place} without taking it out?",
            "We miss the certificate of serial {sn}; it should have come with {so}.",
        ],
        answers: &[
            "The bench is free in the week of {dm}. If the meters arrive on {wd}, you have them back after {n} days.",
            "Accredited means five points and a little more paper; the price is in the list.",
            "On site we reach about half a percent, on the bench clearly better. For your auditor I would take the bench.",
            "The certificate of serial {sn} is on its way, it was filed under the old number.",
        ],
        follows: &[
            "Then we take the week of {dm}, and the spare meter goes in meanwhile.",
            "Five points, please. The auditor reads every line.",
            "Then the bench, and we live without it for a week.",
            "Thank you, the certificate arrived and the numbers look good.",
        ],
        chats: &[
            "bench is free on {wd}",
            "{n} certificates still missing for {c}",
            "calibration of {sn} done, deviation 0.{pct} %",
            "auditor wants five points 🙄",
            "meters from {place} arrived at the lab",
        ],
    },
    Topic {
        subjects: &[
            "Firmware on the {p}",
            "Update before the season?",
            "IO-Link parameters",
        ],
        asks: &[
            "The display at {place} still shows the old firmware. Is an update worth the stop?",
            "After the update the {p} reports its totals with a different sign. Is that intended?",
            "Can we update {n} units over night, from one laptop?",
            "Our PLC people ask for the parameter list of the {p}.",
        ],
        answers: &[
            "For low flow it is worth it, otherwise wait until the next planned stop.",
            "The sign follows the arrow on the housing since this version; one parameter brings the old way back.",
            "Yes, {n} units take about two hours. {col} can be on the phone while you do it.",
            "The parameter list is attached; set 7 is the one you want.",
        ],
        follows: &[
            "Then we wait for the stop in {mon}.",
            "The sign is right again, thank you.",
            "We updated {n} of them, one asked for a code. Which one?",
            "Set 7 works, our PLC people are happy.",
        ],
        chats: &[
            "update done on {n} units at {place}",
            "which code does the {p} want after the update?",
            "parameter set 7 works",
            "total runs backwards since the update",
        ],
    },
    Topic {
        subjects: &[
            "Visit on {wd}",
            "Site visit, {place}",
            "When is {col} here?",
        ],
        asks: &[
            "When could {col} come to look at {place}? We stop on {wd} from {hm}.",
            "For the visit on {dm} everyone needs the safety briefing, it takes twenty minutes.",
            "Could we use the visit to look at the old meters as well?",
            "Our gate needs names and number plates until the day before.",
        ],
        answers: &[
            "{col} can be with you on {wd} at {hm} and stays until it runs.",
            "We know the briefing and come half an hour early.",
            "If it is open we look at it too, it is half an hour more.",
            "Two people come: {col} and someone from the laboratory. The plate follows.",
            "We bring {n} kits and a spare {p}, so that one visit is enough.",
        ],
        follows: &[
            "{wd} at {hm} is fine, please report at the north gate.",
            "The stop moved by a day. Can {col} make it on the day after?",
            "The visit was useful. Two points are open, see the list below.",
        ],
        chats: &[
            "{col} is at the gate",
            "visit moved to {wd} {hm}",
            "who has the number plate for {wd}?",
            "on site, {place} is still hot",
            "done here, driving back",
        ],
    },
    Topic {
        subjects: &[
            "Training for the new shift",
            "Operator training in {mon}",
            "Half a day for {n} people",
        ],
        asks: &[
            "We have {n} new colleagues who have never seen a {p} from inside. Do you still offer half a day?",
            "Could the training be held at {place}, next to the running line?",
            "Is there a short version of the manual for the shift book?",
            "Two people missed the training in {monp}. Is there another date?",
        ],
        answers: &[
            "Yes, up to eight people, and we bring a cut-open {p}.",
            "Next to the running line is best, as long as one can still hear us.",
            "The short version is two pages; I can send it in your language.",
            "On {dm} we train at another customer nearby, your two could join.",
        ],
        follows: &[
            "Then {n} people on {dm}. Coffee is on us.",
            "Everyone liked the cut-open one.",
            "The two pages hang at {place} now, thank you.",
            "Both can come, thank you for asking around.",
        ],
        chats: &[
            "{n} people for the training on {wd}",
            "who brings the cut-open {p}?",
            "training went well, good questions",
            "please print the short manual {n} times",
        ],
    },
    Topic {
        subjects: &[
            "Return of serial {sn}",
            "RMA for the {p}",
            "Repair or replace?",
        ],
        asks: &[
            "We would like to send serial {sn} back. Which number do we write on the crate?",
            "The repair of the {p} takes longer than the meter lasted. Can we have a loan unit?",
            "The returned meter arrived with a bent connector; photos are attached.",
            "What did the laboratory find in serial {sn}?",
        ],
        answers: &[
            "Please write the ticket number {t} on the crate, the rest we do here.",
            "A loan unit leaves Hamburg on {wd}, it is from {year} but calibrated.",
            "The connector is our fault, a new one comes with the next parcel, no charge.",
            "The liner had a hairline crack. Repair costs {amt}, a new one is the better choice.",
        ],
        follows: &[
            "The crate left this morning, two pieces.",
            "The loan unit runs. Thank you for the quick help.",
            "The new connector fits.",
            "Then a new one, please as a quote first.",
        ],
        chats: &[
            "crate with {sn} is here",
            "loan unit leaves on {wd}",
            "which RMA number for {sn}?",
            "liner is cracked, see {t}",
            "approve the return please",
        ],
    },
];
