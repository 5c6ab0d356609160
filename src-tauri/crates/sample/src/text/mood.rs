//! Sentences that carry a tone, and details that carry none.

/// Pleased.
pub(crate) const GLAD: &[&str] = &[
    "Thank you, that was quick.",
    "This worked at the first try, my compliments to {col}.",
    "We are really happy with the new meters at {place}.",
    "Great help from your side, it is noticed here.",
    "It runs smoothly since {wdp}, thank you.",
    "Good news: the batch was within limits.",
    "I have told our management how well this went.",
    "Excellent, exactly what we needed.",
    "Please pass my thanks on to {col}.",
    "It is a pleasure to work like this.",
    "Perfecto, muchas gracias.",
    "Tack så mycket, it helped a lot.",
    "Vielen Dank, das hat sehr geholfen.",
];

/// Displeased.
pub(crate) const CROSS: &[&str] = &[
    "I am not happy with how this goes.",
    "This is the second time, and nobody called us.",
    "We are still waiting for an answer.",
    "Frankly, I expected more.",
    "The stop cost us a batch, and my people worked the weekend.",
    "I had to explain this to the board, it was not pleasant.",
    "If this happens again we have to look at alternatives.",
    "It is disappointing that the date moved again.",
    "Please do not send me another form, send me a date.",
    "That is not acceptable for us.",
    "My patience has an end.",
    "So geht das nicht.",
    "Esto no puede seguir así.",
];

/// Neither.
pub(crate) const CALM: &[&str] = &[
    "Please let me know by {wd}.",
    "There is no rush on this.",
    "I copy {col} so that it does not get lost.",
    "If you need more from us, call me on {wd} after {hm}.",
    "We can also talk about it on the phone.",
    "Nothing else is open from our side.",
    "I will be away on {wd}, {col} knows about it.",
    "Please answer to all.",
    "Let us look at it again after the {mon} stop.",
    "A short answer is enough.",
];

/// Facts that go with nearly anything.
pub(crate) const DETAILS: &[&str] = &[
    "For your information, {place} runs three shifts until {dm}.",
    "The serial number is {sn}, built in {year}.",
    "{n} pieces are in use, two more are on the shelf.",
    "The line is free on {wd} from {hm}.",
    "Our reference is {so}.",
    "{col} has the photos.",
    "The pipe is DN {dn}, the pressure {n} bar.",
    "We clean at {temp} °C, twice a week.",
    "The cabinet at {place} is hard to reach, bring a ladder.",
    "The log covers {n} days.",
    "I have marked the point in the drawing.",
    "The budget for this year has {amt} left.",
    "Last year it took {n} days.",
    "Our shift leader on {wd} is new and should be asked first.",
    "The weather station next door shows nothing unusual.",
    "Two colleagues from {city} will join.",
    "The old meter came from another maker and is not missed.",
    "The cable is {dn} metres long and shielded.",
    "We changed the pump at {place} in {monp}.",
    "It concerns {place} only, not the rest of the plant.",
    "Ticket {t} has the history.",
    "The same question came up under {q}.",
    "{inv} is a separate matter and not affected.",
    "The density is that of water within one percent.",
    "Our own measurement agrees within {n} litres.",
    "The report is short and has one curve.",
    "Someone wrote 'urgent' on the box, it is not.",
    "The spare is stored in {city}.",
    "I attach nothing this time.",
    "This was agreed with {col} on {wdp}.",
];

/// Ways Velmora opens.
pub(crate) const OUR_GREETINGS: &[&str] = &[
    "Dear {you},",
    "Hello {you},",
    "Hi {you},",
    "{you},",
    "Good morning {you},",
];
/// Ways everyone may open.
pub(crate) const GREETINGS: &[&str] = &[
    "Dear {you},",
    "Hello {you},",
    "Hi {you},",
    "{you},",
    "Good morning,",
];
/// Ways everyone may close.
pub(crate) const CLOSINGS: &[&str] = &[
    "Best regards,",
    "Kind regards,",
    "Best,",
    "Thanks,",
    "Many thanks,",
    "Regards,",
];

/// Velmora to Velmora.
pub(crate) const INSIDE: &[&str] = &[
    "{c} called about {place}. I said we come back on {wd}.",
    "Please look at {so} for {c} before the round.",
    "{c} asks for a date and I do not have one. Who does?",
    "The numbers for {c} are in the sheet, {amt} open.",
    "Can you take {c} on {wd}? I am on the road.",
    "Support says ticket {t} is waiting on us, not on {c}.",
    "Credit limit for {c} has room for one more order like {so}.",
    "I would not promise {c} anything before the laboratory has looked.",
    "The stock in Hamburg is down to {n} {kit}.",
    "Tomas wants {c} on one page until {wd}.",
];

/// Subjects for those.
pub(crate) const INSIDE_SUBJECTS: &[&str] = &[
    "{c}: next step",
    "{c} and {so}",
    "Before the round: {c}",
    "{c}, who takes it?",
    "{t} is waiting on us",
    "Stock in Hamburg",
];

/// Mail nobody asked for: sender name, address, subject, text.
pub(crate) const NOISE: &[(&str, &str, &str, &str)] = &[
    (
        "Fluid Forum",
        "news@fluidforum.example",
        "This month in flow: {mon}",
        "In this issue: pumps that listen, a visit to a water tower, and ten dates for your calendar. You receive this letter because you registered at a fair.",
    ),
    (
        "Rheinhafen Freight",
        "dispatch@rheinhafen-freight.example",
        "Your shipment of {wdp}",
        "Your shipment has been handed over. This is an automatic message, answers are not read.",
    ),
    (
        "Conference desk",
        "hello@processdays.example",
        "Early tickets end on {wd}",
        "Three days of talks, two of workshops, one boat. Early tickets end on {wd} at midnight.",
    ),
    (
        "Velmora HR",
        "hr@velmora.example",
        "Reminder: hours for {mon}",
        "Please enter your hours for {mon} until {wd}. This message was sent to everyone.",
    ),
    (
        "Standards watch",
        "alerts@standardswatch.example",
        "Two drafts open for comment",
        "Two drafts on hygienic metering are open for comment until {dm}. Members read them in the portal.",
    ),
];
