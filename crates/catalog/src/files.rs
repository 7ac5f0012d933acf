//! The data files: embedding, reading, and sharing of parameters between tools.

use std::collections::HashMap;

use crate::model::{ObjectFile, Parameter};

macro_rules! embed {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../data/", $name)))),*]
    };
}

/// Every file under `data/`, in the order in which documentation shows the objects.
pub(crate) const EMBEDDED: &[(&str, &str)] = embed![
    "shared.toml",
    "lead.toml",
    "contact.toml",
    "opportunity.toml",
    "task.toml",
    "activity.toml",
    "note.toml",
    "call.toml",
    "email.toml",
    "sms.toml",
    "comment.toml",
    "sequence.toml",
    "pipeline.toml",
    "opportunity_status.toml",
    "lead_status.toml",
    "custom_field.toml",
    "custom_activity.toml",
    "custom_object.toml",
    "smart_view.toml",
    "bulk_action.toml",
    "export.toml",
    "enrichment.toml",
    "report.toml",
    "event.toml",
    "webhook.toml",
    "user.toml",
];

/// Why the catalogue's data cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file is not what the data model allows.
    #[error("{file}: {source}")]
    Syntax {
        /// Name of the file.
        file: String,
        /// What was read, and where.
        source: Box<toml::de::Error>,
    },
    /// Files contradict each other or themselves.
    #[error("{0}")]
    Contradiction(String),
}

pub(crate) fn parse(files: &[(&str, &str)]) -> Result<Vec<ObjectFile>, DataError> {
    files
        .iter()
        .map(|(name, text)| {
            toml::from_str(text)
                .map_err(|source| DataError::Syntax { file: (*name).to_owned(), source: Box::new(source) })
        })
        .collect()
}

/// Copies shared parameters into the tools that include them, after the tools' own.
pub(crate) fn add_shared_parameters(objects: &mut [ObjectFile]) -> Result<(), DataError> {
    let shared: HashMap<String, Parameter> = objects
        .iter()
        .flat_map(|object| object.shared.iter().map(|(name, parameter)| (name.clone(), parameter.clone())))
        .collect();
    for tool in objects.iter_mut().flat_map(|object| &mut object.tools) {
        for name in &tool.include {
            let Some(parameter) = shared.get(name) else {
                return Err(DataError::Contradiction(format!(
                    "{} includes {name}, which no file shares",
                    tool.name
                )));
            };
            tool.parameters.push(parameter.clone());
        }
    }
    Ok(())
}
