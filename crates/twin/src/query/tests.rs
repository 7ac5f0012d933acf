//! The language as a whole: written back and read again, and asked of a small world.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::ast::{Clause, Comparison, Expression, Name, Slice, Sort, Test, Written};
use super::error::Span;
use super::{Query, grammar, parse, parse_about};
use crate::resource::{Caller, Session};
use crate::store::{Clock, Kind, World};

fn name(text: &str) -> Name {
    Name { text: text.to_owned(), at: Span::default() }
}

// ---- Reading and writing ----

fn names() -> impl Strategy<Value = Name> {
    let text = prop_oneof![prop::sample::select(vec![
        "status",
        "custom.Lead Source",
        "or",
        "in",
        "created",
        "on",
        "original_lead_status",
        "名前",
        "a\"b\\c",
        "x:y"
    ]),];
    text.prop_map(name)
}

fn values() -> impl Strategy<Value = Name> {
    prop_oneof![
        "[a-z0-9 @.:*()\"\\\\,/<>=-]{0,12}".prop_map(|text| name(&text)),
        "\\PC{0,8}".prop_map(|text| name(&text))
    ]
}

fn comparisons() -> impl Strategy<Value = Comparison> {
    prop::sample::select(Comparison::ALL.to_vec())
}

fn clauses() -> impl Strategy<Value = Expression> {
    let test = prop_oneof![
        Just(Test::Any),
        values().prop_map(Test::Is),
        (comparisons(), values()).prop_map(|(comparison, value)| Test::Compare(comparison, value)),
        prop::collection::vec(values(), 1..3).prop_map(Test::In),
    ];
    (names(), test).prop_map(|(field, test)| Expression::Clause(Clause { field, test }))
}

fn words() -> impl Strategy<Value = Expression> {
    prop_oneof![
        "[a-z]{1,6}".prop_map(|content| Expression::Words { content, prefix: true }),
        "\\PC{0,4}[a-z*]{1,3} ?".prop_map(|content| Expression::Words { content, prefix: false }),
        Just(Expression::Everything),
    ]
}

fn expressions() -> impl Strategy<Value = Expression> {
    prop_oneof![clauses(), words()].prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Expression::Not(Box::new(inner))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expression::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expression::Or),
            (prop::sample::select(vec!["contact", "lead_status", "status", "status_change", "sms"]), inner)
                .prop_map(|(entity, inner)| Expression::Nested {
                    entity: name(entity),
                    inner: Box::new(inner)
                }),
        ]
    })
}

fn queries() -> impl Strategy<Value = Written> {
    let sort = (prop::sample::select(vec!["created", "display_name", "custom.Lead Source"]), any::<bool>())
        .prop_map(|(field, descending)| Sort { field: name(field), descending });
    let slice = (1..5_u32, 0..5_u32).prop_map(|(part, more)| Slice { part, of: part + more });
    (prop::option::of(expressions()), prop::collection::vec(sort, 0..3), prop::option::of(slice))
        .prop_map(|(condition, sort, slice)| Written { condition, sort, slice })
}

proptest! {
    #[test]
    fn a_query_written_down_reads_as_the_same_query(query in queries()) {
        let text = query.to_string();
        match grammar::read(&text) {
            Ok(read) => prop_assert_eq!(read, query, "{}", text),
            Err(error) => prop_assert!(false, "{}: {}", text, error),
        }
    }

    #[test]
    fn any_text_is_read_or_refused_with_a_sentence(text in "\\PC{0,60}") {
        if let Err(error) = parse(&text) {
            prop_assert!(error.to_string().starts_with("The query cannot be read"), "{}", error);
        }
    }

    #[test]
    fn text_made_of_the_languages_own_signs_is_read_or_refused(
        text in "([():*\"]| |and|or|not|in|name|contact|sort:|slice:1/2|>=|,|x){0,30}"
    ) {
        if let Ok(read) = grammar::read(&text) {
            let again = grammar::read(&read.to_string());
            prop_assert_eq!(again.as_ref(), Ok(&read), "{} -> {}", text, read);
        }
    }
}

