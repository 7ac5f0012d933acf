//! The kinds of object a world can hold.

/// One kind of Close object. What it looks like and how it behaves is declared in `objects`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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

    /// Whether objects of this kind appear in the combined list of activities.
    pub(crate) fn is_activity(self) -> bool {
        Self::ACTIVITIES.contains(&self)
    }
}
