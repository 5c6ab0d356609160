//! Topics that Velmora opens; the customer answers.

use super::Topic;

/// News about orders, meetings, products and money.
pub(crate) const TOPICS: &[Topic] = &[
    Topic {
        subjects: &[
            "Update on {so}",
            "{so}: delivery on {wd}",
            "News about {so}",
        ],
        asks: &[
            "{so} is packed and leaves Hamburg on {wd}. Is the north gate still right?",
            "For {so} the transmitters come a week later than the meters. Shall we wait or send in two parts?",
            "{so} is on schedule. Who signs for it on {wd}?",
            "One position of {so} has a newer revision. It fits the old flange; are you fine with that?",
        ],
        answers: &[
            "North gate is right, until {hm} at the latest.",
            "Two parts, please. The meters can be built in already.",
            "Our stores sign, ask for the shift lead.",
            "Fine with the newer one, if the certificate says so too.",
        ],
        follows: &[
            "Noted. You get the tracking number tomorrow.",
            "Then the first part goes out today.",
            "Thank you, I have put that on the delivery note.",
            "The certificate will name the new revision.",
        ],
        chats: &[
            "{so} is packed",
            "two parts or one for {so}?",
            "who signs for {so} on {wd}?",
            "tracking for {so} follows",
        ],
    },
    Topic {
        subjects: &[
            "Shall we meet in {mon}?",
            "Agenda for {wd}",
            "Half an hour on {dm}?",
        ],
        asks: &[
            "It is time for our review. Would {dm} at {hm} suit you?",
            "For {wd} I have three points: {place}, open orders, the plan for {mon}. Anything from your side?",
            "I am in {city} on {dm} anyway. Do you have half an hour?",
            "{col} would like to show you the new display. Is that of interest?",
        ],
        answers: &[
            "That suits us. Please send an invitation to everyone in copy.",
            "Please add spare parts; our store asks every week.",
            "Half an hour is fine, come before lunch.",
            "Yes, but bring one that runs, not a picture.",
        ],
        follows: &[
            "The invitation is out. I bring the figures.",
            "Added. See you on {wd}.",
            "Before lunch, then. I will call from the gate.",
            "It runs on a battery, you can keep it for a week.",
        ],
        chats: &[
            "review on {dm}?",
            "agenda is in the invite",
            "in {city} on {dm}, coffee?",
            "display demo went well",
        ],
    },
    Topic {
        subjects: &[
            "Statement of account",
            "Open items, {mon}",
            "A friendly word about {inv}",
        ],
        asks: &[
            "Our list shows {inv} as open. Could you tell me where it is?",
            "Attached are the open items. Is anything missing on your side?",
            "{inv} crossed its date last week. Shall I send it again?",
            "From {mon} on we write one invoice per delivery. Does that work for your system?",
        ],
        answers: &[
            "It is approved and goes out with the run on {wd}.",
            "All there, one of them is waiting for a goods receipt.",
            "Please do, and to the accounts address.",
            "One per delivery is fine, as long as our order number is on it.",
        ],
        follows: &[
            "Thank you, then I stop asking.",
            "Good. Tell me if the receipt needs something from us.",
            "Sent again just now.",
            "It will be on every page.",
        ],
        chats: &[
            "statement for {c} is out",
            "{inv} comes with the run on {wd}",
            "one invoice per delivery from {mon}",
            "sent {inv} again",
        ],
    },
];
