//! `GET /report/sent_emails/{organization}/`: how many e-mails went out, were opened and were answered, by template.

use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};

use super::searching::{self, Span};
use super::{check_organization, narrowing};
use crate::http::{Answer, Call, Refusal};
use crate::resource::View;
use crate::store::{Kind, Shelf, parse_moment, text};

/// What became of some e-mails.
#[derive(Clone, Copy, Default)]
struct Tally {
    total: usize,
    opened: usize,
    responded: usize,
}

impl Tally {
    fn add(&mut self, opened: bool, responded: bool) {
        self.total += 1;
        self.opened += usize::from(opened);
        self.responded += usize::from(responded);
    }
}

pub(super) fn report(view: View<'_>, call: &Call, captured: &[&str]) -> Result<Answer, Refusal> {
    check_organization(view, captured)?;
    let parameters = &call.parameters;
    let start = narrowing::moment(view, parameters, "date_start", false)?;
    let end = narrowing::moment(view, parameters, "date_end", true)?;
    let users = parameters.get("user_id").filter(|id| !id.is_empty()).map(|id| view.users_of(id));
    let numbers = || view.numbers(Shelf::Of(Kind::Email));
    // First what was answered, so that each e-mail is read twice instead of all being held.
    let mut answered: HashSet<String> = HashSet::new();
    for number in numbers() {
        view.aside(|view| {
            let Some(email) = view.world.at(number).map(|record| &record.object) else { return };
            let incoming = text(email, "direction") == Some("incoming");
            answered.extend(text(email, "in_reply_to_id").filter(|_| incoming).map(str::to_owned));
        });
    }
    let mut all = Tally::default();
    let mut by_template: BTreeMap<String, Tally> = BTreeMap::new();
    for number in numbers() {
        view.aside(|view| {
            let Some(email) = view.world.at(number).map(|record| &record.object) else { return };
            let sent = text(email, "status") == Some("sent") && text(email, "direction") == Some("outgoing");
            let at = text(email, "date_sent").or_else(|| text(email, "activity_at")).and_then(parse_moment);
            let Some(at) = at.filter(|_| sent) else { return };
            let in_time = start.is_none_or(|start| at >= start) && end.is_none_or(|end| at < end);
            let theirs = users.as_ref().is_none_or(|users| {
                text(email, "user_id").is_some_and(|id| users.iter().any(|user| user == id))
            });
            if !(in_time && theirs) {
                return;
            }
            let opened = email.get("opens").and_then(Value::as_array).is_some_and(|opens| !opens.is_empty());
            let responded = text(email, "id").is_some_and(|id| answered.contains(id));
            all.add(opened, responded);
            if let Some(template) = text(email, "template_id") {
                by_template.entry(template.to_owned()).or_default().add(opened, responded);
            }
        });
    }
    let narrowed = [
        Some(Span::new(view, start, end).during("sent")).filter(|during| !during.is_empty()),
        users.as_ref().map(|users| searching::one_of("user", users)),
    ];
    let narrowed: Vec<String> = narrowed.into_iter().flatten().collect();
    let mut rows = vec![row(view, None, all, &narrowed)];
    rows.extend(by_template.iter().map(|(id, tally)| row(view, Some(id), *tally, &narrowed)));
    Ok(Answer::ok(json!({ "sent_email_stats": rows })))
}

/// One line; the first stands for all e-mails, with or without a template (documented). Its searches are narrowed as
/// the report is (chosen: the documented sample is of all time).
fn row(view: View<'_>, template_id: Option<&str>, tally: Tally, narrowed: &[String]) -> Value {
    let organization = &view.caller.organization_id;
    let stored = template_id.and_then(|id| view.find(Kind::EmailTemplate, id));
    let name = stored.and_then(|template| text(template, "name"));
    let percentage = |part: usize| (part * 100 + tally.total / 2).checked_div(tally.total).unwrap_or(0);
    let template = template_id.map(|id| format!("template:{}", searching::quoted(name.unwrap_or(id))));
    let conditions =
        ["direction:sent".to_owned()].into_iter().chain(template).chain(narrowed.iter().cloned());
    let among = conditions.collect::<Vec<_>>().join(" ");
    json!({
        "template_id": template_id,
        "template_url": template_id.map(|id| format!("/organization/{organization}/email_templates/{id}/")),
        "name": if template_id.is_none() { Some("All Emails") } else { name },
        "is_shared": stored.and_then(|template| template.get("is_shared")).cloned().unwrap_or(json!(false)),
        "total": tally.total,
        "opened": tally.opened,
        "percentage_opened": percentage(tally.opened),
        "responded": tally.responded,
        "percentage_responded": percentage(tally.responded),
        "_queries": {
            "total": format!("email({among})"),
            "opened": format!("email({among} opened:yes)"),
            "responded": format!("email({among} has_reply:yes)"),
        },
    })
}
