//! Topics of orders, money and paper.

use super::Topic;

/// Deliveries, invoices, quotes, tenders, documents, contracts.
pub(crate) const TOPICS: &[Topic] = &[
    Topic {
        subjects: &[
            "Delivery of {so}",
            "{so}: where is it?",
            "Part delivery",
            "Delivery notes for {so}",
        ],
        asks: &[
            "According to our list {so} should have been here on {wdp}. Is there a tracking number?",
            "Can you split {so}? We need {n} pieces before {dm}, the rest can wait.",
            "The pallet of {so} came without the transmitters. Are they following?",
            "Please deliver {so} to the north gate, the south one is closed until {dm}.",
        ],
        answers: &[
            "{so} left Hamburg on {wdp}; the carrier promises {wd} before noon.",
            "A part delivery is no problem: {n} pieces this week, the rest with the next run.",
            "The transmitters sit in a second box, same carrier, one day later.",
            "North gate is noted on {so} and on all open orders.",
        ],
        follows: &[
            "It has arrived, {n} boxes, all whole.",
            "Thank you, part delivery is fine for us.",
            "The second box is here too.",
            "The carrier stood at the wrong gate again. Could you call him?",
        ],
        chats: &[
            "{so} is on the truck",
            "any tracking for {so}?",
            "carrier comes on {wd} before noon",
            "box {n} of {so} is missing",
            "{so} arrived, all whole 👍",
        ],
    },
    Topic {
        subjects: &[
            "Invoice {inv}",
            "{inv}: wrong order number",
            "Question about {inv}",
            "Payment of {inv}",
        ],
        asks: &[
            "{inv} does not carry our order number, so our system refuses it. Could you correct that?",
            "On {inv} you charge {n} pieces, we counted one less.",
            "When was {inv} due? Our list and your reminder differ.",
            "Please send invoices to the accounts address from {mon} on, not to people.",
        ],
        answers: &[
            "A corrected copy of {inv} is attached, the amount stays {amt}.",
            "You are right about {inv}, one piece was on the later delivery. A credit note follows.",
            "{inv} is in order here; the reminder crossed with your payment, please forget it.",
            "Accounts address is noted for everything after {inv}.",
        ],
        follows: &[
            "Now it went through, {inv} will be paid with the next run.",
            "Thank you, the credit note is booked.",
            "The new approver asks for the delivery note to {inv}. Could you add it?",
            "The first one arrived at the right address.",
        ],
        chats: &[
            "is {inv} paid yet?",
            "credit note for {inv} is out",
            "{inv} went through",
            "finance asks for the order number on {inv}",
            "reminder for {inv} crossed with the payment, sorry",
        ],
    },
    Topic {
        subjects: &[
            "Quote for {n} {p}",
            "{q}: stainless option?",
            "Prices for {place}",
            "Your quote {q}",
        ],
        asks: &[
            "We plan to meter {place} and need a price for {n} {p} with transmitters.",
            "What would {q} cost in stainless? Our board asks every time.",
            "{q} has expired over the holidays. Does the price still hold?",
            "Could you show the service as a line of its own in {q}?",
        ],
        answers: &[
            "The quote is {q}, {amt} without freight, valid for sixty days.",
            "In stainless it is about {pct} % more; I have added it as an option.",
            "The price of {q} holds until the end of {mon}, I have noted it.",
            "Service is now its own line, the total did not change.",
        ],
        follows: &[
            "The board looks at it on {dm}. I expect a yes.",
            "We compare with one other offer. Yours is dearer but complete.",
            "Please keep {n} pieces free until we decide.",
            "That reads better. It is with our controller now.",
        ],
        chats: &[
            "is {q} out?",
            "stainless is {pct} % more, told them",
            "{c} compares with one other offer",
            "board looks at {q} on {dm}",
            "price holds until the end of {mon}",
        ],
    },
    Topic {
        subjects: &[
            "Tender: open questions",
            "Tender documents for {place}",
            "Bid date moves",
        ],
        asks: &[
            "The tender for {place} will be published on {dm}. You should register in the portal before.",
            "Three clarifications are due: pressure class, cable length, spare parts for {n} years.",
            "The bid date moves by one week, see the portal.",
            "Please confirm that the {p} meets the tightness class we ask for.",
        ],
        answers: &[
            "We are registered, and {col} reads the documents today.",
            "Pressure class and cable are clear. For the spare parts we offer {n} years.",
            "Thank you, the extra week helps with the drawings.",
            "The {p} meets it, the type test is attached.",
        ],
        follows: &[
            "All questions are answered for everyone in the portal.",
            "You are on the short list. The talks are in {mon}.",
            "The opening was today, {n} bidders.",
        ],
        chats: &[
            "bid date moved by a week",
            "{n} bidders at the opening",
            "who reads the tender documents?",
            "we are on the short list 🎉",
            "type test is in the folder",
        ],
    },
    Topic {
        subjects: &[
            "Documents for {so}",
            "Certificate of origin",
            "Drawing of {place}",
            "Material certificate, {p}",
        ],
        asks: &[
            "For {so} we need the material certificates in our own form. The sheet is attached.",
            "Could you send the drawing of the {p} as a file our people can open?",
            "Customs ask for the origin of the {p}. A line on the invoice is enough.",
            "The manual we have is from {year}. Is there a newer one?",
        ],
        answers: &[
            "The certificates are attached, in your form, signed.",
            "Here is the drawing in two formats. Tell me if neither opens.",
            "Origin is on the invoice from now on, and here is a letter for {so}.",
            "The newest manual is from {monp}, the chapter on cleaning is new.",
        ],
        follows: &[
            "Thank you, quality has released the lot.",
            "The drawing opens. The flange is not ours, though.",
            "Customs are content, the lorry is on its way.",
            "One page is missing between 4 and 6.",
        ],
        chats: &[
            "certificates for {so} are out",
            "page 5 is missing in the manual",
            "customs released it",
            "does anyone have the drawing of {place}?",
        ],
    },
    Topic {
        subjects: &[
            "Service contract {year}",
            "Price list from {mon}",
            "Framework: open points",
            "Discount on spares",
        ],
        asks: &[
            "Our service contract ends in {mon}. We would like to add {place} to it.",
            "Your new list is {pct} % up on spares. That is hard to explain here.",
            "Legal has two remarks on the framework, both about the index.",
            "Can the discount cover calibrations too? We send {n} a year.",
        ],
        answers: &[
            "Adding {place} is simple, the draft is attached.",
            "I cannot take the increase back, but I can hold the old prices for orders before {dm}.",
            "Our lawyer agrees with the first remark and proposes other words for the second.",
            "With {n} a year we can do {pct} % on calibrations.",
        ],
        follows: &[
            "Signed and on its way to you by post.",
            "The old prices until {dm} help us. Thank you.",
            "Legal agrees. Now it only needs two signatures.",
            "{pct} % is fair. Please put it in writing.",
        ],
        chats: &[
            "contract for {c} is signed ✍️",
            "legal has two remarks",
            "old prices hold until {dm}",
            "who signs the framework on our side?",
        ],
    },
];
