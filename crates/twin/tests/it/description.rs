//! The description the twin gives of itself.

use std::fmt::Write;

use serde_json::Value;

use crate::support::House;

async fn description(house: &House) -> Value {
    reqwest::get(format!("{}/_twin/openapi.json", house.twin.url())).await.unwrap().json().await.unwrap()
}

#[tokio::test]
async fn it_names_every_operation() {
    let house = House::new().await;
    let description = description(&house).await;
    assert_eq!(description["openapi"], "3.1.0");
    let mut outline = String::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        let names: Vec<String> =
            methods.as_object().unwrap().keys().map(|name| name.to_uppercase()).collect();
        writeln!(outline, "{path}  {}", names.join(" ")).unwrap();
    }
    insta::assert_snapshot!(outline);
}

#[tokio::test]
async fn an_operation_says_what_it_takes() {
    let house = House::new().await;
    let description = description(&house).await;
    let contacts = &description["paths"]["/contact/"];
    let body = &contacts["post"]["requestBody"]["content"]["application/json"]["schema"];
    insta::assert_json_snapshot!(body);
    let opportunities = description["paths"]["/opportunity/"]["get"]["parameters"].as_array().unwrap();
    let names: Vec<&str> =
        opportunities.iter().map(|parameter| parameter["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"date_won__gte") && names.contains(&"_order_by"), "{names:?}");
    for path in ["lead", "activity/call", "custom_field/lead", "user"] {
        let id = &description["paths"][format!("/{path}/{{id}}/")]["get"]["parameters"][0];
        let example = id["schema"]["examples"][0].as_str().unwrap();
        assert_eq!(house.get(&format!("{path}/{example}/")).await["id"], example);
    }
}
