//! The story: a sales rep connects Close, and an agent goes from a search to a sequence.

use jiff::Zoned;
use latch_twin::{ApiKeyInfo, Twin};
use serde_json::{Map, Value, json};

use super::browser;
use super::door::Door;
use super::report::Report;
use super::{APPLICATION, Stopped};
use crate::local::Local;

/// The application's own id for its user.
const USER: &str = "user_close_123";

/// Something the story made, and what it must look like at Close.
#[derive(Debug)]
pub(crate) struct Made {
    /// What it is called in the summary.
    pub(crate) what: &'static str,
    /// Where it stands at Close, below `/api/v1`.
    pub(crate) path: String,
    /// The members it must have.
    pub(crate) expected: Value,
}

/// Tells the story; what it made is left to be proven.
pub(crate) async fn tell(local: &Local, twin: &Twin, report: &mut Report<'_>) -> Result<Vec<Made>, Stopped> {
    let door = Door::new(local.gateway_url(), local.client_id.clone(), local.client_secret.clone(), USER)?;
    let rep = twin.api_keys().into_iter().next().ok_or_else(|| Stopped::new("the twin has no users"))?;
    connect(&door, &rep, report).await?;
    let mut tale = Tale { door, report, made: Vec::new() };
    tale.sell().await?;
    Ok(tale.made)
}

async fn connect(door: &Door, rep: &ApiKeyInfo, report: &mut Report<'_>) -> Result<(), Stopped> {
    let ask = json!({"connector": "close", "identifier": USER});
    let path = "/api/v1/connected_accounts:get_or_create";
    let answer = door.post(path, &ask).await?;
    let account = &answer.body["connected_account"];
    expect(account, "status", "PENDING_AUTH")?;
    let got = format!("{}  {}", answer.status, chosen(account, &["id", "identifier", "status"]));
    report.step("Create the user's connected account", &format!("POST {path} {ask}"), &got, answer.took)?;

    let path = "/api/v1/connected_accounts/magic_link";
    let answer = door.post(path, &ask).await?;
    let link = text(&answer.body, "link")?;
    // The token opens the door for whoever holds it, so not even the demo prints it.
    let shown = link.rsplit_once('/').map_or("", |(start, _)| start);
    let got = format!("{}  {shown}/…  works once, until {}", answer.status, text(&answer.body, "expiry")?);
    report.step("Ask for an authorization link", &format!("POST {path} {ask}"), &got, answer.took)?;

    let seen = browser::consent(&link, rep).await?;
    let account = door.post("/api/v1/connected_accounts:get_or_create", &ask).await?;
    let account = &account.body["connected_account"];
    expect(account, "status", "ACTIVE")
        .map_err(|Stopped(why)| Stopped::new(format!("{why}; the last page said {:?}", seen.heading)))?;
    let sent = format!("GET the link, POST the form at {}: approve {APPLICATION:?}", seen.asked_at);
    let got = format!(
        "\"{}\"  status ACTIVE, {} of {}",
        seen.heading,
        account["latch"]["close_user"]["name"].as_str().unwrap_or("somebody"),
        account["latch"]["close_organization"]["name"].as_str().unwrap_or("some organization"),
    );
    report
        .step("Open it and approve, as the user's browser would", &sent, &got, seen.took)
        .map_err(Stopped::from)
}

struct Tale<'r, 'c> {
    door: Door,
    report: &'r mut Report<'c>,
    made: Vec<Made>,
}

impl Tale<'_, '_> {
    async fn sell(&mut self) -> Result<(), Stopped> {
        let found = self
            .call(
                "Search leads for Acme",
                "close_leads_list",
                json!({"query": "Acme", "_limit": 10, "_order_by": "-date_updated"}),
                |leads| names(leads, "name"),
            )
            .await?;
        if found["data"].as_array().is_none_or(Vec::is_empty) {
            return Err(Stopped::new("the search found no lead called Acme, and the demo data has one"));
        }

        let lead = self
            .create(
                "Create a lead",
                "lead",
                "close_lead_create",
                "/lead",
                json!({"name": "Acme Corp", "description": "Inbound from demo request"}),
                &["name", "status_label"],
            )
            .await?;

        let pipelines = self
            .call(
                "Look up the pipelines for a status of type active",
                "close_pipelines_list",
                json!({}),
                |pipelines| {
                    let status = active_status(pipelines);
                    format!(
                        "{}; {}",
                        names(pipelines, "name"),
                        status.map(|status| chosen(status, &["id", "label", "type"])).unwrap_or_default()
                    )
                },
            )
            .await?;
        let status = active_status(&pipelines)
            .ok_or_else(|| Stopped::new("no pipeline has a status of type active"))?;
        let status_id = text(status, "id")?;

        self.create("Create a $12,000 opportunity (Close counts cents)", "opportunity", "close_opportunity_create", "/opportunity", json!({
            "lead_id": lead, "status_id": status_id, "value": 1_200_000, "value_currency": "USD", "value_period": "annual", "confidence": 40,
        }), &["value_formatted", "status_label", "confidence"]).await?;

        self.create(
            "Log a call",
            "call",
            "close_call_create",
            "/activity/call",
            json!({
                "lead_id": lead, "status": "completed", "direction": "outbound", "duration": 840,
                "note": "Discussed pricing. Needs legal review before signing.",
            }),
            &["status", "direction", "duration"],
        )
        .await?;

        let tomorrow = Zoned::now()
            .date()
            .tomorrow()
            .map_err(|error| Stopped::new(format!("there is no tomorrow: {error}")))?;
        self.create(
            "Create a follow-up task, due tomorrow",
            "task",
            "close_task_create",
            "/task",
            json!({
                "lead_id": lead, "text": "Follow up on legal review", "date": tomorrow.to_string(),
            }),
            &["text", "date", "is_complete"],
        )
        .await?;

        self.enrol(&lead).await
    }

