//! Queries written as JSON and read again, and what is said about those that cannot be read.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::ast::{Condition, End, FieldRef, Mode, Moment, Node, NumberRange, Sort, Span, Test, Words};
use super::period::Period;
use super::types::{TYPES, objects};
use super::{FilteringError, fields, parse, parse_sort};

fn words() -> impl Strategy<Value = Words> {
    let mode = prop::sample::select(vec![Mode::FullWords, Mode::Phrase]);
    ("\\PC{0,12}", mode).prop_map(|(value, mode)| Words { value, mode })
}

fn field_refs() -> impl Strategy<Value = FieldRef> {
    let regular = (0..TYPES.len(), any::<prop::sample::Index>()).prop_map(|(position, index)| {
        let object_type = &TYPES[position];
        let known: Vec<&str> = fields::known(object_type).collect();
        FieldRef::Regular { object_type, name: known[index.index(known.len())].to_owned() }
    });
    prop_oneof![regular, "cf_[a-zA-Z0-9]{4}".prop_map(FieldRef::Custom)]
}

fn ends() -> impl Strategy<Value = End> {
    prop::sample::select(vec![End::Start, End::End])
}

fn moments() -> impl Strategy<Value = Moment> {
    let date = (1900..2100_i16, 1..=12_i8, 1..=28_i8)
        .prop_map(|(year, month, day)| jiff::civil::date(year, month, day));
    let leaf = prop_oneof![
        Just(Moment::Now),
        (0..4_000_000_000_i64).prop_map(|at| Moment::Utc(jiff::Timestamp::from_second(at).unwrap())),
        (date, ends()).prop_map(|(date, end)| Moment::Date { date, end }),
        (prop::sample::select(Period::ALL.to_vec()), ends())
            .prop_map(|(period, end)| Moment::Period { period, end }),
    ];
    leaf.prop_recursive(3, 4, 1, |inner| {
        let span = (0..50_i64, 0..50_i64, 0..50_i64).prop_map(|(years, days, seconds)| Span {
            years,
            days,
            seconds,
            ..Span::default()
        });
        (any::<bool>(), inner, span, prop::option::of(ends())).prop_map(|(future, from, by, day_end)| {
            Moment::Offset { future, from: Box::new(from), by, day_end }
        })
    })
}

fn conditions() -> impl Strategy<Value = Condition> {
    let bound = || prop::option::of(-1.0e9..1.0e9_f64);
    prop_oneof![
        any::<bool>().prop_map(Condition::Boolean),
        Just(Condition::CurrentUser),
        Just(Condition::Exists),
        words().prop_map(Condition::Text),
        prop::collection::vec("\\PC{0,6}", 0..3).prop_map(Condition::Term),
        ("[a-z.]{1,12}", prop::collection::vec("[a-z]{1,4}_[A-Z]{2}", 0..3))
            .prop_map(|(reference_type, ids)| Condition::Reference { reference_type, ids }),
        (bound(), bound(), bound(), bound())
            .prop_map(|(gt, gte, lt, lte)| Condition::NumberRange(NumberRange { gt, gte, lt, lte })),
        (prop::option::of(moments()), prop::option::of(moments()))
            .prop_map(|(from, before)| Condition::MomentRange { from, before }),
    ]
}

fn nodes() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        Just(Test::Everything),
        (0..TYPES.len()).prop_map(|position| Test::ObjectType(&TYPES[position])),
        "[a-z]{1,4}_[A-Z]{2}".prop_map(Test::Id),
        words().prop_map(Test::Text),
        (field_refs(), conditions()).prop_map(|(field, condition)| Test::Field { field, condition }),
    ];
    let negated = |test| (any::<bool>(), test).prop_map(|(negated, test)| Node { negated, test });
    negated(leaf.boxed()).prop_recursive(4, 24, 4, move |inner| {
        let pairs: Vec<_> = TYPES
            .iter()
            .flat_map(|this| TYPES.iter().map(move |related| (this, related)))
            .filter(|(this, related)| this.relates_to(related))
            .collect();
        let related = (prop::sample::select(pairs), any::<bool>(), inner.clone()).prop_map(
            |((this, related), named, query)| Test::Related {
                this: named.then_some(this),
                related,
                query: Box::new(query),
            },
        );
        let test = prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Test::All),
            prop::collection::vec(inner, 0..4).prop_map(Test::Any),
            related,
        ];
        negated(test.boxed())
    })
}

/// Any JSON made of the words of the language.
fn anything() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "and",
        "has_related",
        "field_condition",
        "lead",
        "contact_email",
        "regular_field",
        "now",
        "offset",
        "text",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let name = prop::sample::select(vec![
            "type",
            "queries",
            "field",
            "condition",
            "related_query",
            "object_type",
            "related_object_type",
            "value",
            "negate",
            "on_or_after",
            "moment",
            "offset",
            "field_name",
        ]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::hash_map(name, inner, 0..5).prop_map(|members| {
                members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Value>()
            }),
        ]
    })
}

