//! What is said to generated leads: calls, e-mails, text messages, notes, meetings.

use jiff::{SignedDuration, Timestamp};
use rand::Rng;
use serde_json::json;

use super::lead::{Making, Seller, Stage, Story, written};
use super::names::pick;
use super::phrases;
use crate::store::Kind;

impl Making<'_> {
    /// One exchange with the lead.
    pub(super) fn talk(&mut self, story: &mut Story) {
        match self.random.random_range(0..10) {
            0..4 => self.call(story),
            4..7 => self.emails(story),
            7 => self.texts(story),
            _ => self.note(story),
        }
    }

    fn call(&mut self, story: &mut Story) {
        let now = self.later(story);
        let answered = self.random.random_bool(0.6);
        let outbound = self.random.random_bool(0.8);
        let disposition = match (answered, outbound) {
            (true, _) => "answered",
            (false, true) => *pick(&mut self.random, &["no-answer", "vm-left", "busy"]),
            (false, false) => *pick(&mut self.random, &["no-answer", "vm-answer"]),
        };
        let note = if answered { *pick(&mut self.random, phrases::CALL_NOTES) } else { "" };
        let duration = if answered { self.random.random_range(30..1500) } else { 0 };
        let (contact_id, phone) = story.contacts.first().map(|it| (it.id.clone(), it.phone.clone())).unzip();
        let call = json!({
            "contact_id": contact_id,
            "direction": if outbound { "outbound" } else { "inbound" },
            "status": "completed",
            "disposition": disposition,
            "call_method": "regular",
            "source": "Close.io",
            "duration": duration,
            "phone": phone,
            "local_phone": self.settings.number,
            "note": note,
            "note_html": html(note),
            "cost": self.random.random_range(1..9).to_string(),
            "date_answered": answered.then(|| written(now + SignedDuration::from_secs(6))),
        });
        self.activity(Kind::Call, story, call, now);
    }

    /// A conversation: we write, they may answer, we may answer that.
    fn emails(&mut self, story: &mut Story) {
        let Some((contact_id, first, name, address)) = story
            .contacts
            .first()
            .map(|it| (it.id.clone(), it.first.clone(), it.name.clone(), it.email.clone()))
        else {
            return;
        };
        let (subject, opening, answer, closing) = *pick(&mut self.random, phrases::CONVERSATIONS);
        let length = *pick(&mut self.random, &[1, 1, 2, 2, 3]);
        let thread_id = self.writer.world.mint("acti");
        let theirs = format!("{name} <{address}>");
        let seller = story.seller;
        let mut began: Option<Timestamp> = None;
        let mut before: Option<(String, String)> = None;
        for (position, body) in [opening, answer, closing].into_iter().take(length).enumerate() {
            let now = self.later(story);
            began = began.or(Some(now));
            let incoming = position == 1;
            let body = body.replace("{first}", &first).replace("{rep}", seller.first);
            let message_id = format!("<{}.{position}@mail.example.com>", now.as_millisecond());
            let opened = !incoming && self.random.random_bool(0.6);
            let references: Vec<&String> = before.iter().map(|(_, message_id)| message_id).collect();
            let email = json!({
                "contact_id": contact_id,
                "thread_id": thread_id,
                "status": if incoming { "inbox" } else { "sent" },
                "direction": if incoming { "incoming" } else { "outgoing" },
                "subject": if position == 0 { subject.to_owned() } else { format!("Re: {subject}") },
                "sender": if incoming { theirs.as_str() } else { seller.mailbox },
                "to": [if incoming { bare(seller.mailbox) } else { address.as_str() }],
                "body_html": body.replace('\n', "<br>"),
                "body_text": body,
                "email_account_id": self.account(seller),
                "message_ids": [message_id],
                "references": references,
                "in_reply_to_id": before.as_ref().map(|(id, _)| id),
                "opens": if opened { json!([{"opened_at": written(now + SignedDuration::from_mins(40))}]) } else { json!([]) },
                "date_sent": (!incoming).then(|| written(now)),
                "created_by": (!incoming).then_some(seller.id),
            });
            let id = self.activity(Kind::Email, story, email, now);
            before = Some((id, message_id));
        }
        let last = story.last;
        let thread = json!({
            "id": thread_id,
            "lead_id": story.lead_id,
            "contact_id": contact_id,
            "user_id": seller.id,
            "users": [seller.id],
            "latest_normalized_subject": subject,
            "activity_at": written(last),
            "created_by": null,
            "updated_by": null,
        });
        self.writer.write_at(Kind::EmailThread, thread, began.unwrap_or(last), last);
    }

    /// The mailbox e-mails of a seller go through; Bob connected none.
    fn account(&self, seller: Seller) -> Option<&str> {
        self.settings.account_id.as_deref().filter(|_| seller.first == "Ann")
    }

    fn texts(&mut self, story: &mut Story) {
        let (ours, theirs) = *pick(&mut self.random, phrases::TEXTS);
        let (contact_id, phone) = story.contacts.first().map(|it| (it.id.clone(), it.phone.clone())).unzip();
        let now = self.later(story);
        let text = |making: &Self, body: &str, incoming: bool, at: Timestamp| {
            json!({
                "contact_id": contact_id,
                "status": if incoming { "inbox" } else { "sent" },
                "direction": if incoming { "inbound" } else { "outbound" },
                "text": body,
                "source": "Close.io",
                "local_phone": making.settings.number,
                "remote_phone": phone,
                "cost": "1",
                "date_sent": (!incoming).then(|| written(at)),
            })
        };
        let sms = text(self, ours, false, now);
        self.activity(Kind::Sms, story, sms, now);
        if self.random.random_bool(0.5) {
            let then = now + SignedDuration::from_mins(self.random.random_range(1..4));
            let sms = text(self, theirs, true, then);
            self.activity(Kind::Sms, story, sms, then);
        }
    }

    fn note(&mut self, story: &mut Story) {
        let now = self.later(story);
        let written_note = *pick(&mut self.random, phrases::NOTES);
        let note = json!({"note": written_note, "note_html": html(written_note)});
        let id = self.activity(Kind::Note, story, note, now);
        if self.random.random_bool(0.2) {
            self.comment(story, &id, now + SignedDuration::from_mins(4));
        }
    }

    fn comment(&mut self, story: &Story, note_id: &str, now: Timestamp) {
        let thread = json!({"lead_id": story.lead_id, "object_id": note_id, "object_type": "activity.note"});
        let thread_id = self.writer.write_at(Kind::CommentThread, thread, now, now);
        let said = *pick(&mut self.random, phrases::COMMENTS);
        let body = html(said);
        let comment = json!({
            "thread_id": thread_id, "lead_id": story.lead_id, "object_id": note_id, "body": body,
            "created_by": story.colleague.id,
        });
        self.writer.write_at(Kind::Comment, comment, now, now);
    }

    /// A meeting in the past or in the days to come, with some leads.
    pub(super) fn meeting(&mut self, story: &mut Story) {
        let likely = if matches!(story.stage, Stage::Qualified | Stage::Customer) { 0.5 } else { 0.1 };
        if !self.random.random_bool(likely) {
            return;
        }
        let made = self.later(story);
        let hour = self.random.random_range(9..16) * 3600 - i64::from(story.company.city.hours) * 3600;
        let starts = if self.random.random_bool(0.5) {
            self.writer.moment(-self.random.random_range(1..12), hour)
        } else {
            made
        };
        let minutes = *pick(&mut self.random, &[30, 30, 45, 60]);
        let ends = starts + SignedDuration::from_mins(minutes);
        let title = pick(&mut self.random, phrases::MEETINGS).replace("{company}", &story.company.name);
        let room = self.random.random_range(100_000..1_000_000);
        let mut attendees = vec![json!({
            "name": null, "email": bare(story.seller.mailbox), "contact_id": null, "user_id": story.seller.id,
            "is_organizer": true, "status": "yes",
        })];
        attendees.extend(story.contacts.first().map(|contact| {
            json!({
                "name": contact.name, "email": contact.email, "contact_id": contact.id, "user_id": null,
                "is_organizer": false, "status": "yes",
            })
        }));
        let meeting = json!({
            "title": title,
            "location": format!("https://meet.example.com/j/{room}"),
            "note": "",
            "starts_at": written(starts),
            "ends_at": written(ends),
            "duration": minutes * 60,
            "attendees": attendees,
            "users": [story.seller.id],
            "connected_account_id": self.account(story.seller),
            "provider_calendar_type": "google",
            "provider_calendar_ids": ["primary"],
            "activity_at": written(starts),
        });
        self.activity(Kind::Meeting, story, meeting, made);
    }
}

/// Plain text as Close keeps it beside rich text.
fn html(plain: &str) -> String {
    format!("<body><p>{plain}</p></body>")
}

/// The address of a mailbox with a name.
fn bare(mailbox: &str) -> &str {
    mailbox.split_once('<').map_or(mailbox, |(_, address)| address.trim_end_matches('>'))
}