fn complaint(text: &str) -> String {
    parse(text).map_or_else(|error| error.to_string(), |_| panic!("{text} was read"))
}

#[test]
fn mistakes_are_explained_where_they_are() {
    let queries = [
        "name:",
        "(name:Acme or name:Wayne",
        "name:Acme)",
        "name:Acme or",
        "or name:Acme",
        "name:\"Acme",
        "contacts > many",
        "created > soon",
        "name > Acme",
        "contact_nme:Wile",
        "http://acme.example.com",
        "name=Acme",
        "status:(Potential or Qualified)",
        "kontact(name:Wile)",
        "call(custom.Mood:good)",
        "custom.Lead Source:Fair",
        "name:Acme slice:6/5",
        "(sort:created)",
        "not sort:created",
        "user in (\"a\" \"b\")",
        "email(opened:maybe)",
        "\"日本\" naem:x",
    ];
    let explained: Vec<String> =
        queries.iter().map(|query| format!("{query}\n    {}", complaint(query))).collect();
    insta::assert_snapshot!(explained.join("\n"));
}

#[test]
fn queries_have_limits() {
    assert!(complaint(&"(".repeat(100)).contains("deeper than 32"));
    assert!(complaint(&"not ".repeat(100)).contains("deeper than 32"));
    assert!(complaint(&"x ".repeat(20_000)).contains("longer than"));
    assert!(complaint("sort:name sort:created sort:updated sort:url").contains("at most 3"));
}

// ---- Asking ----

const ORGANIZATION: &str = "orga_1";

/// Three leads: Acme (busy), Wayne (quiet), 東京電機 (new). It is noon on 15 March 2024.
fn world() -> World {
    let mut world = World::new(Clock::fixed("2024-03-15T12:00:00Z".parse().unwrap()), 1);
    let mut put = |kind: Kind, value: Value| put(&mut world, kind, value);
    put(Kind::LeadStatus, json!({"id": "stat_p", "label": "Potential"}));
    put(Kind::LeadStatus, json!({"id": "stat_n", "label": "Not Interested"}));
    put(Kind::OpportunityStatus, json!({"id": "stat_a", "label": "Proposal sent", "type": "active"}));
    put(Kind::OpportunityStatus, json!({"id": "stat_w", "label": "Won", "type": "won"}));
    put(Kind::LeadCustomField, json!({"id": "cf_1", "name": "Lead Source", "type": "choices"}));
    put(Kind::LeadCustomField, json!({"id": "cf_2", "name": "Seats", "type": "number"}));
    put(Kind::Sequence, json!({"id": "seq_1", "name": "Trial follow-up"}));
    put(
        Kind::User,
        json!({"id": "user_a", "first_name": "Ann", "last_name": "Reyes", "email": "ann@x.example"}),
    );
    put(
        Kind::Lead,
        json!({
            "id": "lead_acme", "name": "Acme Rockets", "status_id": "stat_p", "description": "Builds launch vehicles.",
            "date_created": "2024-03-01T08:00:00+00:00", "date_updated": "2024-03-14T08:00:00+00:00",
            "custom.cf_1": "Trade show", "custom.cf_2": 40,
            "addresses": [{"city": "Austin", "country": "US"}],
        }),
    );
    put(
        Kind::Lead,
        json!({
            "id": "lead_wayne", "name": "Wayne Enterprises", "status_id": "stat_n", "addresses": [],
            "date_created": "2024-03-10T08:00:00+00:00", "date_updated": "2024-03-10T08:00:00+00:00",
            "custom.cf_2": 7,
        }),
    );
    put(
        Kind::Lead,
        json!({
            "id": "lead_tokyo", "name": "東京電機株式会社", "status_id": "stat_p", "addresses": [],
            "date_created": "2024-03-15T01:00:00+00:00", "date_updated": "2024-03-15T01:00:00+00:00",
        }),
    );
    put(
        Kind::Contact,
        json!({
            "id": "cont_w", "lead_id": "lead_acme", "name": "Wile Coyote", "title": "Head of Procurement",
            "emails": [{"type": "office", "email": "wile@acme.example.com"}],
            "phones": [{"type": "office", "phone": "+15125550123"}],
        }),
    );
    put(Kind::Contact, json!({"id": "cont_r", "lead_id": "lead_acme", "name": "Road Runner", "emails": []}));
    put(
        Kind::SequenceSubscription,
        json!({
            "id": "sub_1", "lead_id": "lead_acme", "contact_id": "cont_r", "sequence_id": "seq_1", "status": "active",
        }),
    );
    put(
        Kind::Opportunity,
        json!({
            "id": "oppo_1", "lead_id": "lead_acme", "status_id": "stat_a", "value": 250_000, "confidence": 60,
        }),
    );
    put(
        Kind::OpportunityStatusChange,
        json!({
            "id": "acti_o", "lead_id": "lead_acme", "opportunity_id": "oppo_1",
            "old_status_id": "stat_w", "new_status_id": "stat_a", "activity_at": "2024-03-14T08:00:00+00:00",
        }),
    );
    history(&mut world);
    world
}

