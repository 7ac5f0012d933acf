//! Further organizations, users and API keys, beside those of the demo data.
//!
//! Close has no API for these, so they are made by a lever. Each answers with an API key, so that a test can go on as
//! whoever it asked for.

use jiff::tz::Offset;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::http::{Account, Shared};
use crate::lever_error::LeverError;
use crate::objects::{activate_membership, user_with_address};
use crate::options::ApiKeyInfo;
use crate::resource::{Caller, Session, full_name};
use crate::store::{Kind, Object, Scratch, World, mint, text};

/// A user to make, or one that is to join another organization.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    /// The e-mail address; whoever has it already is taken, and keeps their name.
    pub email: String,
    /// First name.
    #[serde(default)]
    pub first_name: String,
    /// Last name.
    #[serde(default)]
    pub last_name: String,
    /// Id or name of the organization they join.
    pub organization: String,
    /// Id of their role; `user` when empty.
    #[serde(default)]
    pub role_id: String,
}

/// Where numbers without a country code belong, for whoever is made here.
const COUNTRY: &str = "US";

/// The lead statuses of a new organization; the first is the default of new leads.
const LEAD_STATUSES: &[&str] =
    &["Potential", "Bad Fit", "Qualified", "Customer", "Interested", "Canceled", "Not Interested"];

/// Makes an organization with the settings a new one has, and its administrator.
pub(crate) fn create_organization(
    shared: &Shared,
    name: &str,
    admin_email: &str,
) -> Result<ApiKeyInfo, LeverError> {
    if name.trim().is_empty() {
        return Err(LeverError::new("An organization needs a name."));
    }
    if let Some(Account::Organization(id)) = Account::find(shared, name) {
        return Err(LeverError::new(format!("There is an organization {name:?} already: {id}.")));
    }
    check_address(admin_email)?;
    let mut world = shared.world_mut();
    let organization_id = world.mint("orga");
    let admin = NewUser { email: admin_email.to_owned(), ..NewUser::default() };
    let user_id = user(&mut world, &organization_id, &admin);
    let caller = caller(&user_id, &organization_id);
    let mut session = Session::new(&mut world, &caller);
    session.record(
        Kind::Organization,
        members(json!({"id": organization_id, "name": name.trim(), "currency": "USD", "currency_symbol": "$", "status": "active"})),
    );
    activate_membership(&mut session, &user_id, "admin", COUNTRY);
    let statuses: Vec<Value> = LEAD_STATUSES
        .iter()
        .map(|label| json!({"id": session.record(Kind::LeadStatus, members(json!({"label": label})))}))
        .collect();
    session.amend(Kind::Organization, &organization_id, |organization| {
        organization.insert("lead_statuses".to_owned(), statuses.into());
    });
    let pipeline = [("Active", "active"), ("Won", "won"), ("Lost", "lost")]
        .map(|(label, kind)| json!({"label": label, "type": kind}));
    session.record(Kind::Pipeline, members(json!({"name": "Sales", "statuses": pipeline})));
    key(&mut world, &user_id, &organization_id)
}

/// Makes a user, or takes the one with this address, and lets them join an organization.
pub(crate) fn create_user(shared: &Shared, new: &NewUser) -> Result<ApiKeyInfo, LeverError> {
    check_address(&new.email)?;
    let organization_id = organization(shared, &new.organization)?;
    let mut world = shared.world_mut();
    let role_id = role(&mut world, &organization_id, &new.role_id)?;
    let user_id = user(&mut world, &organization_id, new);
    let caller = caller(&user_id, &organization_id);
    let mut session = Session::new(&mut world, &caller);
    if session.view().is_member(&user_id) {
        return Err(LeverError::new(format!("{} is in {} already.", new.email, new.organization)));
    }
    activate_membership(&mut session, &user_id, role_id, COUNTRY);
    key(&mut world, &user_id, &organization_id)
}

/// Makes a further API key for a user in an organization they belong to.
pub(crate) fn create_api_key(
    shared: &Shared,
    user: &str,
    organization_named: &str,
) -> Result<ApiKeyInfo, LeverError> {
    let Some(Account::User(user_id)) = Account::find(shared, user) else {
        return Err(LeverError::new(format!("No user has the e-mail address or id {user:?}.")));
    };
    let organization_id = organization(shared, organization_named)?;
    let mut world = shared.world_mut();
    let caller = caller(&user_id, &organization_id);
    if !Session::new(&mut world, &caller).view().is_member(&user_id) {
        return Err(LeverError::new(format!("{user} does not belong to {organization_named}.")));
    }
    key(&mut world, &user_id, &organization_id)
}