proptest! {
    #[test]
    fn a_query_written_as_json_reads_as_the_same_query(node in nodes()) {
        let written = node.to_json();
        prop_assert_eq!(parse(&written), Ok(node), "{}", written);
    }

    #[test]
    fn an_order_written_as_json_reads_as_the_same_order(
        keys in prop::collection::vec((field_refs(), any::<bool>()), 0..3),
    ) {
        let keys: Vec<Sort> = keys.into_iter().map(|(field, descending)| Sort { field, descending }).collect();
        let written: Value = keys.iter().map(Sort::to_json).collect();
        prop_assert_eq!(parse_sort(&written), Ok(keys));
    }

    #[test]
    fn any_json_is_read_or_refused_with_a_sentence(value in anything()) {
        if let Err(error) = parse(&value) {
            prop_assert!(error.to_string().ends_with('.'), "{}", error);
        }
    }
}

#[test]
fn mistakes_are_explained_where_they_are() {
    let field =
        |name: &str| json!({"type": "regular_field", "object_type": "contact_email", "field_name": name});
    let asked = |condition: Value| {
        json!({"type": "and", "queries": [
            {"type": "match_all"},
            {"type": "field_condition", "field": field("email"), "condition": condition},
        ]})
    };
    let exists = json!({"type": "exists"});
    let queries = [
        json!("lead"),
        json!({}),
        json!({"type": "moon"}),
        json!({"type": "and"}),
        json!({"type": "or", "queries": [{"type": "match_all", "negate": "yes"}]}),
        json!({"type": "object_type", "object_type": "leads"}),
        json!({"type": "field_condition", "field": field("mail"), "condition": exists}),
        json!({"type": "field_condition", "field": {"type": "custom_field"}, "condition": exists}),
        asked(json!({"type": "like", "value": "x"})),
        asked(json!({"type": "boolean"})),
        asked(json!({"type": "text", "mode": "fuzzy", "value": "x"})),
        asked(json!({"type": "term", "values": "x"})),
        asked(json!({"type": "number_range", "gt": "many"})),
        asked(json!({"type": "moment_range", "before": {"type": "tomorrow"}})),
        asked(json!({"type": "moment_range", "before": {"type": "fixed_local_date", "value": "31.1.2024"}})),
        asked(json!({"type": "moment_range", "before": {
            "type": "start_end_of_predefined_relative_period", "range": "this-decade",
        }})),
        asked(json!({"type": "moment_range", "before": {
            "type": "offset", "moment": {"type": "now"}, "offset": {"days": -7},
        }})),
        json!({
            "type": "has_related", "this_object_type": "contact", "related_object_type": "address",
            "related_query": {"type": "match_all"},
        }),
    ];
    let explained: Vec<String> = queries
        .iter()
        .map(|query| {
            let error = parse(query).map_or_else(|error| error.to_string(), |_| panic!("{query} was read"));
            format!("{query}\n    {error}")
        })
        .collect();
    insta::assert_snapshot!(explained.join("\n"));
}

#[test]
fn queries_have_limits() {
    let mut deep = json!({"type": "match_all"});
    for _ in 0..40 {
        deep = json!({"type": "and", "queries": [deep]});
    }
    let problem = |query: &Value| {
        parse(query).map_or_else(|error: FilteringError| error.to_string(), |_| "read".into())
    };
    assert!(problem(&deep).contains("at most 32 levels"));
    let wide = json!({"type": "or", "queries": vec![json!({"type": "match_all"}); 6000]});
    assert!(problem(&wide).contains("at most 5000 nodes"));
    let key = json!({"field": {"type": "regular_field", "object_type": "lead", "field_name": "name"}});
    assert!(parse_sort(&json!([key, key, key, key])).is_err());
}

#[test]
fn a_query_says_which_objects_it_asks_for() {
    let types = |query: Value| -> Vec<&str> {
        parse(&query).unwrap().object_types().into_iter().map(|object_type| object_type.name).collect()
    };
    let of = |name: &str| json!({"type": "object_type", "object_type": name});
    assert_eq!(types(json!({"type": "and", "queries": [{"type": "match_all"}, of("contact")]})), ["contact"]);
    assert_eq!(
        types(json!({"type": "or", "queries": [of("lead"), of("contact"), of("lead")]})),
        ["lead", "contact"]
    );
    assert_eq!(
        types(json!({"type": "or", "queries": [of("lead"), {"type": "match_all"}]})),
        Vec::<&str>::new()
    );
    assert_eq!(
        types(json!({"type": "object_type", "object_type": "lead", "negate": true})),
        Vec::<&str>::new()
    );
    assert!(objects().count() > 20);
}
