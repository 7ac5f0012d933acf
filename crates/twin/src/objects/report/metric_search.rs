//! The search texts of activity reports: what finds, in the search bar, the leads behind one number.
//!
//! A text names everything the number was narrowed by: the time, the users, the Smart View.

use super::metric::Metric;
use super::searching::{self, Span};

/// What the numbers of one row are narrowed by, besides their metric.
pub(super) struct Among<'r> {
    pub(super) span: Span,
    /// `None` means everybody.
    pub(super) users: Option<&'r [String]>,
    /// Id of a Smart View of leads.
    pub(super) smart_view: Option<&'r str>,
}

impl Among<'_> {
    /// The leads with objects that count.
    pub(super) fn search(&self, metric: &Metric) -> String {
        let found = self.leads(metric);
        match self.smart_view {
            Some(view) => format!("in:{} and ({found})", searching::quoted(view)),
            None => found,
        }
    }

    fn leads(&self, metric: &Metric) -> String {
        let own = |conditions: &[String]| conditions.join(" and ");
        match (metric.group, metric.what) {
            ("leads", "created") => own(&self.when_and_whose("created", "created_by")),
            ("leads", _) => {
                let call =
                    self.activity("call", vec!["direction:outbound".into(), "status:completed".into()]);
                let email = self.activity("email", vec!["direction:sent".into()]);
                let sms = self.activity("sms", vec!["direction:outbound".into(), "status:sent".into()]);
                format!("{call} or {email} or {sms}")
            }
            ("calls", way) => {
                let direction = Some(way).filter(|way| *way != "all").map(|way| format!("direction:{way}"));
                let method = metric.method().map(|method| format!("method:{method}"));
                self.activity("call", direction.into_iter().chain(method).collect())
            }
            ("emails", "received") => self.activity("email", vec!["direction:received".into()]),
            ("emails", what) => {
                let mut conditions = vec!["direction:sent".to_owned()];
                conditions.extend(way_of_sending(metric));
                if what == "opened" {
                    conditions.push("opened:yes".into());
                }
                self.activity("email", conditions)
            }
            ("sms", "sent") => self.activity("sms", vec!["direction:outbound".into(), "status:sent".into()]),
            ("sms", _) => self.activity("sms", vec!["direction:inbound".into()]),
            (_, "created") => self.below("opportunity", vec![], "created", "created_by"),
            (_, "created_for") => self.below("opportunity", vec![], "created", "user"),
            _ => {
                let outcome = metric.outcome();
                let mut conditions = vec![format!("status_type:{outcome}")];
                if metric.which != "all" {
                    conditions.push(format!("value_period:{}", metric.which));
                }
                self.below("opportunity", conditions, &format!("date_{outcome}"), "user")
            }
        }
    }

    fn activity(&self, entity: &str, conditions: Vec<String>) -> String {
        self.below(entity, conditions, "date", "user")
    }

    fn below(&self, entity: &str, mut conditions: Vec<String>, when: &str, whose: &str) -> String {
        conditions.extend(self.when_and_whose(when, whose));
        format!("{entity}({})", conditions.join(" and "))
    }

    fn when_and_whose(&self, when: &str, whose: &str) -> Vec<String> {
        let users = self.users.map(|users| searching::one_of(whose, users));
        [self.span.during(when)].into_iter().chain(users).collect()
    }
}

fn way_of_sending(metric: &Metric) -> Vec<String> {
    let (way, answered) = metric.way();
    let conditions: &[&str] = match way {
        "sequences" => &["sequence:*"],
        "bulk" => &["bulk_email_action:*"],
        "manual" => &["not sequence:*", "not bulk_email_action:*"],
        _ => &[],
    };
    let answered = answered.map(|answered| if answered { "has_reply:yes" } else { "has_reply:no" });
    conditions.iter().copied().chain(answered).map(str::to_owned).collect()
}
