//! The kinds of object a world can hold.

use serde::{Deserialize, Serialize};

/// One kind of Close object. What it looks like and how it behaves is declared in `objects`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// An API key; never visible over the API.
    ApiKey,
    Organization,
    User,
    Membership,
    Role,
    Group,
    Lead,
    Contact,
    Opportunity,
    Task,
    Call,
    Email,
    EmailThread,
    Sms,
    Note,
    Meeting,
    WhatsAppMessage,
    CustomActivity,
    Created,
    LeadStatusChange,
    OpportunityStatusChange,
    LeadMerge,
    TaskCompleted,
    FormSubmission,
    ImportUpdate,
    Comment,
    CommentThread,
    Sequence,
    SequenceSubscription,
    Pipeline,
    LeadStatus,
    OpportunityStatus,
    SmartView,
    BulkEmail,
    BulkEdit,
    BulkDelete,
    BulkSequenceSubscription,
    Export,
    LeadCustomField,
    ContactCustomField,
    OpportunityCustomField,
    ActivityCustomField,
    CustomObjectCustomField,
    SharedCustomField,
    CustomActivityType,
    CustomObjectType,
    CustomObject,
    EmailTemplate,
    SmsTemplate,
    ConnectedAccount,
    PhoneNumber,
    Outcome,
    IntegrationLink,
    Form,
    Webhook,
    UnsubscribedEmail,
    BlockedPhoneNumber,
    Playbook,
    SchedulingLink,
    SharedSchedulingLink,
    /// What a shared scheduling link means for one user.
    SchedulingLinkMapping,
    SendAs,
    DialerSession,
    /// An uploaded file: who may fetch what; its bytes are kept elsewhere.
    File,
}

impl Kind {
    /// Every kind of activity, in the order of Close's documentation.
    pub(crate) const ACTIVITIES: &[Self] = &[
        Self::Call,
        Self::Email,
        Self::EmailThread,
        Self::Sms,
        Self::WhatsAppMessage,
        Self::Note,
        Self::Meeting,
        Self::CustomActivity,
        Self::Created,
        Self::LeadStatusChange,
        Self::OpportunityStatusChange,
        Self::LeadMerge,
        Self::TaskCompleted,
        Self::FormSubmission,
        Self::ImportUpdate,
    ];

    /// Whether there may be very many of this kind: whatever hangs on leads, and leads themselves.
    pub(crate) fn is_numerous(self) -> bool {
        matches!(
            self,
            Self::Lead
                | Self::Contact
                | Self::Opportunity
                | Self::Task
                | Self::SequenceSubscription
                | Self::CustomObject
                | Self::Comment
                | Self::CommentThread
        ) || self.is_activity()
    }

    /// Members by which objects of this kind are found without a scan. Of a member that holds a list of rows, the
    /// second name says which member of a row counts.
    pub(crate) fn indexed(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::ApiKey => &[("key", "")],
            Self::Lead => &[("status_id", "")],
            Self::Contact => &[("emails", "email"), ("phones", "phone")],
            Self::Opportunity => &[("status_id", ""), ("user_id", "")],
            Self::Task => &[("assigned_to", ""), ("_type", "")],
            Self::SequenceSubscription => &[("sequence_id", ""), ("contact_id", "")],
            Self::Email => &[("user_id", ""), ("thread_id", "")],
            Self::OpportunityStatusChange => &[("opportunity_id", "")],
            Self::CustomActivity => &[("custom_activity_type_id", "")],
            Self::CustomObject => &[("custom_object_type_id", "")],
            Self::UnsubscribedEmail => &[("email", "")],
            Self::CommentThread => &[("object_id", "")],
            Self::Comment => &[("thread_id", "")],
            Self::Membership
            | Self::Call
            | Self::Sms
            | Self::Note
            | Self::Meeting
            | Self::WhatsAppMessage => &[("user_id", "")],
            _ => &[],
        }
    }

    /// Whether objects of this kind are found by this member without a scan.
    pub(crate) fn is_indexed_by(self, member: &str) -> bool {
        self.indexed().iter().any(|(name, _)| *name == member)
    }

    /// Whether objects of this kind appear in the combined list of activities.
    pub(crate) fn is_activity(self) -> bool {
        Self::ACTIVITIES.contains(&self)
    }
}
