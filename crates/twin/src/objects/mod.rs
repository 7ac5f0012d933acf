//! Close's objects, one file each: what they hold, how they are listed, what else happens when they change.
//!
//! [`dispatch`] finds the resource or action a path names. Everything a file here does not say is done the general
//! way by `resource`.

mod activity;
mod attachment;
mod automatic_activity;
mod blocked_phone_number;
mod bulk_action;
mod call;
mod comment;
mod contact;
mod currency;
mod custom_activity;
mod custom_field;
mod custom_object;
mod dialer;
mod email;
mod email_template;
mod email_thread;
mod enrichment;
mod event;
mod event_filter;
mod event_type;
mod export;
pub(crate) mod file;
mod integration_link;
mod lead;
mod mailbox;
mod meeting;
mod membership;
mod message;
mod money;
mod note;
mod opportunity;
mod opportunity_groups;
mod opportunity_totals;
mod organization;
mod ownership;
mod permission;
mod phone_number;
mod phone_rental;
mod pipeline;
mod playbook;
mod recipient;
mod report;
mod rich_text;
mod role;
mod scheduling_link;
mod search;
mod selection;
mod send_as;
mod sequence;
mod sequence_schedule;
mod sequence_subscription;
mod settings;
mod shared_scheduling_link;
mod smart_view;
mod sms;
mod status;
mod task;
mod unsubscribed_email;
mod user;
mod webhook;
mod whatsapp;

use std::collections::HashMap;
use std::sync::LazyLock;

use http::{Method, StatusCode};

use crate::http::{Answer, Call, Refusal, Shared};
use crate::resource::{self, Action, Caller, Resource, Run, Session, Sight, View};
use crate::search::check_selectors;
use crate::store::{Kind, Scratch};

pub(crate) use attachment::keep as keep_files;
pub(crate) use email::is_answered;
pub(crate) use event_type::documented as is_documented_event;
pub(crate) use export::{Written, write as write_export};
pub(crate) use lead::display_name as lead_display_name;
pub(crate) use meeting::{Turn, tell_of_turn as tell_of_meeting, turns as meeting_turns};
pub(crate) use membership::{
    activate as activate_membership, is_active as is_active_member, user_at as user_with_address,
};
pub(crate) use permission::{grants, may_edit, of_caller as role_of_caller};
pub(crate) use pipeline::statuses_of as opportunity_statuses;
pub(crate) use role::built_in as built_in_roles;
pub(crate) use smart_view::is_shown_to_caller;
pub(crate) use webhook::tell as tell_webhooks;

/// Every resource.
static RESOURCES: &[&Resource] = &[
    &user::API_KEY,
    &organization::ORGANIZATION,
    &membership::MEMBERSHIP,
    &user::USER,
    &role::ROLE,
    &settings::GROUP,
    &lead::LEAD,
    &contact::CONTACT,
    &opportunity::OPPORTUNITY,
    &task::TASK,
    &call::CALL,
    &email::EMAIL,
    &email_thread::EMAIL_THREAD,
    &sms::SMS,
    &whatsapp::WHATSAPP_MESSAGE,
    &note::NOTE,
    &meeting::MEETING,
    &custom_activity::CUSTOM_ACTIVITY,
    &automatic_activity::CREATED,
    &automatic_activity::LEAD_STATUS_CHANGE,
    &automatic_activity::OPPORTUNITY_STATUS_CHANGE,
    &automatic_activity::LEAD_MERGE,
    &automatic_activity::TASK_COMPLETED,
    &automatic_activity::FORM_SUBMISSION,
    &automatic_activity::IMPORT_UPDATE,
    &comment::COMMENT,
    &comment::COMMENT_THREAD,
    &sequence::SEQUENCE,
    &sequence_subscription::SEQUENCE_SUBSCRIPTION,
    &pipeline::PIPELINE,
    &status::LEAD_STATUS,
    &status::OPPORTUNITY_STATUS,
    &smart_view::SMART_VIEW,
    &bulk_action::BULK_EMAIL,
    &bulk_action::BULK_EDIT,
    &bulk_action::BULK_DELETE,
    &bulk_action::BULK_SEQUENCE_SUBSCRIPTION,
    &export::EXPORT,
    &custom_field::LEAD_FIELD,
    &custom_field::CONTACT_FIELD,
    &custom_field::OPPORTUNITY_FIELD,
    &custom_field::ACTIVITY_FIELD,
    &custom_field::CUSTOM_OBJECT_FIELD,
    &custom_field::SHARED_FIELD,
    &custom_activity::CUSTOM_ACTIVITY_TYPE,
    &custom_object::CUSTOM_OBJECT_TYPE,
    &custom_object::CUSTOM_OBJECT,
    &email_template::EMAIL_TEMPLATE,
    &email_template::SMS_TEMPLATE,
    &settings::CONNECTED_ACCOUNT,
    &phone_number::PHONE_NUMBER,
    &settings::OUTCOME,
    &integration_link::INTEGRATION_LINK,
    &settings::FORM,
    &webhook::WEBHOOK,
    &unsubscribed_email::UNSUBSCRIBED_EMAIL,
    &blocked_phone_number::BLOCKED_PHONE_NUMBER,
    &playbook::PLAYBOOK,
    &send_as::SEND_AS,
    &scheduling_link::SCHEDULING_LINK,
    &shared_scheduling_link::SHARED_SCHEDULING_LINK,
    &shared_scheduling_link::SCHEDULING_LINK_MAPPING,
    &dialer::DIALER_SESSION,
    &file::FILE,
];