fn put(world: &mut World, kind: Kind, value: Value) {
    let Value::Object(mut object) = value else { panic!("not an object") };
    object.insert("organization_id".to_owned(), ORGANIZATION.into());
    world.insert(kind, object);
}

/// What happened with the three leads, and two smart views.
fn history(world: &mut World) {
    let mut put = |kind: Kind, value: Value| put(world, kind, value);
    put(
        Kind::Call,
        json!({
            "id": "acti_c", "lead_id": "lead_acme", "contact_id": "cont_w", "direction": "outbound", "duration": 153,
            "user_id": "user_a", "note": "Agreed to a demo.", "activity_at": "2024-03-14T20:00:00+00:00",
        }),
    );
    put(
        Kind::Email,
        json!({
            "id": "acti_e", "lead_id": "lead_acme", "direction": "outgoing", "status": "sent",
            "subject": "Revised quote", "opens": [{"opened_at": "2024-03-12"}],
            "date_sent": "2024-03-11T16:10:12+00:00", "activity_at": "2024-03-11T16:10:12+00:00",
        }),
    );
    put(
        Kind::Task,
        json!({
            "id": "task_1", "lead_id": "lead_wayne", "text": "Call back", "date": "2024-03-16", "is_complete": false,
        }),
    );
    put(
        Kind::LeadStatusChange,
        json!({
            "id": "acti_s", "lead_id": "lead_wayne", "old_status_id": "stat_p", "new_status_id": "stat_n",
            "activity_at": "2024-03-12T08:00:00+00:00",
        }),
    );
    put(
        Kind::SmartView,
        json!({"id": "save_1", "name": "Quiet", "type": "lead", "query": "times_communicated:0"}),
    );
    put(Kind::SmartView, json!({"id": "save_2", "name": "Round", "type": "lead", "query": "in:save_2"}));
}

/// The ids a query finds for somebody of an organization.
fn ids(query: &Query, organization_id: &str) -> Vec<String> {
    let mut caller = Caller::nobody(organization_id);
    "user_a".clone_into(&mut caller.user_id);
    let mut world = world();
    query.select(Session::new(&mut world, &caller).view())
}

/// The names of the leads found, newest first unless the query sorts, without their `lead_`.
fn found(query: &str) -> String {
    let query = parse(query).unwrap_or_else(|error| panic!("{query}: {error}"));
    let ids = ids(&query, ORGANIZATION);
    ids.iter().map(|id| id.trim_start_matches("lead_")).collect::<Vec<_>>().join(" ")
}

#[test]
fn words_are_looked_for_in_everything_written_about_a_lead() {
    assert_eq!(found(""), "tokyo wayne acme");
    assert_eq!(found("*"), "tokyo wayne acme");
    assert_eq!(found("acme"), "acme");
    assert_eq!(found("coyote demo"), "acme", "a contact's name and a call's note");
    assert_eq!(found("\"revised quote\""), "acme");
    assert_eq!(found("\"quote revised\""), "");
    assert_eq!(found("roc*"), "acme");
    assert_eq!(found("電機"), "tokyo");
    assert_eq!(found("acme OR Wayne"), "wayne acme");
    assert_eq!(found("not (acme or wayne)"), "tokyo");
    assert_eq!(found("acme wayne"), "", "adjacent words must all be there");
    assert_eq!(found("acme or wayne and call"), "wayne acme", "and binds tighter than or");
}

