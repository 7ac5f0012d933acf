//! What is left to do with generated leads.

use rand::Rng;
use serde_json::{Value, json};

use super::lead::{Making, Stage, Story, written};
use super::names::pick;
use super::phrases;
use crate::store::Kind;

/// When a task is due.
#[derive(Clone, Copy)]
enum Due {
    Past,
    Today,
    Soon,
    Done,
}

impl Making<'_> {
    /// Tasks of a lead: overdue, for today, for later, done.
    pub(super) fn tasks(&mut self, story: &mut Story) {
        let likely = if matches!(story.stage, Stage::Gone) { 0.2 } else { 0.7 };
        for _ in 0..2 {
            if self.random.random_bool(likely) {
                let due = *pick(&mut self.random, &[Due::Past, Due::Today, Due::Soon, Due::Soon, Due::Done]);
                self.task(story, due);
            }
        }
    }

    fn task(&mut self, story: &mut Story, due: Due) {
        let made = self.later(story);
        let days = match due {
            Due::Past | Due::Done => self.random.random_range(1..20),
            Due::Today => 0,
            Due::Soon => -self.random.random_range(1..30),
        };
        let hour = self.random.random_range(9..17) * 3600;
        let date = if self.random.random_bool(0.25) {
            written(self.writer.moment(days, hour - i64::from(story.company.city.hours) * 3600))
        } else {
            self.writer.moment(days, 0).strftime("%Y-%m-%d").to_string()
        };
        let text = *pick(&mut self.random, phrases::TASKS);
        let id = self.writer.world.mint("task");
        let done = matches!(due, Due::Done).then(|| {
            let completed = self.later(story);
            let activity = json!({"task_id": id, "task_text": text, "task_assigned_to": story.seller.id});
            (self.activity(Kind::TaskCompleted, story, activity, completed), completed)
        });
        let contact = story.contacts.first().filter(|_| self.random.random_bool(0.5));
        let task = json!({
            "_type": "lead",
            "id": id,
            "lead_id": story.lead_id,
            "contact_id": contact.map(|contact| contact.id.as_str()),
            "text": text,
            "assigned_to": story.seller.id,
            "date": date,
            "is_dateless": false,
            "is_complete": done.is_some(),
            "object_id": done.as_ref().map(|(activity_id, _)| activity_id),
            "object_type": done.as_ref().map_or(Value::Null, |_| "taskcompleted".into()),
            "created_by": story.seller.id,
        });
        let updated = done.map_or(made, |(_, completed)| completed);
        self.writer.write_at(Kind::Task, task, made, updated);
    }
}
