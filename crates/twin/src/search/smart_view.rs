//! What is in a Smart View.

use serde_json::Value;

use crate::filtering::{self, Search};
use crate::query;
use crate::resource::View;
use crate::store::{Kind, Object, text};

/// The kind of object a Smart View of a type holds.
fn kind_of(view_type: &str) -> Option<Kind> {
    let names = [view_type.to_owned(), format!("activity.{view_type}")];
    names.iter().find_map(|name| filtering::object_type(name)).and_then(filtering::ObjectType::kind)
}

/// A Smart View of leads by id, or by name in any case.
pub(crate) fn named_view<'w>(view: View<'w>, wanted: &str) -> Option<&'w Object> {
    let lower = wanted.to_lowercase();
    let seen = view.all(Kind::SmartView).filter(|saved| view.sees(Kind::SmartView, saved));
    let mut of_leads = seen.filter(|saved| text(saved, "type") == Some("lead"));
    of_leads.find(|saved| {
        text(saved, "id") == Some(wanted)
            || text(saved, "name").is_some_and(|name| name.to_lowercase() == lower)
    })
}

/// Numbers of arrival of what a Smart View holds, in its order. Every use of a Smart View goes through here. Views
/// may name others `views_left` deep ([`query::MAX_VIEWS`] to begin with).
///
/// # Errors
///
/// One sentence: its query cannot be evaluated.
pub(crate) fn members(view: View<'_>, saved: &Object, views_left: usize) -> Result<Vec<u32>, String> {
    let view_type = text(saved, "type").unwrap_or("lead");
    let kind = kind_of(view_type).ok_or_else(|| format!("Smart Views of type {view_type} hold nothing."))?;
    if let Some(written) = text(saved, "query") {
        let query = query::parse_about(kind, written).map_err(|error| error.to_string())?;
        return Ok(query.find_within(view, views_left));
    }
    let search = saved.get("s_query").unwrap_or(&Value::Null);
    let node =
        filtering::parse(search.get("query").unwrap_or(&Value::Null)).map_err(|error| error.to_string())?;
    let sort = search.get("sort").unwrap_or(&Value::Null);
    let sort = filtering::parse_sort(sort).map_err(|error| error.to_string())?;
    let limit = search.get("results_limit").and_then(Value::as_u64);
    let limit = limit.and_then(|limit| usize::try_from(limit).ok());
    Ok(filtering::find(view, Search { sort: &sort, limit, ..Search::new(kind, &node) }))
}