#[test]
fn fields_are_asked_by_value_presence_and_comparison() {
    assert_eq!(found("status:potential"), "tokyo acme");
    assert_eq!(found("status:interested"), "", "labels are asked for as a whole");
    assert_eq!(found("original_lead_status:Potential not status:Potential"), "wayne");
    assert_eq!(found("name:rockets"), "acme");
    assert_eq!(found("email:WILE@acme.example.com"), "acme");
    assert_eq!(found("has:phone_numbers"), "acme");
    assert_eq!(found("not has:email_addresses"), "tokyo wayne");
    assert_eq!(found("contacts > 1"), "acme");
    assert_eq!(found("notes:0 contacts<=0"), "tokyo wayne");
    assert_eq!(found("has:active_opportunities"), "acme");
    assert_eq!(found("opportunity_status:\"Proposal sent\""), "acme");
    assert_eq!(found("status in (\"Potential\", \"Won\")"), "tokyo acme");
    assert_eq!(found("description:*"), "acme");
    assert_eq!(found("country:us"), "acme");
}

#[test]
fn custom_fields_go_by_name_or_id() {
    assert_eq!(found("\"custom.Lead Source\":\"trade show\""), "acme");
    assert_eq!(found("custom.cf_1:*"), "acme");
    assert_eq!(found("custom.seats >= 7"), "wayne acme");
    assert_eq!(found("custom.seats < 8"), "wayne");
    assert_eq!(found("custom.Nothing:x"), "", "an unknown custom field has no values");
}

#[test]
fn dates_are_absolute_or_relative() {
    assert_eq!(found("created:today"), "tokyo");
    assert_eq!(found("created_at < today"), "wayne acme");
    assert_eq!(found("created >= 2024-03-10"), "tokyo wayne");
    assert_eq!(found("date_created>\"2024-03-10T10:00\""), "tokyo");
    assert_eq!(found("updated:yesterday"), "acme");
    assert_eq!(found("last_communication_date > \"7 days ago\""), "acme");
    assert_eq!(found("last_emailed < \"2 days ago\""), "acme");
    assert_eq!(found("task(date:tomorrow)"), "wayne");
}

#[test]
fn conditions_on_a_child_hold_for_the_same_child() {
    assert_eq!(found("contact(name:Wile title:procurement)"), "acme");
    assert_eq!(found("contact(name:Road title:procurement)"), "", "the title is another contact's");
    assert_eq!(found("contact(sequence_subscription(sequence:*))"), "acme");
    assert_eq!(found("contact(name:Wile sequence_subscription(sequence:*))"), "");
    assert_eq!(found("contact(sequence_subscription(sequence:\"Trial follow-up\" status:active))"), "acme");
    assert_eq!(found("opportunity(status_type:active value >= 200000)"), "acme");
    assert_eq!(found("opportunity(status_change(old_status:Won date:yesterday))"), "acme");
    assert_eq!(
        found(
            "call(direction:\"outbound\" and outgoing_call_date >= \"2024-03-01\" and user in (\"user_a\",\"b\"))"
        ),
        "acme"
    );
    assert_eq!(found("call(user:\"Ann Reyes\" duration > 200)"), "");
    assert_eq!(found("email(direction:sent opened:yes)"), "acme");
    assert_eq!(found("email(direction:sent has_reply:yes)"), "");
    assert_eq!(found("lead_status_change(old_status:Potential and date >= \"2024-03-12\")"), "wayne");
}

