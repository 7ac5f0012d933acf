//! Questions as people and agents put them find the function that answers them.

use latch_catalog::catalog;

/// What is asked, and the function that must come first.
const QUESTIONS: &[(&str, &str)] = &[
    // Who am I, and who is there?
    ("who am I", "get_current_user"),
    ("which user am I logged in as", "get_current_user"),
    ("whoami", "get_current_user"),
    ("list my colleagues", "list_users"),
    ("show all sales reps on the team", "list_users"),
    ("who is online right now", "list_user_availability"),
    ("is anyone on the phone right now", "list_user_availability"),
    // Leads.
    ("find a company by name", "list_leads"),
    ("search for customers", "list_leads"),
    ("look up leads with status Potential", "list_leads"),
    ("create lead", "create_lead"),
    ("add a new company", "create_lead"),
    ("everything about one lead", "get_lead"),
    ("change the status of a lead", "update_lead"),
    ("rename a company", "update_lead"),
    ("delete a lead for good", "delete_lead"),
    ("merge duplicate leads", "merge_leads"),
    ("two customers are the same company, combine them", "merge_leads"),
    // Contacts.
    ("who works at a company", "list_contacts"),
    ("people at a lead", "list_contacts"),
    ("add a person to a lead", "create_contact"),
    ("change somebody's phone number", "update_contact"),
    ("delete contact", "delete_contact"),
    // What happened, and what was said.
    ("what happened with this customer", "list_activities"),
    ("timeline of a lead", "list_activities"),
    ("log a call", "create_call"),
    ("record that I phoned them", "create_call"),
    ("list yesterday's calls", "list_calls"),
    ("read the transcript of a call", "get_call"),
    ("send an email", "create_email"),
    ("draft an email to a prospect", "create_email"),
    ("show the emails with a contact", "list_emails"),
    ("text a customer", "create_sms"),
    ("send a text message", "create_sms"),
    ("write a note on a lead", "create_note"),
    ("pin a note", "update_note"),
    ("attach a comment to a deal", "create_comment"),
    ("comment on a note", "create_comment"),
    // What is to be done.
    ("remind me to call back", "create_task"),
    ("schedule a follow-up for next week", "create_task"),
    ("what do I have to do today", "list_tasks"),
    ("my open to-dos", "list_tasks"),
    ("mark a task as done", "update_task"),
    ("postpone a task", "update_task"),
    ("reassign all tasks of a colleague who left", "bulk_update_tasks"),
    // Deals.
    ("new deal worth 5000", "create_opportunity"),
    ("mark deal as won", "update_opportunity"),
    ("the deal was lost", "update_opportunity"),
    ("move a deal to another stage", "update_opportunity"),
    ("which deals close this quarter", "list_opportunities"),
    ("total value of open deals", "list_opportunities"),
    ("list the pipelines", "list_pipelines"),
    ("which pipelines are there", "list_pipelines"),
    ("which stages can a deal have", "list_opportunity_statuses"),
    ("rename a stage of the pipeline", "update_opportunity_status"),
    // Sequences.
    ("enroll contact in sequence", "create_sequence_subscription"),
    ("put somebody into a workflow", "create_sequence_subscription"),
    ("pause a contact in a sequence", "update_sequence_subscription"),
    ("take a contact out of a sequence", "delete_sequence_subscription"),
    ("which contacts are enrolled in a cadence", "list_sequence_subscriptions"),
    ("which cadences do we have", "list_sequences"),
    // How the organization is set up.
    ("which lead statuses are there", "list_lead_statuses"),
    ("custom fields of leads", "list_lead_custom_fields"),
    ("add a custom field to contacts", "create_contact_custom_field"),
    ("list webhooks", "list_webhooks"),
    ("set up a webhook", "create_webhook"),
    ("notify my server when something changes", "create_webhook"),
    ("saved searches", "list_smart_views"),
    // Many at once, and numbers.
    ("how many calls did the team make this week", "get_activity_report"),
    ("leaderboard of reps", "get_activity_report"),
    ("who deleted this contact", "list_events"),
    ("audit log of changes", "list_events"),
    ("export leads to a spreadsheet", "create_lead_export"),
    ("set the status of all leads that match a search", "create_bulk_edit"),
    ("delete all leads that match a search", "create_bulk_delete"),
    ("let AI fill in a missing field", "create_field_enrichment"),
];

fn found(question: &str, limit: usize) -> Vec<&'static str> {
    catalog().search(question, limit).iter().map(|hit| hit.tool.function.as_str()).collect()
}

#[test]
fn questions_in_plain_words_find_the_function_that_answers_them_first() {
    let wrong: Vec<String> = QUESTIONS
        .iter()
        .map(|(question, function)| (question, function, found(question, 4)))
        .filter(|(_, function, found)| found.first() != Some(*function))
        .map(|(question, function, found)| format!("{question}: wanted {function}, found {found:?}"))
        .collect();
    assert!(wrong.is_empty(), "{} of {} questions:\n{}", wrong.len(), QUESTIONS.len(), wrong.join("\n"));
}

#[test]
fn every_function_is_found_by_its_own_name_and_title() {
    for tool in catalog().tools() {
        assert_eq!(found(&tool.function, 1), [tool.function.as_str()]);
        assert_eq!(found(&tool.function.replace('_', " "), 1), [tool.function.as_str()]);
        assert_eq!(found(&tool.name, 1), [tool.function.as_str()], "{}", tool.name);
    }
}

#[test]
fn what_means_nothing_finds_nothing() {
    for question in ["", "   ", "the of and", "qqqqq", "🚀", &"x".repeat(100_000)] {
        assert_eq!(found(question, 10), Vec::<&str>::new());
    }
}

#[test]
fn no_more_is_found_than_asked_for_and_the_best_comes_first() {
    let hits = catalog().search("list leads", 5);
    assert_eq!(hits.len(), 5);
    assert!(hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
    assert!(catalog().search("list leads", 0).is_empty());
}