/// Every operation that belongs to no resource, or does more than its resource would.
static ACTIONS: &[&[Action]] = &[
    activity::ACTIONS,
    blocked_phone_number::ACTIONS,
    comment::ACTIONS,
    custom_field::ASSOCIATIONS,
    custom_field::SCHEMAS,
    email_template::ACTIONS,
    enrichment::ACTIONS,
    event::ACTIONS,
    export::ACTIONS,
    file::ACTIONS,
    lead::ACTIONS,
    meeting::ACTIONS,
    membership::ACTIONS,
    opportunity_groups::ACTIONS,
    organization::ACTIONS,
    phone_rental::ACTIONS,
    playbook::ACTIONS,
    report::ACTIONS,
    scheduling_link::ACTIONS,
    send_as::ACTIONS,
    search::ACTIONS,
    settings::ACTIONS,
    shared_scheduling_link::ACTIONS,
    task::ACTIONS,
    unsubscribed_email::ACTIONS,
    user::ACTIONS,
];

static BY_KIND: LazyLock<HashMap<Kind, &'static Resource>> =
    LazyLock::new(|| RESOURCES.iter().map(|resource| (resource.kind, *resource)).collect());

/// The resource objects of a kind belong to.
pub(crate) fn resource_of(kind: Kind) -> &'static Resource {
    BY_KIND.get(&kind).expect("every kind that is stored has a resource")
}

/// The resource at a path below `/api/v1/`, without slashes around it.
pub(crate) fn resource_at(path: &str) -> Option<&'static Resource> {
    RESOURCES
        .iter()
        .find(|resource| {
            !resource.path.is_empty() && (resource.path == path || resource.also_at.contains(&path))
        })
        .copied()
}

/// Every resource there is, those without a path included.
pub(crate) fn resources() -> impl Iterator<Item = &'static Resource> {
    RESOURCES.iter().copied()
}

/// Every operation that belongs to no resource.
pub(crate) fn actions() -> impl Iterator<Item = &'static Action> {
    ACTIONS.iter().copied().flatten()
}

/// Carries out one request. What the caller sees is decided here, once.
pub(crate) fn dispatch(shared: &Shared, mut caller: Caller, call: &Call) -> Result<Answer, Refusal> {
    let operation = find(&call.method, &call.segments)?;
    check_selectors(call, shared.max_custom_selectors)?;
    if operation.reads() {
        let (world, scratch) = (shared.world(), Scratch::default());
        let world = world.reader(&scratch);
        caller.sight = Sight::of(View::new(world, &caller));
        return operation.read(View::new(world, &caller), call);
    }
    let mut world = shared.world_mut();
    caller.sight = Sight::of(View::new(world.reader(&Scratch::default()), &caller));
    let outcome = operation.write(&mut Session::new(&mut world, &caller).answering(call), call);
    // Nothing is acknowledged that would not survive.
    world.keep().map_err(|error| {
        let message = format!("The change could not be kept: {error}. It may be gone after a restart.");
        Refusal::Message(StatusCode::INSUFFICIENT_STORAGE, message)
    })?;
    outcome
}