/// Every API key there is, in the order they were made.
pub(crate) fn api_keys(shared: &Shared) -> Vec<ApiKeyInfo> {
    let (world, scratch) = (shared.world(), Scratch::default());
    let keys = world.reader(&scratch).everyone(Kind::ApiKey);
    keys.filter_map(|key| describe(&world, key)).collect()
}

fn describe(world: &World, key: &Object) -> Option<ApiKeyInfo> {
    let scratch = Scratch::default();
    let reader = world.reader(&scratch);
    let user = reader.object(Kind::User, text(key, "user_id")?)?;
    let organization = reader.object(Kind::Organization, text(key, "organization_id")?)?;
    let member = |object: &Object, name: &str| text(object, name).unwrap_or_default().to_owned();
    Some(ApiKeyInfo {
        key: text(key, "key")?.to_owned(),
        user_id: member(user, "id"),
        user_email: member(user, "email"),
        user_name: full_name(user),
        organization_id: member(organization, "id"),
        organization_name: member(organization, "name"),
    })
}

fn organization(shared: &Shared, named: &str) -> Result<String, LeverError> {
    match Account::find(shared, named) {
        Some(Account::Organization(id)) => Ok(id),
        _ => Err(LeverError::new(format!("No organization has the id or name {named:?}."))),
    }
}

fn check_address(email: &str) -> Result<(), LeverError> {
    let well_formed = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty());
    if well_formed && email.len() <= 254 && !email.contains(char::is_whitespace) {
        return Ok(());
    }
    Err(LeverError::new(format!("{email:?} is not an e-mail address.")))
}

/// The user with this address, made if there is none.
fn user(world: &mut World, organization_id: &str, new: &NewUser) -> String {
    let nobody = Caller::nobody(organization_id);
    let existing = user_with_address(Session::new(world, &nobody).view(), &new.email);
    existing.unwrap_or_else(|| {
        let id = world.mint("user");
        let caller = caller(&id, organization_id);
        let name = new.email.split('@').next().unwrap_or_default();
        let first_name = if new.first_name.is_empty() { name } else { &new.first_name };
        Session::new(world, &caller).record(
            Kind::User,
            members(json!({
                "id": id, "email": new.email, "first_name": first_name, "last_name": new.last_name,
                "last_used_timezone": "UTC",
            })),
        )
    })
}

/// Checks that an organization has a role; `user` is the one without a name.
fn role<'r>(world: &mut World, organization_id: &str, role_id: &'r str) -> Result<&'r str, LeverError> {
    let role_id = if role_id.is_empty() { "user" } else { role_id };
    let caller = caller("", organization_id);
    let known = Session::new(world, &caller).view().find(Kind::Role, role_id).is_some();
    if known {
        Ok(role_id)
    } else {
        Err(LeverError::new(format!("The organization has no role {role_id:?}.")))
    }
}

/// Makes an API key. It says what it is, so that nobody takes it for a real one.
fn key(world: &mut World, user_id: &str, organization_id: &str) -> Result<ApiKeyInfo, LeverError> {
    let secret = mint(world.random(), "api_twin");
    let caller = caller(user_id, organization_id);
    let id = Session::new(world, &caller)
        .record(Kind::ApiKey, members(json!({ "key": secret, "user_id": user_id })));
    let described = {
        let scratch = Scratch::default();
        world.reader(&scratch).object(Kind::ApiKey, &id).and_then(|key| describe(world, key))
    };
    described.ok_or_else(|| LeverError::new("The key could not be read back."))
}

/// Whoever the new object belongs to makes it.
fn caller(user_id: &str, organization_id: &str) -> Caller {
    Caller {
        user_id: user_id.to_owned(),
        organization_id: organization_id.to_owned(),
        api_key_id: None,
        offset: Offset::UTC,
        method: String::new(),
        path: String::new(),
        sight: None,
    }
}

fn members(value: Value) -> Object {
    match value {
        Value::Object(members) => members,
        _ => Object::new(),
    }
}
