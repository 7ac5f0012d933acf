//! What people say and write.

/// Job titles.
pub(super) const TITLES: &[&str] = &[
    "Head of Procurement",
    "Chief Executive",
    "Operations Manager",
    "Finance Director",
    "IT Lead",
    "Office Manager",
    "Founder",
    "VP Sales",
    "Buyer",
    "Head of Logistics",
    "Engineering Manager",
];

/// Descriptions of companies; `{city}` is where they are.
pub(super) const DESCRIPTIONS: &[&str] = &[
    "Family business in {city}, second generation.",
    "Growing fast; just opened a second office in {city}.",
    "Runs three sites around {city}; decisions are made centrally.",
    "Met at a trade show. Looks for a better way to keep in touch with customers.",
    "Uses spreadsheets today and wants out.",
    "Was referred by a customer; budget is decided once a year.",
];

/// Notes after talking.
pub(super) const NOTES: &[&str] = &[
    "Budget approved for this quarter.",
    "Wants to see the reporting before deciding. Send the one-pager.",
    "Asked about data residency and single sign-on.",
    "Champion is on parental leave until next month; talk to the deputy meanwhile.",
    "Compared us with two others. Price matters less than support in their language.",
    "Prefers e-mail over calls, mornings only.",
    "Needs an invoice in local currency.",
    "Pilot with five users, then the whole team.",
];

/// Notes on calls that were answered.
pub(super) const CALL_NOTES: &[&str] = &[
    "Agreed to a demo next week.",
    "Went through the quote line by line; happy with it.",
    "Not a good moment, call again after the quarter ends.",
    "Confirmed who signs. Legal has two questions.",
    "Talked about onboarding: two afternoons are enough.",
    "",
];

/// Conversations: subject, what we write, what they answer, what we write then.
pub(super) const CONVERSATIONS: &[(&str, &str, &str, &str)] = &[
    (
        "Quote for your team",
        "Hi {first},\n\nas promised, here is the quote for your team. It holds until the end of the month.\n\nBest,\n{rep}",
        "Thanks, this looks good. Could you add onboarding as a separate line?\n\n{first}",
        "Hi {first},\n\nadded. The total stays the same.\n\nBest,\n{rep}",
    ),
    (
        "Nice to meet you",
        "Hi {first},\n\nit was good to talk today. Shall we take half an hour next week for a demo?\n\nBest,\n{rep}",
        "Happy to. Tuesday or Wednesday morning work for me.\n\n{first}",
        "Wednesday at ten it is. The invitation is on its way.\n\nBest,\n{rep}",
    ),
    (
        "Questions about security",
        "Hi {first},\n\nattached are the answers for your security team.\n\nBest,\n{rep}",
        "Much appreciated. They ask how long you keep backups.\n\n{first}",
        "Thirty days, encrypted, in the same region.\n\nBest,\n{rep}",
    ),
    (
        "Renewal",
        "Hi {first},\n\nyour plan renews soon. Is there anything you would like to change?\n\nBest,\n{rep}",
        "We are happy as it is, and would like three more seats.\n\n{first}",
        "Done, thank you for growing with us.\n\nBest,\n{rep}",
    ),
    (
        "Following up",
        "Hi {first},\n\ndid you have a chance to look at my last message?\n\nBest,\n{rep}",
        "Sorry for the silence, we were closing the year. Let us talk on Monday.\n\n{first}",
        "Monday is perfect. I will call you at nine.\n\nBest,\n{rep}",
    ),
];

/// Text messages: from us, and the answer.
pub(super) const TEXTS: &[(&str, &str)] = &[
    ("Running five minutes late, sorry!", "No problem"),
    ("The quote is in your inbox.", "Got it, thanks"),
    ("Are we still on for tomorrow?", "Yes, see you at ten"),
];

/// Titles of meetings; `{company}` is who with.
pub(super) const MEETINGS: &[&str] =
    &["Demo with {company}", "Kick-off {company}", "Quarterly review {company}", "Pricing call {company}"];

/// Things to do.
pub(super) const TASKS: &[&str] = &[
    "Send revised quote",
    "Call back about the demo",
    "Check in before renewal",
    "Ask for an introduction to finance",
    "Share the security questionnaire",
    "Prepare slides for the review",
    "Confirm delivery date",
];

/// Notes on deals.
pub(super) const DEALS: &[&str] = &[
    "Team plan, yearly.",
    "Pilot first, then roll-out to all sites.",
    "Wants delivery next quarter.",
    "Replaces a home-grown tool.",
    "Add-on for the support team.",
];

/// What colleagues say about a note.
pub(super) const COMMENTS: &[&str] =
    &["Nice work!", "Let us offer the yearly plan.", "I know their CFO, happy to help."];