/// What a request turned out to mean.
enum Operation<'c> {
    List(&'static Resource),
    Create(&'static Resource),
    Fetch(&'static Resource, &'c str),
    Update(&'static Resource, &'c str),
    Delete(&'static Resource, &'c str),
    Action(Run, Vec<&'c str>),
}

impl Operation<'_> {
    fn reads(&self) -> bool {
        matches!(self, Self::List(_) | Self::Fetch(..) | Self::Action(Run::Read(_), _))
    }

    fn read(&self, view: View<'_>, call: &Call) -> Result<Answer, Refusal> {
        match self {
            Self::List(resource) => resource::list(view, resource, call),
            Self::Fetch(resource, id) => resource::fetch(view, resource, id, call),
            Self::Action(Run::Read(run), captured) => run(view, call, captured),
            _ => Err(Refusal::NoUrl),
        }
    }

    fn write(&self, session: &mut Session<'_>, call: &Call) -> Result<Answer, Refusal> {
        match self {
            Self::Create(resource) => resource::create(session, resource, call),
            Self::Update(resource, id) => resource::update(session, resource, id, call),
            Self::Delete(resource, id) => resource::delete(session, resource, id),
            Self::Action(Run::Write(run) | Run::Touch(run), captured) => run(session, call, captured),
            _ => Err(Refusal::NoUrl),
        }
    }
}

/// Whether any method does something at a path, given in its segments.
pub(crate) fn is_known(segments: &[String]) -> bool {
    !matches!(find(&Method::GET, segments), Err(Refusal::NoUrl))
}

/// Whether an operation must come with a body, if its method has one; refuses a method or a path there is nothing for.
pub(crate) fn needs_body(method: &Method, segments: &[String]) -> Result<bool, Refusal> {
    find(method, segments).map(|operation| !matches!(operation, Operation::Action(Run::Touch(_), _)))
}

fn find<'c>(method: &Method, segments: &'c [String]) -> Result<Operation<'c>, Refusal> {
    let mut allowed = Vec::new();
    // A path that an action spells out is no id, such as `settings` in `blocked_phone_number/settings`.
    let mut named = false;
    for action in actions() {
        if let Some(captured) = captures(action.path, segments) {
            if action.method == *method {
                return Ok(Operation::Action(action.run, captured));
            }
            allowed.push(action.method.clone());
            named |= !action.path.ends_with("{}");
        }
    }
    let whole = segments.join("/");
    if let Some(resource) = resource_at(&whole) {
        let methods = resource.methods;
        match *method {
            Method::GET if methods.list => return Ok(Operation::List(resource)),
            Method::POST if methods.create => return Ok(Operation::Create(resource)),
            _ => allowed.extend(offered([(Method::GET, methods.list), (Method::POST, methods.create)])),
        }
    } else if let Some((id, rest)) = segments.split_last()
        && let Some(resource) = resource_at(&rest.join("/")).filter(|_| !named)
    {
        let methods = resource.methods;
        match *method {
            Method::GET if methods.fetch => return Ok(Operation::Fetch(resource, id)),
            Method::PUT if methods.update => return Ok(Operation::Update(resource, id)),
            Method::DELETE if methods.delete => return Ok(Operation::Delete(resource, id)),
            Method::POST if methods.update => {
                let message = "404 Not Found: Did you mean to use PUT?".to_owned();
                return Err(Refusal::Message(StatusCode::NOT_FOUND, message));
            }
            _ => allowed.extend(offered([
                (Method::GET, methods.fetch),
                (Method::PUT, methods.update),
                (Method::DELETE, methods.delete),
            ])),
        }
    }
    if allowed.is_empty() { Err(Refusal::NoUrl) } else { Err(Refusal::NotAllowed(allowed)) }
}

/// The methods whose flag is set.
fn offered<const N: usize>(methods: [(Method, bool); N]) -> impl Iterator<Item = Method> {
    methods.into_iter().filter_map(|(method, there)| there.then_some(method))
}

/// The segments that `{}` stands for, if the pattern fits.
fn captures<'c>(pattern: &str, segments: &'c [String]) -> Option<Vec<&'c str>> {
    let parts: Vec<&str> = pattern.split('/').collect();
    if parts.len() != segments.len() {
        return None;
    }
    let mut captured = Vec::new();
    for (part, segment) in parts.into_iter().zip(segments) {
        match part {
            "{}" => captured.push(segment.as_str()),
            part if part == segment => {}
            _ => return None,
        }
    }
    Some(captured)
}
