//! Every example of the published reference of the Lua API, as it stands there.

use latch_testkit::ACME;
use serde_json::json;

use crate::support::Close;

#[tokio::test]
async fn list_leads() {
    let close = Close::start().await;
    let record = close
        .succeed(
            r#"
local result = app.integrations.close.list_leads({
  query = "Acme",
  limit = 10
})

for _, lead in ipairs(result.leads) do
  print(lead.id .. ": " .. lead.name)
end
"#,
        )
        .await;
    assert_eq!(record.output, format!("{ACME}: Acme Rockets"));
}

#[tokio::test]
async fn get_lead() {
    let close = Close::start().await;
    let record = close
        .succeed(
            r#"
local lead = app.integrations.close.get_lead({
  id = "lead_abc123XYZ"
})

print(lead.name)
for _, contact in ipairs(lead.contacts) do
  print("  Contact: " .. contact.display_name)
end
"#,
        )
        .await;
    assert!(record.output.starts_with("Acme Rockets\n  Contact: "), "{}", record.output);
}

#[tokio::test]
async fn create_lead() {
    let close = Close::start().await;
    let record = close
        .succeed(
            r#"
local lead = app.integrations.close.create_lead({
  name = "Acme Corp",
  contacts = {
    {
      name = "Jane Smith",
      emails = {
        { email = "jane@example.com", type = "office" }
      },
      phones = {
        { phone = "+1234567890", type = "office" }
      }
    }
  },
  url = "https://acme.com"
})

print("Created lead: " .. lead.id)
"#,
        )
        .await;
    let id = record.output.strip_prefix("Created lead: ").expect("the id is printed");
    let lead = close.house.at_close(&format!("/lead/{id}/")).await;
    assert_eq!(lead["contacts"][0]["phones"][0]["phone"], "+1234567890");
}

#[tokio::test]
async fn update_lead() {
    let close = Close::start().await;
    let record = close
        .succeed(
            r#"
local lead = app.integrations.close.update_lead({
  id = "lead_abc123XYZ",
  name = "Acme Corp (Updated)",
  custom = { Industry = "SaaS" }
})

print("Updated: " .. lead.name)
"#,
        )
        .await;
    assert_eq!(record.output, "Updated: Acme Corp (Updated)");
    let lead = close.house.at_close(&format!("/lead/{ACME}/")).await;
    assert_eq!(lead["custom"]["Industry"], json!(["SaaS"]));
}

#[tokio::test]
async fn delete_lead() {
    let close = Close::start().await;
    let record = close
        .succeed(
            r#"
app.integrations.close.delete_lead({
  id = "lead_abc123XYZ"
})
"#,
        )
        .await;
    assert_eq!(record.call_log[0].write_effect, "succeeded");
    let gone = close.run("close.get_lead('lead_abc123XYZ')").await;
    let error = gone.error.expect("it is gone");
    assert!(
        error.contains("Close API error (404): Empty query: Lead matching query does not exist."),
        "{error}"
    );
}

#[tokio::test]
async fn list_contacts() {
    let close = Close::start().await;
    let record = close
        .succeed(
            r#"
local result = app.integrations.close.list_contacts({
  lead_id = "lead_abc123XYZ",
  limit = 50
})

for _, contact in ipairs(result.contacts) do
  print(contact.display_name)
end
"#,
        )
        .await;
    assert!(record.output.contains("Wile Coyote"), "{}", record.output);
}

#[tokio::test]
async fn list_activities() {
    let close = Close::start().await;
    let record = close
        .succeed(
            r#"
local result = app.integrations.close.list_activities({
  lead_id = "lead_abc123XYZ",
  type = "email",
  limit = 10
})

for _, activity in ipairs(result.activities) do
  print(activity.type .. ": " .. (activity.subject or activity.body_preview or ""))
end
"#,
        )
        .await;
    assert!(record.output.starts_with("email: "), "{}", record.output);
}

#[tokio::test]
async fn create_task() {
    let close = Close::start().await;
    let record = close
        .succeed(
            r#"
local task = app.integrations.close.create_task({
  text = "Follow up with prospect",
  lead_id = "lead_abc123XYZ",
  due_date = "2026-04-15"
})

print("Created task: " .. task.id)
"#,
        )
        .await;
    let id = record.output.strip_prefix("Created task: ").expect("the id is printed");
    assert_eq!(close.house.at_close(&format!("/task/{id}/")).await["date"], "2026-04-15");
}

#[tokio::test]
async fn get_current_user() {
    let close = Close::start().await;
    let record = close
        .succeed(
            r#"
local user = app.integrations.close.get_current_user({})

print("Logged in as: " .. user.first_name .. " " .. user.last_name)
print("Email: " .. user.email)

for _, org in ipairs(user.organizations or {}) do
  print("Organization: " .. org.name)
end
"#,
        )
        .await;
    let me = close.house.at_close("/me/").await;
    let expected = format!(
        "Logged in as: {} {}\nEmail: {}\nOrganization: {}",
        me["first_name"].as_str().unwrap_or_default(),
        me["last_name"].as_str().unwrap_or_default(),
        me["email"].as_str().unwrap_or_default(),
        me["organizations"][0]["name"].as_str().unwrap_or_default(),
    );
    assert_eq!(record.output, expected);
}

#[tokio::test]
async fn the_metadata_derived_example_names_the_function_by_its_slug() {
    let close = Close::start().await;
    let record = close
        .succeed(
            r#"
local result = app.integrations.close.close_list_leads({
  query = "example_query",
  limit = 1,
  skip = 1
})
print(result)
"#,
        )
        .await;
    assert!(record.output.contains("leads: {}"), "{}", record.output);
    assert!(record.output.contains("_skip: 1"), "{}", record.output);
}

#[tokio::test]
async fn accounts_are_addressed_by_default_by_name_and_by_variable() {
    let close = Close::start().await;
    for name in ["us_team", "eu_team"] {
        close.house.connect_with_key(name).await;
    }
    let record = close
        .succeed(
            r"
local function_name = 'get_current_user'
local users = {
  app.integrations.close.get_current_user({}),
  app.integrations.close.default.get_current_user({}),
  app.integrations.close.us_team.get_current_user({}),
  app.integrations.close['eu_team'][function_name]({}),
}
return #users, users[3].email == users[1].email
",
        )
        .await;
    assert_eq!(json!(record.result), json!([4, true]));
    let accounts: Vec<&str> = record.call_log.iter().map(|call| call.account.as_str()).collect();
    assert_eq!(accounts, ["default", "default", "us_team", "eu_team"]);
}

#[tokio::test]
async fn every_search_of_the_page_is_understood() {
    let close = Close::start().await;
    for query in [
        "Acme",
        "name:Acme",
        "status:Potential",
        "name:Acme AND status:Qualified",
        "custom.Industry:SaaS",
        "created_at>=2026-01-01",
    ] {
        close.succeed(&format!("return close.list_leads({{query = [==[{query}]==]}})")).await;
    }
}