#[test]
fn statuses_are_asked_for_at_a_moment() {
    assert_eq!(found("lead_status(status:Potential on:\"2024-03-11 08:00:00\")"), "wayne acme");
    assert_eq!(found("lead_status(status:Potential on:2024-03-12)"), "wayne acme", "it changed on that day");
    assert_eq!(found("lead_status(status:\"Not Interested\" on:2024-03-12)"), "wayne");
    assert_eq!(found("lead_status(status:Potential on:2024-03-13)"), "acme");
    assert_eq!(found("not lead_status(status:Potential on:today)"), "wayne");
    assert_eq!(found("lead_status(status:Potential on:2024-02-01)"), "", "nobody was there yet");
    assert_eq!(found("opportunity(status(status:Won on:\"2024-03-13 08:00:00\"))"), "acme");
    assert_eq!(
        found("opportunity(status(status:active on:\"2024-03-13 08:00:00\"))"),
        "",
        "by type it was won"
    );
    assert_eq!(found("opportunity(status(status:\"Proposal sent\" on:today))"), "acme");
    assert_eq!(
        found(
            "opportunity(status_change(old_status:won new_status:\"Proposal sent\" and date >= \"2024-03-14\"))"
        ),
        "acme"
    );
    let combined = "(original_lead_status:Potential and created >= \"2024-03-10\" and created <= \"2024-03-11\") or \
                    lead_status_change(old_status:Potential new_status:\"Not Interested\")";
    assert_eq!(found(combined), "wayne");
}

#[test]
fn what_is_no_field_of_a_lead_belongs_to_the_children_beside_it() {
    assert_eq!(found("has:calls date >= \"2024-03-14\""), "acme");
    assert_eq!(found("has:calls and date >= \"2024-03-15\""), "");
    assert_eq!(found("has:calls direction:outbound user in (\"user_a\", \"user_b\") name:acme"), "acme");
    assert_eq!(found("has:calls user:user_b"), "");
    assert!(complaint("date >= 2024-03-14").contains("is a field of task. Write task(date:…)"));
}

#[test]
fn other_objects_are_asked_in_the_same_language() {
    let found = |kind, query| ids(&parse_about(kind, query).unwrap(), ORGANIZATION).join(" ");
    assert_eq!(found(Kind::Opportunity, "status:active value > 1000"), "oppo_1");
    assert_eq!(
        found(Kind::Opportunity, "status_change(old_status:won new_status:active date:yesterday)"),
        "oppo_1"
    );
    assert_eq!(found(Kind::Opportunity, "status_change(date:today)"), "");
    assert_eq!(found(Kind::Opportunity, "lead_id:lead_acme or id:oppo_1"), "oppo_1");
    assert_eq!(found(Kind::Contact, "title:procurement email:wile@acme.example.com"), "cont_w");
    assert_eq!(found(Kind::Contact, "runner sequence_subscription(status:active)"), "cont_r");
    assert_eq!(found(Kind::Call, "demo duration > 100"), "acti_c");
    assert!(parse_about(Kind::Contact, "in:save_1").is_err());
    assert!(parse_about(Kind::Webhook, "x").is_err());
}

#[test]
fn directives_sort_slice_and_look_into_views() {
    assert_eq!(found("sort:created"), "acme wayne tokyo");
    assert_eq!(found("sort:-contacts"), "acme tokyo wayne", "equals stay newest first");
    assert_eq!(found("sort:display_name status:*"), "acme wayne tokyo");
    assert_eq!(found("sort:-custom.seats"), "acme wayne tokyo", "leads without a value come last");
    assert_eq!(found("sort:custom.seats"), "wayne acme tokyo");
    assert_eq!(found("in:save_1"), "tokyo wayne");
    assert_eq!(found("in:\"quiet\" created:today"), "tokyo");
    assert_eq!(found("in:save_2"), "", "a view that refers to itself ends");
    let slices: Vec<String> = (1..=3).map(|part| found(&format!("slice:{part}/3"))).collect();
    let mut all: Vec<&str> = slices.iter().flat_map(|slice| slice.split_whitespace()).collect();
    all.sort_unstable();
    assert_eq!(all, ["acme", "tokyo", "wayne"], "slices hold every lead once");
}

#[test]
fn other_organizations_are_not_seen() {
    assert_eq!(ids(&parse("*").unwrap(), "orga_2"), Vec::<String>::new());
}