    async fn enrol(&mut self, lead: &str) -> Result<(), Stopped> {
        let sequences = self
            .call("List the sequences", "close_sequences_list", json!({"_limit": 5}), |sequences| {
                names(sequences, "name")
            })
            .await?;
        let sequence =
            sequences["data"].get(0).ok_or_else(|| Stopped::new("there is no sequence in the demo data"))?;
        let sequence_id = text(sequence, "id")?;

        let contact = self
            .create(
                "Create a contact",
                "contact",
                "close_contact_create",
                "/contact",
                json!({
                    "lead_id": lead, "name": "Dana Whitfield", "title": "General Counsel",
                    "emails": [{"email": "dana@acme.example", "type": "office"}],
                    "phones": [{"phone": "+14155550134", "type": "office"}],
                }),
                &["name", "title"],
            )
            .await?;

        self.create(
            "Enrol the contact in the sequence",
            "sequence subscription",
            "close_sequence_subscription_create",
            "/sequence_subscription",
            json!({
                "contact_id": contact, "sequence_id": sequence_id,
            }),
            &["status", "sender_email"],
        )
        .await?;
        Ok(())
    }

    /// Calls a tool that reads; `shown` says what is interesting in the answer.
    async fn call(
        &mut self,
        title: &str,
        tool: &str,
        params: Value,
        shown: impl Fn(&Value) -> String,
    ) -> Result<Value, Stopped> {
        let answer = self.door.execute(tool, &params).await?;
        let data = answer.body["data"].clone();
        let got = format!("{}  {}", answer.status, shown(&data));
        self.report.step(title, &format!("{tool} {params}"), &got, answer.took)?;
        Ok(data)
    }

    /// Calls a tool that creates, and notes what must be found at Close afterwards. Returns the id.
    async fn create(
        &mut self,
        title: &str,
        what: &'static str,
        tool: &str,
        place: &str,
        params: Value,
        interesting: &[&str],
    ) -> Result<String, Stopped> {
        let answer = self.door.execute(tool, &params).await?;
        let data = &answer.body["data"];
        let id = text(data, "id")?;
        let got = format!("{}  {id}  {}", answer.status, chosen(data, interesting));
        self.report.step(title, &format!("{tool} {params}"), &got, answer.took)?;
        self.made.push(Made { what, path: format!("{place}/{id}/"), expected: params });
        Ok(id)
    }
}

/// The first status of type `active` in a list of pipelines.
fn active_status(pipelines: &Value) -> Option<&Value> {
    let pipelines = pipelines["data"].as_array()?;
    let mut statuses = pipelines.iter().filter_map(|pipeline| pipeline["statuses"].as_array()).flatten();
    statuses.find(|status| status["type"] == "active")
}

/// How many entries a list has, and what the first are called.
fn names(list: &Value, member: &str) -> String {
    const SHOWN: usize = 3;
    let Some(entries) = list["data"].as_array() else { return "not a list".to_owned() };
    let shown: Vec<&str> = entries.iter().take(SHOWN).filter_map(|entry| entry[member].as_str()).collect();
    let more = if entries.len() > shown.len() || list["has_more"] == true { ", …" } else { "" };
    format!("{} found: {}{more}", entries.len(), shown.join(", "))
}

/// Some members of an object, as compact JSON.
fn chosen(object: &Value, members: &[&str]) -> String {
    let members: Map<String, Value> = members
        .iter()
        .filter_map(|member| Some(((*member).to_owned(), object.get(*member)?.clone())))
        .collect();
    Value::Object(members).to_string()
}

fn text(object: &Value, member: &str) -> Result<String, Stopped> {
    object[member]
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| Stopped::new(format!("the answer has no {member}")))
}

fn expect(object: &Value, member: &str, wanted: &str) -> Result<(), Stopped> {
    match object[member].as_str() {
        Some(found) if found == wanted => Ok(()),
        found => {
            Err(Stopped::new(format!("{member} is {} and should be {wanted}", found.unwrap_or("missing"))))
        }
    }
}
